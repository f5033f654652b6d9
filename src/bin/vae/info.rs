//! `vae info`: what a checkpoint holds, and which presets there are.

use serde_json::json;
use vae_playground::checkpoint::{self, Checkpoint};
use vae_playground::error::printable;
use vae_playground::params::Layout;
use vae_playground::{Error, Result, presets};

use crate::args::InfoArgs;
use crate::{files, output};

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
        let line = json!({
            "preset": name,
            "spec": preset.spec,
            "parameters": parameters,
            "recipe": preset.recipe,
        });
        return output::line(&line.to_string());
    }
    output::line(&format!("{name:12} {parameters:8} parameters  {}", preset.spec.to_json()))
}

fn describe(args: &InfoArgs, loaded: &Checkpoint) -> Result<()> {
    let layout = Layout::new(&loaded.spec)?;
    if args.json {
        let tensors: Vec<_> =
            layout.tensors.iter().map(|t| json!({ "name": t.name, "shape": t.shape })).collect();
        let line = json!({
            "spec": loaded.spec,
            "parameters": layout.parameter_count(),
            "tensors": tensors,
            "provenance": loaded.provenance,
        });
        return output::line(&line.to_string());
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
