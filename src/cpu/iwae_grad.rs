//! CPU twin of `shaders/iwae_grad.wgsl`: gradients of the importance-weighted bound with respect to μ and log σ².

use super::Machine;
use super::math;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{IwaeGrad, Step};

pub(super) fn run(o: &IwaeGrad, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (latent, samples) = (o.latent as usize, o.samples as usize);
    memory.write([o.dstats], |memory, [out]| {
        let (stats, z) = (memory.read(o.stats), memory.read(o.z));
        let (dz, weights) = (memory.read(o.dz), memory.read(o.weights));
        let out = Chunks::new(&mut out[..step.rows as usize * 2 * latent], 2 * latent);
        machine.threads.each(out, |row, dstats| {
            let draws = row * samples * latent..(row + 1) * samples * latent;
            machine.isa.run(Row {
                beta: step.beta,
                scale: step.inv_batch,
                dreg: o.dreg,
                stats: &stats[row * 2 * latent..][..2 * latent],
                z: &z[draws.clone()],
                dz: &dz[draws],
                weights: &weights[row * samples..][..samples],
                dstats: dstats.values(),
            });
        });
    });
}

struct Row<'a> {
    beta: f32,
    /// 1 / B
    scale: f32,
    dreg: bool,
    stats: &'a [f32],
    z: &'a [f32],
    dz: &'a [f32],
    weights: &'a [f32],
    dstats: &'a mut [f32],
}

impl Task for Row<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { beta, scale, dreg, stats, z, dz, weights, dstats } = self;
        let strength = beta * scale;
        let latent = stats.len() / 2;
        let (mean, log_variance) = stats.split_at(latent);
        let (dmean, dlog_variance) = dstats.split_at_mut(latent);
        dmean.fill(0.0);
        dlog_variance.fill(if dreg { 0.0 } else { -0.5 * strength });
        for ((z, dz), &weight) in z.chunks_exact(latent).zip(dz.chunks_exact(latent)).zip(weights) {
            for j in 0..latent {
                let offset = z[j] - mean[j];
                let mut d = dz[j] + strength * weight * z[j];
                if dreg {
                    let path = d - strength * weight * offset * math::exp(-log_variance[j]);
                    d = (1.0 - beta + beta * weight) * path;
                }
                dmean[j] += d;
                dlog_variance[j] += 0.5 * d * offset;
            }
        }
    }
}
