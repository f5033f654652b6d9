//! CPU twin of `shaders/importance_weights.wgsl`: log weights of draws of z, and their normalised weights.

use super::Machine;
use super::math;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{ImportanceWeights, Step};

pub(super) fn run(o: &ImportanceWeights, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (rows, samples) = (step.rows as usize, o.samples as usize);
    let latent = o.latent as usize;
    memory.write([o.log_weights, o.weights, o.bound], |memory, [log_weights, weights, bound]| {
        let (stats, z, partial) = (memory.read(o.stats), memory.read(o.z), memory.read(o.partial));
        let columns = o.columns as usize;
        let pieces = (
            Chunks::new(&mut log_weights[..rows * samples], samples),
            (Chunks::new(&mut weights[..rows * samples], samples), Chunks::new(bound, 1)),
        );
        machine.threads.each(pieces, |row, (log_weights, (weights, bound))| {
            let (log_weights, weights) = (log_weights.values(), weights.values());
            machine.isa.run(Densities {
                beta: step.beta,
                defensive: o.defensive,
                stats: &stats[row * 2 * latent..][..2 * latent],
                z: &z[row * samples * latent..][..samples * latent],
                partial: &partial[row * samples * columns..][..samples * columns],
                log_weights,
            });
            bound.values()[0] = normalise(log_weights, weights);
        });
    });
}

/// log w of every draw of one image.
struct Densities<'a> {
    beta: f32,
    defensive: bool,
    stats: &'a [f32],
    z: &'a [f32],
    partial: &'a [f32],
    log_weights: &'a mut [f32],
}

impl Task for Densities<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { beta, defensive, stats, z, partial, log_weights } = self;
        let latent = stats.len() / 2;
        let (mean, log_variance) = stats.split_at(latent);
        let columns = partial.len() / log_weights.len();
        let draws = z.chunks_exact(latent).zip(partial.chunks_exact(columns));
        for (log_weight, (z, partial)) in log_weights.iter_mut().zip(draws) {
            // log p(z) − log q(z|x); the constants of the two densities cancel.
            let mut ratio = 0.0;
            for j in 0..latent {
                let e = (z[j] - mean[j]) * math::exp(-0.5 * log_variance[j]);
                ratio += e * e + log_variance[j] - z[j] * z[j];
            }
            let mut advantage = 0.5 * ratio;
            if defensive {
                // log p − log(½ q + ½ p), q's excess over p being −½ ratio.
                advantage = std::f32::consts::LN_2 - math::softplus(-advantage);
            }
            let mut loss = 0.0;
            for part in partial {
                loss += part;
            }
            *log_weight = beta * advantage - loss;
        }
    }
}

/// w̃ from log w; returns the negative bound.
fn normalise(log_weights: &[f32], weights: &mut [f32]) -> f32 {
    let most = log_weights.iter().fold(f32::NEG_INFINITY, |most, &w| if w > most { w } else { most });
    let mut sum = 0.0_f64;
    for (weight, &log_weight) in weights.iter_mut().zip(log_weights) {
        *weight = math::exp(log_weight - most);
        sum += f64::from(*weight);
    }
    for weight in weights.iter_mut() {
        *weight = (f64::from(*weight) / sum) as f32;
    }
    -(f64::from(most) + (sum / weights.len() as f64).ln()) as f32
}
