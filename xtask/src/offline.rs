//! What lets a released site work without a network: `sw.js`, told which files the build has and what each holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sha2::{Digest, Sha256};

/// In the environment of the hooks where the site is built to be hosted. A server that builds again and again wants none of it.
pub(crate) const WANTED: &str = "VAE_SITE_OFFLINE";

const WORKER: &str = "sw.js";
const HTML_TAG: &str = "<html lang=\"en\"";

/// What is kept with the first visit: all that a page needs to open and to draw on; the rest once it was asked for.
/// Large data and other models are not, nor modules that the page has in joined files, nor what a packed file stands for.
fn is_early(file: &str, packed: bool) -> bool {
    if packed || file.ends_with(".txt") || file.ends_with(".d.ts") {
        return false;
    }
    match file.split_once('/') {
        None => file != WORKER,
        Some(("js", rest)) => rest.starts_with("page/"),
        Some(("pretrained", rest)) => rest.starts_with("mini-2"),
        Some(("data", rest)) => !rest.starts_with("train-") && !rest.starts_with("t10k-"),
        Some((directory, _)) => matches!(directory, "css" | "vendor" | "wasm"),
    }
}

/// Puts the list of `site`'s files into its `sw.js`, and the worker's name into its page.
pub(crate) fn write(site: &Path, source: &str) -> Result<()> {
    let page = site.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("reading {}", page.display()))?;
    ensure!(html.contains(HTML_TAG), "index.html lacks {HTML_TAG}");
    fs::write(&page, html.replacen(HTML_TAG, &format!("{HTML_TAG} data-offline=\"./{WORKER}\""), 1))?;

    let mut files = BTreeMap::new();
    collect(site, "", &mut files)?;
    files.remove(WORKER);
    let whole =
        files.iter().fold(Sha256::new(), |sum, (name, digest)| sum.chain_update(name).chain_update(digest));
    let build = hex(&whole.finalize()[..8]);
    let listed: BTreeMap<_, _> = files
        .iter()
        .map(|(name, sha256)| {
            let packed = files.contains_key(&format!("{name}.gz"));
            (name, json!({ "sha256": sha256, "early": is_early(name, packed) }))
        })
        .collect();
    let told = json!({ "build": build, "files": listed });
    fs::write(site.join(WORKER), format!("globalThis.SITE = {told};\n{source}"))
        .with_context(|| format!("writing {WORKER}"))
}

/// Every file below `directory` of `site`, with its digest.
fn collect(site: &Path, directory: &str, found: &mut BTreeMap<String, String>) -> Result<()> {
    let path = site.join(directory);
    for entry in fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a file's name is not Unicode")?;
        let name = if directory.is_empty() { name } else { format!("{directory}/{name}") };
        if entry.file_type()?.is_dir() {
            collect(site, &name, found)?;
        } else {
            found.insert(name, hex(&Sha256::digest(fs::read(entry.path())?)));
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_early, write};
    use std::fs;

    #[test]
    fn what_opens_the_page_is_kept_early_and_nothing_twice() {
        for file in [
            "index.html",
            "js/page/main.js",
            "css/page.css",
            "css/labs.css",
            "vendor/uPlot.esm.js",
            "wasm/a_bg.wasm.gz",
            "pretrained/mini-2.safetensors.gz",
        ] {
            assert!(is_early(file, false), "{file}");
        }
        for file in [
            "sw.js",
            "js/main.js",
            "data/train-images-idx3-ubyte.gz",
            "pretrained/dense-20.safetensors.gz",
            "vendor/a.txt",
        ] {
            assert!(!is_early(file, false), "{file}");
        }
        assert!(!is_early("wasm/a_bg.wasm", true));
    }

    #[test]
    fn the_build_is_named_after_what_it_holds() {
        let build = |text: &str| {
            let site = tempfile::tempdir().unwrap();
            fs::create_dir(site.path().join("css")).unwrap();
            fs::write(site.path().join("css/page.css"), text).unwrap();
            fs::write(
                site.path().join("index.html"),
                "<!doctype html>\n<html lang=\"en\" data-theme=\"auto\">",
            )
            .unwrap();
            write(site.path(), "work();").unwrap();
            assert!(
                fs::read_to_string(site.path().join("index.html"))
                    .unwrap()
                    .contains("data-offline=\"./sw.js\" data-theme")
            );
            fs::read_to_string(site.path().join("sw.js")).unwrap()
        };
        let (a, b) = (build("a"), build("b"));
        assert!(a.starts_with("globalThis.SITE = {\"build\":\"") && a.ends_with("work();"));
        assert_ne!(a, b);
        assert_eq!(a, build("a"));
    }
}
