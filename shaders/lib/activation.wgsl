// Elementwise functions and their derivatives; the numbers are `spec::Activation`'s discriminants.

const RELU = 1u;
const LEAKY_RELU = 2u;
const TANH = 3u;
const SIGMOID = 4u;
const SOFTPLUS = 5u;
const GELU = 6u;
const SILU = 7u;
const ELU = 8u;

const LEAK = 0.01;
const SQRT_HALF = 0.70710678;
const INV_SQRT_TAU = 0.39894228;

// The built-in may overflow for large arguments, and 1 − e⁻²ˣ cancels for small ones.
fn tanh_stable(x: f32) -> f32 {
    let q = x * x;
    let series = x * (1.0 + q * (-1.0 / 3.0 + q * (2.0 / 15.0 + q * (-17.0 / 315.0 + q * (62.0 / 2835.0)))));
    let e = exp(-2.0 * abs(x));
    return select(sign(x) * (1.0 - e) / (1.0 + e), series, abs(x) < 0.25);
}

// erf x, by formula 7.1.26 of Abramowitz and Stegun: absolute error below 1.5e-7.
fn erf_approx(x: f32) -> f32 {
    let a = abs(x);
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let series = t * (0.254829592
        + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(x) * (1.0 - series * exp(-a * a));
}

// Φ x, the normal distribution function.
fn normal_cdf(x: f32) -> f32 {
    return 0.5 + 0.5 * erf_approx(x * SQRT_HALF);
}

// eˣ − 1 for x ≤ 0; the difference cancels near 0.
fn exp_m1(x: f32) -> f32 {
    let tail = 1.0 / 120.0 + x * (1.0 / 720.0 + x * (1.0 / 5040.0));
    let series = x + x * x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * tail)));
    return select(exp(-abs(x)) - 1.0, series, x > -0.5);
}

fn activate(kind: u32, x: f32) -> f32 {
    switch kind {
        // Not max: that may turn NaN into 0 and hide a run that has diverged.
        case RELU: { return select(x, 0.0, x < 0.0); }
        case LEAKY_RELU: { return select(LEAK * x, x, x > 0.0); }
        case TANH: { return tanh_stable(x); }
        case SIGMOID: { return sigmoid(x); }
        case SOFTPLUS: { return softplus(x); }
        case GELU: { return x * normal_cdf(x); }
        case SILU: { return x * sigmoid(x); }
        case ELU: { return select(exp_m1(x), x, x > 0.0); }
        default: { return x; }
    }
}

// The derivative; `saved` is the function's value, or its argument for GELU and SiLU.
fn activation_gradient(kind: u32, saved: f32) -> f32 {
    switch kind {
        case RELU: { return select(0.0, 1.0, saved > 0.0); }
        case LEAKY_RELU: { return select(LEAK, 1.0, saved > 0.0); }
        case TANH: { return (1.0 - saved) * (1.0 + saved); }
        case SIGMOID: { return saved * (1.0 - saved); }
        case SOFTPLUS: {
            // sigmoid of the argument is 1 − e⁻ʸ, whose difference cancels for small y.
            let series = saved * (1.0 - saved * (0.5 - saved * (1.0 / 6.0 - saved * (1.0 / 24.0))));
            return select(1.0 - exp(-saved), series, saved < 0.05);
        }
        case GELU: {
            return normal_cdf(saved) + saved * INV_SQRT_TAU * exp(-0.5 * saved * saved);
        }
        case SILU: {
            let s = sigmoid(saved);
            return s * (1.0 + saved * (1.0 - s));
        }
        case ELU: { return select(1.0 + saved, 1.0, saved > 0.0); }
        default: { return 1.0; }
    }
}

