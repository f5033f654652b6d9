//! Elementary functions in f64, by formulas other than the kernels'.

use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

use vae_playground::rng::{self, Purpose};
use vae_playground::spec::Activation;

/// erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign.
pub(crate) fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.abs() > 6.0 {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    2.0 / PI.sqrt() * (-x * x).exp() * sum
}

/// 1 / (1 + e⁻ˣ)
pub(crate) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { 1.0 - 1.0 / (1.0 + x.exp()) }
}

/// ln(1 + eˣ)
pub(crate) fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// ln N(x; mean, variance)
pub(crate) fn log_normal(x: f64, mean: f64, variance: f64) -> f64 {
    -0.5 * ((TAU * variance).ln() + (x - mean).powi(2) / variance)
}

/// Φ(x), the standard normal distribution function.
fn normal_cdf(x: f64) -> f64 {
    0.5 * (1.0 + erf(x * FRAC_1_SQRT_2))
}

pub(crate) fn activation(kind: Activation, x: f64) -> f64 {
    match kind {
        Activation::Identity => x,
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu => x.max(0.01 * x),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => sigmoid(x),
        Activation::Softplus => softplus(x),
        Activation::Gelu => x * normal_cdf(x),
        Activation::Silu => x * sigmoid(x),
        Activation::Elu => {
            if x > 0.0 {
                x
            } else {
                x.exp_m1()
            }
        }
    }
}

/// The derivative, told from the activation's value or, where that does not tell, from its argument.
pub(crate) fn derivative(kind: Activation, saved: f64) -> f64 {
    match kind {
        Activation::Identity => 1.0,
        Activation::Relu => f64::from(saved > 0.0),
        Activation::LeakyRelu => {
            if saved > 0.0 {
                1.0
            } else {
                0.01
            }
        }
        Activation::Tanh => (1.0 - saved) * (1.0 + saved),
        Activation::Sigmoid => saved - saved * saved,
        Activation::Softplus => -(-saved).exp_m1(),
        Activation::Elu => {
            if saved > 0.0 {
                1.0
            } else {
                saved + 1.0
            }
        }
        Activation::Gelu => normal_cdf(saved) + saved * (-0.5 * saved * saved).exp() / TAU.sqrt(),
        Activation::Silu => {
            let s = sigmoid(saved);
            s + saved * s * (1.0 - s)
        }
    }
}

/// The exact Box-Muller transform of the counters' bits.
pub(crate) fn normal(seed: u32, step: u32, element: u32) -> f64 {
    let [a, b, _, _] = rng::hash(seed, Purpose::Latent, step, element);
    let u = f64::from((a >> 8) + 1) / 16_777_216.0;
    // The kernels use 24 bits of the angle within its quadrant.
    let turn = 0.25 * (f64::from(b >> 30) + f64::from((b << 2) >> 8) / 16_777_216.0);
    (-2.0 * u.ln()).sqrt() * (TAU * turn).cos()
}
