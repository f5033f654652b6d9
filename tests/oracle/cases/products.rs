//! Cases of the four ops with a matrix product.

use vae_playground::op::{
    GROUP, LOSS_COLUMNS, Linear, LinearGradInput, LinearGradWeight, LinearLoss, Op, WeightGradient,
};
use vae_playground::spec::{Activation, Likelihood};

use super::build::{Build, Data, step};
use super::{Case, Extent, Tolerance};
use crate::oracle::math;

/// One product's sizes; M = rows · samples.
#[derive(Debug, Clone, Copy)]
struct Shape {
    rows: u32,
    spare: u32,
    n: u32,
    k: u32,
    samples: u32,
}

impl Shape {
    /// Capacity, rows of the step, width: a buffer before the latent's draws.
    fn per_image(self, width: u32) -> [u32; 3] {
        [self.rows + self.spare, self.rows, width]
    }

    /// The same for a buffer with `samples` rows per image.
    fn per_draw(self, width: u32) -> [u32; 3] {
        [(self.rows + self.spare) * self.samples, self.rows * self.samples, width]
    }

    fn batch(self) -> u32 {
        self.rows + self.spare
    }

    fn label(self, what: &str) -> String {
        let Self { rows, spare, n, k, samples } = self;
        format!("M {rows}×{samples} (capacity {}), N {n}, K {k}, {what}", rows + spare)
    }
}

/// Around the sizes of tiles and of vectors.
const EDGES: [u32; 7] = [1, 3, 63, 64, 65, 127, 131];

fn shapes(extent: Extent) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut push = |rows: u32, n: u32, k: u32| {
        let i = shapes.len() as u32;
        shapes.push(Shape { rows, spare: [0, 1, 5][i as usize % 3], n, k, samples: [1, 3][i as usize % 2] });
    };
    if extent == Extent::Exhaustive {
        for rows in EDGES {
            for n in EDGES {
                for k in EDGES {
                    push(rows, n, k);
                }
            }
        }
    } else {
        // A Latin design: every pair of M and N, of M and K and of N and K differs between diagonals.
        let diagonals = if extent == Extent::Reduced { 1 } else { 3 };
        for diagonal in 0..diagonals {
            for i in 0..EDGES.len() {
                let at = |step: usize| EDGES[(i + step * (diagonal + 1)) % EDGES.len()];
                push(at(0), at(1), at(3));
            }
        }
    }
    if extent > Extent::Reduced {
        for (rows, n, k) in [(128, 400, 784), (100, 784, 400), (131, 40, 400), (128, 400, 20), (17, 20, 784)]
        {
            push(rows, n, k);
        }
    }
    shapes
}

/// Weights that keep sums of `terms` products near 1.
fn weight(terms: u32) -> impl Fn(&mut Data) -> f32 {
    let scale = 1.0 / (terms as f32).sqrt();
    move |d| scale * d.normal()
}

pub(super) fn linear(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, shape) in shapes(extent).into_iter().enumerate() {
        let activation = Activation::ALL[i % Activation::ALL.len()];
        for extreme in [false, true] {
            if extreme && (shape.k > 65 || extent == Extent::Exhaustive) {
                continue;
            }
            let mut b = Build::new(i as u32, shape.batch(), step(shape.rows));
            let x = b.input("x", shape.per_draw(shape.k), Data::normal_or_zero);
            let weight = b.params(shape.n * shape.k, weight(shape.k));
            let bias = b.params(shape.n, |d| if extreme { extreme_logit(d) } else { d.normal_or_zero() });
            let y = b.output("y", shape.per_draw(shape.n), Tolerance::Scaled { atol: 2e-6, rtol: 1e-5 });
            let (inputs, outputs, samples) = (shape.k, shape.n, shape.samples);
            let op = Op::Linear(Linear { x, weight, bias, y, inputs, outputs, samples, activation });
            let kind = if extreme { "extreme" } else { "moderate" };
            cases.push(b.finish(shape.label(&format!("{activation:?}, {kind}")), op));
        }
    }
    cases
}

fn extreme_logit(d: &mut Data) -> f32 {
    d.pick(&[100.0, -100.0, 1e4, -1e4, 0.0, 15.0, -15.0])
}

pub(super) fn linear_loss(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    let likelihoods =
        [Likelihood::Bernoulli {}, Likelihood::Gaussian { sigma: 0.5 }, Likelihood::Gaussian { sigma: 2.0 }];
    for (i, shape) in shapes(extent).into_iter().enumerate() {
        for (j, likelihood) in likelihoods.into_iter().enumerate() {
            if extent == Extent::Exhaustive && i % likelihoods.len() != j {
                continue;
            }
            for extreme in [false, true] {
                // A squared error of 10⁴ leaves nothing of the small ones to compare.
                if extreme && likelihood != (Likelihood::Bernoulli {}) {
                    continue;
                }
                let mut b = Build::new(i as u32, shape.batch(), step(shape.rows));
                let x = b.input("x", shape.per_draw(shape.k), Data::normal_or_zero);
                let weight = b.params(shape.n * shape.k, weight(shape.k));
                let bias = b.params(shape.n, |d| if extreme { extreme_logit(d) } else { d.normal_or_zero() });
                let target = b.input("target", shape.per_image(shape.n), Data::pixel);
                let tolerance = Tolerance::Scaled { atol: 1e-8, rtol: 1e-5 };
                let delta = b.output("delta", shape.per_draw(shape.n), tolerance);
                let blocks = shape.per_draw(shape.n.div_ceil(LOSS_COLUMNS));
                let partial = b.output("partial", blocks, Tolerance::Scaled { atol: 1e-5, rtol: 1e-5 });
                let op = Op::LinearLoss(LinearLoss {
                    x,
                    weight,
                    bias,
                    target,
                    delta,
                    partial,
                    inputs: shape.k,
                    outputs: shape.n,
                    samples: shape.samples,
                    likelihood,
                });
                let kind = if extreme { "extreme" } else { "moderate" };
                cases.push(b.finish(shape.label(&format!("{likelihood:?}, {kind}")), op));
            }
        }
    }
    cases
}

pub(super) fn linear_grad_input(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, shape) in shapes(extent).into_iter().enumerate() {
        let activation = Activation::ALL[i % Activation::ALL.len()];
        let mut b = Build::new(i as u32, shape.batch(), step(shape.rows));
        let delta = b.input("delta", shape.per_draw(shape.n), Data::normal_or_zero);
        let weight = b.params(shape.n * shape.k, weight(shape.n));
        let saved = if activation == Activation::Identity {
            delta
        } else {
            b.input("saved", shape.per_draw(shape.k), |d| {
                let x = f64::from(3.0 * d.normal_or_zero());
                (if activation.gradient_from_output() { math::activation(activation, x) } else { x }) as f32
            })
        };
        let dx = b.output("dx", shape.per_draw(shape.k), Tolerance::Scaled { atol: 1e-6, rtol: 1e-5 });
        let (inputs, outputs, samples) = (shape.k, shape.n, shape.samples);
        let op = Op::LinearGradInput(LinearGradInput {
            delta,
            weight,
            saved,
            dx,
            inputs,
            outputs,
            samples,
            activation,
        });
        cases.push(b.finish(shape.label(&format!("{activation:?}")), op));
    }
    cases
}

pub(super) fn linear_grad_weight(extent: Extent) -> Vec<Case> {
    let all = shapes(extent);
    let mut cases = Vec::new();
    // One product; groups that differ in every size; a full group.
    for (i, &shape) in all.iter().enumerate() {
        cases.push(group(i as u32, shape, &[shape]));
    }
    for count in [2, 3, GROUP] {
        let products: Vec<Shape> = (0..count).map(|i| all[(2 * i + 1) % all.len()]).collect();
        cases.push(group(count as u32, products[0], &products));
    }
    cases
}

/// Products over one batch: the sizes N and K and the draws are each product's own.
fn group(seed: u32, batch: Shape, products: &[Shape]) -> Case {
    let mut b = Build::new(seed, batch.batch(), step(batch.rows));
    let mut group = Vec::new();
    for product in products {
        let shape = Shape { rows: batch.rows, spare: batch.spare, ..*product };
        let x = b.input("x", shape.per_draw(shape.k), Data::normal_or_zero);
        let delta = b.input("delta", shape.per_draw(shape.n), Data::normal_or_zero);
        let tolerance = Tolerance::Scaled { atol: 1e-6, rtol: 1e-5 };
        let weight = b.grads("weight gradient", shape.n * shape.k, tolerance);
        let bias = b.grads("bias gradient", shape.n, tolerance);
        let (inputs, outputs, samples) = (shape.k, shape.n, shape.samples);
        group.push(WeightGradient { x, delta, weight, bias, inputs, outputs, samples });
    }
    let label = batch.label(&format!("{} products", group.len()));
    b.finish(label, Op::LinearGradWeight(LinearGradWeight { products: group }))
}
