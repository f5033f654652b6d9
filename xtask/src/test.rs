//! `cargo xtask test`: runs every stage, goes on after a failure, and sums up.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;

use crate::project::Project;
use crate::stages::{Outcome, Stage};
use crate::system::Needs;
use crate::{mnist, system, tools};

/// Installs what is missing and runs the `chosen` stages, or all when none is chosen.
pub(crate) fn run(project: &Project, chosen: &[Stage]) -> Result<ExitCode> {
    system::ensure(project, needs(chosen))?;
    tools::lints(project)?;
    tools::ensure(project)?;
    mnist::ensure(project)?;

    let mut lines = Vec::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for stage in Stage::value_variants() {
        if !chosen.is_empty() && !chosen.contains(stage) {
            continue;
        }
        println!("\n==== {} ====", stage.title());
        let start = Instant::now();
        let verdict = match stage.run(project) {
            Ok(Outcome::Passed) => {
                passed += 1;
                "ok".to_owned()
            }
            Ok(Outcome::Skipped(reason)) => {
                skipped += 1;
                format!("skipped: {reason}")
            }
            Err(error) => {
                failed += 1;
                eprintln!("error: {error:#}");
                format!("FAILED: {error:#}")
            }
        };
        lines.push(format!("{:>6.1} s  {}: {verdict}", start.elapsed().as_secs_f64(), stage.title()));
    }

    println!("\n==== summary ====");
    for line in lines {
        println!("{line}");
    }
    println!("{}", summary(passed, failed, skipped));
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the chosen stages, or all of them, need of the system.
fn needs(chosen: &[Stage]) -> Needs {
    let any = |stages: &[Stage]| chosen.is_empty() || chosen.iter().any(|stage| stages.contains(stage));
    Needs {
        // SwiftShader comes with it.
        chromium: any(&[
            Stage::Swiftshader,
            Stage::BrowserCpu,
            Stage::BrowserWebgpu,
            Stage::Engines,
            Stage::Package,
        ]),
        vulkan: any(&[Stage::Native, Stage::Swiftshader]),
        engines: any(&[Stage::Engines]),
    }
}

/// The closing line, in the form that tools which read test output know.
fn summary(passed: u32, failed: u32, skipped: u32) -> String {
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    format!("{passed} passed, {failed} failed{skipped}")
}

#[cfg(test)]
mod tests {
    use super::{needs, summary};
    use crate::stages::Stage;
    use crate::system::Needs;

    #[test]
    fn only_what_is_chosen_needs_something() {
        assert_eq!(needs(&[Stage::Fmt, Stage::Wasm]), Needs::default());
        assert!(needs(&[Stage::Native]).vulkan && !needs(&[Stage::Native]).engines);
        assert_eq!(needs(&[]), Needs { chromium: true, vulkan: true, engines: true });
    }

    #[test]
    fn the_closing_line_counts_stages() {
        assert_eq!(summary(12, 0, 0), "12 passed, 0 failed");
        assert_eq!(summary(10, 2, 1), "10 passed, 2 failed, 1 skipped");
    }
}
