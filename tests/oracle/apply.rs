//! What each op means.

use std::f64::consts::TAU;

use vae_playground::op::{
    Activate, Gather, GradNorm, LOSS_COLUMNS, Linear, LinearGradInput, LinearLoss, Metrics, Op, Reparam,
    ReparamGrad, Space, Step, Update, WeightGradient,
};
use vae_playground::spec::Likelihood;

use super::math;
use super::memory::Memory;

/// Applies one op for one step.
pub(crate) fn apply(op: &Op, mem: &mut Memory, step: &Step) {
    match op {
        Op::Gather(o) => gather(o, mem, step),
        Op::Linear(o) => linear(o, mem, step),
        Op::Activate(o) => activate(o, mem, step),
        Op::Reparam(o) => reparam(o, mem, step),
        Op::LinearLoss(o) => linear_loss(o, mem, step),
        Op::LinearGradInput(o) => linear_grad_input(o, mem, step),
        Op::ReparamGrad(o) => reparam_grad(o, mem, step),
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
        Op::Metrics(o) => metrics(o, mem, step),
    }
}

fn rows(step: &Step, samples: u32) -> usize {
    (step.rows * samples) as usize
}

fn gather(o: &Gather, mem: &mut Memory, step: &Step) {
    let (Space::Images(split), true) = (o.images.space, matches!(o.order.space, Space::Order(_))) else {
        panic!("gather reads images by an order: {o:?}");
    };
    let pixels = o.pixels as usize;
    let images = mem.images(split);
    let mut x = Vec::new();
    for row in 0..step.rows {
        let image = images.order[(step.first + row) as usize] as usize;
        x.extend(images.pixels[image * pixels..(image + 1) * pixels].iter().map(|&p| f64::from(p) / 255.0));
    }
    mem.write(o.x, &x);
}

/// x·Wᵀ + b
fn logits(x: &[f64], weight: &[f64], bias: &[f64], m: usize, n: usize, k: usize) -> Vec<f64> {
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

fn reparam(o: &Reparam, mem: &mut Memory, step: &Step) {
    let (latent, samples) = (o.latent as usize, o.samples as usize);
    let stats = mem.read(o.stats);
    let mut z = Vec::new();
    for row in 0..rows(step, o.samples) {
        let image = row / samples;
        for j in 0..latent {
            let mean = stats[image * 2 * latent + j];
            let deviation = stats[image * 2 * latent + latent + j].exp().sqrt();
            let element = (step.row_offset * o.samples + row as u32) * o.latent + j as u32;
            z.push(mean + f64::from(step.noise) * deviation * math::normal(step.seed, step.step, element));
        }
    }
    let mut kl = Vec::new();
    for row in stats.chunks(2 * latent).take(step.rows as usize) {
        let (mean, log_variance) = row.split_at(latent);
        kl.push(
            (0..latent).map(|j| 0.5 * (mean[j].powi(2) + log_variance[j].exp_m1() - log_variance[j])).sum(),
        );
    }
    mem.write(o.z, &z);
    mem.write(o.kl, &kl);
}

fn linear_loss(o: &LinearLoss, mem: &mut Memory, step: &Step) {
    let (m, n, k) = (rows(step, o.samples), o.outputs as usize, o.inputs as usize);
    let logits = logits(&mem.read(o.x), &mem.read(o.weight), &mem.read(o.bias), m, n, k);
    let target = mem.read(o.target);
    let columns = LOSS_COLUMNS as usize;
    let blocks = n.div_ceil(columns);
    let scale = f64::from(step.inv_batch) / f64::from(o.samples);
    let mut delta = vec![0.0; m * n];
    let mut partial = vec![0.0; m * blocks];
    for i in 0..m {
        for j in 0..n {
            let (l, x) = (logits[i * n + j], target[i / o.samples as usize * n + j]);
            let (loss, gradient) = match o.likelihood {
                Likelihood::Bernoulli {} => {
                    // −x·ln p − (1 − x)·ln(1 − p), with both logarithms as softplus.
                    (x * math::softplus(-l) + (1.0 - x) * math::softplus(l), math::sigmoid(l) - x)
                }
                Likelihood::Gaussian { sigma } => {
                    let variance = f64::from(sigma).powi(2);
                    ((x - l).powi(2) / (2.0 * variance) + 0.5 * (TAU * variance).ln(), (l - x) / variance)
                }
                other => panic!("no meaning for {other:?}"),
            };
            delta[i * n + j] = gradient * scale;
            partial[i * blocks + j / columns] += loss;
        }
    }
    mem.write(o.delta, &delta);
    mem.write(o.partial, &partial);
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

fn reparam_grad(o: &ReparamGrad, mem: &mut Memory, step: &Step) {
    let (latent, samples) = (o.latent as usize, o.samples as usize);
    let (stats, z, dz) = (mem.read(o.stats), mem.read(o.z), mem.read(o.dz));
    let weight = f64::from(step.beta) * f64::from(step.inv_batch);
    let mut dstats = vec![0.0; step.rows as usize * 2 * latent];
    for image in 0..step.rows as usize {
        for j in 0..latent {
            let (at, at_variance) = (image * 2 * latent + j, image * 2 * latent + latent + j);
            dstats[at] = weight * stats[at];
            dstats[at_variance] = weight * 0.5 * stats[at_variance].exp_m1();
            for s in 0..samples {
                let draw = (image * samples + s) * latent + j;
                dstats[at] += dz[draw];
                dstats[at_variance] += 0.5 * dz[draw] * (z[draw] - stats[at]);
            }
        }
    }
    mem.write(o.dstats, &dstats);
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

fn metrics(o: &Metrics, mem: &mut Memory, step: &Step) {
    let m = rows(step, o.samples);
    let partial = mem.read(o.partial);
    let recon: Vec<f64> =
        partial.chunks(o.columns as usize).take(m).map(|row| row.iter().sum::<f64>()).collect();
    let kl: f64 = mem.read(o.kl)[..step.rows as usize].iter().sum();
    let norm = if o.clipped { mem.read(o.norm).iter().sum() } else { 0.0 };
    let scale = f64::from(step.inv_batch);
    let mut ring = mem.read(o.ring);
    let at = 4 * step.slot as usize;
    ring[at..at + 4].copy_from_slice(&[
        recon.iter().sum::<f64>() * scale / f64::from(o.samples),
        kl * scale,
        norm,
        f64::from(step.rows),
    ]);
    mem.write(o.recon, &recon);
    mem.write(o.ring, &ring);
}
