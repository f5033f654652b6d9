//! `vae info`: what a checkpoint holds, and which presets there are.

use std::collections::BTreeMap;

use serde::Serialize;
use vae_playground::checkpoint::{self, Checkpoint};
use vae_playground::error::printable;
use vae_playground::params::Layout;
use vae_playground::presets::{self, Recipe};
use vae_playground::{Error, Result, VaeSpec};

use crate::args::InfoArgs;
use crate::{files, output};

/// A preset. Structs rather than JSON values, which would show floats with digits that they do not have.
#[derive(Serialize)]
struct PresetLine<'a> {
    preset: &'a str,
    spec: &'a VaeSpec,
    parameters: usize,
    recipe: &'a Recipe,
}

/// A checkpoint.
#[derive(Serialize)]
struct CheckpointLine<'a> {
    spec: &'a VaeSpec,
    parameters: usize,
    tensors: Vec<TensorLine<'a>>,
    provenance: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct TensorLine<'a> {
    name: &'a str,
    shape: &'a [u32],
}

pub(crate) fn run(args: &InfoArgs) -> Result<()> {
    match &args.model {
        Some(path) => describe(args, &checkpoint::load(&files::read(path)?)?),
        None if !args.presets => Err(Error::argument("model", "missing; give --model or --presets")),
        None => presets::NAMES.iter().try_for_each(|name| list(args, name)),
    }
}

fn list(args: &InfoArgs, name: &str) -> Result<()> {
    let preset = presets::preset(name)?;
    let parameters = Layout::new(&preset.spec)?.parameter_count();
    if args.json {
        return print(&PresetLine { preset: name, spec: &preset.spec, parameters, recipe: &preset.recipe });
    }
    output::line(&format!("{name:12} {parameters:8} parameters  {}", preset.spec.to_json()))
}

fn print(line: &impl Serialize) -> Result<()> {
    output::line(&serde_json::to_string(line).expect("text and finite numbers make JSON"))
}

fn describe(args: &InfoArgs, loaded: &Checkpoint) -> Result<()> {
    let layout = Layout::new(&loaded.spec)?;
    if args.json {
        let tensors = layout.tensors.iter().map(|t| TensorLine { name: &t.name, shape: &t.shape }).collect();
        return print(&CheckpointLine {
            spec: &loaded.spec,
            parameters: layout.parameter_count(),
            tensors,
            provenance: &loaded.provenance,
        });
    }
    output::line(&format!("spec        {}", loaded.spec.to_json()))?;
    output::line(&format!("parameters  {}", layout.parameter_count()))?;
    for tensor in &layout.tensors {
        output::line(&format!("  {:20} {:?}", tensor.name, tensor.shape))?;
    }
    for (key, value) in &loaded.provenance {
        output::line(&format!("{:20} {}", printable(key), printable(value)))?;
    }
    Ok(())
}
