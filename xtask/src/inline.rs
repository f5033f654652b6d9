//! The package's inline module: its main one with the engine, gzipped, and the worker's text within.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::pack::{ESBUILD, MINIFY, copy_tree};
use crate::project::Project;
use crate::web;

/// What wasm-bindgen's module says of its own wasm, which no bundler may look for where there is none.
const OWN_WASM: &str = r#"new URL("vae-playground_bg.wasm",import.meta.url)"#;

/// Writes `js/api/inline.js` into the package, from a copy of its modules.
pub(crate) fn write(project: &Project, modules: &Path, package: &Path) -> Result<()> {
    let sh = &project.sh;
    let copy = modules.with_file_name("inline");
    if copy.exists() {
        fs::remove_dir_all(&copy).with_context(|| format!("removing {}", copy.display()))?;
    }
    copy_tree(&modules.join("js/api"), &copy.join("js/api"))?;
    copy_tree(&modules.join("wasm"), &copy.join("wasm"))?;
    let api = copy.join("js/api");
    let take =
        |source: &str, target: &str| web::copy(&project.path("www/package").join(source), &api.join(target));

    let glue = copy.join("wasm/vae-playground.js");
    let text = fs::read_to_string(&glue).with_context(|| format!("reading {}", glue.display()))?;
    fs::write(&glue, without_own_wasm(&text)?)?;

    let esbuild = project.path(ESBUILD);
    take("inline-worker-assets.js", "assets.js")?;
    let worker = api.join("worker-bundle.txt");
    let entry = api.join("worker.js");
    cmd!(sh, "node {esbuild} {entry} {MINIFY...} --outfile={worker}")
        .run()
        .context("joining the inline worker")?;

    take("inline-assets.js", "assets.js")?;
    take("inline-worker-file.js", "worker-file.js")?;
    let loaders = ["--loader:.gz=base64", "--loader:.txt=text"];
    let entry = api.join("inline.js");
    cmd!(sh, "node {esbuild} {entry} {MINIFY...} {loaders...} --outfile={package}/js/api/inline.js")
        .run()
        .context("joining the inline module")
}

/// The glue without the URL of the wasm beside it.
fn without_own_wasm(glue: &str) -> Result<String> {
    let spaced = OWN_WASM.replace(',', ", ");
    ensure!(glue.contains(OWN_WASM) || glue.contains(&spaced), "wasm-bindgen's module lacks {OWN_WASM}");
    Ok(glue.replace(OWN_WASM, "undefined").replace(&spaced, "undefined"))
}

#[cfg(test)]
mod tests {
    use super::without_own_wasm;

    #[test]
    fn the_glue_looks_for_no_file() {
        let glue = r#"if (x === undefined) x = new URL("vae-playground_bg.wasm", import.meta.url);"#;
        assert_eq!(without_own_wasm(glue).unwrap(), "if (x === undefined) x = undefined;");
        assert!(without_own_wasm("nothing").is_err());
    }
}
