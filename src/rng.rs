//! Counter-based randomness: the same integers on the CPU, on the GPU and in every worker.
//!
//! A kernel never carries random state. It asks for the number that belongs to (seed, stream, step,
//! element), so a run can be repeated from its seed, both backends see the same noise, and a batch
//! split over workers draws exactly what the whole batch would have drawn.
//!
//! The hash is PCG4D (Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020). Its
//! WGSL twin is `shaders/lib/rng.wgsl`; a parity test holds the two to the same bits.

use std::convert::Infallible;

use rand::rand_core::TryRng;

/// What a number is for, so that no two uses ever share a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// ε of the reparameterisation z = μ + σ·ε; element = row · latent + dimension.
    Latent = 1,
    /// Bernoulli sampling of grey pixels; element = (row · pixels + pixel) / 4, four pixels to a hash.
    Binarise = 2,
    /// z drawn from the prior; element = row · latent + dimension.
    Prior = 3,
    /// Initial parameters.
    Initialise = 4,
    /// The order in which an epoch visits the images.
    Permutation = 5,
}

/// One PCG4D hash: four counters in, four uniform 32-bit integers out.
#[must_use]
#[inline]
pub const fn pcg4d(v: [u32; 4]) -> [u32; 4] {
    const MUL: u32 = 1_664_525;
    const ADD: u32 = 1_013_904_223;
    let mut x = v[0].wrapping_mul(MUL).wrapping_add(ADD);
    let mut y = v[1].wrapping_mul(MUL).wrapping_add(ADD);
    let mut z = v[2].wrapping_mul(MUL).wrapping_add(ADD);
    let mut w = v[3].wrapping_mul(MUL).wrapping_add(ADD);
    x = x.wrapping_add(y.wrapping_mul(w));
    y = y.wrapping_add(z.wrapping_mul(x));
    z = z.wrapping_add(x.wrapping_mul(y));
    w = w.wrapping_add(y.wrapping_mul(z));
    x ^= x >> 16;
    y ^= y >> 16;
    z ^= z >> 16;
    w ^= w >> 16;
    x = x.wrapping_add(y.wrapping_mul(w));
    y = y.wrapping_add(z.wrapping_mul(x));
    z = z.wrapping_add(x.wrapping_mul(y));
    w = w.wrapping_add(y.wrapping_mul(z));
    [x, y, z, w]
}

/// The hash for one element of one step.
#[must_use]
#[inline]
pub const fn hash(seed: u32, purpose: Purpose, step: u32, element: u32) -> [u32; 4] {
    pcg4d([seed, purpose as u32, step, element])
}

/// A uniform number in [0, 1) with 24 bits, exact in f32.
#[must_use]
#[inline]
pub fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// One standard normal number by Box-Muller.
///
/// Logarithm and cosine are short polynomials of additions and multiplications, not the platform's
/// functions: WGSL allows its `cos` an absolute error of 2⁻¹¹, which would give the two backends
/// different noise. Error against the exact transform: below 2·10⁻⁶ absolute.
#[must_use]
#[inline]
pub fn normal(seed: u32, purpose: Purpose, step: u32, element: u32) -> f32 {
    let [a, b, _, _] = hash(seed, purpose, step, element);
    // In (0, 1]: the logarithm stays finite.
    let u = ((a >> 8) + 1) as f32 * (1.0 / 16_777_216.0);
    (-2.0 * ln_unit(u)).max(0.0).sqrt() * cos_turn(b)
}

/// ln u for u in (0, 1], by the series of 2·artanh((m−1)/(m+1)) on m in [√½, √2).
#[inline]
fn ln_unit(u: f32) -> f32 {
    let bits = u.to_bits();
    // Subtracting √½'s bits before taking the exponent puts the mantissa into [√½, √2).
    let exponent = (bits.wrapping_sub(0x3f35_04f3) as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let series = 2.0 + s2 * (2.0 / 3.0 + s2 * (2.0 / 5.0 + s2 * (2.0 / 7.0 + s2 * (2.0 / 9.0))));
    exponent as f32 * std::f32::consts::LN_2 + s * series
}

/// cos(2π·bits/2³²): the top two bits choose the quadrant, Taylor series do the rest.
#[inline]
pub(crate) fn cos_turn(bits: u32) -> f32 {
    let x = unit(bits << 2) * std::f32::consts::FRAC_PI_2;
    let x2 = x * x;
    let cosine = 1.0
        + x2 * (-0.5
            + x2 * (1.0 / 24.0
                + x2 * (-1.0 / 720.0
                    + x2 * (1.0 / 40_320.0 + x2 * (-1.0 / 3_628_800.0 + x2 * (1.0 / 479_001_600.0))))));
    let sine = x
        * (1.0
            + x2 * (-1.0 / 6.0
                + x2 * (1.0 / 120.0
                    + x2 * (-1.0 / 5_040.0 + x2 * (1.0 / 362_880.0 + x2 * (-1.0 / 39_916_800.0))))));
    // Selections rather than branches, so that loops over elements vectorise.
    let quadrant = bits >> 30;
    let value = if quadrant & 1 == 0 { cosine } else { sine };
    if (quadrant + 1) & 2 == 0 { value } else { -value }
}

/// Folds a 64-bit seed into the 32 bits that kernels see.
#[must_use]
pub const fn fold_seed(seed: u64) -> u32 {
    pcg4d([seed as u32, (seed >> 32) as u32, 0, 0])[0]
}

/// The counter-based generator as a sequential source for [`rand`]'s algorithms (shuffling, ranges).
#[derive(Debug, Clone)]
pub struct Stream {
    seed: u32,
    purpose: Purpose,
    step: u32,
    element: u32,
}

impl Stream {
    /// The stream of `purpose` and `step` (an epoch, a tensor's index) under `seed`.
    #[must_use]
    pub const fn new(seed: u32, purpose: Purpose, step: u32) -> Self {
        Self { seed, purpose, step, element: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [word, ..] = hash(self.seed, self.purpose, self.step, self.element);
        self.element = self.element.wrapping_add(1);
        Ok(word)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let [low, high, ..] = hash(self.seed, self.purpose, self.step, self.element);
        self.element = self.element.wrapping_add(1);
        Ok(u64::from(high) << 32 | u64::from(low))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(4) {
            let word = self.try_next_u32()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_match_the_exact_transform() {
        for element in 0..20_000 {
            let [a, b, _, _] = hash(7, Purpose::Latent, 3, element);
            let u = f64::from((a >> 8) + 1) / 16_777_216.0;
            let turn = f64::from((b << 2) >> 8) / 16_777_216.0 * 0.25 + f64::from(b >> 30) * 0.25;
            let exact = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * turn).cos();
            let ours = f64::from(normal(7, Purpose::Latent, 3, element));
            assert!((exact - ours).abs() < 2e-6, "element {element}: {exact} against {ours}");
        }
    }

    #[test]
    fn normals_have_the_moments_of_a_standard_normal() {
        let n = 200_000;
        let x: Vec<f64> = (0..n).map(|i| f64::from(normal(1, Purpose::Latent, 0, i))).collect();
        let moment = |k: i32| x.iter().map(|v| v.powi(k)).sum::<f64>() / f64::from(n);
        // Standard errors at this n: 0.0022, 0.0032, 0.0087 and 0.022.
        assert!(moment(1).abs() < 0.01);
        assert!((moment(2) - 1.0).abs() < 0.015);
        assert!(moment(3).abs() < 0.04);
        assert!((moment(4) - 3.0).abs() < 0.1);
    }

    #[test]
    fn neighbours_in_every_counter_are_uncorrelated() {
        let n = 50_000_u32;
        let correlation = |shift: fn(u32) -> f32| {
            (0..n).map(|i| f64::from(normal(5, Purpose::Latent, 9, i)) * f64::from(shift(i))).sum::<f64>()
                / f64::from(n)
        };
        assert!(correlation(|i| normal(6, Purpose::Latent, 9, i)).abs() < 0.02);
        assert!(correlation(|i| normal(5, Purpose::Prior, 9, i)).abs() < 0.02);
        assert!(correlation(|i| normal(5, Purpose::Latent, 10, i)).abs() < 0.02);
        assert!(correlation(|i| normal(5, Purpose::Latent, 9, i + 1)).abs() < 0.02);
    }
}
