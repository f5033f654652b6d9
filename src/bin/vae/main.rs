//! The native command line: train, evaluate, use, describe and export models.

mod args;
mod decode;
mod encode;
mod eval;
mod export;
mod files;
mod info;
mod labels;
mod measure;
mod output;
mod picture;
mod sample;
mod settings;
mod sheet;
mod train;

use std::process::ExitCode;

use clap::Parser;
use vae_playground::Error;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) if e.use_stderr() => return bad_usage(&e),
        Err(help) => return finish(output::line(help.to_string().trim_end())),
    };
    let outcome = match &cli.command {
        Command::Train(args) => train::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Encode(args) => encode::run(args),
        Command::Decode(args) => decode::run(args),
        Command::Sample(args) => sample::run(args),
        Command::Info(args) => info::run(args),
        Command::Export(args) => export::run(args),
    };
    finish(outcome)
}

fn finish(outcome: vae_playground::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("vae: {}", one_line(&e.to_string()));
            ExitCode::from(exit_code(&e))
        }
    }
}

/// 2 for what the caller can mend by giving something else, 1 for the rest.
fn exit_code(error: &Error) -> u8 {
    match error.code() {
        "invalid-argument" | "invalid-spec" | "invalid-checkpoint" => 2,
        _ => 1,
    }
}

fn bad_usage(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let message = text
        .lines()
        .take_while(|l| !["Usage:", "For more information"].iter().any(|end| l.starts_with(end)))
        .collect::<Vec<_>>()
        .join(" ");
    eprintln!("vae: {}", one_line(message.trim_start_matches("error: ")));
    ExitCode::from(2)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
