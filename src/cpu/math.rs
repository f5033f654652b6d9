//! Elementary functions without branches, so that loops over them vectorise.
//!
//! Coefficients are our own least-maximum fits (iteratively reweighted least squares on Chebyshev nodes).
//! The bounds in each docstring hold for all finite arguments and are tested against f64; NaN gives NaN.

/// eˣ; relative error below 2·10⁻⁷ where the result is a normal number, 0 and ∞ beyond.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with few bits: n·LN2_HIGH is exact.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.5 { -104.5 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let p = 0.5 + r * (0.166_665_18 + r * (0.041_666_206 + r * (0.008_368_89 + r * 0.001_395_048_9)));
    let mantissa = 1.0 + (r + r * r * p);
    // 2ⁿ in two factors: n reaches −151 and 128, past what one exponent holds.
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = n >> 1;
    mantissa * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// ln(1 + e) for e in [0, 1]; relative error below 3·10⁻⁷.
#[inline(always)]
pub(crate) fn ln_1p_unit(e: f32) -> f32 {
    // 2·artanh(e / (2 + e))
    let s = e / (2.0 + e);
    let q = s * s;
    s * (2.0 + q * (0.666_664_1 + q * (0.400_217 + q * (0.279_991_4 + q * 0.280_244_65))))
}

/// 1 / (1 + e⁻ˣ); relative error below 4·10⁻⁷ for x ≥ −87.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// ln(1 + eˣ); relative error below 5·10⁻⁷ for x ≥ −87.
#[inline(always)]
pub(crate) fn softplus(x: f32) -> f32 {
    (if x > 0.0 { x } else { 0.0 }) + ln_1p_unit(exp(-x.abs()))
}

/// tanh x; relative error below 4·10⁻⁷.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let q = x * x;
    let near = x + x
        * q
        * (-0.333_332_84
            + q * (0.133_314_9 + q * (-0.053_743_497 + q * (0.020_650_579 - q * 0.005_717_037))));
    let e = exp(-2.0 * x.abs());
    let far = ((1.0 - e) / (1.0 + e)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// The standard normal distribution Φ(x) and its density φ(x), from one exponential. Absolute errors below
/// 3·10⁻⁷ and 10⁻⁷.
#[inline(always)]
pub(crate) fn normal(x: f32) -> (f32, f32) {
    const INVERSE_SQRT_TAU: f32 = 0.398_942_3;
    // Beyond 14.5 both tails are 0 in f32; clamping keeps ∞² out.
    let z = x.abs();
    let z = (if z > 14.5 { 14.5 } else { z }) * std::f32::consts::FRAC_1_SQRT_2;
    let e = exp(-z * z);
    // erfc z = e^(−z²) · t · P(t) with t = 1 / (1 + 0.35 z)
    let t = 1.0 / (1.0 + 0.35 * z);
    let low = 0.197_489_25 + t * (0.197_039_78 + t * (0.188_666_15 + t * 0.147_842_03));
    let middle = 0.155_172_18 + t * (0.070_877_224 + t * -0.009_195_383);
    let high = 0.168_162_63 + t * (-0.153_487_65 + t * 0.037_433_79);
    let t2 = t * t;
    let t4 = t2 * t2;
    let tail = 0.5 * e * t * (low + t4 * (middle + t2 * t * high));
    (if x > 0.0 { 1.0 - tail } else { tail }, INVERSE_SQRT_TAU * e)
}

/// max(0, x), NaN for NaN.
#[inline(always)]
pub(crate) fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

/// x for x > 0, else 0.01·x.
#[inline(always)]
pub(crate) fn leaky_relu(x: f32) -> f32 {
    if x < 0.0 { 0.01 * x } else { x }
}

/// x·Φ(x)
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    x * normal(x).0
}

/// x·sigmoid(x)
#[inline(always)]
pub(crate) fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// eˣ − 1 below 0; relative error below 4·10⁻⁷.
#[inline(always)]
pub(crate) fn elu(x: f32) -> f32 {
    // The difference cancels near 0.
    let tail = 1.0 / 120.0 + x * (1.0 / 720.0 + x * (1.0 / 5040.0));
    let near = x + x * x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * tail)));
    let below = if x > -0.5 { near } else { exp(x) - 1.0 };
    if x > 0.0 { x } else { below }
}

/// Sums in a fixed order, pairs of halves.
#[inline(always)]
pub(crate) fn sum_lanes(mut lanes: [f32; 16]) -> f32 {
    let mut width = 8;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest relative error of `ours` on a grid, with its place. Results below the smallest normal
    /// number only have to be as small.
    fn worst(range: [f32; 2], ours: fn(f32) -> f32, exact: fn(f64) -> f64) -> (f64, f32) {
        let count = 2_000_000;
        let mut worst = (0.0, 0.0);
        for i in 0..=count {
            let x = range[0] + (range[1] - range[0]) * (i as f32 / count as f32);
            let (got, want) = (f64::from(ours(x)), exact(f64::from(x)));
            if want.abs() < f64::from(f32::MIN_POSITIVE) {
                assert!(got.abs() <= f64::from(f32::MIN_POSITIVE), "{got:e} at {x}, expected {want:e}");
                continue;
            }
            let error = ((got - want) / want).abs();
            if error > worst.0 {
                worst = (error, x);
            }
        }
        worst
    }

    fn below(bound: f64, (error, x): (f64, f32)) {
        assert!(error < bound, "relative error {error:e} at {x}, bound {bound:e}");
    }

    #[test]
    fn functions_keep_their_bounds() {
        for range in [[-110.0, 88.7], [-1.0, 1.0]] {
            below(2e-7, worst(range, exp, f64::exp));
        }
        below(3e-7, worst([0.0, 1.0], ln_1p_unit, f64::ln_1p));
        for range in [[-87.0, 110.0], [-1.0, 1.0]] {
            below(4e-7, worst(range, sigmoid, |x| 1.0 / (1.0 + (-x).exp())));
            below(5e-7, worst(range, softplus, |x| if x > 40.0 { x } else { x.exp().ln_1p() }));
            below(4e-7, worst(range, tanh, f64::tanh));
            below(4e-7, worst(range, elu, |x| if x > 0.0 { x } else { x.exp_m1() }));
        }
    }

    #[test]
    fn distribution_is_the_integral_of_the_density() {
        let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let step = 1.0 / 1024.0;
        let mut integral = 0.0;
        for i in -20 * 1024..20 * 1024 {
            let x = f64::from(i) * step;
            let (ours, ours_density) = normal(x as f32);
            assert!((f64::from(ours) - integral).abs() < 3e-7, "Φ({x}) = {ours}, expected {integral}");
            assert!((f64::from(ours_density) - density(x)).abs() < 1e-7, "φ({x}) = {ours_density}");
            // Simpson's rule to the next point.
            integral += step / 6.0 * (density(x) + 4.0 * density(x + 0.5 * step) + density(x + step));
        }
    }

    #[test]
    fn ends_of_the_range_and_nan() {
        let infinity = f32::INFINITY;
        assert_eq!([exp(infinity), exp(-infinity), exp(200.0), exp(-200.0)], [infinity, 0.0, infinity, 0.0]);
        assert_eq!([sigmoid(infinity), sigmoid(-infinity)], [1.0, 0.0]);
        assert_eq!([softplus(infinity), softplus(-infinity), softplus(1e4)], [infinity, 0.0, 1e4]);
        assert_eq!([tanh(infinity), tanh(-infinity), tanh(-0.0)], [1.0, -1.0, 0.0]);
        assert_eq!((normal(infinity).0, normal(-infinity).0), (1.0, 0.0));
        for f in [exp, ln_1p_unit, sigmoid, softplus, tanh, relu, leaky_relu, gelu, silu, elu] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
