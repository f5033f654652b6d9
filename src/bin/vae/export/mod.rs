//! `vae export --pytorch`: a folder in which a checkpoint's model lives on without this program.

mod model;
mod train;

use std::fs;
use std::path::Path;

use vae_playground::checkpoint::{self, Precision};
use vae_playground::params::Layout;
use vae_playground::presets::Recipe;
use vae_playground::{Error, Result};

use crate::args::ExportArgs;
use crate::files;

pub(crate) fn run(args: &ExportArgs) -> Result<()> {
    let loaded = checkpoint::load(&files::read(&args.model)?)?;
    let (spec, layout) = (&loaded.spec, Layout::new(&loaded.spec)?);
    let recipe = Recipe::of_notes(&loaded.provenance)?.unwrap_or_default();
    let weights = checkpoint::save(spec, &layout, &loaded.params, &loaded.provenance, Precision::F32)?;
    let labels =
        if spec.classes > 0 { format!(", torch.arange(16) % {}", spec.classes) } else { String::new() };
    let readme = fill(
        include_str!("templates/README.md"),
        &[
            ("parameters", &layout.parameter_count().to_string()),
            ("sample", &format!("vae.decode(torch.randn(16, {}){labels})", spec.latent)),
            ("batch", &recipe.config.batch.to_string()),
        ],
    );
    let written: [(&str, Vec<u8>); 5] = [
        ("model.py", model::source(spec)?.into_bytes()),
        ("train.py", train::source(spec, &recipe, &loaded.provenance)?.into_bytes()),
        ("model.safetensors", weights),
        ("requirements.txt", include_bytes!("templates/requirements.txt").to_vec()),
        ("README.md", readme.into_bytes()),
    ];
    prepare(&args.pytorch)?;
    for (name, bytes) in written {
        files::write(&args.pytorch.join(name), &bytes)?;
    }
    Ok(())
}

/// Makes the folder. One that holds anything is refused: a model trained there earlier must not get another's
/// description.
fn prepare(folder: &Path) -> Result<()> {
    let refused = |problem: &str| {
        let problem = format!("{} {problem}, expected a new or an empty folder", folder.display());
        Err(Error::argument("pytorch", problem))
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                refused("is not empty")
            } else {
                Ok(())
            }
        }
        Err(_) if folder.exists() => refused("is no folder that can be read"),
        Err(_) => fs::create_dir_all(folder).map_err(|e| files::at(folder, &e)),
    }
}

/// A template with every `{{key}}` replaced by its value, in one pass: what a value holds is not looked at.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let found = after.split_once("}}").and_then(|(name, after)| {
            values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value, after))
        });
        let (value, after) = found.unwrap_or(("{{", after));
        text.push_str(value);
        rest = after;
    }
    text + rest
}
