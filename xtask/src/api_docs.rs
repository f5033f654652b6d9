//! The API as a page, from the types of the packed package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::pack;
use crate::package_check::{self, CHECKS};
use crate::project::Project;

/// What TypeDoc reads the types with.
const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "target": "ES2022", "module": "ESNext", "moduleResolution": "bundler",
    "lib": ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"], "types": [], "skipLibCheck": true
  },
  "files": ["package/js/api/index.d.ts", "package/js/element/index.d.ts"]
}
"#;

/// Packs the package and describes it.
pub(crate) fn run(project: &Project, site: Option<&Path>) -> Result<()> {
    pack::run(project, site)?;
    package_check::install_checks(project)?;
    println!("the API's pages are in {}", write(project)?.display());
    Ok(())
}

/// Writes the pages of the package that was packed last; gives their folder.
pub(crate) fn write(project: &Project) -> Result<PathBuf> {
    let directory = project.path(pack::DIRECTORY);
    let (package, docs) = (directory.join("package"), directory.join("docs"));
    let tsconfig = directory.join("tsconfig.docs.json");
    fs::write(&tsconfig, TSCONFIG).with_context(|| format!("writing {}", tsconfig.display()))?;
    let [api, element] = ["js/api/index.d.ts", "js/element/index.d.ts"].map(|file| package.join(file));
    let readme = package.join("README.md");
    let sh = &project.sh;
    cmd!(sh, "node {CHECKS}/node_modules/typedoc/bin/typedoc --tsconfig {tsconfig} --entryPoints {api} --entryPoints {element} --out {docs} --name vae-playground --readme {readme} --disableGit --sourceLinkTemplate . --disableSources --excludePrivate --githubPages false --logLevel Error")
        .run()
        .context("describing the API")?;
    for page in ["index.html", "classes/api.Vae.html", "classes/element.VaePlayground.html"] {
        ensure!(docs.join(page).exists(), "TypeDoc left no {page}");
    }
    Ok(docs)
}
