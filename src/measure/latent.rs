//! Which dimensions of the latent a model uses.

use super::rows;
use crate::error::{Error, Result};
use crate::session::Posterior;

/// A unit is active where the variance of its posterior mean over images is larger (Burda, Grosse and
/// Salakhutdinov, "Importance Weighted Autoencoders", 2016, section 5).
pub const ACTIVE: f64 = 0.01;

/// What the posteriors of some images tell about each dimension of the latent.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentUse {
    /// KL divergence to the prior in nats, ½ (μ² + σ² − 1 − log σ²), a mean over images; its sum over dimensions
    /// is the KL term of the ELBO.
    pub kl: Vec<f64>,
    /// Var_x(E_q[u|x]): the variance of μ over images (their number is the divisor).
    pub variance: Vec<f64>,
}

impl LatentUse {
    /// How many dimensions have a variance above [`ACTIVE`].
    #[must_use]
    pub fn active(&self) -> usize {
        self.variance.iter().filter(|&&v| v > ACTIVE).count()
    }
}

/// Measures each of `latent` dimensions over the images of `posterior`.
///
/// # Errors
/// [`Error::InvalidArgument`] for no images, a `latent` that does not divide the posterior's length, μ and log σ² of
/// different lengths, and values that are not finite.
pub fn latent_use(posterior: &Posterior, latent: usize) -> Result<LatentUse> {
    let Posterior { mu, logvar } = posterior;
    let n = rows("mu", mu, latent)? as f64;
    rows("logvar", logvar, latent)?;
    if mu.len() != logvar.len() {
        let problem = format!("{} values beside {} of mu, expected as many", logvar.len(), mu.len());
        return Err(Error::argument("logvar", problem));
    }
    let mut kl = vec![0.0; latent];
    let mut mean = vec![0.0; latent];
    for (mu, logvar) in mu.chunks_exact(latent).zip(logvar.chunks_exact(latent)) {
        for j in 0..latent {
            let (m, l) = (f64::from(mu[j]), f64::from(logvar[j]));
            // exp_m1 keeps what is left of σ² − 1 − log σ² near the prior.
            kl[j] += 0.5 * (m * m + l.exp_m1() - l) / n;
            mean[j] += m / n;
        }
    }
    let mut variance = vec![0.0; latent];
    for row in mu.chunks_exact(latent) {
        for j in 0..latent {
            variance[j] += (f64::from(row[j]) - mean[j]).powi(2) / n;
        }
    }
    Ok(LatentUse { kl, variance })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_images_and_two_dimensions_by_hand() {
        // The first dimension is the prior for both images; the second tells them apart.
        let half = 0.5_f32.ln();
        let posterior = Posterior { mu: vec![0.0, 1.0, 0.0, 3.0], logvar: vec![0.0, 0.0, 0.0, half] };
        let found = latent_use(&posterior, 2).unwrap();
        let second = (0.5 * 1.0 + 0.5 * (9.0 + 0.5 - 1.0 - f64::from(half))) / 2.0;
        assert_eq!(found.kl[0], 0.0);
        assert!((found.kl[1] - second).abs() < 1e-7, "{found:?}");
        assert_eq!(found.variance, [0.0, 1.0]);
        assert_eq!(found.active(), 1);
    }

    #[test]
    fn a_unit_at_the_threshold_is_not_active() {
        let found = LatentUse { kl: vec![0.0; 3], variance: vec![0.009, ACTIVE, 0.011] };
        assert_eq!(found.active(), 1);
    }

    #[test]
    fn a_kl_near_the_prior_keeps_its_digits() {
        let posterior = Posterior { mu: vec![0.0], logvar: vec![1e-4] };
        let found = latent_use(&posterior, 1).unwrap();
        let l = f64::from(1e-4_f32);
        assert!((found.kl[0] - 0.5 * (l * l / 2.0 + l * l * l / 6.0)).abs() < 1e-16);
    }

    #[test]
    fn what_is_no_posterior_is_refused() {
        let of = |mu: &[f32], logvar: &[f32], latent| {
            latent_use(&Posterior { mu: mu.into(), logvar: logvar.into() }, latent).unwrap_err().to_string()
        };
        assert!(of(&[], &[], 2).contains("mu"));
        assert!(of(&[0.0], &[0.0], 0).contains("rows of 0"));
        assert!(of(&[0.0; 3], &[0.0; 3], 2).contains("multiple of 2"));
        assert!(of(&[0.0; 4], &[0.0; 2], 2).contains("logvar"));
        assert!(of(&[0.0, f32::NAN], &[0.0; 2], 2).contains("NaN"));
    }
}
