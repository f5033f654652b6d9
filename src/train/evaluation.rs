//! Held-out losses after each epoch, and the checks at its end.

use super::guard;
use super::report::{EpochReport, Losses, Mean, Phase};
use super::{TrainConfig, Trainer};
use crate::error::Result;
use crate::executor::{self, Executor, StepMetrics};
use crate::op::Step;
use crate::plan;
use crate::rng;
use crate::spec::VaeSpec;

/// Images per evaluation step with one draw of z each.
const BATCH: u32 = 500;

/// Images per evaluation step.
pub(super) fn batch(spec: &VaeSpec, config: &TrainConfig, test_images: u32) -> u32 {
    let samples = config.objective.samples();
    // As many rows behind the latent as one draw each would have.
    let wanted = (BATCH / samples).max(1).min(test_images);
    plan::capacity(spec, samples, wanted)
}

impl Trainer {
    /// Held-out losses, up to `max_steps` batches of them; the report when the last one is in.
    pub(super) async fn evaluate(
        &mut self,
        executor: &mut impl Executor,
        max_steps: u32,
    ) -> Result<Option<EpochReport>> {
        if let Some(test) = self.test {
            let steps = self.evaluation_steps(max_steps);
            let ticket = executor.run(test, executor::Phase::All, &steps)?;
            let metrics = executor.collect(ticket).await?;
            self.take_evaluation(executor, &metrics).await?;
        }
        self.after_evaluation(executor).await
    }

    /// The next batches of held-out images.
    pub(super) fn evaluation_steps(&mut self, max_steps: u32) -> Vec<Step> {
        let (noise, beta) = self.config.objective.factors(self.config.beta);
        let mut steps = Vec::new();
        while (steps.len() as u32) < max_steps && self.evaluated < self.test_images {
            let rows = self.evaluation_batch.min(self.test_images - self.evaluated);
            steps.push(Step {
                rows,
                // The noise of an image is the same in every epoch.
                row_offset: self.evaluated,
                first: self.evaluated,
                slot: steps.len() as u32,
                seed: rng::fold_seed(self.config.seed),
                step: 0,
                noise,
                beta,
                inv_batch: 1.0 / rows as f32,
                learning_rate: 0.0,
                bias1: 1.0,
                bias2: 1.0,
                pad: [0; 4],
            });
            self.evaluated += rows;
        }
        steps
    }

    pub(super) async fn take_evaluation(
        &mut self,
        executor: &mut impl Executor,
        metrics: &[StepMetrics],
    ) -> Result<()> {
        for m in metrics {
            if let Some(quantity) = guard::blown_up(m) {
                return Err(self.diverged(executor, self.position.step, quantity).await);
            }
            self.test_mean.add(Losses::from(m), f64::from(m.rows));
        }
        Ok(())
    }

    /// The epoch's report, once every held-out image was seen.
    pub(super) async fn after_evaluation(
        &mut self,
        executor: &mut impl Executor,
    ) -> Result<Option<EpochReport>> {
        if self.test.is_some() && self.evaluated < self.test_images {
            return Ok(None);
        }
        self.end_of_epoch(executor).await.map(Some)
    }

    async fn end_of_epoch(&mut self, executor: &mut impl Executor) -> Result<EpochReport> {
        let within = self.position.images > 0;
        let epoch = self.position.epoch + u32::from(within);
        let report = EpochReport {
            epoch,
            step: self.position.step,
            train: self.train_mean.get().unwrap_or_default(),
            test: self.test_mean.get(),
        };
        self.evaluated = 0;
        self.test_mean = Mean::default();
        let steps_done = self.config.steps.is_some_and(|limit| self.position.step >= limit);
        let epochs_done = !within && self.config.epochs.is_some_and(|limit| self.position.epoch >= limit);
        // Losses are computed before their step's update, so the last update is checked here; and a
        // moment may overflow long before a loss does.
        if let Some(quantity) = self.not_finite(executor).await? {
            return Err(self.diverged(executor, self.position.step, quantity).await);
        }
        self.guard.after_check(executor, self.position);
        self.phase = if steps_done || epochs_done { Phase::Done } else { Phase::Training };
        if !within {
            self.train_mean = Mean::default();
        }
        Ok(report)
    }
}
