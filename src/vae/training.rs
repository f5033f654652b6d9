//! The training run of a model, and what happens to it when the device goes away.

use std::time::Duration;

use super::Vae;
use crate::backend::Backend;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::executor::{Executor, ReasonCode};
use crate::op::{Space, Split};
use crate::session::{self, Session};
use crate::train::{Position, Progress, TrainConfig, Trainer};

/// While a GPU trains, the CPU's copy of the parameters is at most about this old.
const MIRROR_AGE: Duration = Duration::from_millis(200);

impl Vae {
    /// Begins a run over the datasets; an earlier run ends. `from` continues one.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a dataset, for a bad setting, and for a conditional model without a label
    /// below its number of classes for every image; an earlier run goes on then.
    pub fn train_start(&mut self, config: TrainConfig, from: Position) -> Result<()> {
        config.validate()?;
        let count = |dataset: &Option<Dataset>| dataset.as_ref().map_or(0, |d| d.len() as u32);
        let (train, test) = (count(&self.train), count(&self.test));
        if train == 0 {
            return Err(Error::argument("dataset", "there is none yet; set one before training"));
        }
        if self.spec.classes > 0 {
            for data in [&self.train, &self.test].into_iter().flatten() {
                session::check_labels(data.len(), data.labels(), self.spec.classes)?;
            }
        }
        let run = Trainer::new(&mut self.main.executor, &self.spec, config, train, test, from)?;
        self.train_stop();
        self.run = Some(run);
        Ok(())
    }

    /// Hands over up to `max_steps` steps. When the GPU device goes away, the answer is
    /// [`Error::DeviceLost`] and the model goes on living on the CPU. On a GPU, more than one step at a time overlaps with the
    /// host: their losses come from the next call, or from [`Self::train_flush`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run; [`Error::Diverged`], after which the run is over and the
    /// last good parameters are in place; [`Error::DeviceLost`].
    pub async fn train_chunk(&mut self, max_steps: u32) -> Result<Progress> {
        let overlap = self.mirror.is_some() && max_steps > 1;
        let run = self.run.as_mut().ok_or_else(no_run)?;
        let progress = run.advance(&mut self.main.executor, max_steps, overlap).await;
        self.after_chunk(progress).await
    }

    /// The losses of steps still in flight.
    ///
    /// # Errors
    /// As [`Self::train_chunk`].
    pub async fn train_flush(&mut self) -> Result<Progress> {
        let run = self.run.as_mut().ok_or_else(no_run)?;
        let progress = run.flush(&mut self.main.executor).await;
        self.after_chunk(progress).await
    }

    pub(super) async fn after_chunk(&mut self, progress: Result<Progress>) -> Result<Progress> {
        if let Err(Error::DeviceLost(_)) = &progress {
            self.fall_back().await?;
            return progress;
        }
        if let Some(mirror) = &mut self.mirror {
            mirror.stale = true;
            if mirror.wanted && mirror.synced.elapsed() > MIRROR_AGE {
                self.sync_mirror().await?;
            }
        }
        if progress.is_err() {
            self.train_stop();
        }
        progress
    }

    /// After the GPU device went away: the CPU takes over with the parameters of its mirror. The run is over.
    pub(super) async fn fall_back(&mut self) -> Result<()> {
        self.run = None;
        if let Some(mut mirror) = self.mirror.take() {
            let params = mirror.session.executor.read(None, self.whole(Space::Params)).await?;
            let reason = "the GPU device was lost; the CPU went on with the last parameters it had";
            let cpu = Backend::cpu(self.layout.len, ReasonCode::DeviceLost, reason);
            self.main = Session::new(cpu, self.spec.clone());
            self.set_params(&params)?;
            let (train, test) = (self.train.take(), self.test.take());
            self.adopt(Split::Train, train)?;
            self.adopt(Split::Test, test)?;
        }
        Ok(())
    }

    /// Ends the run; its parameters stay.
    pub fn train_stop(&mut self) {
        if let Some(run) = self.run.take() {
            run.finish(&mut self.main.executor);
        }
    }

    /// The run under way.
    #[must_use]
    pub const fn training(&self) -> Option<&Trainer> {
        self.run.as_ref()
    }

    /// Changes β and the learning rate of the run under way, from its next step on.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a bad value; nothing is changed then.
    pub fn set_hyperparameters(&mut self, beta: Option<f32>, learning_rate: Option<f32>) -> Result<()> {
        match &mut self.run {
            Some(run) => run.set_hyperparameters(beta, learning_rate),
            None => Err(no_run()),
        }
    }

    /// The optimiser's two moment arenas, for resuming a run.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn moments(&mut self) -> Result<[Vec<f32>; 2]> {
        let (first, second) = (self.whole(Space::Moment1), self.whole(Space::Moment2));
        Ok([self.main.executor.read(None, first).await?, self.main.executor.read(None, second).await?])
    }

    /// Puts moments back before [`Self::train_start`] with a position that is not the start.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if they are not of this model's size.
    pub fn set_moments(&mut self, moments: &[Vec<f32>; 2]) -> Result<()> {
        for (space, values) in [Space::Moment1, Space::Moment2].into_iter().zip(moments) {
            let whole = self.whole(space);
            self.main.executor.write(None, whole, values)?;
        }
        Ok(())
    }
}

pub(super) fn no_run() -> Error {
    Error::argument("training", "no run is under way; start one first")
}
