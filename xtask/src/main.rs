//! The project's commands, one module each: `cargo xtask serve | test | build | pack | bench | pretrain | fuzz`.

mod api_docs;
mod audit;
mod bench;
mod bundle;
mod coarsen;
mod fuzz;
mod gzip;
mod inline;
mod mnist;
mod offline;
mod pack;
mod package_check;
mod pretrain;
mod project;
mod serve_check;
mod shaders;
mod size;
mod slim;
mod stages;
mod system;
mod test;
mod tools;
mod wasm_version;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::project::Project;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Commands of VAE Playground", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the page, serve it on 127.0.0.1 and build again when a source changes
    Serve {
        /// Port to listen on
        #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        #[command(flatten)]
        profile: ProfileArgs,
    },
    /// Build the static site into dist/: copy it to any host, also under a sub-path
    Build {
        #[command(flatten)]
        profile: ProfileArgs,
    },
    /// Make the npm package: a tarball in target/npm/
    Pack {
        /// A built site to take wasm and weights from; one is built when left out
        #[arg(long)]
        site: Option<PathBuf>,
    },
    /// Describe the package's API from its types: pages in target/npm/docs/
    Docs {
        /// A built site to take wasm and weights from; one is built when left out
        #[arg(long)]
        site: Option<PathBuf>,
    },
    /// Run every test; ends non-zero on any failure or missing GPU adapter
    Test {
        /// Run only these stages (all when none is named)
        #[arg(value_enum)]
        stages: Vec<stages::Stage>,
    },
    /// Run the benchmarks: print a table, write JSON to target/bench/
    Bench {
        /// Where to measure (both when left out)
        #[arg(value_enum)]
        place: Option<bench::Place>,
    },
    /// Make pretrained/ again from MNIST, with recorded seeds
    Pretrain {
        /// Which model (all when left out)
        #[arg(value_parser = pretrain::names())]
        name: Option<String>,
    },
    /// Give every reader hostile bytes, for a bounded time
    Fuzz {
        /// Seconds for each target
        #[arg(default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
        seconds: u32,
        /// Take what was found into fuzz/corpus
        #[arg(long)]
        keep: bool,
    },
    /// What Trunk calls before and after it builds the page (see Trunk.toml)
    #[command(hide = true)]
    Hook {
        #[arg(value_enum)]
        when: HookStage,
    },
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct ProfileArgs {
    /// Optimised build (the default)
    #[arg(long)]
    release: bool,
    /// Quick, less optimised build
    #[arg(long)]
    dev: bool,
}

impl ProfileArgs {
    fn profile(&self) -> web::Profile {
        if self.dev { web::Profile::Dev } else { web::Profile::Release }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum HookStage {
    PreBuild,
    PostBuild,
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let project = Project::open()?;
    match cli.command {
        Command::Serve { port, profile } => web::serve(&project, port, profile.profile())?,
        Command::Build { profile } => web::build(&project, profile.profile())?,
        Command::Pack { site } => {
            pack::run(&project, site.as_deref())?;
        }
        Command::Docs { site } => api_docs::run(&project, site.as_deref())?,
        Command::Test { stages } => return test::run(&project, &stages),
        Command::Bench { place } => bench::run(&project, place)?,
        Command::Pretrain { name } => pretrain::run(&project, name.as_deref())?,
        Command::Fuzz { seconds, keep } => fuzz::run(&project, seconds, keep)?,
        Command::Hook { when: HookStage::PreBuild } => web::pre_build_hook(&project)?,
        Command::Hook { when: HookStage::PostBuild } => web::post_build_hook(&project)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
