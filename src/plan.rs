//! A spec and a batch size compiled into a flat list of operations over numbered buffers.
//!
//! A plan is data: it knows no backend, and everything a step needs is known before the first step.
//! The same plan drives training, parity tests, gradient checks and benchmarks.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::layers::{linear, reparam};
use crate::loss;
use crate::op::{Gather, NORM_PARTIALS, Op, Space, Split, View};
use crate::optim::{self, Optimizer};
use crate::params::{Block, Layout};
use crate::spec::{Activation, LayerSpec, VaeSpec};

/// Largest capacity of a plan, in images.
pub const MAX_BATCH: u32 = 8192;

/// Most values in all of a plan's own buffers together: 1 GiB.
const MAX_VALUES: u64 = 1 << 28;

/// The most images, up to `wanted`, whose widest layer still fits one WebGPU binding; at least 1.
#[must_use]
pub fn capacity(spec: &VaeSpec, wanted: u32) -> u32 {
    let most = crate::spec::MAX_TENSOR / u64::from(widest_layer(spec).max(1));
    wanted.min(u32::try_from(most).unwrap_or(u32::MAX)).max(1)
}

/// Where the images of a plan come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Gathered on the device from a resident dataset, in its current order.
    Dataset(Split),
    /// Written into [`Ports::input`] by the host before each step.
    Host,
}

/// What a plan computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// Forward, loss, every gradient, and the optimiser's update.
    Train(Optimizer),
    /// Forward and loss.
    Evaluate,
    /// Forward, loss and every gradient, without an update.
    Gradients,
    /// Images to μ and log σ².
    Encode,
    /// z, written by the host, to logits and to the mean of p(x|z).
    Decode,
}

/// A plan's own buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BufferDesc {
    /// For labels in error messages and GPU debuggers.
    pub label: &'static str,
    /// Length in 32-bit values.
    pub len: u32,
}

/// The parts of a plan, as ranges of its operations. Between them the host may read or replace
/// gradients (data-parallel workers).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phases {
    /// From images to losses.
    pub forward: Range<usize>,
    /// From losses to gradients.
    pub backward: Range<usize>,
    /// From gradients to parameters, and the metrics.
    pub update: Range<usize>,
}

/// The buffers that a host reads and writes; `None` where a goal has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ports {
    /// `[batch, pixels]`: the images.
    pub input: Option<View>,
    /// `[batch, 2·latent]`: μ, then log σ².
    pub stats: Option<View>,
    /// `[batch, latent]`.
    pub z: Option<View>,
    /// `[batch, pixels]`: the decoder's output before the likelihood's own function (decode only).
    pub logits: Option<View>,
    /// `[batch, pixels]`: the mean of p(x|z) (decode only).
    pub mean: Option<View>,
    /// `[batch]`: −log p(x|z) in nats.
    pub recon: Option<View>,
    /// `[batch]`: KL divergence in nats.
    pub kl: Option<View>,
    /// `[slots, 4]`: the metrics ring.
    pub metrics: Option<View>,
}

/// Operations with fixed shapes, and the buffers they run over.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Most images in one step.
    pub batch: u32,
    /// Entries of the metrics ring: most steps whose losses can be waiting to be read.
    pub slots: u32,
    /// Length of the parameter arena.
    pub params: u32,
    /// In order of execution.
    pub ops: Vec<Op>,
    /// The parts of `ops`.
    pub phases: Phases,
    /// Numbered by [`Space::Local`].
    pub buffers: Vec<BufferDesc>,
    /// What the host reads and writes.
    pub ports: Ports,
}

impl Plan {
    /// Compiles `spec` for up to `batch` images a step and `slots` steps between readings of the metrics.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`] for a bad spec, [`Error::InvalidArgument`] for a batch of 0 or over
    /// [`MAX_BATCH`], or for an optimiser setting out of range.
    pub fn new(spec: &VaeSpec, goal: &Goal, input: Input, batch: u32, slots: u32) -> Result<Self> {
        let layout = Layout::new(spec)?;
        if batch == 0 || batch > MAX_BATCH {
            return Err(Error::argument("batch", format!("{batch}, expected 1 to {MAX_BATCH}")));
        }
        if slots == 0 {
            return Err(Error::argument("slots", "0, expected at least 1"));
        }
        if let Goal::Train(optimizer) = goal {
            optimizer.validate()?;
        }
        if capacity(spec, batch) < batch {
            let widest = widest_layer(spec);
            return Err(Error::argument(
                "batch",
                format!("{batch} images through a layer of {widest} values need more than 128 MiB"),
            ));
        }
        let mut b = Builder::new(spec, &layout, batch, slots);
        match goal {
            Goal::Encode => {
                let x = b.input(input);
                b.encode(x);
                b.finish_forward();
            }
            Goal::Decode => b.decode_only(),
            Goal::Evaluate | Goal::Gradients | Goal::Train(_) => b.objective(goal, input),
        }
        let values: u64 = b.plan.buffers.iter().map(|buffer| u64::from(buffer.len)).sum();
        if values > MAX_VALUES {
            let problem = format!(
                "{batch} images need {} MiB of working memory, expected at most {}",
                values >> 18,
                MAX_VALUES >> 18
            );
            return Err(Error::argument("batch", problem));
        }
        Ok(b.plan)
    }

    /// Floating-point operations of one step with `rows` images in matrix products.
    #[must_use]
    pub fn flops(&self, rows: u32) -> u64 {
        self.ops.iter().map(|op| op.flops(rows)).sum()
    }
}

fn widest_layer(spec: &VaeSpec) -> u32 {
    let units = |l: &LayerSpec| {
        let LayerSpec::Linear { units, .. } = l;
        *units
    };
    spec.encoder
        .iter()
        .chain(&spec.decoder)
        .map(units)
        .chain([spec.pixels(), 2 * spec.latent])
        .max()
        .unwrap_or(0)
}

/// A layer's output and what its gradient needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved {
    /// `[M, width]`.
    pub(crate) y: View,
    /// The activation's value or its argument, whichever its derivative is told from.
    pub(crate) saved: View,
    pub(crate) activation: Activation,
}

impl Saved {
    /// Something that no activation made: images, z.
    const fn plain(y: View) -> Self {
        Self { y, saved: y, activation: Activation::Identity }
    }
}

/// Collects operations; the layers' modules emit into it.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    spec: &'a VaeSpec,
    layout: &'a Layout,
    pub(crate) plan: Plan,
    /// Rows per image behind the latent: draws of z.
    pub(crate) samples: u32,
}

impl<'a> Builder<'a> {
    fn new(spec: &'a VaeSpec, layout: &'a Layout, batch: u32, slots: u32) -> Self {
        let phases = Phases { forward: 0..0, backward: 0..0, update: 0..0 };
        let plan = Plan {
            batch,
            slots,
            params: layout.len,
            ops: Vec::new(),
            phases,
            buffers: Vec::new(),
            ports: Ports::default(),
        };
        Self { spec, layout, plan, samples: 1 }
    }

    pub(crate) fn push(&mut self, op: Op) {
        self.plan.ops.push(op);
    }

    /// A new buffer of `len` values.
    pub(crate) fn buffer(&mut self, label: &'static str, len: u32) -> View {
        let index = u16::try_from(self.plan.buffers.len()).expect("a plan has fewer than 65536 buffers");
        self.plan.buffers.push(BufferDesc { label, len });
        View { space: Space::Local(index), offset: 0, len }
    }

    /// A buffer of `width` values for each row of a step.
    pub(crate) fn rows(&mut self, label: &'static str, width: u32, samples: u32) -> View {
        self.buffer(label, self.plan.batch * samples * width)
    }

    fn finish_forward(&mut self) {
        let end = self.plan.ops.len();
        self.plan.phases = Phases { forward: 0..end, backward: end..end, update: end..end };
    }

    fn input(&mut self, input: Input) -> View {
        let pixels = self.spec.pixels();
        let x = self.rows("x", pixels, 1);
        self.plan.ports.input = Some(x);
        if let Input::Dataset(split) = input {
            let whole = |space| View { space, offset: 0, len: 0 };
            let (images, order) = (whole(Space::Images(split)), whole(Space::Order(split)));
            self.push(Op::Gather(Gather { images, order, x, pixels }));
        }
        x
    }

    /// Encoder and heads; returns the encoder's layers (image first) and the statistics.
    fn encode(&mut self, x: View) -> (Vec<Saved>, View) {
        let mut chain = vec![Saved::plain(x)];
        for (layer, block) in self.spec.encoder.iter().zip(&self.layout.encoder) {
            let LayerSpec::Linear { activation, .. } = layer;
            let input = chain[chain.len() - 1].y;
            chain.push(linear::forward(self, input, block, *activation, 1));
        }
        let last = chain[chain.len() - 1].y;
        let stats = linear::forward(self, last, &self.layout.heads, Activation::Identity, 1).y;
        self.plan.ports.stats = Some(stats);
        (chain, stats)
    }

    /// The decoder up to its last layer; returns the layers' outputs (z first) and the last block.
    fn decode(&mut self, z: View) -> (Vec<Saved>, Block) {
        let layers = self.spec.decoder_layers();
        let (last, hidden) = self.layout.decoder.split_last().expect("a decoder has an output layer");
        let mut chain = vec![Saved::plain(z)];
        for (layer, block) in layers.iter().zip(hidden) {
            let LayerSpec::Linear { activation, .. } = layer;
            let input = chain[chain.len() - 1].y;
            chain.push(linear::forward(self, input, block, *activation, self.samples));
        }
        (chain, *last)
    }

    fn decode_only(&mut self) {
        let z = self.rows("z", self.spec.latent, 1);
        self.plan.ports.z = Some(z);
        let (chain, last) = self.decode(z);
        let input = chain[chain.len() - 1].y;
        let logits = linear::forward(self, input, &last, Activation::Identity, 1).y;
        self.plan.ports.logits = Some(logits);
        self.plan.ports.mean = Some(loss::mean(self, logits, self.spec.pixels(), self.spec.likelihood));
        self.finish_forward();
    }

    fn objective(&mut self, goal: &Goal, input: Input) {
        let x = self.input(input);
        let (encoder, stats) = self.encode(x);
        let (z, kl) = reparam::forward(self, stats, self.spec.latent);
        self.plan.ports.z = Some(z);
        self.plan.ports.kl = Some(kl);
        let (decoder, last) = self.decode(z);
        let input = decoder[decoder.len() - 1].y;
        let (delta, partial) = loss::forward(self, input, &last, x, self.spec.likelihood);
        let forward = 0..self.plan.ops.len();

        let norm = self.buffer("norm", NORM_PARTIALS);
        let mut clipped = false;
        if !matches!(goal, Goal::Evaluate) {
            self.backward(&encoder, stats, z, &decoder, delta);
        }
        let backward = forward.end..self.plan.ops.len();
        if let Goal::Train(optimizer) = goal {
            clipped = optim::update(self, optimizer, self.layout.len, norm);
        }
        loss::metrics(self, partial, kl, norm, self.spec.pixels(), clipped);
        let update = backward.end..self.plan.ops.len();
        self.plan.phases = Phases { forward, backward, update };
    }

    /// The forward pass read from its end: all gradients with respect to activations, then all weight
    /// gradients together.
    fn backward(&mut self, encoder: &[Saved], stats: View, z: View, decoder: &[Saved], delta: View) {
        let mut products = Vec::new();
        let samples = self.samples;
        let dz = self.chain_backward(decoder, &self.layout.decoder, delta, samples, true, &mut products);
        let dz = dz.expect("the gradient with respect to z was asked for");
        let dstats = reparam::backward(self, stats, z, dz, self.spec.latent);
        let mut encoder_blocks: Vec<Block> = self.layout.encoder.clone();
        encoder_blocks.push(self.layout.heads);
        self.chain_backward(encoder, &encoder_blocks, dstats, 1, false, &mut products);
        linear::weight_gradients(self, products);
    }

    /// Goes back through `blocks`, whose inputs are `inputs`; returns the gradient with respect to the
    /// first input where `to_input`.
    fn chain_backward(
        &mut self,
        inputs: &[Saved],
        blocks: &[Block],
        mut delta: View,
        samples: u32,
        to_input: bool,
        products: &mut Vec<crate::op::WeightGradient>,
    ) -> Option<View> {
        for (i, (input, block)) in inputs.iter().zip(blocks).enumerate().rev() {
            products.push(linear::weight_gradient(input.y, delta, block, samples));
            if i == 0 && !to_input {
                return None;
            }
            delta = linear::input_gradient(self, delta, block, input, samples);
        }
        Some(delta)
    }
}
