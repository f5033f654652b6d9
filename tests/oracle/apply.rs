//! What each op means.

use vae_playground::op::{Activate, GradNorm, Linear, LinearGradInput, Op, Step, Update, WeightGradient};

use super::memory::Memory;
use super::{conv, input, math, objective};

/// Applies one op for one step.
pub(crate) fn apply(op: &Op, mem: &mut Memory, step: &Step) {
    match op {
        Op::Gather(o) => input::gather(o, mem, step),
        Op::Linear(o) => linear(o, mem, step),
        Op::Activate(o) => activate(o, mem, step),
        Op::Reparam(o) => objective::reparam(o, mem, step),
        Op::LinearLoss(o) => objective::linear_loss(o, mem, step),
        Op::LinearGradInput(o) => linear_grad_input(o, mem, step),
        Op::ReparamGrad(o) => objective::reparam_grad(o, mem, step),
        Op::LinearGradWeight(o) => o.products.iter().for_each(|p| weight_gradient(p, mem, step)),
        Op::GradNorm(o) => grad_norm(o, mem),
        Op::Sgd(o) => update(o, mem, |o, s| {
            s.m = f64::from(o.a) * s.m + s.g;
            f64::from(step.learning_rate) * s.m
        }),
        Op::RmsProp(o) => update(o, mem, |o, s| {
            let alpha = f64::from(o.a);
            s.v = alpha * s.v + (1.0 - alpha) * s.g * s.g;
            s.m = f64::from(o.b) * s.m + s.g / (s.v.sqrt() + f64::from(o.epsilon));
            f64::from(step.learning_rate) * s.m
        }),
        Op::Adam(o) => update(o, mem, |o, s| {
            let (beta1, beta2) = (f64::from(o.a), f64::from(o.b));
            s.m = beta1 * s.m + (1.0 - beta1) * s.g;
            s.v = beta2 * s.v + (1.0 - beta2) * s.g * s.g;
            let (mean, square) = (s.m / f64::from(step.bias1), s.v / f64::from(step.bias2));
            f64::from(step.learning_rate) * mean / (square.sqrt() + f64::from(o.epsilon))
        }),
        Op::Metrics(o) => objective::metrics(o, mem, step),
        Op::GatherLabels(o) => input::gather_labels(o, mem, step),
        Op::Condition(o) => input::condition(o, mem, step),
        Op::ConditionGrad(o) => input::condition_grad(o, mem, step),
        Op::Loss(o) => objective::loss(o, mem, step),
        Op::FreeBits(o) => objective::free_bits(o, mem, step),
        Op::ImportanceWeights(o) => objective::importance_weights(o, mem, step),
        Op::ScaleRows(o) => objective::scale_rows(o, mem, step),
        Op::IwaeGrad(o) => objective::iwae_grad(o, mem, step),
        Op::Conv(o) => conv::conv(o, mem, step),
        Op::ConvTranspose(o) => conv::conv_transpose(o, mem, step),
        Op::ConvGradWeight(o) => conv::conv_grad_weight(o, mem, step),
        Op::SumSlices(o) => conv::sum_slices(o, mem),
        Op::ConvGradBias(o) => conv::conv_grad_bias(o, mem, step),
    }
}

pub(super) fn rows(step: &Step, samples: u32) -> usize {
    (step.rows * samples) as usize
}

/// x·Wᵀ + b
pub(super) fn logits(x: &[f64], weight: &[f64], bias: &[f64], m: usize, n: usize, k: usize) -> Vec<f64> {
    let mut y = vec![0.0; m * n];
    for i in 0..m {
        for j in 0..n {
            let dot: f64 = (0..k).map(|l| x[i * k + l] * weight[j * k + l]).sum();
            y[i * n + j] = dot + bias[j];
        }
    }
    y
}

fn linear(o: &Linear, mem: &mut Memory, step: &Step) {
    let (m, n, k) = (rows(step, o.samples), o.outputs as usize, o.inputs as usize);
    let y = logits(&mem.read(o.x), &mem.read(o.weight), &mem.read(o.bias), m, n, k);
    let y: Vec<f64> = y.iter().map(|&v| math::activation(o.activation, v)).collect();
    mem.write(o.y, &y);
}

fn activate(o: &Activate, mem: &mut Memory, step: &Step) {
    let active = rows(step, o.samples) * o.width as usize;
    let y: Vec<f64> = mem.read(o.x)[..active].iter().map(|&v| math::activation(o.activation, v)).collect();
    mem.write(o.y, &y);
}

fn linear_grad_input(o: &LinearGradInput, mem: &mut Memory, step: &Step) {
    let (m, n, k) = (rows(step, o.samples), o.outputs as usize, o.inputs as usize);
    let (delta, weight, saved) = (mem.read(o.delta), mem.read(o.weight), mem.read(o.saved));
    let mut dx = vec![0.0; m * k];
    for i in 0..m {
        for j in 0..n {
            for l in 0..k {
                dx[i * k + l] += delta[i * n + j] * weight[j * k + l];
            }
        }
    }
    if o.activation != vae_playground::spec::Activation::Identity {
        for (d, &s) in dx.iter_mut().zip(&saved) {
            *d *= math::derivative(o.activation, s);
        }
    }
    mem.write(o.dx, &dx);
}

fn weight_gradient(o: &WeightGradient, mem: &mut Memory, step: &Step) {
    let (m, n, k) = (rows(step, o.samples), o.outputs as usize, o.inputs as usize);
    let (x, delta) = (mem.read(o.x), mem.read(o.delta));
    let mut weight = vec![0.0; n * k];
    let mut bias = vec![0.0; n];
    for i in 0..m {
        for j in 0..n {
            bias[j] += delta[i * n + j];
            for l in 0..k {
                weight[j * k + l] += delta[i * n + j] * x[i * k + l];
            }
        }
    }
    mem.write(o.weight, &weight);
    mem.write(o.bias, &bias);
}

/// How the sum is shared out over the partial values is the executor's own affair; here the first has all.
fn grad_norm(o: &GradNorm, mem: &mut Memory) {
    let mut partial = vec![0.0; o.partial.len as usize];
    partial[0] = mem.read(o.grads).iter().map(|g| g * g).sum();
    mem.write(o.partial, &partial);
}

/// One parameter's gradient and states.
struct State {
    g: f64,
    m: f64,
    v: f64,
}

fn update(o: &Update, mem: &mut Memory, rule: impl Fn(&Update, &mut State) -> f64) {
    let (grads, mut params) = (mem.read(o.grads), mem.read(o.params));
    let (mut moment1, mut moment2) = (mem.read(o.moment1), mem.read(o.moment2));
    let mut scale = 1.0;
    if o.max_norm > 0.0 {
        let norm = mem.read(o.norm).iter().sum::<f64>().sqrt();
        scale = (f64::from(o.max_norm) / (norm + 1e-6)).min(1.0);
    }
    for i in 0..params.len() {
        let g = grads[i] * scale + f64::from(o.weight_decay) * params[i];
        let mut state = State { g, m: moment1[i], v: moment2[i] };
        params[i] -= rule(o, &mut state);
        (moment1[i], moment2[i]) = (state.m, state.v);
    }
    mem.write(o.params, &params);
    mem.write(o.moment1, &moment1);
    mem.write(o.moment2, &moment2);
}
