//! CPU twin of `shaders/reparam.wgsl`: z = μ + noise·σ·ε, and the KL divergence.

use super::Machine;
use super::math;
use super::memory::Memory;
use super::simd::Task;
use crate::op::{Reparam, Step};
use crate::rng::{self, Purpose};

pub(super) fn run(o: &Reparam, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let rows = step.rows as usize;
    memory.write([o.z, o.kl], |memory, [z, kl]| {
        let stats = memory.read(o.stats);
        machine.isa.run(Draw { o, step, stats, z });
        machine.isa.run(Divergence { stats, kl: &mut kl[..rows], latent: o.latent as usize });
    });
}

struct Draw<'a> {
    o: &'a Reparam,
    step: &'a Step,
    stats: &'a [f32],
    z: &'a mut [f32],
}

impl Task for Draw<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { o, step, stats, z } = self;
        let (latent, samples) = (o.latent as usize, o.samples as usize);
        let draws = z.chunks_exact_mut(latent).take(step.rows as usize * samples);
        for (row, z) in draws.enumerate() {
            let (mean, log_variance) = stats[row / samples * 2 * latent..][..2 * latent].split_at(latent);
            let from_prior = o.defensive && row % samples % 2 == 1;
            let first =
                step.row_offset.wrapping_mul(o.samples).wrapping_add(row as u32).wrapping_mul(o.latent);
            for (j, ((z, &mean), &log_variance)) in z.iter_mut().zip(mean).zip(log_variance).enumerate() {
                let element = first.wrapping_add(j as u32);
                let noise = step.noise * rng::normal(step.seed, Purpose::Latent, step.step, element);
                *z = if from_prior { noise } else { mean + math::exp(0.5 * log_variance) * noise };
            }
        }
    }
}

struct Divergence<'a> {
    stats: &'a [f32],
    kl: &'a mut [f32],
    latent: usize,
}

impl Task for Divergence<'_> {
    #[inline(always)]
    fn run(self) {
        for (row, kl) in self.stats.chunks_exact(2 * self.latent).zip(self.kl) {
            let (mean, log_variance) = row.split_at(self.latent);
            let mut sum = 0.0;
            for (&mean, &log_variance) in mean.iter().zip(log_variance) {
                sum += mean * mean + (math::exp(log_variance) - 1.0 - log_variance);
            }
            *kl = 0.5 * sum;
        }
    }
}
