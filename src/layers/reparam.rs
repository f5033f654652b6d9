//! The latent: z = μ + σ·ε and the KL divergence to the prior.

use crate::op::{IwaeGrad, Op, Reparam, ReparamGrad, View};
use crate::plan::Builder;

/// Draws z, every second draw from the prior where `defensive`; returns z and the KL divergence per image.
pub(crate) fn forward(b: &mut Builder<'_>, stats: View, latent: u32, defensive: bool) -> (View, View) {
    let samples = b.samples;
    let z = b.rows("z", latent, samples);
    let kl = b.rows("kl", 1, 1);
    b.push(Op::Reparam(Reparam { stats, z, kl, latent, samples, defensive }));
    (z, kl)
}

/// Gradient with respect to μ and log σ², of the reconstruction through z and of β·KL; dimensions whose gate is
/// closed have none of the latter.
pub(crate) fn backward(
    b: &mut Builder<'_>,
    stats: View,
    z: View,
    dz: View,
    gate: Option<View>,
    latent: u32,
) -> View {
    let samples = b.samples;
    let dstats = b.rows("dstats", 2 * latent, 1);
    let gated = gate.is_some();
    // Without gates nothing is read there; binding the statistics twice keeps the shader's bindings the same.
    let gate = gate.map_or(stats, |g| View { len: latent, ..g });
    b.push(Op::ReparamGrad(ReparamGrad { stats, z, dz, gate, dstats, latent, samples, gated }));
    dstats
}

/// Gradient with respect to μ and log σ² of the importance-weighted bound.
pub(crate) fn weighted_backward(
    b: &mut Builder<'_>,
    stats: View,
    z: View,
    dz: View,
    weights: View,
    latent: u32,
    dreg: bool,
) -> View {
    let samples = b.samples;
    let dstats = b.rows("dstats", 2 * latent, 1);
    b.push(Op::IwaeGrad(IwaeGrad { stats, z, dz, weights, dstats, latent, samples, dreg }));
    dstats
}
