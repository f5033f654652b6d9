//! `vae info`: what a checkpoint holds.

use serde_json::json;
use vae_playground::Result;
use vae_playground::checkpoint;
use vae_playground::error::printable;
use vae_playground::params::Layout;

use crate::args::InfoArgs;
use crate::{files, output};

pub(crate) fn run(args: &InfoArgs) -> Result<()> {
    let loaded = checkpoint::load(&files::read(&args.model)?)?;
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
