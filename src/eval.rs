//! Losses over a dataset, with the protocol that a figure must be quoted with.

use serde::Serialize;

use crate::binarize::Binarize;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::session::{Estimate, Proposal};
use crate::vae::Vae;

/// Images handed over at a time: bounds the memory of an evaluation.
const CHUNK: usize = 1000;
/// The same for importance-weighted likelihoods, which take long.
const WEIGHTED_CHUNK: usize = 100;

/// What is measured, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocol {
    /// Only the first images; `None` for all.
    pub limit: Option<usize>,
    /// Draws of z per image for the ELBO.
    pub samples: u32,
    /// Draws of z per image for the importance-weighted likelihood; `None` for none.
    pub importance: Option<u32>,
    /// Where those draws come from.
    pub proposal: Proposal,
    /// How pixels become targets.
    pub binarize: Binarize,
    /// Seed of all noise.
    pub seed: u64,
}

impl Default for Protocol {
    /// One draw each over all images, grey pixels as targets.
    fn default() -> Self {
        Self {
            limit: None,
            samples: 1,
            importance: None,
            proposal: Proposal::Posterior,
            binarize: Binarize::None,
            seed: 1,
        }
    }
}

impl Protocol {
    /// Checks what can be checked before a model is opened.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for 0 images or 0 draws.
    pub fn validate(&self) -> Result<()> {
        if self.samples == 0 {
            return Err(Error::argument("samples", "0, expected at least 1"));
        }
        if self.limit == Some(0) {
            return Err(Error::argument("limit", "0, expected at least 1"));
        }
        if let Some(k) = self.importance {
            self.estimate(k, 0).validate()?;
        }
        Ok(())
    }
}

impl Protocol {
    fn estimate(&self, k: u32, first: u32) -> Estimate {
        Estimate { k, proposal: self.proposal, seed: self.seed, first }
    }
}

/// The importance-weighted estimate of the log-likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Importance {
    /// Draws of z per image.
    pub k: u32,
    /// Where they come from.
    pub proposal: Proposal,
    /// L_K in nats, a mean over images.
    pub log_likelihood: f64,
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
    /// The importance-weighted estimate, where one was asked for.
    pub iw: Option<Importance>,
    /// How pixels became targets.
    pub binarize: Binarize,
}

/// Evaluates images of `data` by `protocol`; `progress` hears which part of the work, from 0 to 1, is done.
///
/// # Errors
/// [`Error::InvalidArgument`] for images of another size, a conditional model without labels, or a bad
/// protocol; whatever the backend answers.
pub async fn evaluate(
    vae: &mut Vae,
    data: &Dataset,
    protocol: &Protocol,
    mut progress: impl FnMut(f64),
) -> Result<Evaluation> {
    protocol.validate()?;
    let Protocol { samples, binarize, seed, .. } = *protocol;
    let pixels = data.pixels();
    let n = protocol.limit.unwrap_or(data.len()).min(data.len());
    let labels = if vae.spec().classes > 0 { data.labels() } else { None };
    let k = protocol.importance.unwrap_or(0);
    let work = n as f64 * f64::from(samples + k);
    let (mut recon, mut kl) = (0.0, 0.0);
    for (index, bytes) in data.images()[..n * pixels].chunks(CHUNK * pixels).enumerate() {
        let (from, count) = (index * CHUNK, bytes.len() / pixels);
        let labels = labels.map(|labels| &labels[from..from + count]);
        for draw in 0..samples {
            let targets = binarize.targets(bytes, (from * pixels) as u32, seed, draw);
            // Each chunk and draw has noise of its own.
            let noise = seed ^ (u64::from(draw) << 40) ^ ((index as u64) << 20);
            let terms = vae.elbo(&targets, labels, 1, noise).await?;
            let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
            recon += sum(&terms.recon) / f64::from(samples);
            kl += sum(&terms.kl) / f64::from(samples);
        }
        progress((from + count) as f64 * f64::from(samples) / work);
    }
    let (recon, kl) = (recon / n as f64, kl / n as f64);
    if !(recon.is_finite() && kl.is_finite()) {
        return Err(Error::argument("model", format!("its losses are not finite: recon {recon}, KL {kl}")));
    }
    let mut sum = 0.0;
    for (index, bytes) in data.images()[..n * pixels].chunks(WEIGHTED_CHUNK * pixels).enumerate() {
        let (from, count) = (index * WEIGHTED_CHUNK, bytes.len() / pixels);
        if k == 0 {
            break;
        }
        let labels = labels.map(|labels| &labels[from..from + count]);
        let targets = binarize.targets(bytes, (from * pixels) as u32, seed, 0);
        sum += vae
            .log_likelihood(&targets, labels, protocol.estimate(k, from as u32))
            .await?
            .iter()
            .sum::<f64>();
        progress((n as f64 * f64::from(samples) + (from + count) as f64 * f64::from(k)) / work);
    }
    if !sum.is_finite() {
        let problem = format!("its importance-weighted likelihood is not finite: {sum}");
        return Err(Error::argument("model", problem));
    }
    let iw = protocol.importance.map(|k| Importance {
        k,
        proposal: protocol.proposal,
        log_likelihood: sum / n as f64,
    });
    Ok(Evaluation { n, recon, kl, elbo: -(recon + kl), iw, binarize })
}
