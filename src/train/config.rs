//! What a training run is asked to do.

use serde::{Deserialize, Serialize};

use crate::binarize::Binarize;
use crate::error::{Error, Result};
use crate::loss::Objective;
use crate::optim::{Optimizer, Rule};
use crate::plan::MAX_BATCH;

use super::schedule::Schedule;

/// A training run's settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Passes over the training images; `None` for no limit.
    pub epochs: Option<u32>,
    /// Optimiser steps; `None` for no limit. Whichever limit comes first ends the run.
    pub steps: Option<u64>,
    /// Images per step; the last step of an epoch may have fewer.
    pub batch: u32,
    /// The update rule.
    pub optimizer: Optimizer,
    /// Learning rate.
    pub learning_rate: f32,
    /// Weight of the KL divergence.
    pub beta: f32,
    /// β grows linearly from 0 over this many epochs.
    pub warmup_epochs: f32,
    /// What is minimised.
    #[serde(default)]
    pub objective: Objective,
    /// How grey pixels become targets.
    #[serde(default)]
    pub binarize: Binarize,
    /// How the learning rate changes over the run.
    #[serde(default)]
    pub schedule: Schedule,
    /// Seed of the permutations and of the noise.
    pub seed: u64,
}

impl Default for TrainConfig {
    /// The recipe of pytorch/examples/vae: ten epochs of Adam at 10⁻³, batch 128, β = 1.
    fn default() -> Self {
        Self {
            epochs: Some(10),
            steps: None,
            batch: 128,
            optimizer: Rule::ADAM.into(),
            learning_rate: 1e-3,
            beta: 1.0,
            warmup_epochs: 0.0,
            objective: Objective::ELBO,
            binarize: Binarize::None,
            schedule: Schedule::Constant,
            seed: 1,
        }
    }
}

impl TrainConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        if self.batch == 0 || self.batch > MAX_BATCH {
            return Err(Error::argument("batchSize", format!("{}, expected 1 to {MAX_BATCH}", self.batch)));
        }
        if self.epochs == Some(0) {
            return Err(Error::argument("epochs", "0, expected at least 1"));
        }
        if self.steps == Some(0) {
            return Err(Error::argument("steps", "0, expected at least 1"));
        }
        check_learning_rate(self.learning_rate)?;
        check_beta(self.beta)?;
        if !(self.warmup_epochs.is_finite() && self.warmup_epochs >= 0.0) {
            return Err(Error::argument(
                "warmupEpochs",
                format!("{}, expected a finite value of at least 0", self.warmup_epochs),
            ));
        }
        self.objective.validate()?;
        if self.schedule == Schedule::Cosine && self.epochs.is_none() && self.steps.is_none() {
            return Err(Error::argument("schedule", "cosine, which needs a number of epochs or steps"));
        }
        self.optimizer.validate()
    }

    /// Learning rate at optimiser step `t` (from 1) when an epoch has `per_epoch` steps.
    #[must_use]
    pub fn learning_rate_at(&self, t: u64, per_epoch: u64) -> f32 {
        let epochs = self.epochs.map(|epochs| u64::from(epochs) * per_epoch);
        let total = match (epochs, self.steps) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.learning_rate * self.schedule.factor(t, total, per_epoch)
    }

    /// β at optimiser step `t` (from 1) when an epoch has `per_epoch` steps.
    #[must_use]
    pub fn beta_at(&self, t: u64, per_epoch: u64) -> f32 {
        let warmup = f64::from(self.warmup_epochs) * per_epoch as f64;
        if warmup < 1.0 { self.beta } else { self.beta * (t as f64 / warmup).min(1.0) as f32 }
    }
}

/// # Errors
/// [`Error::InvalidArgument`] unless 0 ≤ `rate` and finite.
pub(crate) fn check_learning_rate(rate: f32) -> Result<()> {
    if rate.is_finite() && rate >= 0.0 {
        Ok(())
    } else {
        Err(Error::argument("learningRate", format!("{rate}, expected a finite value of at least 0")))
    }
}

/// # Errors
/// [`Error::InvalidArgument`] unless 0 ≤ `beta` and finite.
pub(crate) fn check_beta(beta: f32) -> Result<()> {
    if beta.is_finite() && beta >= 0.0 {
        Ok(())
    } else {
        Err(Error::argument("beta", format!("{beta}, expected a finite value of at least 0")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beta_grows_linearly_and_then_stays() {
        let config = TrainConfig { beta: 4.0, warmup_epochs: 2.0, ..TrainConfig::default() };
        assert_eq!(config.beta_at(1, 10), 0.2);
        assert_eq!(config.beta_at(10, 10), 2.0);
        assert_eq!(config.beta_at(20, 10), 4.0);
        assert_eq!(config.beta_at(21, 10), 4.0);
        assert_eq!(TrainConfig::default().beta_at(1, 10), 1.0);
    }

    #[test]
    fn every_setting_is_checked() {
        let d = TrainConfig::default();
        assert!(d.validate().is_ok());
        let bad = [
            (TrainConfig { batch: 0, ..d }, "batchSize"),
            (TrainConfig { batch: MAX_BATCH + 1, ..d }, "batchSize"),
            (TrainConfig { epochs: Some(0), ..d }, "epochs"),
            (TrainConfig { steps: Some(0), ..d }, "steps"),
            (TrainConfig { learning_rate: f32::NAN, ..d }, "learningRate"),
            (TrainConfig { learning_rate: -1.0, ..d }, "learningRate"),
            (TrainConfig { beta: f32::INFINITY, ..d }, "beta"),
            (TrainConfig { warmup_epochs: -1.0, ..d }, "warmupEpochs"),
        ];
        for (config, name) in bad {
            match config.validate() {
                Err(Error::InvalidArgument { what, .. }) => assert_eq!(what, name),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
