//! Emits a plan's operations: the forward pass, and the backward pass read from its end.

use crate::error::Result;
use crate::layers::{self, linear, reparam};
use crate::loss::{self, Objective};
use crate::op::{
    Condition, ConditionGrad, Gather, GatherLabels, NORM_PARTIALS, Op, Space, Total, View, WeightGradient,
};
use crate::optim;
use crate::params::{Block, Layout};
use crate::spec::{Activation, Stage, Stages, VaeSpec};

use super::{BufferDesc, Goal, Input, Phases, Plan, Ports};

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

/// Images as targets and as what goes into the encoder, and the labels of a conditional model.
#[derive(Debug, Clone, Copy)]
struct Images {
    target: View,
    input: View,
    labels: Option<View>,
}

/// Collects operations; the layers' modules emit into it.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    spec: &'a VaeSpec,
    layout: &'a Layout,
    stages: Stages,
    pub(crate) plan: Plan,
    /// Rows per image behind the latent: draws of z.
    pub(crate) samples: u32,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        spec: &'a VaeSpec,
        layout: &'a Layout,
        batch: u32,
        slots: u32,
        samples: u32,
    ) -> Result<Self> {
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
        Ok(Self { spec, layout, stages: spec.stages()?, plan, samples })
    }

    pub(super) fn goal(&mut self, goal: &Goal, input: Input) {
        match goal {
            Goal::Encode => {
                let images = self.images(input);
                let (layers, _) = self.encode(images);
                self.plan.ports.hidden = hidden(&layers);
                self.finish_forward();
            }
            Goal::Decode => self.decode_only(),
            Goal::Train(_, objective) | Goal::Evaluate(objective) | Goal::Gradients(objective) => {
                self.objective(goal, objective, input);
            }
            Goal::LogWeights { defensive, .. } => self.log_weights(input, *defensive),
            Goal::LatentGradient => self.latent_gradient(),
            Goal::InputGradient => self.input_gradient(input),
        }
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

    fn images(&mut self, input: Input) -> Images {
        let pixels = self.spec.pixels();
        let target = self.rows("x", pixels, 1);
        self.plan.ports.input = Some(target);
        if let Input::Dataset(split, binarize) = input {
            let whole = |space| View { space, offset: 0, len: 0 };
            let (images, order) = (whole(Space::Images(split)), whole(Space::Order(split)));
            self.push(Op::Gather(Gather { images, order, x: target, pixels, binarize }));
        }
        let labels = self.labels(input);
        let planes = self.stages.image.height * self.stages.image.width;
        let input = self.condition(target, labels, pixels, planes, 1);
        Images { target, input, labels }
    }

    /// One-hot labels, where the model is conditional.
    fn labels(&mut self, input: Input) -> Option<View> {
        let classes = self.spec.classes;
        if classes == 0 {
            return None;
        }
        let y = self.rows("labels", classes, 1);
        self.plan.ports.labels = Some(y);
        if let Input::Dataset(split, _) = input {
            let whole = |space| View { space, offset: 0, len: 0 };
            let (labels, order) = (whole(Space::Labels(split)), whole(Space::Order(split)));
            self.push(Op::GatherLabels(GatherLabels { labels, order, y, classes }));
        }
        Some(y)
    }

    /// `x` with the labels behind it, where there are any.
    fn condition(&mut self, x: View, labels: Option<View>, width: u32, repeat: u32, samples: u32) -> View {
        let Some(labels) = labels else { return x };
        let classes = self.spec.classes;
        let y = self.rows("conditioned", width + classes * repeat, samples);
        self.push(Op::Condition(Condition { x, labels, y, width, classes, repeat, samples }));
        y
    }

    /// The gradient with respect to what [`Self::condition`] put labels behind.
    fn condition_gradient(&mut self, dy: View, width: u32, samples: u32) -> View {
        if self.spec.classes == 0 {
            return dy;
        }
        let dx = self.rows("delta", width, samples);
        let total = dy.len / (self.plan.batch * samples);
        self.push(Op::ConditionGrad(ConditionGrad { dy, dx, width, total, samples }));
        dx
    }

    /// Layers one after the other; returns what went into each, and the last one's output.
    fn chain(&mut self, first: View, stages: &[Stage], blocks: &[Block], samples: u32) -> Vec<Saved> {
        let mut chain = vec![Saved::plain(first)];
        for (stage, block) in stages.iter().zip(blocks) {
            let input = chain[chain.len() - 1].y;
            chain.push(layers::forward(self, input, block, stage.activation, samples));
        }
        chain
    }

    /// Encoder and heads; returns the encoder's layers (image first) and the statistics.
    fn encode(&mut self, images: Images) -> (Vec<Saved>, View) {
        let stages = self.stages.encoder.clone();
        let chain = self.chain(images.input, &stages, &self.layout.encoder, 1);
        let last = chain[chain.len() - 1].y;
        let stats = linear::forward(self, last, &self.layout.heads, Activation::Identity, 1);
        self.plan.ports.stats = Some(stats);
        (chain, stats)
    }

    /// The decoder up to its last layer; returns the layers' outputs (z first) and the last block.
    fn decode(&mut self, z: View, labels: Option<View>) -> (Vec<Saved>, Block) {
        let stages = self.stages.decoder.clone();
        let (last, hidden) = self.layout.decoder.split_last().expect("a decoder has an output layer");
        let z = self.condition(z, labels, self.spec.latent, 1, self.samples);
        (self.chain(z, &stages, hidden, self.samples), *last)
    }

    fn decode_only(&mut self) {
        let z = self.rows("z", self.spec.latent, 1);
        self.plan.ports.z = Some(z);
        let labels = self.labels(Input::Host);
        let (chain, last) = self.decode(z, labels);
        self.plan.ports.hidden = hidden(&chain);
        let input = chain[chain.len() - 1].y;
        let logits = layers::forward(self, input, &last, Activation::Identity, 1).y;
        self.plan.ports.logits = Some(logits);
        self.plan.ports.mean = Some(loss::mean(self, logits, self.spec.pixels(), self.spec.likelihood));
        self.finish_forward();
    }

    fn objective(&mut self, goal: &Goal, objective: &Objective, input: Input) {
        let images = self.images(input);
        let (encoder, stats) = self.encode(images);
        let (z, kl) = reparam::forward(self, stats, self.spec.latent, false);
        self.plan.ports.z = Some(z);
        self.plan.ports.kl = Some(kl);
        let (decoder, last) = self.decode(z, images.labels);
        let hidden = decoder[decoder.len() - 1].y;
        let (delta, partial) = loss::forward(self, hidden, &last, images.target, self.spec.likelihood);
        let mut extra = (Total::Divergence, kl);
        let mut gate = None;
        let mut weights = None;
        match *objective {
            Objective::Elbo { free_bits } if free_bits > 0.0 => {
                let bits = loss::free_bits(self, stats, self.spec.latent, free_bits);
                gate = Some(bits);
                extra = (Total::FreeBits, bits);
            }
            Objective::Elbo { .. } | Objective::Autoencoder {} => {}
            Objective::Iwae { .. } => {
                let drawn = loss::importance_weights(
                    self,
                    partial,
                    stats,
                    z,
                    self.spec.latent,
                    self.spec.pixels(),
                    false,
                );
                weights = Some(drawn.weights);
                extra = (Total::Bound, drawn.bound);
            }
        }
        let forward = 0..self.plan.ops.len();

        let norm = self.buffer("norm", NORM_PARTIALS);
        let mut clipped = false;
        if !matches!(goal, Goal::Evaluate(_)) {
            let mut products = Vec::new();
            if let Some(weights) = weights {
                loss::scale_rows(self, delta, weights, self.spec.pixels());
            }
            let dz = self.decoder_backward(&decoder, delta, Some(&mut products));
            let dstats = match (objective, weights) {
                (Objective::Iwae { dreg, .. }, Some(weights)) => {
                    reparam::weighted_backward(self, stats, z, dz, weights, self.spec.latent, *dreg)
                }
                _ => reparam::backward(self, stats, z, dz, gate, self.spec.latent),
            };
            self.encoder_backward(&encoder, dstats, false, Some(&mut products));
            linear::weight_gradients(self, products);
        }
        let backward = forward.end..self.plan.ops.len();
        if let Goal::Train(optimizer, _) = goal {
            clipped = optim::update(self, optimizer, self.layout.len, norm);
        }
        loss::metrics(self, partial, kl, norm, extra, self.spec.pixels(), clipped);
        let update = backward.end..self.plan.ops.len();
        self.plan.phases = Phases { forward, backward, update };
    }

    fn log_weights(&mut self, input: Input, defensive: bool) {
        let images = self.images(input);
        let (_, stats) = self.encode(images);
        let (z, _) = reparam::forward(self, stats, self.spec.latent, defensive);
        let (decoder, last) = self.decode(z, images.labels);
        let hidden = decoder[decoder.len() - 1].y;
        let (_, partial) = loss::forward(self, hidden, &last, images.target, self.spec.likelihood);
        loss::importance_weights(self, partial, stats, z, self.spec.latent, self.spec.pixels(), defensive);
        self.finish_forward();
    }

    fn latent_gradient(&mut self) {
        let pixels = self.spec.pixels();
        let z = self.rows("z", self.spec.latent, 1);
        let target = self.rows("x", pixels, 1);
        let mask = self.rows("mask", pixels, 1);
        let labels = self.labels(Input::Host);
        let (decoder, last) = self.decode(z, labels);
        let hidden = decoder[decoder.len() - 1].y;
        let logits = layers::forward(self, hidden, &last, Activation::Identity, 1).y;
        let (delta, partial) = loss::masked(self, logits, target, mask, pixels, self.spec.likelihood);
        let dz = self.decoder_backward(&decoder, delta, None);
        self.plan.ports.z = Some(z);
        self.plan.ports.input = Some(target);
        self.plan.ports.mask = Some(mask);
        self.plan.ports.logits = Some(logits);
        self.plan.ports.partial = Some(partial);
        self.plan.ports.dz = Some(dz);
        self.finish_forward();
    }

    fn input_gradient(&mut self, input: Input) {
        let images = self.images(input);
        let (encoder, _) = self.encode(images);
        let dstats = self.rows("dstats", 2 * self.spec.latent, 1);
        self.plan.ports.dstats = Some(dstats);
        let dx = self.encoder_backward(&encoder, dstats, true, None);
        self.plan.ports.dx = dx.map(|dx| self.condition_gradient(dx, self.spec.pixels(), 1));
        self.finish_forward();
    }

    /// From the gradient with respect to the logits to the one with respect to z.
    fn decoder_backward(
        &mut self,
        decoder: &[Saved],
        delta: View,
        products: Option<&mut Vec<WeightGradient>>,
    ) -> View {
        let samples = self.samples;
        let dz = self.backward(decoder, &self.layout.decoder, delta, samples, true, products);
        let dz = dz.expect("the gradient with respect to z was asked for");
        self.condition_gradient(dz, self.spec.latent, samples)
    }

    /// From the gradient with respect to the statistics to the encoder's, and its input's where asked for.
    fn encoder_backward(
        &mut self,
        encoder: &[Saved],
        dstats: View,
        to_input: bool,
        products: Option<&mut Vec<WeightGradient>>,
    ) -> Option<View> {
        let mut blocks: Vec<Block> = self.layout.encoder.clone();
        blocks.push(self.layout.heads);
        self.backward(encoder, &blocks, dstats, 1, to_input, products)
    }

    /// Goes back through `blocks`, whose inputs are `inputs`; returns the gradient with respect to the
    /// first input where `to_input`. Weight gradients are computed where there are `products` to group
    /// those of linear layers in.
    fn backward(
        &mut self,
        inputs: &[Saved],
        blocks: &[Block],
        mut delta: View,
        samples: u32,
        to_input: bool,
        mut products: Option<&mut Vec<WeightGradient>>,
    ) -> Option<View> {
        for (i, (input, block)) in inputs.iter().zip(blocks).enumerate().rev() {
            if let Some(products) = products.as_deref_mut() {
                layers::weight_gradient(self, input.y, delta, block, samples, products);
            }
            if i == 0 && !to_input {
                return None;
            }
            delta = layers::input_gradient(self, delta, block, input, samples);
        }
        Some(delta)
    }
}

/// What the layers of a chain put out, its beginning left aside.
fn hidden(chain: &[Saved]) -> Vec<View> {
    chain[1..].iter().map(|layer| layer.y).collect()
}
