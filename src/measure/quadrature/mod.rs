//! The exact log p(x) of a model whose latent has two dimensions, by quadrature over the plane of z.
//!
//! log p(x) = log ∫ p(x|z) N(z; 0, I) dz is summed over a uniform grid on [−R, R]². The integrand is smooth, and where
//! it decays to nothing before the edges, the trapezoidal rule converges faster than any power of the spacing
//! (Trefethen and Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56(3), 2014): for a normal
//! posterior of standard deviation s, a spacing of s errs by 10⁻⁸ of the integral, of 2s by 10⁻².
//!
//! log p(x|z_g) is affine in x up to a term without z, so some images against some points of the grid are one matrix
//! product with the decoder's logits as weights, run as a plan of its own on the model's executor.
//!
//! The importance-weighted L_K never exceeds log p(x) in the mean, and falls short of it where the encoder misses part
//! of the true posterior: with two dimensions, where posteriors are narrow and may have several modes, a few images can
//! lack tens of nats whatever K is. Quadrature uses the encoder only to choose R and the spacing. Doubling the spacing
//! tells whether the points are close enough; the outermost ring of them tells what R cuts off, and where that is not
//! negligible for every image, the sum is taken again with the largest R.

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
    /// Nats that each image would gain if the integrand kept its size at the grid's edge for one standard deviation
    /// of the prior beyond it. Where this is not small, [`Self::log_likelihood`] is only a lower bound.
    pub beyond: Vec<f64>,
    /// The grid: the one asked for, or a wider one where that would have cut something off.
    pub grid: Grid,
}

impl Quadrature {
    /// Mean log p(x) in nats per image.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.log_likelihood.iter().sum::<f64>() / self.log_likelihood.len() as f64
    }

    /// An estimate of the mean's error in nats: how much it changes when the spacing is doubled, and what lies beyond
    /// the edge. The rule converges faster than any power of the spacing, so the first part is a cautious one where it
    /// is small; the second holds if the integrand falls from the edge on.
    #[must_use]
    pub fn error(&self) -> f64 {
        let sum: f64 = self.log_likelihood.iter().zip(&self.coarse).map(|(fine, coarse)| fine - coarse).sum();
        (sum.abs() + self.beyond.iter().sum::<f64>()) / self.log_likelihood.len() as f64
    }

    /// The same for the image for which it is largest.
    #[must_use]
    pub fn worst_error(&self) -> f64 {
        let values = self.log_likelihood.iter().zip(&self.coarse).zip(&self.beyond);
        values.map(|((fine, coarse), beyond)| (fine - coarse).abs() + beyond).fold(0.0, f64::max)
    }
}

/// The exact log p(x) of `targets`, `n × pixels` values in [0, 1], summed over `grid`: one that covers the targets'
/// posteriors ([`Grid::covering`]). Where it cuts off more than 10⁻⁴ nats of an image and reaches less far than ±12,
/// the sum is taken again over ±12. `progress` hears how many points are done, of how many so far.
///
/// Grey pixels are taken as soft targets, as everywhere. Beside 48 bytes an image, memory is bounded by one product
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
