//! A model as a safetensors file that PyTorch's `load_state_dict(strict=True)` takes.
//!
//! Tensors have PyTorch's names and shapes, `__metadata__.spec` the spec as JSON, and the rest of the metadata
//! tells where the model comes from. A file without a spec is read if its tensors have the names of the
//! VAE in pytorch/examples: `fc1`, `fc21` (μ), `fc22` (log σ²), `fc3`, `fc4`.

use std::collections::BTreeMap;

pub use crate::container::Precision;
use crate::container::{self, Container, Named};
use crate::error::{Error, Result};
use crate::params::Layout;
use crate::spec::{Activation, ImageShape, LayerSpec, Likelihood, VaeSpec};

/// The metadata key of the spec.
const SPEC: &str = "spec";
/// Tensors under this prefix are those of a run to be resumed, not of the model.
const STATE: &str = "state.";

/// What a checkpoint holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// What the model is.
    pub spec: VaeSpec,
    /// Its parameters, an arena of [`Layout`], padding zero.
    pub params: Vec<f32>,
    /// The metadata besides the spec: how the model was made.
    pub provenance: BTreeMap<String, String>,
}

/// Writes a checkpoint; the same arguments give the same bytes.
///
/// # Errors
/// [`Error::InvalidArgument`] if `params` does not have the length of `layout`, holds a value that is not finite or
/// too large for `precision`, or if `provenance` has a key `spec`.
pub fn save(
    spec: &VaeSpec,
    layout: &Layout,
    params: &[f32],
    provenance: &BTreeMap<String, String>,
    precision: Precision,
) -> Result<Vec<u8>> {
    if params.len() != layout.len as usize {
        let problem = format!("{} values, expected {}", params.len(), layout.len);
        return Err(Error::argument("params", problem));
    }
    let mut notes = provenance.clone();
    if notes.insert(SPEC.to_owned(), spec.to_json()).is_some() {
        return Err(Error::argument("provenance", "the key \"spec\" is the spec's own"));
    }
    let tensors: Vec<Named<'_>> = layout
        .tensors
        .iter()
        .map(|t| Named { name: &t.name, shape: &t.shape, values: &params[t.range.clone()] })
        .collect();
    container::write(notes, &tensors, precision)
}

/// Reads a checkpoint, whatever the bytes are.
///
/// # Errors
/// [`Error::InvalidCheckpoint`] that names the tensor and what was expected; [`Error::Unsupported`] for a model that
/// this version cannot build.
pub fn load(bytes: &[u8]) -> Result<Checkpoint> {
    let file = Container::open(bytes)?;
    let spec = match file.note(SPEC) {
        Some(json) => VaeSpec::from_json(json).map_err(in_checkpoint)?,
        None => infer_spec(&file)?,
    };
    let layout = Layout::new(&spec).map_err(in_checkpoint)?;
    for tensor in &layout.tensors {
        file.expect(&tensor.name, &tensor.shape)?;
    }
    let known = |name: &str| name.starts_with(STATE) || layout.tensors.iter().any(|t| t.name == name);
    if let Some(name) = file.names().find(|name| !known(name)) {
        return Err(Error::checkpoint(format!("tensor {name} has no place in the model")));
    }
    // Every tensor is in the file by now, so the arena is not much larger than the file.
    let mut params = vec![0.0; layout.len as usize];
    for tensor in &layout.tensors {
        file.read(&tensor.name, &mut params[tensor.range.clone()])?;
    }
    let mut provenance = file.notes().clone();
    provenance.remove(SPEC);
    Ok(Checkpoint { spec, params, provenance })
}

/// The spec of a file of pytorch/examples' script, which stores none: sizes from shapes, ReLU, Bernoulli; of
/// a conditional one as well.
fn infer_spec(file: &Container<'_>) -> Result<VaeSpec> {
    let weight = |name: &str| match file.shape(name) {
        Some(&[out, inputs]) => Ok((size(name, out)?, size(name, inputs)?)),
        Some(shape) => Err(no_spec(format!("tensor {name} has shape {shape:?}, expected two dimensions"))),
        None => Err(no_spec(format!("there is no tensor {name}"))),
    };
    let hidden = |units| vec![LayerSpec::Linear { units, activation: Activation::Relu }];
    let (encoder, inputs) = weight("fc1.weight")?;
    let (latent, _) = weight("fc21.weight")?;
    let (units, decoder_inputs) = weight("fc3.weight")?;
    let (pixels, _) = weight("fc4.weight")?;
    // A conditional model has its label behind the pixels and behind z.
    let classes = inputs.saturating_sub(pixels);
    if decoder_inputs != latent.saturating_add(classes) || inputs != pixels.saturating_add(classes) {
        let problem = format!(
            "fc1 takes {inputs} values for {pixels} pixels, fc3 {decoder_inputs} for {latent} dimensions"
        );
        return Err(no_spec(problem));
    }
    let mut decoder = hidden(units);
    if units == pixels {
        // Else this layer would be taken for the one to the logits.
        decoder.push(LayerSpec::Linear { units: pixels, activation: Activation::Identity });
    }
    let spec = VaeSpec {
        input: image_shape(pixels),
        encoder: hidden(encoder),
        latent,
        decoder,
        likelihood: Likelihood::Bernoulli {},
        classes,
    };
    spec.validate().map_err(in_checkpoint)?;
    Ok(spec)
}

/// The shape of an image of which only the number of pixels is known: square where that can be.
const fn image_shape(pixels: u32) -> ImageShape {
    let side = pixels.isqrt();
    if side * side == pixels {
        ImageShape { channels: 1, height: side, width: side }
    } else {
        ImageShape { channels: 1, height: 1, width: pixels }
    }
}

fn size(name: &str, n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| no_spec(format!("tensor {name} has a dimension of {n}")))
}

fn no_spec(problem: String) -> Error {
    let expected = "expected one, or the tensors fc1, fc21, fc22, fc3 and fc4 of pytorch/examples";
    Error::checkpoint(format!("no spec in the metadata, {expected}: {problem}"))
}

/// A bad spec within a file is a bad file.
fn in_checkpoint(error: Error) -> Error {
    match error {
        Error::InvalidSpec { .. } => Error::checkpoint(error.to_string()),
        other => other,
    }
}
