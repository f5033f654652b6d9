//! What the ops of objectives mean: densities, divergences and importance weights from their definitions.

use vae_playground::op::{
    FreeBits, ImportanceWeights, IwaeGrad, LOSS_COLUMNS, LinearLoss, Loss, METRICS, Metrics, Reparam,
    ReparamGrad, ScaleRows, Step, Total,
};
use vae_playground::spec::Likelihood;

use super::apply::{logits, rows};
use super::math;
use super::memory::Memory;

/// KL(N(mean, e^log_variance) ‖ N(0, 1))
fn divergence(mean: f64, log_variance: f64) -> f64 {
    0.5 * (mean.powi(2) + log_variance.exp_m1() - log_variance)
}

pub(super) fn reparam(o: &Reparam, mem: &mut Memory, step: &Step) {
    let (latent, samples) = (o.latent as usize, o.samples as usize);
    let stats = mem.read(o.stats);
    let mut z = Vec::new();
    for row in 0..rows(step, o.samples) {
        let image = row / samples;
        for j in 0..latent {
            let mean = stats[image * 2 * latent + j];
            let deviation = stats[image * 2 * latent + latent + j].exp().sqrt();
            let element = (step.row_offset * o.samples + row as u32) * o.latent + j as u32;
            let noise = f64::from(step.noise) * math::normal(step.seed, step.step, element);
            let from_prior = o.defensive && row % samples % 2 == 1;
            z.push(if from_prior { noise } else { mean + deviation * noise });
        }
    }
    let mut kl = Vec::new();
    for row in stats.chunks(2 * latent).take(step.rows as usize) {
        kl.push((0..latent).map(|j| divergence(row[j], row[latent + j])).sum());
    }
    mem.write(o.z, &z);
    mem.write(o.kl, &kl);
}

/// −log p(pixel|logit) and its derivative with respect to the logit.
fn pixel_loss(likelihood: Likelihood, l: f64, x: f64) -> (f64, f64) {
    match likelihood {
        // −x·ln p − (1 − x)·ln(1 − p), with both logarithms as softplus.
        Likelihood::Bernoulli {} => {
            (x * math::softplus(-l) + (1.0 - x) * math::softplus(l), math::sigmoid(l) - x)
        }
        Likelihood::Gaussian { sigma } => {
            let variance = f64::from(sigma).powi(2);
            (-math::log_normal(x, l, variance), (l - x) / variance)
        }
        other => panic!("no meaning for {other:?}"),
    }
}

/// Gradients with respect to `M × width` logits, and block sums of the losses.
fn losses(
    likelihood: Likelihood,
    logits: &[f64],
    target: &[f64],
    mask: Option<&[f64]>,
    [width, samples]: [usize; 2],
    step: &Step,
) -> (Vec<f64>, Vec<f64>) {
    let m = step.rows as usize * samples;
    let columns = LOSS_COLUMNS as usize;
    let blocks = width.div_ceil(columns);
    let scale = f64::from(step.inv_batch) / samples as f64;
    let mut delta = vec![0.0; m * width];
    let mut partial = vec![0.0; m * blocks];
    for i in 0..m {
        for j in 0..width {
            let pixel = i / samples * width + j;
            let (loss, gradient) = pixel_loss(likelihood, logits[i * width + j], target[pixel]);
            let weight = mask.map_or(1.0, |mask| mask[pixel]);
            delta[i * width + j] = weight * gradient * scale;
            partial[i * blocks + j / columns] += weight * loss;
        }
    }
    (delta, partial)
}

pub(super) fn linear_loss(o: &LinearLoss, mem: &mut Memory, step: &Step) {
    let (m, n, k) = (rows(step, o.samples), o.outputs as usize, o.inputs as usize);
    let logits = logits(&mem.read(o.x), &mem.read(o.weight), &mem.read(o.bias), m, n, k);
    let shape = [n, o.samples as usize];
    let (delta, partial) = losses(o.likelihood, &logits, &mem.read(o.target), None, shape, step);
    mem.write(o.delta, &delta);
    mem.write(o.partial, &partial);
}

pub(super) fn loss(o: &Loss, mem: &mut Memory, step: &Step) {
    let (logits, target, mask) = (mem.read(o.logits), mem.read(o.target), mem.read(o.mask));
    let mask = o.masked.then_some(&mask[..]);
    let shape = [o.width as usize, o.samples as usize];
    let (delta, partial) = losses(o.likelihood, &logits, &target, mask, shape, step);
    mem.write(o.delta, &delta);
    mem.write(o.partial, &partial);
}

pub(super) fn reparam_grad(o: &ReparamGrad, mem: &mut Memory, step: &Step) {
    let (latent, samples) = (o.latent as usize, o.samples as usize);
    let (stats, z, dz, gate) = (mem.read(o.stats), mem.read(o.z), mem.read(o.dz), mem.read(o.gate));
    let mut dstats = vec![0.0; step.rows as usize * 2 * latent];
    for image in 0..step.rows as usize {
        for j in 0..latent {
            let (at, at_variance) = (image * 2 * latent + j, image * 2 * latent + latent + j);
            let gate = if o.gated { gate[j] } else { 1.0 };
            let weight = f64::from(step.beta) * gate * f64::from(step.inv_batch);
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

pub(super) fn free_bits(o: &FreeBits, mem: &mut Memory, step: &Step) {
    let latent = o.latent as usize;
    let stats = mem.read(o.stats);
    let floor = f64::from(o.floor);
    let mut gate = vec![0.0; latent + 1];
    for j in 0..latent {
        let rows = stats.chunks(2 * latent).take(step.rows as usize);
        let mean = rows.map(|row| divergence(row[j], row[latent + j])).sum::<f64>() / f64::from(step.rows);
        gate[j] = f64::from(mean > floor);
        gate[latent] += mean.max(floor);
    }
    mem.write(o.gate, &gate);
}

pub(super) fn importance_weights(o: &ImportanceWeights, mem: &mut Memory, step: &Step) {
    let (latent, samples, columns) = (o.latent as usize, o.samples as usize, o.columns as usize);
    let (partial, stats, z) = (mem.read(o.partial), mem.read(o.stats), mem.read(o.z));
    let (mut log_weights, mut weights, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for image in 0..step.rows as usize {
        let (mean, log_variance) = stats[image * 2 * latent..][..2 * latent].split_at(latent);
        let draws: Vec<f64> = (image * samples..(image + 1) * samples)
            .map(|draw| {
                let likelihood = -partial[draw * columns..][..columns].iter().sum::<f64>();
                let z = &z[draw * latent..][..latent];
                let prior: f64 = z.iter().map(|&z| math::log_normal(z, 0.0, 1.0)).sum();
                let posterior: f64 =
                    (0..latent).map(|j| math::log_normal(z[j], mean[j], log_variance[j].exp())).sum();
                // log(½ q + ½ p) over the larger of the two.
                let larger = prior.max(posterior);
                let mixture = larger + (0.5 * (prior - larger).exp() + 0.5 * (posterior - larger).exp()).ln();
                let proposal = if o.defensive { mixture } else { posterior };
                likelihood + f64::from(step.beta) * (prior - proposal)
            })
            .collect();
        // log Σ w over the largest weight's, as w itself is far outside of f64.
        let largest = draws.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total = largest + draws.iter().map(|w| (w - largest).exp()).sum::<f64>().ln();
        weights.extend(draws.iter().map(|w| (w - total).exp()));
        bound.push((samples as f64).ln() - total);
        log_weights.extend(draws);
    }
    mem.write(o.log_weights, &log_weights);
    mem.write(o.weights, &weights);
    mem.write(o.bound, &bound);
}

pub(super) fn scale_rows(o: &ScaleRows, mem: &mut Memory, step: &Step) {
    let width = o.width as usize;
    let (weights, mut values) = (mem.read(o.weights), mem.read(o.values));
    for (i, value) in values.iter_mut().take(rows(step, o.samples) * width).enumerate() {
        *value *= f64::from(o.samples) * weights[i / width];
    }
    mem.write(o.values, &values);
}

/// −log (1/k) Σ w by the chain rule: z moves with φ = (μ, log σ²), and log q(z|x) also depends on φ itself.
pub(super) fn iwae_grad(o: &IwaeGrad, mem: &mut Memory, step: &Step) {
    let (latent, samples) = (o.latent as usize, o.samples as usize);
    let (stats, z, dz, weights) = (mem.read(o.stats), mem.read(o.z), mem.read(o.dz), mem.read(o.weights));
    let beta = f64::from(step.beta);
    let mut dstats = vec![0.0; step.rows as usize * 2 * latent];
    for draw in 0..rows(step, o.samples) {
        let image = draw / samples;
        let weight = weights[draw] * f64::from(step.inv_batch);
        for j in 0..latent {
            let (mean, variance) =
                (stats[image * 2 * latent + j], stats[image * 2 * latent + latent + j].exp());
            let (z, from_likelihood) = (z[draw * latent + j], dz[draw * latent + j]);
            let offset = z - mean;
            // w̃/B · ∂(−log w)/∂z, where log w has β·(log p(z) − log q(z|x)).
            let along_z = from_likelihood + weight * beta * (z - offset / variance);
            // ∂z/∂φ at the same noise.
            let moved = [1.0, 0.5 * offset];
            // ∂(log q)/∂φ at the same z.
            let score = [offset / variance, 0.5 * (offset.powi(2) / variance - 1.0)];
            for (i, at) in [image * 2 * latent + j, image * 2 * latent + latent + j].into_iter().enumerate() {
                dstats[at] += if o.dreg {
                    // The score of β·log q, reparameterised once more, takes β·w̃·(1 − w̃) of the path.
                    (1.0 - beta * (1.0 - weights[draw])) * along_z * moved[i]
                } else {
                    along_z * moved[i] + weight * beta * score[i]
                };
            }
        }
    }
    mem.write(o.dstats, &dstats);
}

pub(super) fn metrics(o: &Metrics, mem: &mut Memory, step: &Step) {
    let m = rows(step, o.samples);
    let partial = mem.read(o.partial);
    let recon: Vec<f64> =
        partial.chunks(o.columns as usize).take(m).map(|row| row.iter().sum::<f64>()).collect();
    let scale = f64::from(step.inv_batch);
    let mean = |values: &[f64]| values[..step.rows as usize].iter().sum::<f64>() * scale;
    let kl = mean(&mem.read(o.kl));
    let norm = if o.clipped { mem.read(o.norm).iter().sum() } else { 0.0 };
    let reconstruction = recon.iter().sum::<f64>() * scale / f64::from(o.samples);
    let extra = mem.read(o.extra);
    let objective = match o.total {
        Total::Divergence => reconstruction + f64::from(step.beta) * kl,
        Total::FreeBits => reconstruction + f64::from(step.beta) * extra.last().unwrap(),
        Total::Bound => mean(&extra),
    };
    let mut ring = mem.read(o.ring);
    let at = (METRICS * step.slot) as usize;
    ring[at..at + METRICS as usize].copy_from_slice(&[
        reconstruction,
        kl,
        norm,
        f64::from(step.rows),
        objective,
    ]);
    mem.write(o.recon, &recon);
    mem.write(o.ring, &ring);
}
