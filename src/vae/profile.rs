//! Where a training step's time goes, kernel by kernel.

use serde::Serialize;

use super::Vae;
use super::race::still;
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::executor::{Executor, KernelTime, Kind, ProgramId};
use crate::op::Split;
use crate::plan::{Goal, Input, Plan};
use crate::session;
use crate::train::TrainConfig;

/// Most steps in one profile.
const MOST: u32 = 1000;

/// What the kernels of a training step take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    /// The backend that was measured.
    pub kind: Kind,
    /// Steps that were measured.
    pub steps: u32,
    /// Means over the steps, in the order in which the kernels run.
    pub kernels: Vec<KernelTime>,
}

impl Vae {
    /// Makes `steps` training steps with these settings on the backend in use and times each kernel, on the CPU by the
    /// clock, on a GPU by its own. Parameters and moments stay as they are, and so does a run under way. One worker
    /// makes them: what several would share is the whole of it.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] without a dataset, for bad settings, and for 0 or too many steps;
    /// [`Error::Unsupported`] on a GPU that tells no time; [`Error::DeviceLost`].
    pub async fn profile(&mut self, config: &TrainConfig, steps: u32) -> Result<Profile> {
        config.validate()?;
        if !(1..=MOST).contains(&steps) {
            return Err(Error::argument("steps", format!("{steps}, expected 1 to {MOST}")));
        }
        let Some(train) = self.train.clone() else {
            return Err(Error::argument("dataset", "there is none yet; set one before profiling"));
        };
        if self.spec.classes > 0 {
            session::check_labels(train.len(), train.labels(), self.spec.classes)?;
        }
        let goal = Goal::Train(config.optimizer, config.objective);
        let input = Input::Dataset(Split::Train, config.binarize);
        let plan = Plan::new(&self.spec, &goal, input, config.batch, 1)?;
        let rows = config.batch.min(train.len() as u32);
        let measured = self.measured(&plan, rows, steps).await;
        if let Err(Error::DeviceLost(_)) = measured {
            self.fall_back().await?;
        }
        Ok(Profile { kind: self.backend().kind, steps, kernels: measured? })
    }

    async fn measured(&mut self, plan: &Plan, rows: u32, steps: u32) -> Result<Vec<KernelTime>> {
        // Not by a snapshot: their slots belong to a run under way.
        let moments = self.moments().await?;
        let executor = &mut self.main.executor;
        let program = executor.compile(plan)?;
        let kernels = means(executor, program, rows, steps).await;
        executor.release(program);
        self.set_moments(&moments)?;
        kernels
    }
}

async fn means(executor: &mut Backend, program: ProgramId, rows: u32, steps: u32) -> Result<Vec<KernelTime>> {
    let step = still(rows, 0);
    // The first one compiles shaders and warms caches.
    let mut sums = executor.profile(program, &step).await?;
    sums.iter_mut().for_each(|sum| sum.nanoseconds = 0.0);
    for _ in 0..steps {
        let times = executor.profile(program, &step).await?;
        for (sum, time) in sums.iter_mut().zip(times) {
            sum.nanoseconds += time.nanoseconds / f64::from(steps);
        }
    }
    Ok(sums)
}
