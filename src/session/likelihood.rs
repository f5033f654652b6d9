//! The importance-weighted estimate of log p(x).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Session, Task, check_images, port, step};
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::op::Step;
use crate::rng;

/// Draws of z for each image in one step.
pub const DRAWS_AT_ONCE: u32 = 50;

/// log Σ exp of values that come one after the other.
#[derive(Debug, Clone, Copy)]
struct LogSum {
    most: f64,
    /// Σ exp(value − most)
    sum: f64,
}

impl LogSum {
    const EMPTY: Self = Self { most: f64::NEG_INFINITY, sum: 0.0 };

    fn add(&mut self, value: f64) {
        if value > self.most {
            self.sum = self.sum * (self.most - value).exp() + 1.0;
            self.most = value;
        } else {
            self.sum += (value - self.most).exp();
        }
    }

    fn get(self) -> f64 {
        self.most + self.sum.ln()
    }
}

/// Where the draws of an importance-weighted likelihood come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proposal {
    /// q(z|x), as in the literature's figures.
    #[default]
    Posterior,
    /// ½ q(z|x) + ½ p(z) (Hesterberg, 1995): holds where the encoder misses a mode of p(z|x), in few dimensions.
    Mixture,
}

impl Proposal {
    /// The proposal called `posterior` or `mixture`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "posterior" => Ok(Self::Posterior),
            "mixture" => Ok(Self::Mixture),
            _ => Err(Error::argument("proposal", format!("{name:?}, expected posterior or mixture"))),
        }
    }
}

/// How a likelihood is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Draws of z for each image, K; even for [`Proposal::Mixture`].
    pub k: u32,
    /// Where they come from.
    pub proposal: Proposal,
    /// Seed of the noise.
    pub seed: u64,
    /// Number of the first image within its dataset: each image has its own noise.
    pub first: u32,
}

impl Estimate {
    /// Checks the number of draws.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for 0, or an odd number from the mixture.
    pub fn validate(&self) -> Result<()> {
        match (self.k, self.proposal) {
            (0, _) => Err(Error::argument("k", "0, expected at least 1")),
            (k, Proposal::Mixture) if k % 2 == 1 => {
                Err(Error::argument("k", format!("{k}, expected an even number of draws from the mixture")))
            }
            _ => Ok(()),
        }
    }
}

impl<E: Executor> Session<E> {
    /// L_K of every image (Burda et al., 2016, eq. 8): log (1/K) Σ_k p(x|z_k) p(z_k) / q(z_k|x) in nats, q being
    /// the proposal's density.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for a bad number of draws.
    pub async fn log_likelihood(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        estimate: Estimate,
    ) -> Result<Vec<f64>> {
        let sums = self.log_weight_sums(images, labels, estimate, 0..estimate.k).await?;
        Ok(sums.iter().map(|sum| sum - f64::from(estimate.k).ln()).collect())
    }

    /// log Σ_k p(x|z_k) p(z_k) / q(z_k|x) in nats of every image over `draws`, some of the draws that
    /// [`Self::log_likelihood`] makes: what takes long can be had in portions.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for no draws, draws beyond K, and draws that do not begin at
    /// a multiple of [`DRAWS_AT_ONCE`].
    pub async fn log_weight_sums(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        estimate: Estimate,
        draws: Range<u32>,
    ) -> Result<Vec<f64>> {
        estimate.validate()?;
        let Estimate { k, proposal, seed, first } = estimate;
        let n = check_images(images, self.spec.pixels())?;
        if draws.is_empty() || draws.end > k || !draws.start.is_multiple_of(DRAWS_AT_ONCE) {
            let problem = format!("{draws:?} of {k}, expected some from a multiple of {DRAWS_AT_ONCE} on");
            return Err(Error::argument("draws", problem));
        }
        let one_hot = self.one_hot(n, labels)?;
        let program = self.program(Task::LogWeights(k.min(DRAWS_AT_ONCE), proposal))?;
        let (input, output) = (port(program.ports.input), port(program.ports.log_weights));
        let mut result = Vec::with_capacity(n);
        for (at, rows) in program.chunks(n) {
            self.write_rows(&program, input, images, at, rows)?;
            self.write_labels(&program, &one_hot, at, rows)?;
            let mut sums = vec![LogSum::EMPTY; rows as usize];
            for drawn in draws.clone().step_by(program.samples as usize) {
                let noisy = Step {
                    seed: rng::fold_seed(seed),
                    step: drawn / program.samples,
                    row_offset: first.wrapping_add(at as u32),
                    noise: 1.0,
                    ..step(rows)
                };
                let [log_weights] = self.run(&program, &noisy, [output]).await?;
                // The last step may draw more than are wanted.
                let wanted = (draws.end - drawn).min(program.samples) as usize;
                for (sum, draws) in sums.iter_mut().zip(log_weights.chunks_exact(program.samples as usize)) {
                    draws[..wanted].iter().for_each(|&w| sum.add(f64::from(w)));
                }
            }
            result.extend(sums.iter().map(|sum| sum.get()));
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::LogSum;

    #[test]
    fn sums_do_not_depend_on_the_order_and_survive_large_values() {
        let values = [-1000.0, -1001.0, -999.0, -1200.0];
        let exact = -999.0 + (1.0 + (-1.0_f64).exp() + (-2.0_f64).exp() + (-201.0_f64).exp()).ln();
        for start in 0..4 {
            let mut sum = LogSum::EMPTY;
            (0..4).for_each(|i| sum.add(values[(start + i) % 4]));
            assert!((sum.get() - exact).abs() < 1e-12);
        }
    }
}
