//! The recipes of the models in `pretrained/`.

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use xshell::cmd;

use crate::project::Project;
use crate::{mnist, tools};

/// Everything that decides a model's weights, besides the code. Always trained on the CPU, where a
/// seed gives the same bits each time.
#[derive(Debug)]
struct Recipe {
    /// The preset, and the name of the file.
    name: &'static str,
    epochs: u32,
    batch: u32,
    learning_rate: &'static str,
    seed: u64,
}

const RECIPES: [Recipe; 1] =
    [Recipe { name: "dense-20", epochs: 30, batch: 128, learning_rate: "1e-3", seed: 1 }];

/// The names that the command line accepts.
pub(crate) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(RECIPES.map(|recipe| recipe.name))
}

/// Makes the model called `name`, or all of them, and prints each one's quality on the test set.
pub(crate) fn run(project: &Project, name: Option<&str>) -> Result<()> {
    tools::npm_packages(project)?;
    mnist::ensure(project)?;
    let sh = &project.sh;
    let data = mnist::directory(project);
    for recipe in RECIPES.iter().filter(|recipe| name.is_none_or(|name| name == recipe.name)) {
        let Recipe { name: preset, learning_rate, .. } = recipe;
        let out = project.path(format!("pretrained/{preset}.safetensors"));
        let (epochs, batch) = (recipe.epochs.to_string(), recipe.batch.to_string());
        let seed = recipe.seed.to_string();
        cmd!(
            sh,
            "cargo run --release --bin vae -- train --preset {preset} --data {data} --out {out} --epochs {epochs}
             --batch {batch} --lr {learning_rate} --seed {seed} --backend cpu --f16"
        )
        .run()?;
        // The figures of pretrained/README.md.
        for targets in ["none", "dynamic"] {
            cmd!(
                sh,
                "cargo run --release --bin vae -- eval --model {out} --data {data} --backend cpu --samples 10
                 --binarize {targets} --json"
            )
            .run()?;
        }
    }
    Ok(())
}
