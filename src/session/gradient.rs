//! Gradients with respect to z and to images.

use super::{Session, Task, check_images, check_rows, check_z, port, step};
use crate::error::{Error, Result};
use crate::executor::Executor;

/// −log p(x|z) per image, and where it falls.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentGradient {
    /// `[n]` in nats: the weighed pixels' sum.
    pub recon: Vec<f32>,
    /// `[n, latent]`: its gradient with respect to z.
    pub dz: Vec<f32>,
}

impl<E: Executor> Session<E> {
    /// −log p(x|z) of `images` (`n × pixels`, in [0, 1]) at `z` (`n × latent`), each pixel weighed by `mask`
    /// (`n × pixels`; `None` for ones), and its gradient with respect to z. What −log p(z) adds to it is z.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole rows or not finite, for different numbers of
    /// rows, and for bad labels.
    pub async fn latent_gradient(
        &mut self,
        z: &[f32],
        images: &[f32],
        mask: Option<&[f32]>,
        labels: Option<&[u8]>,
    ) -> Result<LatentGradient> {
        let n = check_z(z, self.spec.latent)?;
        same("images", check_images(images, self.spec.pixels())?, n)?;
        if let Some(mask) = mask {
            let finite = |v: f32| v.is_finite();
            same("mask", check_rows("mask", mask, self.spec.pixels(), "finite values", finite)?, n)?;
        }
        let one_hot = self.one_hot(n, labels)?;
        let ones = if mask.is_some() { Vec::new() } else { vec![1.0; images.len()] };
        let mask = mask.unwrap_or(&ones);
        let program = self.program(Task::LatentGradient)?;
        let (z_port, input) = (port(program.ports.z), port(program.ports.input));
        let mask_port = port(program.ports.mask);
        let outputs = [port(program.ports.partial), port(program.ports.dz)];
        let columns = (outputs[0].len / program.batch) as usize;
        let mut result = LatentGradient { recon: Vec::with_capacity(n), dz: Vec::with_capacity(z.len()) };
        for (first, rows) in program.chunks(n) {
            self.write_rows(&program, z_port, z, first, rows)?;
            self.write_rows(&program, input, images, first, rows)?;
            self.write_rows(&program, mask_port, mask, first, rows)?;
            self.write_labels(&program, &one_hot, first, rows)?;
            let [partial, dz] = self.run(&program, &step(rows), outputs).await?;
            let sum = |parts: &[f32]| parts.iter().map(|&v| f64::from(v)).sum::<f64>() as f32;
            result.recon.extend(partial.chunks_exact(columns).map(sum));
            result.dz.extend_from_slice(&dz);
        }
        Ok(result)
    }

    /// The gradient with respect to `images` (`n × pixels`) of Σ_j dμ_j·μ_j + dlogvar_j·log σ²_j: how much each
    /// pixel moves the encoder's statistics, weighed by `dstats` (`n × 2·latent`: dμ, then dlogvar).
    ///
    /// # Errors
    /// As [`Self::latent_gradient`].
    pub async fn input_gradient(
        &mut self,
        images: &[f32],
        dstats: &[f32],
        labels: Option<&[u8]>,
    ) -> Result<Vec<f32>> {
        let n = check_images(images, self.spec.pixels())?;
        let width = 2 * self.spec.latent;
        same("dstats", check_rows("dstats", dstats, width, "finite values", |v| v.is_finite())?, n)?;
        let one_hot = self.one_hot(n, labels)?;
        let program = self.program(Task::InputGradient)?;
        let (input, weights) = (port(program.ports.input), port(program.ports.dstats));
        let output = port(program.ports.dx);
        let mut dx = Vec::with_capacity(images.len());
        for (first, rows) in program.chunks(n) {
            self.write_rows(&program, input, images, first, rows)?;
            self.write_rows(&program, weights, dstats, first, rows)?;
            self.write_labels(&program, &one_hot, first, rows)?;
            let [values] = self.run(&program, &step(rows), [output]).await?;
            dx.extend_from_slice(&values);
        }
        Ok(dx)
    }
}

fn same(what: &str, n: usize, expected: usize) -> Result<()> {
    if n == expected {
        return Ok(());
    }
    Err(Error::argument(what, format!("{n} rows, expected {expected}")))
}
