//! The benchmarks: each prints its table and leaves its figures as JSON.

use std::fs;

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::cmd;

use crate::project::Project;
use crate::system::Needs;
use crate::web::Profile;
use crate::{mnist, system, tools, web};

/// Where to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    /// CPU and GPU executors in a native program
    Native,
    /// CPU (wasm) and WebGPU in headless Chromium, on the built page
    Browser,
    /// This project and other libraries that train in a browser, in one Chromium
    Peers,
}

/// Runs the benchmarks of `place`, or all.
pub(crate) fn run(project: &Project, place: Option<Place>) -> Result<()> {
    let results = project.path("target/bench");
    fs::create_dir_all(&results).with_context(|| format!("creating {}", results.display()))?;
    for each in [Place::Native, Place::Browser, Place::Peers] {
        if place.is_none_or(|place| place == each) {
            let json = results.join(match each {
                Place::Native => "native.json",
                Place::Browser => "browser.json",
                Place::Peers => "peers.json",
            });
            match each {
                Place::Native => native(project, &json)?,
                Place::Browser => browser(project, &json)?,
                Place::Peers => peers(project, &json)?,
            }
            println!("figures: {}", json.display());
        }
    }
    Ok(())
}

fn native(project: &Project, json: &std::path::Path) -> Result<()> {
    tools::npm_packages(project)?;
    mnist::ensure(project)?;
    let sh = &project.sh;
    cmd!(sh, "cargo bench --bench steps -- --json {json}").run()?;
    if cmd!(sh, "python3 --version").quiet().ignore_stdout().run().is_ok() {
        // It says so itself where there is no PyTorch, or no device for it.
        cmd!(sh, "python3 benches/steps/pytorch.py").run()?;
    } else {
        println!("PyTorch: no python3; nothing to compare with");
    }
    Ok(())
}

fn browser(project: &Project, json: &std::path::Path) -> Result<()> {
    system::ensure(project, Needs { chromium: true, ..Needs::default() })?;
    web::build(project, Profile::Release)?;
    let sh = &project.sh;
    let chromium = system::chromium().context("no Chromium found")?;
    cmd!(sh, "node tests/browser/bench.mjs --json {json}").env("CHROMIUM", chromium).run()?;
    Ok(())
}

fn peers(project: &Project, json: &std::path::Path) -> Result<()> {
    system::ensure(project, Needs { chromium: true, ..Needs::default() })?;
    web::build(project, Profile::Release)?;
    let sh = &project.sh;
    tools::peers(project)?;
    let chromium = system::chromium().context("no Chromium found")?;
    cmd!(sh, "node benches/peers/peers.mjs --json {json}").env("CHROMIUM", chromium).run()?;
    Ok(())
}
