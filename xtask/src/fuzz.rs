//! `cargo xtask fuzz`: every fuzz target for a bounded time, and what it found into the corpus.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::project::Project;
use crate::tools;

/// Largest input that is tried, in bytes.
const LONGEST: &str = "4096";
/// Largest input that is kept, in bytes: the corpus is part of the repository.
const LONGEST_KEPT: u64 = 600;
/// A single allocation over this many megabytes is a failure: no input is a thousandth as long.
const LARGEST_ALLOCATION: &str = "64";

/// Runs each target for `seconds`; with `keep`, the corpus then gets the inputs that reach what seeds do not.
pub(crate) fn run(project: &Project, seconds: u32, keep: bool) -> Result<()> {
    tools::cargo_fuzz(project)?;
    let sh = &project.sh;
    // The instrumentation is behind unstable flags, which this lets the stable compiler take.
    let _unstable = sh.push_env("RUSTC_BOOTSTRAP", "1");
    let targets = cmd!(sh, "cargo fuzz list").read()?;
    let mut failed = Vec::new();
    for target in targets.lines() {
        println!("\n==== {target}, {seconds} s ====");
        if let Err(error) = explore(project, target, seconds) {
            eprintln!("error: {error:#}");
            failed.push(target);
        } else if keep {
            merge(project, target)?;
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} failed; the inputs are in fuzz/artifacts", failed.join(", "))
}

/// Runs one target; inputs that reach something new go to `target/fuzz`.
fn explore(project: &Project, target: &str, seconds: u32) -> Result<()> {
    let sh = &project.sh;
    let found = project.path("target/fuzz").join(target);
    fs::create_dir_all(&found).with_context(|| format!("creating {}", found.display()))?;
    let [corpus, seeds] = ["corpus", "seeds"].map(|kind| format!("fuzz/{kind}/{target}"));
    let dictionary = format!("fuzz/dictionaries/{target}.dict");
    let limits = [
        format!("-max_total_time={seconds}"),
        format!("-max_len={LONGEST}"),
        format!("-malloc_limit_mb={LARGEST_ALLOCATION}"),
        "-timeout=10".to_owned(),
    ];
    cmd!(sh, "cargo fuzz run {target} {found} {corpus} {seeds} -- -dict={dictionary} -print_final_stats=1 {limits...}")
        .run()
        .with_context(|| format!("fuzzing {target}"))
}

/// Makes the corpus of `target` the fewest short inputs, of those in it and those found, that reach what seeds do not.
fn merge(project: &Project, target: &str) -> Result<()> {
    let sh = &project.sh;
    let [corpus, seeds] = ["corpus", "seeds"].map(|kind| project.path("fuzz").join(kind).join(target));
    let found = project.path("target/fuzz").join(target);
    let (candidates, merged) = (sh.create_temp_dir()?, sh.create_temp_dir()?);
    for folder in [&corpus, &found] {
        copy(folder, candidates.path(), |length| length <= LONGEST_KEPT)?;
    }
    copy(&seeds, merged.path(), |_| true)?;
    let (from, into) = (candidates.path(), merged.path());
    cmd!(
        sh,
        "cargo fuzz run {target} {into} {from} -- -set_cover_merge=1 -use_counters=0 -max_len={LONGEST}"
    )
    .run()
    .with_context(|| format!("merging the corpus of {target}"))?;
    for seed in fs::read_dir(&seeds)? {
        fs::remove_file(into.join(seed?.file_name()))?;
    }
    fs::remove_dir_all(&corpus).with_context(|| format!("emptying {}", corpus.display()))?;
    fs::create_dir(&corpus)?;
    copy(into, &corpus, |_| true)
}

/// Copies the files of `from` whose length is `wanted`.
fn copy(from: &Path, into: &Path, wanted: impl Fn(u64) -> bool) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        if wanted(entry.metadata()?.len()) {
            fs::copy(entry.path(), into.join(entry.file_name()))?;
        }
    }
    Ok(())
}
