//! CPU twin of `shaders/reparam_grad.wgsl`: gradients with respect to μ and log σ².

use super::Machine;
use super::math;
use super::memory::Memory;
use super::simd::Task;
use crate::op::{ReparamGrad, Step};

pub(super) fn run(o: &ReparamGrad, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let dstats = step.rows as usize * 2 * o.latent as usize;
    memory.write([o.dstats], |memory, [out]| {
        machine.isa.run(Rows {
            latent: o.latent as usize,
            samples: o.samples as usize,
            weight: step.beta * step.inv_batch,
            gate: o.gated.then(|| memory.read(o.gate)),
            stats: memory.read(o.stats),
            z: memory.read(o.z),
            dz: memory.read(o.dz),
            dstats: &mut out[..dstats],
        });
    });
}

struct Rows<'a> {
    latent: usize,
    samples: usize,
    /// β / B
    weight: f32,
    /// Factor of the divergence of each dimension.
    gate: Option<&'a [f32]>,
    stats: &'a [f32],
    z: &'a [f32],
    dz: &'a [f32],
    dstats: &'a mut [f32],
}

impl Task for Rows<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { latent, samples, weight, .. } = self;
        let draws = self.z.chunks_exact(samples * latent).zip(self.dz.chunks_exact(samples * latent));
        let rows = self.stats.chunks_exact(2 * latent).zip(self.dstats.chunks_exact_mut(2 * latent));
        for ((stats, dstats), (z, dz)) in rows.zip(draws) {
            let (mean, log_variance) = stats.split_at(latent);
            let (dmean, dlog_variance) = dstats.split_at_mut(latent);
            for j in 0..latent {
                let weight = self.gate.map_or(weight, |gate| gate[j] * weight);
                dmean[j] = weight * mean[j];
                dlog_variance[j] = 0.5 * weight * (math::exp(log_variance[j]) - 1.0);
            }
            for (z, dz) in z.chunks_exact(latent).zip(dz.chunks_exact(latent)) {
                for j in 0..latent {
                    dmean[j] += dz[j];
                    dlog_variance[j] += 0.5 * dz[j] * (z[j] - mean[j]);
                }
            }
        }
    }
}
