//! The training run of a model that several workers share: what [`crate::train::Trainer`] does for a team, on the
//! model's own executor.

use super::Vae;
use super::training::no_run;
use crate::backend::Backend;
use crate::cpu::CpuExecutor;
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::op::{Space, View};
use crate::train::{Chunk, Division, Progress, Share, Trainer};

impl Vae {
    /// What sharing the run under way is about.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run.
    pub fn division(&self) -> Result<Division> {
        let mut division = self.run.as_ref().ok_or_else(no_run)?.division();
        division.divisible &= matches!(self.main.executor, Backend::Cpu(_));
        Ok(division)
    }

    /// The run under way, and what it runs on.
    fn shared(&mut self) -> Result<(&mut Trainer, &mut CpuExecutor)> {
        let run = self.run.as_mut().ok_or_else(no_run)?;
        match &mut self.main.executor {
            Backend::Cpu(cpu) => Ok((run, cpu)),
            Backend::Gpu(_) => Err(Error::Unsupported("a GPU's gradients stay on it".into())),
        }
    }

    /// The lead's: a chunk for all to take part in; see [`Trainer::team_begin`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run, and for parameters that are not finite.
    pub fn team_begin(&mut self, max_steps: u32) -> Result<Chunk> {
        let (run, cpu) = self.shared()?;
        run.team_begin(cpu, max_steps)
    }

    /// This worker's part in a chunk; see [`Trainer::take_part`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run, or for images that are not there.
    pub fn take_part(&mut self, chunk: Chunk, index: u32, count: u32) -> Result<()> {
        let (run, cpu) = self.shared()?;
        run.take_part(cpu, chunk, index, count)
    }

    /// Gradients of this worker's slice of step `i`, or its held-out losses.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside of a chunk.
    pub fn part_gradients(&mut self, i: usize) -> Result<Option<Share>> {
        let (run, cpu) = self.shared()?;
        run.part_gradients(cpu, i)
    }

    /// The lead's: the losses of step `i`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside of a chunk.
    pub fn part_losses(&mut self, i: usize, shares: &[Share]) -> Result<()> {
        self.run.as_mut().ok_or_else(no_run)?.part_losses(i, shares)
    }

    /// The update of step `i`, from the gradients that are in place.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside of a chunk.
    pub fn part_update(&mut self, i: usize) -> Result<()> {
        let (run, cpu) = self.shared()?;
        run.part_update(cpu, i)
    }

    /// The lead's: what the chunk brought.
    ///
    /// # Errors
    /// As [`Self::train_chunk`].
    pub async fn team_end(&mut self) -> Result<Progress> {
        let run = self.run.as_mut().ok_or_else(no_run)?;
        let progress = run.team_end(&mut self.main.executor).await;
        self.after_chunk(progress).await
    }

    /// The gradients, which the workers of a team exchange.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run; [`Error::Unsupported`] on a GPU.
    pub fn gradients(&mut self) -> Result<&mut [f32]> {
        Ok(self.shared()?.1.grads_mut())
    }

    /// Parameters and both moments, padding included: what a worker that joins a run needs.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run; [`Error::Unsupported`] on a GPU.
    pub fn team_state(&mut self) -> Result<[&[f32]; 3]> {
        Ok(self.shared()?.1.state())
    }

    /// Takes another worker's state into the run under way.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a run, and for values of another model.
    pub fn join_team(&mut self, state: [&[f32]; 3]) -> Result<()> {
        let len = self.layout.len;
        let (_, cpu) = self.shared()?;
        for (space, values) in [Space::Params, Space::Moment1, Space::Moment2].into_iter().zip(state) {
            cpu.write(None, View { space, offset: 0, len }, values)?;
        }
        Ok(())
    }
}
