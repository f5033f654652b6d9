//! Losses over a dataset, with the protocol that a figure must be quoted with.

use serde::{Deserialize, Serialize};

use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::rng::{self, Purpose};
use crate::vae::Vae;

/// Images handed over at a time: bounds the memory of an evaluation.
const CHUNK: usize = 1000;
/// The seed of static binarisation: the same black and white images in every evaluation.
const STATIC_SEED: u64 = 0x7374_6174_6963;

/// How grey pixels become targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binarize {
    /// Grey values as they are: soft targets.
    #[default]
    None,
    /// Each pixel is 1 with its grey value's probability, drawn anew for each draw of z.
    Dynamic,
    /// As dynamic, drawn once with a seed that never changes.
    Static,
}

impl Binarize {
    /// The way called `none`, `dynamic` or `static`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            "dynamic" => Ok(Self::Dynamic),
            "static" => Ok(Self::Static),
            _ => Err(Error::argument("binarize", format!("{name:?}, expected none, dynamic or static"))),
        }
    }

    /// The targets of grey levels `bytes`, whose first pixel is number `first` of the dataset's.
    #[must_use]
    pub fn targets(self, bytes: &[u8], first: u32, seed: u64, draw: u32) -> Vec<f32> {
        let (seed, draw) = match self {
            Self::None => return bytes.iter().map(|&b| f32::from(b) / 255.0).collect(),
            Self::Dynamic => (rng::fold_seed(seed), draw),
            Self::Static => (rng::fold_seed(STATIC_SEED), 0),
        };
        let pixel = |(i, &grey): (usize, &u8)| {
            let element = first.wrapping_add(i as u32);
            let u = rng::unit(rng::hash(seed, Purpose::Binarise, draw, element)[0]);
            f32::from(u8::from(u < f32::from(grey) / 255.0))
        };
        bytes.iter().enumerate().map(pixel).collect()
    }
}

/// Means over images, in nats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evaluation {
    /// Images.
    pub n: usize,
    /// −log p(x|z).
    pub recon: f64,
    /// KL divergence to the prior.
    pub kl: f64,
    /// −(recon + kl).
    pub elbo: f64,
    /// How pixels became targets.
    pub binarize: Binarize,
}

/// Checks what can be checked before a model is opened.
///
/// # Errors
/// [`Error::InvalidArgument`] for 0 images or 0 samples.
pub fn check(limit: Option<usize>, samples: u32) -> Result<()> {
    if samples == 0 {
        return Err(Error::argument("samples", "0, expected at least 1"));
    }
    if limit == Some(0) {
        return Err(Error::argument("limit", "0, expected at least 1"));
    }
    Ok(())
}

/// Evaluates the first `limit` images of `data` with `samples` draws of z each; `progress` hears how many
/// images are done.
///
/// # Errors
/// [`Error::InvalidArgument`] for images of another size or 0 samples; whatever the backend answers.
pub async fn evaluate(
    vae: &mut Vae,
    data: &Dataset,
    limit: Option<usize>,
    samples: u32,
    binarize: Binarize,
    seed: u64,
    mut progress: impl FnMut(usize),
) -> Result<Evaluation> {
    check(limit, samples)?;
    let pixels = data.pixels();
    let n = limit.unwrap_or(data.len()).min(data.len());
    let (mut recon, mut kl) = (0.0, 0.0);
    for (index, bytes) in data.images()[..n * pixels].chunks(CHUNK * pixels).enumerate() {
        let first = (index * CHUNK * pixels) as u32;
        for draw in 0..samples {
            let targets = binarize.targets(bytes, first, seed, draw);
            // Each chunk and draw has noise of its own.
            let noise = seed ^ (u64::from(draw) << 40) ^ ((index as u64) << 20);
            let terms = vae.elbo(&targets, 1, noise).await?;
            let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
            recon += sum(&terms.recon) / f64::from(samples);
            kl += sum(&terms.kl) / f64::from(samples);
        }
        progress(((index + 1) * CHUNK).min(n));
    }
    let (recon, kl) = (recon / n as f64, kl / n as f64);
    if !(recon.is_finite() && kl.is_finite()) {
        return Err(Error::argument("model", format!("its losses are not finite: recon {recon}, KL {kl}")));
    }
    Ok(Evaluation { n, recon, kl, elbo: -(recon + kl), binarize })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binarised_pixels_have_the_grey_values_as_their_means() {
        let bytes = [0_u8, 51, 128, 204, 255];
        let draws = 20_000;
        let mut sums = [0.0_f64; 5];
        for draw in 0..draws {
            let x = Binarize::Dynamic.targets(&bytes, 0, 9, draw);
            assert!(x.iter().all(|&v| v == 0.0 || v == 1.0));
            sums.iter_mut().zip(x).for_each(|(s, v)| *s += f64::from(v));
        }
        for (sum, grey) in sums.iter().zip(bytes) {
            // Standard error at most 0.0036.
            assert!((sum / f64::from(draws) - f64::from(grey) / 255.0).abs() < 0.015);
        }
        assert_eq!(sums[0], 0.0);
        assert_eq!(sums[4], f64::from(draws));
    }

    #[test]
    fn static_targets_never_change_and_dynamic_ones_do() {
        let bytes = [128_u8; 256];
        assert_eq!(Binarize::Static.targets(&bytes, 0, 1, 0), Binarize::Static.targets(&bytes, 0, 2, 3));
        assert_ne!(Binarize::Dynamic.targets(&bytes, 0, 1, 0), Binarize::Dynamic.targets(&bytes, 0, 1, 1));
        assert_ne!(Binarize::Dynamic.targets(&bytes, 0, 1, 0), Binarize::Dynamic.targets(&bytes, 256, 1, 0));
    }
}
