//! Where each parameter lives in one flat `f32` arena, and what it starts as.
//!
//! Gradients and the optimiser's moments mirror this layout, so an optimiser is one flat loop and a
//! checkpoint is one pass. Blocks start at multiples of 64 values (256 bytes, WebGPU's alignment of
//! storage bindings), so each can be bound on its own; the padding stays zero.

use std::ops::Range;

use rand::RngExt;

use crate::error::Result;
use crate::op::{Space, View};
use crate::rng::{self, Purpose, Stream};
use crate::spec::{LayerSpec, VaeSpec};

/// Blocks start at multiples of this many values.
pub const BLOCK_ALIGN: u32 = 64;

/// One named tensor, as PyTorch sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// PyTorch's name, such as `encoder.0.weight`.
    pub name: String,
    /// PyTorch's shape: `[outputs, inputs]` for weights, `[outputs]` for biases.
    pub shape: Vec<u32>,
    /// Its values in the arena.
    pub range: Range<usize>,
    /// Values that feed one output: sets the scale of the initial values.
    pub fan_in: u32,
    /// Outputs that one input feeds (Glorot).
    pub fan_out: u32,
}

/// Weight and bias of one product, as the kernels bind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// `[outputs, inputs]`, row-major, in [`Space::Params`].
    pub weight: View,
    /// `[outputs]`, in [`Space::Params`].
    pub bias: View,
    /// K of the forward product.
    pub inputs: u32,
    /// N of the forward product.
    pub outputs: u32,
}

/// How initial values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initialisation {
    /// PyTorch's default for linear layers: weights and biases from U(−1/√fan_in, 1/√fan_in).
    #[default]
    PyTorch,
    /// Weights from U(−√(6/(fan_in+fan_out)), …) (Glorot and Bengio, 2010), biases zero.
    Glorot,
}

/// The parameters of a model: named tensors for checkpoints, blocks for kernels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Every named tensor, in PyTorch's order of registration.
    pub tensors: Vec<Tensor>,
    /// One block per encoder layer.
    pub encoder: Vec<Block>,
    /// μ and log σ² as one product with 2·latent outputs: rows `0..latent` are μ.
    pub heads: Block,
    /// One block per decoder layer, the added output layer included.
    pub decoder: Vec<Block>,
    /// Length of the arena in values, padding included.
    pub len: u32,
}

impl Layout {
    /// Lays out the parameters of a valid `spec`.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`](crate::Error::InvalidSpec) if the spec is not valid.
    pub fn new(spec: &VaeSpec) -> Result<Self> {
        spec.validate()?;
        let decoder_layers = spec.decoder_layers();
        let names = Names::of(spec);
        let mut b = Builder::default();

        let mut width = spec.pixels();
        let mut encoder = Vec::new();
        for (i, layer) in spec.encoder.iter().enumerate() {
            let LayerSpec::Linear { units, .. } = layer;
            encoder.push(b.linear(&[(&names.encoder(i), *units)], width));
            width = *units;
        }
        let (mu, logvar) = names.heads();
        let heads = b.linear(&[(mu, spec.latent), (logvar, spec.latent)], width);
        let mut width = spec.latent;
        let mut decoder = Vec::new();
        for (i, layer) in decoder_layers.iter().enumerate() {
            let LayerSpec::Linear { units, .. } = layer;
            let added = spec.needs_output_layer() && i + 1 == decoder_layers.len();
            decoder.push(b.linear(&[(&names.decoder(i, added), *units)], width));
            width = *units;
        }
        Ok(Self { tensors: b.tensors, encoder, heads, decoder, len: b.len })
    }

    /// Number of trainable values, padding excluded.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.tensors.iter().map(|t| t.range.len()).sum()
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
    fn of(spec: &VaeSpec) -> Self {
        if spec.encoder.len() == 1 && spec.decoder_layers().len() == 2 {
            Self::Examples
        } else {
            Self::Numbered
        }
    }

    fn encoder(&self, i: usize) -> String {
        match self {
            Self::Examples => "fc1".into(),
            Self::Numbered => format!("encoder.{i}"),
        }
    }

    fn heads(&self) -> (&'static str, &'static str) {
        match self {
            Self::Examples => ("fc21", "fc22"),
            Self::Numbered => ("mu", "logvar"),
        }
    }

    fn decoder(&self, i: usize, added: bool) -> String {
        match self {
            Self::Examples => format!("fc{}", 3 + i),
            Self::Numbered if added => "output".into(),
            Self::Numbered => format!("decoder.{i}"),
        }
    }
}

#[derive(Default)]
struct Builder {
    tensors: Vec<Tensor>,
    len: u32,
}

impl Builder {
    /// One product whose output rows are shared by one or more named modules.
    fn linear(&mut self, modules: &[(&str, u32)], inputs: u32) -> Block {
        let outputs = modules.iter().map(|m| m.1).sum();
        let weight = self.reserve(outputs * inputs);
        let bias = self.reserve(outputs);
        let mut row = 0;
        for &(name, units) in modules {
            let start = (weight.offset + row * inputs) as usize;
            self.tensors.push(Tensor {
                name: format!("{name}.weight"),
                shape: vec![units, inputs],
                range: start..start + (units * inputs) as usize,
                fan_in: inputs,
                fan_out: units,
            });
            let start = (bias.offset + row) as usize;
            self.tensors.push(Tensor {
                name: format!("{name}.bias"),
                shape: vec![units],
                range: start..start + units as usize,
                fan_in: inputs,
                fan_out: units,
            });
            row += units;
        }
        Block { weight, bias, inputs, outputs }
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
