//! Where each parameter lives in one flat `f32` arena, and what it starts as.
//!
//! Gradients and the optimiser's moments mirror this layout, so an optimiser is one flat loop and a
//! checkpoint is one pass. Blocks start at multiples of 64 values (256 bytes, WebGPU's alignment of
//! storage bindings), so each can be bound on its own; the padding stays zero.

use std::ops::Range;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::op::{Space, View};
use crate::rng::{self, Purpose, Stream};
use crate::spec::{Stage, Stages, Transform, VaeSpec};

/// Blocks start at multiples of this many values.
pub const BLOCK_ALIGN: u32 = 64;

/// One named tensor, as PyTorch sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// PyTorch's name, such as `encoder.0.weight`.
    pub name: String,
    /// PyTorch's shape: `[outputs, inputs]` for a product's weight, `[small, large, kernel, kernel]` channels
    /// for a convolution's or its transpose's, `[outputs]` for biases.
    pub shape: Vec<u32>,
    /// Its values in the arena.
    pub range: Range<usize>,
    /// Values that feed one output: sets the scale of the initial values.
    pub fan_in: u32,
    /// Outputs that one input feeds (Glorot).
    pub fan_out: u32,
}

/// Weight and bias of one layer, as the kernels bind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Row-major in [`Space::Params`], shaped as [`Tensor::shape`] says.
    pub weight: View,
    /// One value for each output of a product or channel of an image, in [`Space::Params`].
    pub bias: View,
    /// Values of one row that goes in: K of a product.
    pub inputs: u32,
    /// Values of one row that comes out: N of a product.
    pub outputs: u32,
    /// What the layer computes.
    pub transform: Transform,
}

/// How initial values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Initialisation {
    /// PyTorch's default for linear layers and convolutions: weights and biases from U(−1/√fan_in, 1/√fan_in).
    #[default]
    PyTorch,
    /// Weights from U(−√(6/(fan_in+fan_out)), …) (Glorot and Bengio, 2010), biases zero.
    Glorot,
}

impl Initialisation {
    /// The way called `pytorch` or `glorot`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "pytorch" => Ok(Self::PyTorch),
            "glorot" => Ok(Self::Glorot),
            _ => Err(Error::argument("initialisation", format!("{name:?}, expected pytorch or glorot"))),
        }
    }
}

/// The parameters of a model: named tensors for checkpoints, blocks for kernels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Every named tensor, in PyTorch's order of registration.
    pub tensors: Vec<Tensor>,
    /// One block per encoder layer with parameters.
    pub encoder: Vec<Block>,
    /// μ and log σ² as one product with 2·latent outputs: rows `0..latent` are μ.
    pub heads: Block,
    /// One block per decoder layer with parameters, the added output layer included.
    pub decoder: Vec<Block>,
    /// Length of the arena in values, padding included.
    pub len: u32,
}

impl Layout {
    /// Lays out the parameters of a valid `spec`.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`] if the spec is not valid.
    pub fn new(spec: &VaeSpec) -> Result<Self> {
        spec.validate()?;
        let Stages { encoder, hidden, decoder, .. } = spec.stages()?;
        let names = Names::of(&encoder, &decoder);
        let mut b = Builder::default();
        let encoder = encoder.iter().enumerate().map(|(i, s)| b.stage(&names.encoder(i, s), s)).collect();
        let (mu, logvar) = names.heads();
        let heads = b.linear(&[(mu, spec.latent), (logvar, spec.latent)], hidden);
        let decoder = decoder.iter().enumerate().map(|(i, s)| b.stage(&names.decoder(i, s), s)).collect();
        Ok(Self { tensors: b.tensors, encoder, heads, decoder, len: b.len })
    }

    /// Number of trainable values, padding excluded.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.tensors.iter().map(|t| t.range.len()).sum()
    }

    /// The trainable values of an arena, tensor by tensor.
    #[must_use]
    pub fn pack(&self, arena: &[f32]) -> Vec<f32> {
        self.tensors.iter().flat_map(|t| &arena[t.range.clone()]).copied().collect()
    }

    /// The arena of trainable values, as [`Self::pack`] gives them.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for another number of values, and for one that is not finite.
    pub fn unpack(&self, values: &[f32]) -> Result<Vec<f32>> {
        let expected = self.parameter_count();
        if values.len() != expected {
            let problem = format!("{} values, expected {expected}", values.len());
            return Err(Error::argument("parameters", problem));
        }
        if let Some((i, value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::argument("parameters", format!("value {i} is {value}, expected finite ones")));
        }
        let mut arena = vec![0.0; self.len as usize];
        let mut rest = values;
        for tensor in &self.tensors {
            let (own, behind) = rest.split_at(tensor.range.len());
            arena[tensor.range.clone()].copy_from_slice(own);
            rest = behind;
        }
        Ok(arena)
    }

    /// Fresh parameters: an arena of [`Self::len`] values that depends on `seed` alone.
    #[must_use]
    pub fn initialise(&self, how: Initialisation, seed: u64) -> Vec<f32> {
        let mut arena = vec![0.0; self.len as usize];
        for (i, tensor) in self.tensors.iter().enumerate() {
            let bias = tensor.shape.len() == 1;
            let bound = match how {
                Initialisation::PyTorch => 1.0 / (tensor.fan_in as f32).sqrt(),
                Initialisation::Glorot if bias => continue,
                Initialisation::Glorot => (6.0 / (tensor.fan_in + tensor.fan_out) as f32).sqrt(),
            };
            let mut stream = Stream::new(rng::fold_seed(seed), Purpose::Initialise, i as u32);
            for value in &mut arena[tensor.range.clone()] {
                *value = stream.random_range(-bound..=bound);
            }
        }
        arena
    }
}

/// PyTorch's names for the modules of a spec.
enum Names {
    /// One linear layer on each side: the names of pytorch/examples' script.
    Examples,
    /// Anything else.
    Numbered,
}

impl Names {
    fn of(encoder: &[Stage], decoder: &[Stage]) -> Self {
        let products = encoder.iter().chain(decoder).all(|s| s.transform == Transform::Linear);
        if encoder.len() == 1 && decoder.len() == 2 && products { Self::Examples } else { Self::Numbered }
    }

    fn encoder(&self, i: usize, stage: &Stage) -> String {
        match self {
            Self::Examples => "fc1".into(),
            Self::Numbered => format!("encoder.{}", stage.index.unwrap_or(i)),
        }
    }

    fn heads(&self) -> (&'static str, &'static str) {
        match self {
            Self::Examples => ("fc21", "fc22"),
            Self::Numbered => ("mu", "logvar"),
        }
    }

    fn decoder(&self, i: usize, stage: &Stage) -> String {
        match (self, stage.index) {
            (Self::Examples, _) => format!("fc{}", 3 + i),
            (Self::Numbered, Some(index)) => format!("decoder.{index}"),
            (Self::Numbered, None) => "output".into(),
        }
    }
}

#[derive(Default)]
struct Builder {
    tensors: Vec<Tensor>,
    len: u32,
}

impl Builder {
    fn stage(&mut self, name: &str, stage: &Stage) -> Block {
        let (inputs, outputs) = (stage.input.len(), stage.output.len());
        match stage.transform {
            Transform::Linear => self.linear(&[(name, outputs)], inputs),
            Transform::Conv(g) | Transform::ConvTranspose(g) => {
                let weight = self.reserve(g.weight());
                let bias = self.reserve(stage.bias());
                // PyTorch takes a weight's second dimension for its inputs, even in a transposed convolution.
                let (fan_in, fan_out) = (g.taps(), g.small.channels * g.kernel * g.kernel);
                let shape = vec![g.small.channels, g.large.channels, g.kernel, g.kernel];
                self.tensor(format!("{name}.weight"), shape, weight.offset, [fan_in, fan_out]);
                self.tensor(format!("{name}.bias"), vec![stage.bias()], bias.offset, [fan_in, fan_out]);
                Block { weight, bias, inputs, outputs, transform: stage.transform }
            }
        }
    }

    /// One product whose output rows are shared by one or more named modules.
    fn linear(&mut self, modules: &[(&str, u32)], inputs: u32) -> Block {
        let outputs = modules.iter().map(|m| m.1).sum();
        let weight = self.reserve(outputs * inputs);
        let bias = self.reserve(outputs);
        let mut row = 0;
        for &(name, units) in modules {
            let fans = [inputs, units];
            let start = weight.offset + row * inputs;
            self.tensor(format!("{name}.weight"), vec![units, inputs], start, fans);
            self.tensor(format!("{name}.bias"), vec![units], bias.offset + row, fans);
            row += units;
        }
        Block { weight, bias, inputs, outputs, transform: Transform::Linear }
    }

    fn tensor(&mut self, name: String, shape: Vec<u32>, start: u32, [fan_in, fan_out]: [u32; 2]) {
        let (start, len) = (start as usize, shape.iter().product::<u32>() as usize);
        self.tensors.push(Tensor { name, shape, range: start..start + len, fan_in, fan_out });
    }

    fn reserve(&mut self, len: u32) -> View {
        let view = View { space: Space::Params, offset: self.len, len };
        self.len = (self.len + len).next_multiple_of(BLOCK_ALIGN);
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    #[test]
    fn dense_20_has_the_names_and_size_of_pytorch_examples() {
        let layout = Layout::new(&presets::spec("dense-20").unwrap()).unwrap();
        let names: Vec<&str> = layout.tensors.iter().map(|t| t.name.as_str()).collect();
        let modules = ["fc1", "fc21", "fc22", "fc3", "fc4"];
        let expected: Vec<String> =
            modules.iter().flat_map(|m| [format!("{m}.weight"), format!("{m}.bias")]).collect();
        assert_eq!(names, expected);
        assert_eq!(layout.parameter_count(), 652_824);
    }

    #[test]
    fn blocks_are_aligned_and_tensors_never_overlap() {
        for name in presets::NAMES {
            let layout = Layout::new(&presets::spec(name).unwrap()).unwrap();
            let blocks = layout.encoder.iter().chain([&layout.heads]).chain(&layout.decoder);
            for block in blocks {
                assert_eq!(block.weight.offset % BLOCK_ALIGN, 0);
                assert_eq!(block.bias.offset % BLOCK_ALIGN, 0);
            }
            let mut ranges: Vec<_> = layout.tensors.iter().map(|t| t.range.clone()).collect();
            ranges.sort_by_key(|r| r.start);
            assert!(ranges.windows(2).all(|w| w[0].end <= w[1].start));
            assert!(ranges.last().unwrap().end <= layout.len as usize);
        }
    }

    #[test]
    fn trainable_values_come_out_and_go_in_again() {
        for name in ["dense-2", "conv-2", "cvae-20"] {
            let layout = Layout::new(&presets::spec(name).unwrap()).unwrap();
            let arena = layout.initialise(Initialisation::PyTorch, 3);
            let values = layout.pack(&arena);
            assert_eq!(values.len(), layout.parameter_count());
            assert_eq!(values[0], arena[layout.tensors[0].range.start]);
            assert_eq!(layout.unpack(&values).unwrap(), arena);
            let short = layout.unpack(&values[1..]).unwrap_err().to_string();
            assert!(short.contains(&format!("{} values, expected", values.len() - 1)), "{short}");
            let mut bad = values;
            bad[7] = f32::NAN;
            assert_eq!(
                layout.unpack(&bad).unwrap_err().to_string(),
                "parameters: value 7 is NaN, expected finite ones"
            );
        }
    }

    #[test]
    fn initial_values_fill_the_interval_and_depend_on_the_seed() {
        let layout = Layout::new(&presets::spec("dense-20").unwrap()).unwrap();
        let arena = layout.initialise(Initialisation::PyTorch, 1);
        assert_eq!(arena, layout.initialise(Initialisation::PyTorch, 1));
        assert_ne!(arena, layout.initialise(Initialisation::PyTorch, 2));
        let w = &arena[layout.tensors[0].range.clone()];
        let bound = 1.0 / 28.0_f32;
        let (low, high) = w.iter().fold((0.0_f32, 0.0_f32), |(l, h), &v| (l.min(v), h.max(v)));
        assert!(low >= -bound && low < -0.99 * bound && high <= bound && high > 0.99 * bound);
        let glorot = layout.initialise(Initialisation::Glorot, 1);
        assert!(glorot[layout.tensors[1].range.clone()].iter().all(|&b| b == 0.0));
    }
}
