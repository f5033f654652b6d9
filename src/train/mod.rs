//! Training as a state machine that its caller drives: not calling is a pause, dropping is an abort.
//!
//! [`Trainer`] holds the position of a run; the executor holds its numbers. One call of
//! [`Trainer::advance`] hands over a few steps, so that a page can do other things in between.

mod config;
mod evaluation;
mod guard;
mod report;
mod schedule;
mod team;

use rand::seq::SliceRandom;

pub use config::TrainConfig;
pub(crate) use config::{check_beta, check_learning_rate};
pub use report::{EpochReport, Losses, Phase, Progress, StepReport};
pub use schedule::Schedule;
pub use team::{Chunk, Division, Share, slice, sum};

use crate::error::{Error, Result};
use crate::executor::{self, Executor, ProgramId, StepMetrics, Ticket};
use crate::op::{Space, Split, Step, View};
use crate::plan::{Goal, Input, Plan};
use crate::rng::{self, Purpose, Stream};
use crate::spec::VaeSpec;
use guard::Guard;
use report::Mean;
use team::Part;

/// Most steps of one [`Trainer::advance`].
pub const MAX_CHUNK: u32 = 64;

/// Where a run stands; with the parameters and moments, all that resuming it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Optimiser steps made.
    pub step: u64,
    /// Epochs completed.
    pub epoch: u32,
    /// Images of the current epoch that were trained on.
    pub images: u32,
}

/// Steps handed over whose losses have not come back.
#[derive(Debug)]
struct InFlight {
    ticket: Ticket,
    /// (step, epoch) of each.
    steps: Vec<(u64, u32)>,
}

/// A training run.
#[derive(Debug)]
pub struct Trainer {
    config: TrainConfig,
    train: ProgramId,
    test: Option<ProgramId>,
    train_images: u32,
    test_images: u32,
    params: u32,
    position: Position,
    phase: Phase,
    evaluation_batch: u32,
    /// Whether the parameters that the run begins with were seen to be finite.
    checked: bool,
    /// Next held-out image of the evaluation that is under way.
    evaluated: u32,
    train_mean: Mean,
    test_mean: Mean,
    in_flight: Option<InFlight>,
    guard: Guard,
    slot: u32,
    ordered_epoch: Option<u32>,
    /// Floating-point operations of a whole step.
    flops: u64,
    /// This worker's part in a chunk that several share.
    part: Option<Part>,
}

impl Trainer {
    /// Prepares a run over the datasets that `executor` holds: `train_images` to train on and
    /// `test_images` held out (0 for none). `from` continues an earlier run.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a bad setting or no images, and whatever compiling answers.
    pub fn new(
        executor: &mut impl Executor,
        spec: &VaeSpec,
        config: TrainConfig,
        train_images: u32,
        test_images: u32,
        from: Position,
    ) -> Result<Self> {
        config.validate()?;
        if train_images == 0 {
            return Err(Error::argument("dataset", "no training images"));
        }
        if config.steps.is_some_and(|limit| limit <= from.step) {
            return Err(Error::argument("steps", format!("the run has already made {} steps", from.step)));
        }
        if config.epochs.is_some_and(|limit| limit <= from.epoch) {
            return Err(Error::argument("epochs", format!("the run has already made {} epochs", from.epoch)));
        }
        check_position(from, train_images)?;
        let plan = Plan::new(
            spec,
            &Goal::Train(config.optimizer, config.objective),
            Input::Dataset(Split::Train, config.binarize),
            config.batch,
            2 * MAX_CHUNK,
        )?;
        let (params, flops) = (plan.params, plan.flops(config.batch));
        let train = executor.compile(&plan)?;
        let test = if test_images > 0 {
            let batch = evaluation::batch(spec, &config, test_images);
            let goal = Goal::Evaluate(config.objective);
            let input = Input::Dataset(Split::Test, config.binarize);
            let plan = Plan::new(spec, &goal, input, batch, MAX_CHUNK)?;
            Some(executor.compile(&plan)?)
        } else {
            None
        };
        if from == Position::default() {
            executor.clear_moments();
        }
        let guard = Guard::new(executor, from);
        Ok(Self {
            config,
            train,
            test,
            train_images,
            test_images,
            params,
            position: from,
            phase: Phase::Training,
            evaluation_batch: evaluation::batch(spec, &config, test_images),
            checked: false,
            evaluated: 0,
            train_mean: Mean::default(),
            test_mean: Mean::default(),
            in_flight: None,
            guard,
            slot: 0,
            ordered_epoch: None,
            flops,
            part: None,
        })
    }

    /// The settings in force.
    #[must_use]
    pub const fn config(&self) -> &TrainConfig {
        &self.config
    }

    /// What the run does next.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Where the run stands, steps in flight included.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Optimiser steps in a whole epoch, the last and smaller one included.
    #[must_use]
    pub fn steps_in_epoch(&self) -> u64 {
        u64::from(self.train_images.div_ceil(self.config.batch))
    }

    /// Changes β and the learning rate from the next step on.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] naming the setting; nothing is changed then.
    pub fn set_hyperparameters(&mut self, beta: Option<f32>, learning_rate: Option<f32>) -> Result<()> {
        let beta = beta.unwrap_or(self.config.beta);
        let rate = learning_rate.unwrap_or(self.config.learning_rate);
        check_beta(beta)?;
        check_learning_rate(rate)?;
        self.config.beta = beta;
        self.config.learning_rate = rate;
        Ok(())
    }

    /// Whether steps were handed over whose losses have not come back.
    #[must_use]
    pub const fn in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Hands over up to `max_steps` optimiser steps, or evaluation batches after an epoch's last step.
    ///
    /// With `overlap`, the losses of these steps come back from the next call, so that a GPU never
    /// stands idle; without, from this one.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a loss is not finite: the last good parameters are back in place and
    /// the run is over. [`Error::DeviceLost`] and others from the executor.
    pub async fn advance(
        &mut self,
        executor: &mut impl Executor,
        max_steps: u32,
        overlap: bool,
    ) -> Result<Progress> {
        let max_steps = max_steps.clamp(1, MAX_CHUNK);
        self.check_start(executor).await?;
        let mut steps = Vec::new();
        let mut test = None;
        match self.phase {
            Phase::Done => {}
            Phase::Training => {
                let waiting = self.in_flight.take();
                self.submit(executor, max_steps)?;
                if let Some(waiting) = waiting {
                    self.collect(executor, waiting, &mut steps).await?;
                }
                let leaving = self.phase != Phase::Training;
                if (!overlap || leaving)
                    && let Some(waiting) = self.in_flight.take()
                {
                    self.collect(executor, waiting, &mut steps).await?;
                }
            }
            Phase::Evaluating => test = self.evaluate(executor, max_steps).await?,
        }
        Ok(Progress { steps, test, phase: self.phase, steps_in_epoch: self.steps_in_epoch() })
    }

    /// The losses of steps that are still in flight, without handing over more.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub async fn flush(&mut self, executor: &mut impl Executor) -> Result<Progress> {
        let mut steps = Vec::new();
        if let Some(waiting) = self.in_flight.take() {
            self.collect(executor, waiting, &mut steps).await?;
        }
        Ok(Progress { steps, test: None, phase: self.phase, steps_in_epoch: self.steps_in_epoch() })
    }

    /// Gives back what the run holds on `executor`; parameters stay.
    pub fn finish(self, executor: &mut impl Executor) {
        executor.release(self.train);
        if let Some(test) = self.test {
            executor.release(test);
        }
    }

    /// Once for a run: the parameters that it begins with must be finite.
    async fn check_start(&mut self, executor: &mut impl Executor) -> Result<()> {
        if !self.checked {
            if let Some(quantity) = self.not_finite(executor).await? {
                let problem = format!("{quantity} is not finite; reset or load the model first");
                return Err(Error::argument("model", problem));
            }
            self.checked = true;
        }
        Ok(())
    }

    /// Hands over optimiser steps up to the end of the epoch or of the run.
    fn submit(&mut self, executor: &mut impl Executor, max_steps: u32) -> Result<()> {
        self.guard.before_step(executor, self.position);
        self.order(executor, self.position.epoch)?;
        let (steps, told) = self.training_steps(max_steps);
        let ticket = executor.run(self.train, executor::Phase::All, &steps)?;
        self.in_flight = Some(InFlight { ticket, steps: told });
        Ok(())
    }

    /// Puts the images into the order of `epoch`.
    fn order(&mut self, executor: &mut impl Executor, epoch: u32) -> Result<()> {
        if self.ordered_epoch != Some(epoch) {
            executor.set_order(Split::Train, &permutation(self.config.seed, epoch, self.train_images))?;
            self.ordered_epoch = Some(epoch);
        }
        Ok(())
    }

    /// The next steps, up to the end of the epoch or of the run, and (step, epoch) of each; the run then stands behind
    /// them.
    fn training_steps(&mut self, max_steps: u32) -> (Vec<Step>, Vec<(u64, u32)>) {
        let per_epoch = self.steps_in_epoch();
        let mut steps = Vec::new();
        let mut told = Vec::new();
        while (steps.len() as u32) < max_steps && self.phase == Phase::Training {
            let rows = self.config.batch.min(self.train_images - self.position.images);
            let t = self.position.step + 1;
            let (noise, beta) = self.config.objective.factors(self.config.beta_at(t, per_epoch));
            let (bias1, bias2) = self.config.optimizer.bias_corrections(t);
            steps.push(Step {
                rows,
                row_offset: 0,
                first: self.position.images,
                slot: self.slot,
                seed: rng::fold_seed(self.config.seed),
                step: t as u32,
                noise,
                beta,
                inv_batch: 1.0 / rows as f32,
                learning_rate: self.config.learning_rate_at(t, per_epoch),
                bias1,
                bias2,
                pad: [0; 4],
            });
            told.push((t, self.position.epoch + 1));
            self.slot = (self.slot + 1) % (2 * MAX_CHUNK);
            self.position.step = t;
            self.position.images += rows;
            if self.position.images == self.train_images {
                self.position.images = 0;
                self.position.epoch += 1;
                self.phase = Phase::Evaluating;
            }
            if self.config.steps.is_some_and(|limit| t >= limit) {
                self.phase = Phase::Evaluating;
            }
        }
        (steps, told)
    }

    async fn collect(
        &mut self,
        executor: &mut impl Executor,
        waiting: InFlight,
        reports: &mut Vec<StepReport>,
    ) -> Result<()> {
        let metrics = executor.collect(waiting.ticket).await?;
        self.take_steps(executor, &metrics, &waiting.steps, reports).await
    }

    /// Takes note of what steps gave, and ends the run at one that is not finite.
    async fn take_steps(
        &mut self,
        executor: &mut impl Executor,
        metrics: &[StepMetrics],
        told: &[(u64, u32)],
        reports: &mut Vec<StepReport>,
    ) -> Result<()> {
        for (m, &(step, epoch)) in metrics.iter().zip(told) {
            if let Some(quantity) = guard::blown_up(m) {
                return Err(self.diverged(executor, step, quantity).await);
            }
            self.guard.step_was_finite(step);
            let losses = Losses::from(m);
            self.train_mean.add(losses, f64::from(m.rows));
            reports.push(StepReport { step, epoch, losses });
        }
        Ok(())
    }

    /// What of the parameters and moments is not finite.
    async fn not_finite(&self, executor: &mut impl Executor) -> Result<Option<&'static str>> {
        let arenas = [
            (Space::Params, "a parameter"),
            (Space::Moment1, "the optimiser's first moment"),
            (Space::Moment2, "the optimiser's second moment"),
        ];
        for (space, name) in arenas {
            let values = executor.read(None, View { space, offset: 0, len: self.params }).await?;
            if values.iter().any(|v| !v.is_finite()) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Ends the run with the last good parameters in place.
    async fn diverged(&mut self, executor: &mut impl Executor, step: u64, quantity: &str) -> Error {
        if let Some(waiting) = self.in_flight.take() {
            // Its losses come from parameters that are already lost; an error here would say the same.
            let _ = executor.collect(waiting.ticket).await;
        }
        self.phase = Phase::Done;
        self.position = self.guard.restore(executor);
        Error::Diverged { step, quantity: quantity.into(), restored: self.position.step }
    }
}

/// # Errors
/// [`Error::InvalidArgument`] for a position that no run over `train_images` images comes to.
fn check_position(from: Position, train_images: u32) -> Result<()> {
    if from.images >= train_images || from.epoch == u32::MAX || from.step > u64::from(u32::MAX) {
        let problem = format!(
            "the run stands at step {}, epoch {}, image {}, but there are {train_images} training images",
            from.step, from.epoch, from.images
        );
        return Err(Error::argument("resume", problem));
    }
    Ok(())
}

/// The order in which `epoch` (from 0) visits `n` images.
#[must_use]
pub fn permutation(seed: u64, epoch: u32, n: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    order.shuffle(&mut Stream::new(rng::fold_seed(seed), Purpose::Permutation, epoch));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_visits_every_image_once_in_its_own_order() {
        let first = permutation(3, 0, 1000);
        assert_eq!(first, permutation(3, 0, 1000));
        assert_ne!(first, permutation(3, 1, 1000));
        assert_ne!(first, permutation(4, 0, 1000));
        let mut sorted = first;
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..1000));
    }
}
