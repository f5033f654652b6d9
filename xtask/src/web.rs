//! The static site: Trunk builds and serves it, the hooks add what Trunk does not know.

use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use xshell::cmd;

use crate::project::Project;
use crate::{bundle, gzip, mnist, offline, shaders, size, slim, tools, wasm_version};

/// How the wasm is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The profile `web` of Cargo.toml, then wasm-opt.
    Release,
    /// Cargo's `dev`.
    Dev,
}

/// What the page's vendored files are called in the site, and where npm puts them.
const VENDORED: [(&str, &str); 16] = [
    ("uPlot.esm.js", "uplot/dist/uPlot.esm.js"),
    ("uPlot.min.css", "uplot/dist/uPlot.min.css"),
    ("uPlot.LICENSE.txt", "uplot/LICENSE"),
    ("gifenc.esm.js", "gifenc/dist/gifenc.esm.js"),
    ("gifenc.LICENSE.txt", "gifenc/LICENSE.md"),
    ("katex.min.js", "katex/dist/katex.min.js"),
    ("katex.min.css", "katex/dist/katex.min.css"),
    ("katex.LICENSE.txt", "katex/LICENSE"),
    ("fonts/KaTeX_AMS-Regular.woff2", "katex/dist/fonts/KaTeX_AMS-Regular.woff2"),
    ("fonts/KaTeX_Caligraphic-Regular.woff2", "katex/dist/fonts/KaTeX_Caligraphic-Regular.woff2"),
    ("fonts/KaTeX_Main-Italic.woff2", "katex/dist/fonts/KaTeX_Main-Italic.woff2"),
    ("fonts/KaTeX_Main-Regular.woff2", "katex/dist/fonts/KaTeX_Main-Regular.woff2"),
    ("fonts/KaTeX_Math-Italic.woff2", "katex/dist/fonts/KaTeX_Math-Italic.woff2"),
    ("fonts/KaTeX_Size1-Regular.woff2", "katex/dist/fonts/KaTeX_Size1-Regular.woff2"),
    ("fonts/KaTeX_Size2-Regular.woff2", "katex/dist/fonts/KaTeX_Size2-Regular.woff2"),
    ("fonts/KaTeX_Size3-Regular.woff2", "katex/dist/fonts/KaTeX_Size3-Regular.woff2"),
];

/// The directory of the built site.
pub(crate) fn site(project: &Project) -> PathBuf {
    project.path("dist")
}

/// Builds the site into `dist/`.
pub(crate) fn build(project: &Project, profile: Profile) -> Result<()> {
    tools::ensure(project)?;
    let status =
        trunk(project, "build", profile).env(offline::WANTED, "true").status().context("starting trunk")?;
    if !status.success() {
        bail!("trunk build failed ({status})");
    }
    println!("the site is in {}", site(project).display());
    Ok(())
}

/// Serves the site on `port` of 127.0.0.1 until it is stopped.
pub(crate) fn serve(project: &Project, port: u16, profile: Profile) -> Result<()> {
    // Trunk would only find out after the build.
    if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        bail!("cannot listen on 127.0.0.1:{port} ({error}); choose another port with --port");
    }
    tools::ensure(project)?;
    println!("building; then the page is at http://127.0.0.1:{port}/ (Ctrl-C stops it)");
    let mut command = trunk(project, "serve", profile);
    command.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
    replace_process(command)
}

/// Becomes `command`, so that whoever stops this process stops the server.
#[cfg(unix)]
fn replace_process(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("starting trunk")
}

#[cfg(not(unix))]
fn replace_process(mut command: Command) -> Result<()> {
    let status = command.status().context("starting trunk")?;
    if status.success() { Ok(()) } else { bail!("trunk serve failed ({status})") }
}

/// Trunk itself, with nothing but what anybody would type.
pub(crate) fn trunk(project: &Project, verb: &str, profile: Profile) -> Command {
    let mut command = Command::new("trunk");
    command.current_dir(&project.root).arg(verb).env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Trunk reads this variable as a flag and refuses the usual value, 1.
    command.env_remove("NO_COLOR");
    // What panics say of their sources would name this machine's folders; cargo adds this to the flags of its configuration.
    if let Some(flag) = env::var("CARGO_HOME").ok().and_then(|home| without_folder(&home)) {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flag);
    }
    if profile == Profile::Release {
        command.arg("--release");
    }
    command
}

/// The flag by which rustc says `cargo` in the place of `home`; none where cargo would take it for several flags.
fn without_folder(home: &str) -> Option<String> {
    (!home.contains(char::is_whitespace)).then(|| format!("--remap-path-prefix={home}=cargo"))
}

/// Before a build: the npm packages and the data set are in place.
pub(crate) fn pre_build_hook(project: &Project) -> Result<()> {
    tools::npm_packages(project)?;
    mnist::ensure(project)
}

/// After a build, in Trunk's staging directory: smaller wasm, data, models, vendored libraries, packed files.
pub(crate) fn post_build_hook(project: &Project) -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .context("TRUNK_STAGING_DIR is not set by Trunk")?;
    let release = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    if release {
        for build in &BUILDS {
            link(project, build, &staging.join("wasm"))?;
        }
        for file in size::WASM {
            optimise(project, &staging.join(file))?;
        }
    }
    let built = if release { &size::WASM[..] } else { &size::WASM[..1] };
    let version = project.locked_version("vae-playground")?;
    for file in built {
        wasm_version::note(&staging.join(file), &version)?;
    }
    shaders::write(project, &staging.join("wasm"), &version)?;
    for (name, source) in VENDORED {
        copy(&project.path("node_modules").join(source), &staging.join("vendor").join(name))?;
    }
    for file in mnist::files(project) {
        copy_into(&file, &staging.join("data"))?;
    }
    mnist::write_some(project, &staging.join("data"))?;
    for entry in fs::read_dir(project.path("pretrained")).context("reading pretrained/")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors" || extension == "json") {
            copy_into(&path, &staging.join("pretrained"))?;
        }
    }
    if release {
        bundle::bundle(project, &staging)?;
    }
    for directory in ["wasm", "pretrained"] {
        pack(&staging.join(directory), release)?;
    }
    if release && env::var_os(offline::WANTED).is_some() {
        let source = fs::read_to_string(project.path("www/sw.js")).context("reading www/sw.js")?;
        offline::write(&staging, &source)?;
    }
    for file in built {
        size::report(&staging, file)?;
    }
    Ok(())
}

/// What is worth packing.
const LARGE: [&str; 4] = ["wasm", "wgsl", "safetensors", "json"];

/// Puts a gzipped file beside each large one of `directory`, for hosts that send files as they are; a release takes its time
/// over the engine.
fn pack(directory: &Path, release: bool) -> Result<()> {
    for entry in fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))? {
        let path = entry?.path();
        if release && path.extension().is_some_and(|extension| extension == "wasm" || extension == "wgsl") {
            gzip::write_beside(&path)?;
        } else if path.extension().is_some_and(|extension| LARGE.iter().any(|large| extension == *large)) {
            let mut packed = path.clone().into_os_string();
            packed.push(".gz");
            let mut gzip = GzEncoder::new(File::create(packed)?, Compression::best());
            io::copy(&mut File::open(&path)?, &mut gzip)?;
            gzip.finish()?;
        }
    }
    Ok(())
}

/// One way to compile the engine for browsers.
struct Build {
    /// What its files begin with.
    name: &'static str,
    /// Beside those of every build.
    rustc_flags: &'static [&'static str],
}

/// For every browser, in the place of the one that Trunk makes; and with relaxed SIMD, whose multiply-add is fused, for
/// those that have it. Only the engine itself gets the flag: nothing else computes.
const BUILDS: [Build; 2] = [
    Build { name: "vae-playground", rustc_flags: &[] },
    Build { name: "vae-playground-relaxed", rustc_flags: &["-Ctarget-feature=+relaxed-simd"] },
];

/// Links the wasm of one build. Trunk's own has no link-time optimisation, since cargo makes a cdylib without it of a library
/// that is an rlib as well; that is 10 KB more when gzipped.
fn link(project: &Project, build: &Build, directory: &Path) -> Result<()> {
    let sh = &project.sh;
    let target = tools::WASM_TARGET;
    let &Build { name, rustc_flags } = build;
    cmd!(
        sh,
        "cargo rustc --quiet --profile web --lib --no-default-features --target {target} --crate-type cdylib -- {rustc_flags...}"
    )
    .run()
    .context("linking the wasm")?;
    let program = env::current_exe().context("where cargo builds is not known")?;
    let built = program.ancestors().nth(2).context("xtask does not lie where cargo builds")?;
    let wasm = built.join(target).join("web/vae_playground.wasm");
    cmd!(sh, "wasm-bindgen --target web --out-name {name} --out-dir {directory} {wasm}")
        .run()
        .context("running wasm-bindgen")?;
    // Types of the wasm's own exports, which nobody needs.
    fs::remove_file(directory.join(format!("{name}_bg.wasm.d.ts")))?;
    slim::slim(&directory.join(format!("{name}_bg.wasm")), &directory.join(format!("{name}.js")))
}

/// Nothing lies in the first kilobyte, where the stack ends, which lets addresses be added up in loads and stores. Functions
/// in the order of their names have their like near them, which is 4 KB when gzipped.
const WASM_OPT: [&str; 6] = [
    "--low-memory-unused",
    "-O3",
    "--converge",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
];

/// Runs wasm-opt over `wasm`; the result for the same bytes is kept, as it takes a while.
fn optimise(project: &Project, wasm: &Path) -> Result<()> {
    let bytes = fs::read(wasm).with_context(|| format!("reading {}", wasm.display()))?;
    let digest = Sha256::new().chain_update(WASM_OPT.concat()).chain_update(&bytes).finalize();
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let kept = project.path("target/wasm-opt").join(format!("{digest}.wasm"));
    if !kept.exists() {
        let directory = kept.parent().context("no directory for wasm-opt's results")?;
        fs::create_dir_all(directory)?;
        let partial = kept.with_extension("partial");
        let wasm_opt = project.path("node_modules/binaryen/bin/wasm-opt");
        let sh = &project.sh;
        cmd!(sh, "node {wasm_opt} {WASM_OPT...} {wasm} --output {partial}")
            .run()
            .context("running wasm-opt")?;
        fs::rename(&partial, &kept)?;
    }
    copy(&kept, wasm)
}

pub(crate) fn copy_into(source: &Path, directory: &Path) -> Result<()> {
    let name = source.file_name().with_context(|| format!("{} has no file name", source.display()))?;
    copy(source, &directory.join(name))
}

pub(crate) fn copy(source: &Path, target: &Path) -> Result<()> {
    if let Some(directory) = target.parent() {
        fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    }
    fs::copy(source, target)
        .with_context(|| format!("copying {} to {}", source.display(), target.display()))?;
    Ok(())
}
