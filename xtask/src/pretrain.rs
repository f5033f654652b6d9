//! The recipes of the models in `pretrained/`.

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use xshell::cmd;

use crate::coarsen::coarsen;
use crate::project::Project;
use crate::{mnist, tools};

/// Everything that decides a model's weights, besides the code. Always trained on the CPU, where a
/// seed gives the same bits each time.
#[derive(Debug)]
struct Model {
    /// The preset, and the name of the file.
    name: &'static str,
    /// Flags of `vae train`, over the preset's recipe; each run after the first resumes the one before.
    runs: &'static [&'static str],
    /// Flags of `vae eval`, for the figures of pretrained/README.md.
    measures: &'static [&'static str],
}

const MODELS: [Model; 6] = [
    Model {
        name: "dense-20",
        runs: &["--epochs 30"],
        measures: &["--samples 10", "--samples 10 --binarize dynamic --iw 1000"],
    },
    Model {
        name: "dense-2",
        // The importance-weighted end widens posteriors that missed a mode.
        runs: &["--epochs 60", "--objective dreg --samples 5 --epochs 70 --lr 4e-3"],
        measures: &[
            "--binarize dynamic --quadrature --points 801 --iw 5000",
            "--binarize dynamic --iw 5000 --proposal mixture",
        ],
    },
    Model {
        name: "mini-2",
        runs: &["--epochs 120"],
        measures: &[
            "--binarize dynamic --quadrature --points 801",
            "--binarize dynamic --quadrature --points 801 --iw 5000 --proposal mixture --limit 1000",
        ],
    },
    Model {
        name: "conv-16",
        runs: &["--epochs 20"],
        measures: &["--samples 10", "--binarize dynamic --iw 100 --limit 1000"],
    },
    Model {
        name: "iwae-50",
        // Few draws for most of the way: fifty cost six times as much.
        runs: &[
            "--samples 8 --schedule constant --epochs 56",
            "--schedule cosine --lr 1.2e-3 --epochs 180 --stop-after 114",
            "--lr 1.9e-3 --epochs 160",
        ],
        measures: &["--binarize dynamic --iw 5000"],
    },
    Model {
        name: "cvae-20",
        runs: &["--epochs 30"],
        measures: &["--samples 10", "--samples 10 --binarize dynamic --iw 1000"],
    },
];

/// What the page opens with, and the element: its weights are the most that either transfers, so they lie on a grid.
/// Beside them lies what the model makes of the page's test digits, which are shown before the engine is there.
const OPENING: &str = "mini-2";
/// The grid of the opening model's weights: so many parts of one.
const PARTS: f32 = 32.0;

/// The names that the command line accepts.
pub(crate) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(MODELS.map(|model| model.name))
}

/// Makes the model called `name`, or all of them, and prints each one's quality on the test set.
pub(crate) fn run(project: &Project, name: Option<&str>) -> Result<()> {
    tools::npm_packages(project)?;
    mnist::ensure(project)?;
    for model in MODELS.iter().filter(|model| name.is_none_or(|name| name == model.name)) {
        make(project, model)?;
    }
    Ok(())
}

fn make(project: &Project, model: &Model) -> Result<()> {
    let sh = &project.sh;
    let data = mnist::directory(project);
    let name = model.name;
    // Runs leave what resuming needs beside their file, which pretrained/ does not keep.
    let work = project.path(format!("target/pretrain/{name}.safetensors"));
    let shipped = project.path(format!("pretrained/{name}.safetensors"));
    sh.create_dir(project.path("target/pretrain"))?;
    for (i, flags) in model.runs.iter().enumerate() {
        let flags = flags.split_whitespace();
        let from =
            if i == 0 { vec!["--preset".into(), name.into()] } else { vec!["--resume".into(), work.clone()] };
        cmd!(
            sh,
            "cargo run --release --bin vae -- train {from...} --data {data} --out {work} --backend cpu --f16 {flags...}"
        )
        .run()?;
    }
    sh.copy_file(&work, &shipped)?;
    if name == OPENING {
        coarsen(&shipped, PARTS)?;
        let digits = project.path("target/pretrain");
        mnist::write_some(project, &digits)?;
        let images = digits.join("some-images-idx3-ubyte.gz");
        let posteriors =
            cmd!(sh, "cargo run --release --bin vae -- encode --model {shipped} --input {images} --json")
                .read()?;
        sh.write_file(project.path(format!("pretrained/{name}.posteriors.json")), posteriors + "\n")?;
    }
    for flags in model.measures {
        let flags = flags.split_whitespace();
        cmd!(
            sh,
            "cargo run --release --bin vae -- eval --model {shipped} --data {data} --backend cpu --json {flags...}"
        )
        .run()?;
    }
    Ok(())
}
