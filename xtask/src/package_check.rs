//! The packed package as those who install it have it: what tools say of it, and example projects that use it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use crate::project::Project;
use crate::{api_docs, pack, size, system, tools, web};

/// Where the checks lie, with the locked packages that they need.
pub(crate) const CHECKS: &str = "tests/package";

/// Packs the site that is there, or builds one, and tries the tarball.
pub(crate) fn run(project: &Project) -> Result<()> {
    tools::npm_packages(project)?;
    // As for the browser tests, another site may be named.
    let named = env::var_os("SITE").map(PathBuf::from);
    let built =
        Some(web::site(project)).filter(|site| size::WASM.iter().all(|file| site.join(file).exists()));
    let tarball = pack::run(project, named.or(built).as_deref())?;

    install_checks(project)?;
    let sh = &project.sh;
    let package = project.path(pack::DIRECTORY).join("package");
    cmd!(sh, "node {CHECKS}/node_modules/publint/src/cli.js run {package} --strict")
        .run()
        .context("publint")?;
    cmd!(
        sh,
        "node {CHECKS}/node_modules/@arethetypeswrong/cli/dist/index.js {tarball} --profile esm-only --no-emoji"
    )
    .run()
    .context("arethetypeswrong")?;
    api_docs::write(project)?;

    let _tarball = sh.push_env("TARBALL", &tarball);
    // The test of a realm of its own needs modules in one.
    cmd!(sh, "node --experimental-vm-modules --no-warnings --test {CHECKS}/node.test.mjs").run()?;
    let chromium = system::chromium().context("no Chromium found")?;
    let config = format!("{CHECKS}/playwright.config.mjs");
    cmd!(sh, "node node_modules/@playwright/test/cli.js test --config {config}")
        .env("CHROMIUM", chromium)
        .run()?;
    Ok(())
}

/// Installs what looks at the package.
pub(crate) fn install_checks(project: &Project) -> Result<()> {
    let (npm, sh) = (tools::NPM, &project.sh);
    cmd!(sh, "{npm} ci --ignore-scripts --no-fund --no-audit --prefix {CHECKS}")
        .run()
        .context("installing what checks the package")
}
