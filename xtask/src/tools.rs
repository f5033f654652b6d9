//! Installs the tools that a build needs, each at the version that the lock files pin.

use std::fs;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use xshell::cmd;

use crate::project::Project;

const TRUNK: &str = "0.21.14";
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_DENY: &str = "0.20.2";
const OLDEST_NODE: u32 = 20;
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// npm is a script on Windows, which only this name starts.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Everything that building the page needs.
pub(crate) fn ensure(project: &Project) -> Result<()> {
    wasm_target(project)?;
    wasm_bindgen(project)?;
    trunk(project)?;
    npm_packages(project)
}

/// rustfmt and clippy, which a minimal toolchain lacks.
pub(crate) fn lints(project: &Project) -> Result<()> {
    let sh = &project.sh;
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if cmd!(sh, "cargo {subcommand} --version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
            cmd!(sh, "rustup component add {component}")
                .run()
                .with_context(|| format!("installing {component}"))?;
        }
    }
    Ok(())
}

/// The standard library for wasm.
pub(crate) fn wasm_target(project: &Project) -> Result<()> {
    let sh = &project.sh;
    let libraries = cmd!(sh, "rustc --print target-libdir --target {WASM_TARGET}").quiet().read()?;
    if fs::exists(&libraries)? {
        return Ok(());
    }
    cmd!(sh, "rustup target add {WASM_TARGET}").run().context("installing Rust's wasm target with rustup")
}

/// The `wasm-bindgen` command line, whose version must equal the crate's.
pub(crate) fn wasm_bindgen(project: &Project) -> Result<()> {
    let version = project.locked_version("wasm-bindgen")?;
    if installed(project, "wasm-bindgen", &version)
        && installed(project, "wasm-bindgen-test-runner", &version)
    {
        return Ok(());
    }
    let sh = &project.sh;
    // Without --locked: the lock file of this release names a yanked crate.
    cmd!(sh, "cargo install --force wasm-bindgen-cli --version {version}")
        .run()
        .context("installing wasm-bindgen-cli")
}

/// The `cargo fuzz` command.
pub(crate) fn cargo_fuzz(project: &Project) -> Result<()> {
    if installed(project, "cargo-fuzz", CARGO_FUZZ) {
        return Ok(());
    }
    let sh = &project.sh;
    cmd!(sh, "cargo install --force --locked cargo-fuzz --version {CARGO_FUZZ}")
        .run()
        .context("installing cargo-fuzz")?;
    check_installed(project, "cargo-fuzz", CARGO_FUZZ)
}

/// The `cargo deny` command.
pub(crate) fn cargo_deny(project: &Project) -> Result<()> {
    if installed(project, "cargo-deny", CARGO_DENY) {
        return Ok(());
    }
    let sh = &project.sh;
    cmd!(sh, "cargo install --force --locked cargo-deny --version {CARGO_DENY}")
        .run()
        .context("installing cargo-deny")?;
    check_installed(project, "cargo-deny", CARGO_DENY)
}

fn trunk(project: &Project) -> Result<()> {
    if installed(project, "trunk", TRUNK) {
        return Ok(());
    }
    let sh = &project.sh;
    cmd!(sh, "cargo install --force --locked trunk --version {TRUNK}").run().context("installing Trunk")?;
    check_installed(project, "trunk", TRUNK)
}

/// After an installation: PATH leads to it.
fn check_installed(project: &Project, program: &str, version: &str) -> Result<()> {
    if installed(project, program, version) {
        return Ok(());
    }
    bail!(
        "{program} {version} was installed, but PATH leads to another one or to none: put cargo's bin directory first"
    )
}

/// Whether `program --version` answers with `version`.
fn installed(project: &Project, program: &str, version: &str) -> bool {
    let sh = &project.sh;
    let answer = cmd!(sh, "{program} --version").quiet().ignore_stderr().read();
    answer.is_ok_and(|line| line.split_whitespace().any(|word| word == version))
}

/// The npm packages that `package-lock.json` pins.
pub(crate) fn npm_packages(project: &Project) -> Result<()> {
    let sh = &project.sh;
    let node = cmd!(sh, "node --version").quiet().read().context("Node.js 20 or newer must be on PATH")?;
    if major_version(&node).is_none_or(|major| major < OLDEST_NODE) {
        bail!("Node.js is {node}, but {OLDEST_NODE} or newer is needed");
    }
    let lock = fs::read(project.path("package-lock.json")).context("reading package-lock.json")?;
    let wanted: String = Sha256::digest(&lock).iter().map(|byte| format!("{byte:02x}")).collect();
    let stamp = project.path("node_modules/.installed-lock-sha256");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    // No package needs its install script, and a browser must not be downloaded by one.
    cmd!(sh, "{NPM} ci --ignore-scripts --no-fund --no-audit")
        .run()
        .context("installing the npm packages")?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// The libraries that the benchmark of peers compares with; nothing else needs them.
pub(crate) fn peers(project: &Project) -> Result<()> {
    let sh = &project.sh;
    cmd!(sh, "{NPM} ci --ignore-scripts --no-fund --no-audit --prefix benches/peers")
        .run()
        .context("installing the libraries to compare with")
}

fn major_version(node: &str) -> Option<u32> {
    node.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(major_version("v20.20.2\n"), Some(20));
        assert_eq!(major_version("v9.1"), Some(9));
        assert_eq!(major_version("20.1.0"), None);
        assert_eq!(major_version(""), None);
    }
}
