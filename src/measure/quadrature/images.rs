//! The likelihood of many images at many points of the grid, arranged for matrix products.

use std::borrow::Cow;

use super::log_sum::GridSum;
use crate::error::{Error, Result};
use crate::spec::{Likelihood, VaeSpec};

/// The images, and log p(x|z) as (x − c)·w(z) + b(z) + a(x), c being the images' mean: it keeps the products, which
/// 32-bit floats round, small.
#[derive(Debug)]
pub(super) struct Images<'a> {
    targets: Cow<'a, [f32]>,
    pixels: usize,
    likelihood: Likelihood,
    centre: Vec<f32>,
}

impl<'a> Images<'a> {
    pub(super) fn new(targets: Cow<'a, [f32]>, spec: &VaeSpec) -> Self {
        let pixels = spec.pixels() as usize;
        let mut sums = vec![0.0_f64; pixels];
        for image in targets.chunks_exact(pixels) {
            sums.iter_mut().zip(image).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        let n = (targets.len() / pixels) as f64;
        let centre = sums.iter().map(|sum| (sum / n) as f32).collect();
        Self { targets, pixels, likelihood: spec.likelihood, centre }
    }

    /// How many images there are.
    pub(super) fn count(&self) -> usize {
        self.targets.len() / self.pixels
    }

    /// x − c of images `first..first + n`.
    pub(super) fn centred(&self, first: usize, n: usize) -> Vec<f32> {
        let targets = &self.targets[first * self.pixels..(first + n) * self.pixels];
        targets.iter().zip(self.centre.iter().cycle()).map(|(x, c)| x - c).collect()
    }

    /// Turns the decoder's outputs at `places` into w(z), and returns b(z) + log N(z; 0, I) + log spacing².
    pub(super) fn affine(&self, outputs: &mut [f32], places: &[[f64; 2]], spacing: f64) -> Vec<f32> {
        let rows = outputs.chunks_exact_mut(self.pixels).zip(places);
        let constants = rows.map(|(row, z)| {
            let b = match self.likelihood {
                Likelihood::Bernoulli {} => {
                    let product = row.iter().zip(&self.centre).map(|(&l, &c)| f64::from(l) * f64::from(c));
                    product.sum::<f64>() - softplus_sum(row)
                }
                Likelihood::Gaussian { sigma } => {
                    let variance = f64::from(sigma).powi(2);
                    let mut square = 0.0;
                    for (w, &c) in row.iter_mut().zip(&self.centre) {
                        let from_centre = f64::from(*w) - f64::from(c);
                        square += from_centre * from_centre;
                        *w = (from_centre / variance) as f32;
                    }
                    let normaliser = self.pixels as f64 * (std::f64::consts::TAU * variance).ln();
                    -0.5 * (square / variance + normaliser)
                }
            };
            let prior = -0.5 * (z[0] * z[0] + z[1] * z[1]) - std::f64::consts::TAU.ln();
            (b + prior + 2.0 * spacing.ln()) as f32
        });
        constants.collect()
    }

    /// log p(x) = log Σ + a(x) + `more` for every image.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for one that is not finite.
    pub(super) fn finish(&self, sums: &[GridSum], more: f64) -> Result<Vec<f64>> {
        let values: Vec<f64> = sums
            .iter()
            .zip(self.targets.chunks_exact(self.pixels))
            .map(|(sum, x)| {
                let a = match self.likelihood {
                    Likelihood::Bernoulli {} => 0.0,
                    Likelihood::Gaussian { sigma } => {
                        let deviations = x.iter().zip(&self.centre).map(|(&x, &c)| f64::from(x - c).powi(2));
                        -0.5 * deviations.sum::<f64>() / f64::from(sigma).powi(2)
                    }
                };
                sum.all.log() + a + more
            })
            .collect();
        match values.iter().position(|v| !v.is_finite()) {
            Some(i) => Err(Error::argument("model", format!("log p(x) of image {i} is {}", values[i]))),
            None => Ok(values),
        }
    }
}

/// Σ ln(1 + eˡ), in one logarithm for many factors: ln(1 + eˡ) = max(l, 0) + ln(1 + e⁻ˡ).
fn softplus_sum(logits: &[f32]) -> f64 {
    // A product of so many factors of at most 2 is finite.
    logits
        .chunks(512)
        .map(|part| {
            let (linear, product) = part.iter().fold((0.0, 1.0), |(linear, product), &l| {
                (linear + f64::from(l.max(0.0)), product * (1.0 + f64::from((-l.abs()).exp())))
            });
            linear + f64::ln(product)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    #[test]
    fn the_affine_form_is_the_log_likelihood_and_the_prior() {
        let targets = [0.0, 1.0, 1.0, 0.25, 0.5, 1.0];
        let (outputs, places) = ([0.3, -2.0, 40.0, -1.0, 0.0, 0.7], [[0.5, -1.0], [0.0, 2.0]]);
        for likelihood in [Likelihood::Bernoulli {}, Likelihood::Gaussian { sigma: 0.5 }] {
            let mut spec = VaeSpec { likelihood, ..presets::spec("dense-2").unwrap() };
            (spec.input.height, spec.input.width) = (1, 3);
            let images = Images::new(Cow::Borrowed(&targets), &spec);
            let mut weights = outputs;
            let constants = images.affine(&mut weights, &places, 0.1);
            let centred: Vec<f32> = images.centred(0, 2);
            for image in 0..2 {
                for point in 0..2 {
                    let row = |values: &[f32], i: usize| values[3 * i..3 * i + 3].to_vec();
                    let (x, u) = (row(&targets, image), row(&centred, image));
                    let product: f32 = u.iter().zip(row(&weights, point)).map(|(u, w)| u * w).sum();
                    let mut term = GridSum::EMPTY;
                    term.add(&[product + constants[point]], 0);
                    let found = images.finish(&[term; 2], 0.0).unwrap()[image];
                    let log_p = |(&x, l): (&f32, f32)| {
                        let (x, l) = (f64::from(x), f64::from(l));
                        match likelihood {
                            Likelihood::Bernoulli {} => x * l - (1.0 + l.exp()).ln(),
                            Likelihood::Gaussian { .. } => {
                                -2.0 * (x - l).powi(2) - 0.5 * (std::f64::consts::TAU * 0.25).ln()
                            }
                        }
                    };
                    let [a, b] = places[point];
                    let prior = -0.5 * (a * a + b * b) - std::f64::consts::TAU.ln() + 0.01_f64.ln();
                    let expected = x.iter().zip(row(&outputs, point)).map(log_p).sum::<f64>() + prior;
                    assert!((found - expected).abs() < 1e-5 * expected.abs().max(1.0), "{found}, {expected}");
                }
            }
        }
    }

    #[test]
    fn many_factors_do_not_overflow() {
        let sum = softplus_sum(&[0.0; 3000]);
        assert!((sum - 3000.0 * std::f64::consts::LN_2).abs() < 1e-9);
        assert!((softplus_sum(&[1000.0, -1000.0]) - 1000.0).abs() < 1e-12);
    }
}
