//! The importance-weighted estimate of log p(x).

use super::{Session, Task, check_images, port, step};
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::op::Step;
use crate::rng;

/// Draws of z for each image in one step.
const DRAWS_AT_ONCE: u32 = 50;

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

impl<E: Executor> Session<E> {
    /// L_K of every image (Burda et al., 2016, eq. 8): log (1/K) Σ_k p(x|z_k) p(z_k) / q(z_k|x) in nats, with
    /// `k` draws of z. `first` is the number of the first image within its dataset: each image has its own noise.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for k = 0.
    pub async fn log_likelihood(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        k: u32,
        seed: u64,
        first: u32,
    ) -> Result<Vec<f64>> {
        let n = check_images(images, self.spec.pixels())?;
        if k == 0 {
            return Err(Error::argument("k", "0, expected at least 1"));
        }
        let one_hot = self.one_hot(n, labels)?;
        let program = self.program(Task::LogWeights(k.min(DRAWS_AT_ONCE)))?;
        let (input, output) = (port(program.ports.input), port(program.ports.log_weights));
        let mut result = Vec::with_capacity(n);
        for (at, rows) in program.chunks(n) {
            self.write_rows(&program, input, images, at, rows)?;
            self.write_labels(&program, &one_hot, at, rows)?;
            let mut sums = vec![LogSum::EMPTY; rows as usize];
            for (chunk, drawn) in (0..k).step_by(program.samples as usize).enumerate() {
                let noisy = Step {
                    seed: rng::fold_seed(seed),
                    step: chunk as u32,
                    row_offset: first + at as u32,
                    noise: 1.0,
                    ..step(rows)
                };
                let [log_weights] = self.run(&program, &noisy, [output]).await?;
                // The last step may draw more than are wanted.
                let wanted = (k - drawn).min(program.samples) as usize;
                for (sum, draws) in sums.iter_mut().zip(log_weights.chunks_exact(program.samples as usize)) {
                    draws[..wanted].iter().for_each(|&w| sum.add(f64::from(w)));
                }
            }
            result.extend(sums.iter().map(|sum| sum.get() - f64::from(k).ln()));
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
