//! What a training run tells of itself.

use serde::Serialize;

use crate::executor::StepMetrics;

/// Losses in nats per image: means over images of sums over pixels or dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Losses {
    /// What is minimised: recon + β·kl where the objective is the plain ELBO.
    pub loss: f64,
    /// −log p(x|z).
    pub recon: f64,
    /// KL divergence to the prior, without β.
    pub kl: f64,
}

impl From<&StepMetrics> for Losses {
    fn from(m: &StepMetrics) -> Self {
        Self { loss: m.objective.into(), recon: m.recon.into(), kl: m.kl.into() }
    }
}

/// A weighted mean of losses, in f64.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mean {
    loss: f64,
    recon: f64,
    kl: f64,
    images: f64,
}

impl Mean {
    pub(super) fn add(&mut self, losses: Losses, images: f64) {
        self.loss += losses.loss * images;
        self.recon += losses.recon * images;
        self.kl += losses.kl * images;
        self.images += images;
    }

    /// `None` before the first image.
    pub(super) fn get(&self) -> Option<Losses> {
        let n = self.images;
        (n > 0.0).then(|| Losses { loss: self.loss / n, recon: self.recon / n, kl: self.kl / n })
    }
}

/// One optimiser step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepReport {
    /// Counted from 1 over the whole run.
    pub step: u64,
    /// Counted from 1.
    pub epoch: u32,
    /// Losses of this batch, before its update.
    #[serde(flatten)]
    pub losses: Losses,
}

/// One finished epoch, or the end of a run within one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EpochReport {
    /// Counted from 1.
    pub epoch: u32,
    /// Steps done.
    pub step: u64,
    /// Mean over the epoch's steps as they were trained.
    pub train: Losses,
    /// Held-out images, with fixed noise so that epochs compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Losses>,
}

/// What a run does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Optimiser steps.
    Training,
    /// Held-out losses after an epoch.
    Evaluating,
    /// Nothing: every step was made.
    Done,
}

/// What one call of [`Trainer::advance`](super::Trainer::advance) brought.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Steps whose losses have come back, in order.
    pub steps: Vec<StepReport>,
    /// An epoch that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<EpochReport>,
    /// What comes next.
    pub phase: Phase,
    /// Steps in a whole epoch.
    pub steps_in_epoch: u64,
}
