//! The stages of `cargo xtask test`: what each is called and what it runs.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use xshell::cmd;

use crate::project::Project;
use crate::tools::WASM_TARGET;
use crate::web::Profile;
use crate::{audit, package_check, serve_check, size, system, web};

/// The fuzz targets are a workspace of their own.
const FUZZ: &str = "fuzz/Cargo.toml";

/// One part of the test run, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// Formatting of the Rust sources
    Fmt,
    /// Licences, origins and pins of the dependencies
    Audit,
    /// Lints of everything native
    Clippy,
    /// Lints of the browser build
    ClippyWasm,
    /// Native tests: CPU, and GPU on lavapipe
    Native,
    /// The native GPU tests once more, on SwiftShader
    Swiftshader,
    /// Tests compiled to wasm, in Node.js
    Wasm,
    /// The documentation builds without warnings
    Docs,
    /// The static site builds
    Site,
    /// The wasm is small enough
    Size,
    /// `trunk serve` alone serves the site
    Serve,
    /// Types of the page's JavaScript and of the tests'
    Types,
    /// JavaScript unit tests
    Js,
    /// The page in Chromium without WebGPU
    BrowserCpu,
    /// The page in Chromium with WebGPU on SwiftShader
    BrowserWebgpu,
    /// The page and its training in Firefox and WebKit, beside Chromium
    Engines,
    /// The packed npm package: its types and manifest, and example projects in Node.js and Chromium
    Package,
}

/// How a stage that found no failure ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// Does not apply to this kind of machine, for this reason.
    Skipped(String),
}

impl Stage {
    /// The heading over the stage's output.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Fmt => "formatting (cargo fmt)",
            Self::Audit => "dependencies (cargo deny)",
            Self::Clippy => "lints, native (clippy)",
            Self::ClippyWasm => "lints, wasm32 (clippy)",
            Self::Native => "native tests, CPU and GPU (lavapipe)",
            Self::Swiftshader => "native GPU tests on SwiftShader",
            Self::Wasm => "wasm tests in Node.js",
            Self::Docs => "documentation (rustdoc)",
            Self::Site => "static site (Trunk)",
            Self::Size => "wasm size",
            Self::Serve => "development server (trunk serve)",
            Self::Types => "JavaScript types (tsc)",
            Self::Js => "JavaScript unit tests (node --test)",
            Self::BrowserCpu => "page in Chromium, CPU",
            Self::BrowserWebgpu => "page in Chromium, WebGPU",
            Self::Engines => "page in Firefox and WebKit",
            Self::Package => "npm package and its examples",
        }
    }

    /// Runs the stage; an error is a failure.
    pub(crate) fn run(self, project: &Project) -> Result<Outcome> {
        let sh = &project.sh;
        match self {
            Self::Fmt => {
                cmd!(sh, "cargo fmt --all --check").run()?;
                cmd!(sh, "cargo fmt --manifest-path {FUZZ} --check").run()?;
            }
            Self::Audit => audit::run(project)?,
            Self::Clippy => {
                cmd!(sh, "cargo clippy --workspace --all-targets -- -D warnings").run()?;
                cmd!(
                    sh,
                    "cargo clippy --manifest-path {FUZZ} --no-default-features --all-targets -- -D warnings"
                )
                .run()?;
            }
            Self::ClippyWasm => {
                cmd!(sh, "cargo clippy --target {WASM_TARGET} --no-default-features --lib --test wasm -- -D warnings")
                    .run()?;
            }
            Self::Native => native(project)?,
            Self::Swiftshader => return swiftshader(project),
            Self::Wasm => {
                cmd!(sh, "cargo test --target {WASM_TARGET} --no-default-features --lib --test wasm")
                    .run()?;
                relaxed(project)?;
            }
            Self::Docs => {
                let _strict = sh.push_env("RUSTDOCFLAGS", "-D warnings");
                cmd!(sh, "cargo doc --workspace --no-deps --document-private-items").run()?;
            }
            Self::Site => web::build(project, Profile::Release)?,
            Self::Size => size::check(&web::site(project))?,
            Self::Serve => serve_check::run(project)?,
            Self::Types => types(project)?,
            Self::Js => js(project)?,
            Self::BrowserCpu => playwright(project, "cpu")?,
            Self::BrowserWebgpu => playwright(project, "webgpu")?,
            Self::Engines => return engines(project),
            Self::Package => package_check::run(project)?,
        }
        Ok(Outcome::Passed)
    }
}

/// The tests compiled to wasm once more, for browsers with relaxed SIMD.
fn relaxed(project: &Project) -> Result<()> {
    let sh = &project.sh;
    let builds = project.path("www/js/api/builds.js");
    let node = format!(
        "import {{ chooseBuild }} from {:?}; process.exit(chooseBuild() === 'relaxed-simd' ? 0 : 1);",
        builds.to_string_lossy()
    );
    let found = |flags: &[&str]| {
        cmd!(sh, "node {flags...} --input-type=module --eval {node}").quiet().ignore_stderr().run().is_ok()
    };
    // Node.js 20 has it behind a flag, which later ones, that need none, may not know.
    let flags = [&[][..], &["--experimental-wasm-relaxed-simd"]].into_iter().find(|flags| found(flags));
    let flags = flags.context("this Node.js does not run wasm with relaxed SIMD")?;
    let config = format!("target.{WASM_TARGET}.rustflags=[\"-Ctarget-feature=+relaxed-simd\"]");
    cmd!(sh, "cargo test --config {config} --target {WASM_TARGET} --no-default-features --lib --test wasm")
        .env("NODE_ARGS", flags.join(" "))
        .run()?;
    Ok(())
}

/// Native tests. Where lavapipe is installed it is the one driver that the tests see, so that a
/// run means the same on every Linux machine.
fn native(project: &Project) -> Result<()> {
    let sh = &project.sh;
    let _driver = system::lavapipe().map(|manifest| use_driver(project, manifest));
    cmd!(sh, "cargo test --workspace --no-fail-fast").run()?;
    Ok(())
}

fn swiftshader(project: &Project) -> Result<Outcome> {
    let Some(manifest) = system::swiftshader() else {
        if cfg!(target_os = "linux") {
            bail!("no vk_swiftshader_icd.json beside Chromium: install the system's chromium package");
        }
        return Ok(Outcome::Skipped("SwiftShader's Vulkan driver is only looked for on Linux".into()));
    };
    let sh = &project.sh;
    let _driver = use_driver(project, manifest);
    cmd!(sh, "cargo test --test gpu* --no-fail-fast").run()?;
    Ok(Outcome::Passed)
}

/// Makes the Vulkan loader see `manifest`'s driver alone, under its present and its former variable.
fn use_driver(project: &Project, manifest: PathBuf) -> Vec<xshell::PushEnv<'_>> {
    let sh = &project.sh;
    let mut pushed: Vec<_> =
        ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].map(|variable| sh.push_env(variable, &manifest)).into();
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Mesa complains for each device that it opens without one, which would bury real errors.
        pushed.push(sh.push_env("XDG_RUNTIME_DIR", env::temp_dir()));
    }
    pushed
}

fn types(project: &Project) -> Result<()> {
    let sh = &project.sh;
    for config in ["tsconfig.json", "tsconfig.tests.json"] {
        cmd!(sh, "node node_modules/typescript/bin/tsc --project {config}").run()?;
    }
    Ok(())
}

fn js(project: &Project) -> Result<()> {
    let directory = project.path("tests/js");
    let mut files = Vec::new();
    for entry in fs::read_dir(&directory).with_context(|| format!("reading {}", directory.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    if files.is_empty() {
        bail!("{} has no *.test.mjs", directory.display());
    }
    files.sort();
    let sh = &project.sh;
    cmd!(sh, "node --test {files...}").run()?;
    Ok(())
}

fn playwright(project: &Project, browser: &str) -> Result<()> {
    let sh = &project.sh;
    let chromium = system::chromium().context("no Chromium found")?;
    let config = "tests/browser/playwright.config.mjs";
    cmd!(sh, "node node_modules/@playwright/test/cli.js test --config {config} --project {browser}")
        .env("CHROMIUM", chromium)
        .run()?;
    Ok(())
}

/// WebKit has a driver only in Linux distributions' packages.
fn engines(project: &Project) -> Result<Outcome> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::Skipped("WebKitGTK's driver is only looked for on Linux".into()));
    }
    let sh = &project.sh;
    let found = |program: &str, path: Option<PathBuf>| path.with_context(|| format!("no {program} found"));
    cmd!(
        sh,
        "node --test --test-concurrency=1 tests/engines/engines.test.mjs tests/engines/element.test.mjs"
    )
    .env("CHROMIUM", found("Chromium", system::chromium())?)
    .env("FIREFOX", found("Firefox", system::firefox())?)
    .env("MINI_BROWSER", found("MiniBrowser of WebKitGTK", system::mini_browser())?)
    .run()?;
    Ok(Outcome::Passed)
}
