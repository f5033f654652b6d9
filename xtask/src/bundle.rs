//! The page of a release build in few files: its modules and its styles joined by esbuild, and `index.html` changed to
//! name them. A browser asks for each of a hundred small modules on its own, which takes longer than running them.
//!
//! `js/api/` stays as it is, for pages that import it. What is joined lies as deep as the modules that name files by
//! `import.meta.url` (`js/api/assets.js`), in `js/page/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::project::Project;

/// Where the joined modules lie in the site.
const PAGE: &str = "js/page";
/// What is joined, each by itself: the page with what it fetches later, its worker, and what starts that.
const ENTRIES: [&str; 3] = ["js/main.js", "js/api/worker.js", "js/early.js"];
const STYLES: &str = "css/page.css";
/// Modules that are fetched on their own, at their own places.
const ALONE: [&str; 3] = ["wasm/vae-playground.js", "wasm/vae-playground-relaxed.js", "vendor/uPlot.esm.js"];

const SCRIPT_LINK: &str = r#"<script type="module" src="./js/main.js"></script>"#;
const EARLY_LINK: &str = r#"<script src="./js/early.js" data-worker="./js/api/worker.js"></script>"#;
const STYLE_LINK: &str = r#"<link rel="stylesheet" href="./"#;

/// Joins what `site`'s index.html names.
pub(crate) fn bundle(project: &Project, site: &Path) -> Result<()> {
    let sh = &project.sh;
    let esbuild = project.path("node_modules/esbuild/bin/esbuild");
    let plain = ["--target=es2022", "--minify", "--charset=utf8", "--log-level=warning"];
    let out = site.join(PAGE);
    for entry in ENTRIES {
        let entry = site.join(entry);
        let names = ["--entry-names=[name]", "--chunk-names=[name]-[hash]"];
        cmd!(
            sh,
            "node {esbuild} {entry} --bundle --splitting --format=esm {plain...} --outdir={out} {names...}"
        )
        .run()
        .context("joining the page's modules")?;
    }
    for module in ALONE {
        let module = site.join(module);
        cmd!(sh, "node {esbuild} {module} {plain...} --allow-overwrite --outfile={module}")
            .run()
            .with_context(|| format!("shortening {}", module.display()))?;
    }

    let path = site.join("index.html");
    let html = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let styles = stylesheets(&html);
    let entry = site.join("css/entry.css");
    let imports: String = styles.iter().map(|style| format!("@import \"../{style}\";\n")).collect();
    fs::write(&entry, imports)?;
    let target = site.join(STYLES);
    cmd!(sh, "node {esbuild} {entry} --bundle {plain...} --outfile={target}")
        .run()
        .context("joining the page's styles")?;
    fs::remove_file(&entry)?;

    let modules = imported(&out, "main.js")?;
    fs::write(&path, joined(&html, &modules)?).with_context(|| format!("writing {}", path.display()))
}

/// The stylesheets that a page links, in their order.
fn stylesheets(html: &str) -> Vec<&str> {
    html.split(STYLE_LINK).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The modules that `module` of `directory` needs before it can run, itself among them.
fn imported(directory: &Path, module: &str) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open = vec![module.to_owned()];
    while let Some(name) = open.pop() {
        let path = directory.join(&name);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        open.extend(static_imports(&text).filter(|import| !found.contains(import)));
        found.insert(name);
    }
    Ok(found)
}

/// What esbuild's output imports from beside itself: `from"./NAME"` and `import"./NAME"`, but not `import("./NAME")`.
fn static_imports(module: &str) -> impl Iterator<Item = String> {
    let pieces: Vec<&str> = module.split("\"./").collect();
    let named = |pair: &[&str]| {
        let imports = pair[0].ends_with("from") || pair[0].ends_with("import");
        imports.then(|| pair[1].split('"').next().unwrap_or_default().to_owned())
    };
    pieces.windows(2).filter_map(named).collect::<Vec<_>>().into_iter()
}

/// The page with one stylesheet and with the joined modules, which the browser may fetch all at once.
fn joined(html: &str, modules: &BTreeSet<String>) -> Result<String> {
    ensure!(html.contains(SCRIPT_LINK), "index.html lacks {SCRIPT_LINK}");
    ensure!(html.contains(EARLY_LINK), "index.html lacks {EARLY_LINK}");
    ensure!(html.contains(STYLE_LINK), "index.html lacks {STYLE_LINK}");
    let mut lines: Vec<String> = Vec::new();
    let mut styled = false;
    for line in html.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim_start().starts_with(STYLE_LINK) {
            if !styled {
                lines.push(format!("{indent}{STYLE_LINK}{STYLES}\" />"));
            }
            styled = true;
        } else if line.trim_start().starts_with(SCRIPT_LINK) {
            for module in modules.iter().filter(|name| *name != "main.js") {
                lines.push(format!("{indent}<link rel=\"modulepreload\" href=\"./{PAGE}/{module}\" />"));
            }
            lines.push(line.replace("./js/main.js", &format!("./{PAGE}/main.js")));
        } else if line.trim_start().starts_with(EARLY_LINK) {
            let here = format!("./{PAGE}/");
            lines.push(line.replace("./js/api/", &here).replace("./js/early", &format!("{here}early")));
        } else {
            lines.push(line.to_owned());
        }
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::{imported, joined, static_imports, stylesheets};
    use std::fs;

    const HTML: &str = r#"<head>
    <script src="./js/early.js" data-worker="./js/api/worker.js"></script>
    <link rel="stylesheet" href="./vendor/a.css" />
    <link rel="stylesheet" href="./css/b.css" />
    <script type="module" src="./js/main.js"></script>
</head>
"#;

    #[test]
    fn one_stylesheet_and_the_joined_modules_take_the_links_places() {
        let modules = ["chunk-A.js", "main.js"].map(str::to_owned).into();
        let expected = r#"<head>
    <script src="./js/page/early.js" data-worker="./js/page/worker.js"></script>
    <link rel="stylesheet" href="./css/page.css" />
    <link rel="modulepreload" href="./js/page/chunk-A.js" />
    <script type="module" src="./js/page/main.js"></script>
</head>
"#;
        assert_eq!(joined(HTML, &modules).unwrap(), expected);
        assert_eq!(stylesheets(HTML), ["vendor/a.css", "css/b.css"]);
        assert!(joined("<head></head>", &modules).is_err());
    }

    #[test]
    fn only_what_is_needed_at_once_is_preloaded() {
        let module =
            r#"import{a}from"./chunk-A.js";import"./chunk-B.js";const c=()=>import("./lab-C.js"),d="./d";"#;
        assert_eq!(static_imports(module).collect::<Vec<_>>(), ["chunk-A.js", "chunk-B.js"]);
        let site = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(site.path().join(name), text).unwrap();
        write("main.js", r#"import{a}from"./chunk-A.js";import("./lab-C.js");"#);
        write("chunk-A.js", r#"export{b}from"./chunk-B.js";"#);
        write("chunk-B.js", r#"import{a}from"./chunk-A.js";"#);
        let found = imported(site.path(), "main.js").unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["chunk-A.js", "chunk-B.js", "main.js"]);
    }
}
