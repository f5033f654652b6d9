//! The latent: z = μ + σ·ε and the KL divergence to the prior.

use crate::op::{Op, Reparam, ReparamGrad, View};
use crate::plan::Builder;

/// Draws z; returns z and the KL divergence per image.
pub(crate) fn forward(b: &mut Builder<'_>, stats: View, latent: u32) -> (View, View) {
    let samples = b.samples;
    let z = b.rows("z", latent, samples);
    let kl = b.rows("kl", 1, 1);
    b.push(Op::Reparam(Reparam { stats, z, kl, latent, samples }));
    (z, kl)
}

/// Gradient with respect to μ and log σ², of the reconstruction through z and of β·KL.
pub(crate) fn backward(b: &mut Builder<'_>, stats: View, z: View, dz: View, latent: u32) -> View {
    let samples = b.samples;
    let dstats = b.rows("dstats", 2 * latent, 1);
    b.push(Op::ReparamGrad(ReparamGrad { stats, z, dz, dstats, latent, samples }));
    dstats
}
