//! CPU twin of `shaders/free_bits.wgsl`: the KL divergence per dimension against the free bits.

use super::math;
use super::memory::Memory;
use crate::op::{FreeBits, Step};

pub(super) fn run(o: &FreeBits, memory: &mut Memory<'_>, step: &Step) {
    let (rows, latent) = (step.rows as usize, o.latent as usize);
    memory.write([o.gate], |memory, [gate]| {
        let stats = memory.read(o.stats);
        let mut penalty = 0.0;
        for j in 0..latent {
            let divergence = |row: &[f32]| {
                let (mean, log_variance) = (row[j], row[latent + j]);
                f64::from(mean * mean + (math::exp(log_variance) - 1.0 - log_variance))
            };
            let sum: f64 = stats.chunks_exact(2 * latent).take(rows).map(divergence).sum();
            let (mean, floor) = (0.5 * sum / rows as f64, f64::from(o.floor));
            gate[j] = if mean > floor { 1.0 } else { 0.0 };
            // Not max: that would turn NaN into λ and hide a run that has diverged.
            penalty += if mean < floor { floor } else { mean };
        }
        gate[latent] = penalty as f32;
    });
}
