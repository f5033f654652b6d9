//! The exact log p(x) of a model whose latent has two dimensions, by quadrature over the plane of z.
//!
//! log p(x) = log ∫ p(x|z) N(z; 0, I) dz is summed over a uniform grid on [−R, R]². The integrand is smooth and decays
//! to nothing before the edges, and for such integrands the trapezoidal rule converges faster than any power of
//! the spacing (Trefethen and Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56(3), 2014):
//! for a normal posterior of standard deviation s, a spacing of s errs by 10⁻⁸ of the integral, of 2s by 10⁻².
//!
//! log p(x|z_g) is affine in x up to a term without z, so some images against some points of the grid are one matrix
//! product with the decoder's logits as weights, run as a plan of its own on the model's executor.
//!
//! The importance-weighted L_K never exceeds log p(x) in the mean, and falls short of it where the encoder misses
//! part of the true posterior: with two dimensions, where posteriors are narrow and may have several modes, a few
//! images can lack tens of nats whatever K is. Quadrature has no such gap, since it does not use the encoder.

mod grid;
mod images;
mod log_sum;
mod product;
mod sum;

use std::borrow::Cow;

pub use grid::Grid;
pub use sum::Sum;

use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::session::Session;
use crate::spec::VaeSpec;

/// log p(x) of some images.
#[derive(Debug, Clone, PartialEq)]
pub struct Quadrature {
    /// In nats, one value an image.
    pub log_likelihood: Vec<f64>,
    /// The same from every second point along both dimensions.
    pub coarse: Vec<f64>,
    /// The grid.
    pub grid: Grid,
}

impl Quadrature {
    /// Mean log p(x) in nats per image.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.log_likelihood.iter().sum::<f64>() / self.log_likelihood.len() as f64
    }

    /// How much the mean changes when the spacing is doubled, in nats. The rule converges faster than any power of
    /// the spacing, so where this is small it bounds the error with a wide margin.
    #[must_use]
    pub fn error(&self) -> f64 {
        let sum: f64 = self.log_likelihood.iter().zip(&self.coarse).map(|(fine, coarse)| fine - coarse).sum();
        sum.abs() / self.log_likelihood.len() as f64
    }

    /// The same for the image for which it is largest.
    #[must_use]
    pub fn worst_error(&self) -> f64 {
        let pairs = self.log_likelihood.iter().zip(&self.coarse);
        pairs.map(|(fine, coarse)| (fine - coarse).abs()).fold(0.0, f64::max)
    }
}

/// The exact log p(x) of `targets`, `n × pixels` values in [0, 1], summed over `grid`: one that covers the targets'
/// posteriors ([`Grid::covering`]). `progress` hears how many points of the grid are done, of how many.
///
/// Grey pixels are taken as soft targets, as everywhere. Beside 16 bytes an image, memory is bounded by one product
/// of 1000 images and 1024 points. Rounding is that of 32-bit floats at the size of log p(x|z), some 10⁻⁵ nats for
/// binary pixels.
///
/// # Errors
/// [`Error::Unsupported`] for a latent of other than two dimensions and for conditional models;
/// [`Error::InvalidArgument`] for values that are not whole images in [0, 1] and for a model whose likelihoods are
/// not finite; whatever the backend answers.
pub async fn log_likelihood_2d<E: Executor>(
    session: &mut Session<E>,
    targets: &[f32],
    grid: Grid,
    mut progress: impl FnMut(usize, usize),
) -> Result<Quadrature> {
    let mut sum = Sum::new(session, Cow::Borrowed(targets), grid)?;
    let result = loop {
        let before = sum.points_done();
        let answer = sum.advance(session).await;
        if sum.points_done() > before {
            progress(sum.points_done(), sum.points());
        }
        if let Some(result) = answer.transpose() {
            break result;
        }
    };
    sum.release(session);
    result
}

/// Checks what can be checked before anything is computed.
///
/// # Errors
/// [`Error::Unsupported`] for a latent of other than two dimensions and for conditional models.
pub fn check(spec: &VaeSpec) -> Result<()> {
    if spec.latent != 2 {
        let problem = format!("quadrature over {} latent dimensions, it sums over a plane", spec.latent);
        return Err(Error::Unsupported(problem));
    }
    if spec.classes > 0 {
        return Err(Error::Unsupported("quadrature of conditional models".into()));
    }
    Ok(())
}
