//! `auto` decides by measurement: a few real training steps on the GPU, by each kind of tile, and on the CPU, and the fastest
//! way goes on.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use web_time::Instant;

use super::{Mirror, Vae, tiles};
use crate::backend::{Backend, Tile};
use crate::error::{Error, Result};
use crate::executor::{Executor, Kind, Phase, ProgramId, ReasonCode, StepTimes};
use crate::op::{Split, Step};
use crate::plan::{Goal, Input, Plan};
use crate::rng;
use crate::session::Session;
use crate::train::TrainConfig;

/// Steps that are timed on each backend; a browser's GPU is asked for its numbers no more than twice.
const GPU_STEPS: u32 = 24;
const CPU_STEPS: u32 = 3;
/// What each worker after the first costs, in shares of a step that one makes alone: what fits those measured and predicted for
/// dense-20 at batch 128 (benches/README.md, "Scaling").
const FURTHER_WORKER: f64 = 0.27;

/// What a race is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// The adapter's name.
    pub adapter: String,
    /// Values in the model's arena.
    pub parameters: u32,
    /// Images a step.
    pub batch: u32,
    /// Draws of z for each image, which a step decodes.
    pub draws: u32,
    /// Workers that would share the CPU's steps.
    pub workers: u32,
}

/// A race that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Race {
    /// What it was about.
    #[serde(flatten)]
    pub terms: Terms,
    /// What came out.
    #[serde(flatten)]
    pub times: StepTimes,
    /// The kind of tile that was fastest for the GPU's products; `None` for those by the rule.
    pub tile: Option<Tile>,
}

/// The races of this process (in browsers, of this worker), and those that it was told of.
static KNOWN: Mutex<Vec<Race>> = Mutex::new(Vec::new());

fn known() -> MutexGuard<'static, Vec<Race>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All races that are known.
#[must_use]
pub fn races() -> Vec<Race> {
    known().clone()
}

/// Takes note of a race, in place of one on the same terms.
pub fn remember(race: Race) {
    let mut known = known();
    known.retain(|other| other.terms != race.terms);
    known.push(race);
}

impl Vae {
    /// Where the choice was left to us and there is a real GPU: races it against the CPU, once for each adapter, size of
    /// model and batch, and goes on with the faster one. Call it before [`Self::train_start`]; parameters stay as they are.
    /// `workers` would share the CPU's steps. When the GPU goes away meanwhile, the CPU goes on without it.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] where the CPU cannot take over.
    pub async fn settle(&mut self, config: &TrainConfig, workers: u32) -> Result<()> {
        match self.backend().reason_code {
            ReasonCode::HardwareAdapter | ReasonCode::FasterGpu => self.race(config, workers).await,
            ReasonCode::FasterCpu => self.reconsider(config, workers).await,
            _ => Ok(()),
        }
    }

    /// After a race that the CPU won: the GPU is opened again for a race on other terms, unless it is known to lose that
    /// one too. Nothing where no GPU was let go, or it is gone.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub async fn reconsider(&mut self, config: &TrainConfig, workers: u32) -> Result<()> {
        let Some(name) = self.let_go.clone() else { return Ok(()) };
        self.train_stop();
        if let Some(race) = self.known_race(&name, config, workers)
            && race.times.cpu < race.times.gpu
        {
            return self.go_on(race.times, &name, workers).await;
        }
        let Some(gpu) = Backend::reopen(&name, self.layout.len).await else { return Ok(()) };
        let params = self.params().await?;
        let cpu = std::mem::replace(&mut self.main, Session::new(gpu, self.spec.clone()));
        self.mirror = Some(Mirror { session: cpu, stale: false, wanted: false, synced: Instant::now() });
        self.let_go = None;
        self.set_params(&params)?;
        let (train, test) = (self.train.clone(), self.test.clone());
        self.adopt(Split::Train, train)?;
        self.adopt(Split::Test, test)?;
        self.race(config, workers).await
    }

    fn terms(&self, adapter: &str, config: &TrainConfig, workers: u32) -> Terms {
        Terms {
            adapter: adapter.into(),
            parameters: self.layout.len,
            batch: config.batch,
            draws: config.objective.samples(),
            workers,
        }
    }

    fn known_race(&self, adapter: &str, config: &TrainConfig, workers: u32) -> Option<Race> {
        let terms = self.terms(adapter, config, workers);
        known().iter().find(|race| race.terms == terms).cloned()
    }

    fn plan_of(&self, config: &TrainConfig) -> Result<Plan> {
        let goal = Goal::Train(config.optimizer, config.objective);
        let input = Input::Dataset(Split::Train, config.binarize);
        Plan::new(&self.spec, &goal, input, config.batch, GPU_STEPS + 1)
    }

    /// The race itself, on whatever adapter there is; nothing without one, and without a dataset.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub async fn race(&mut self, config: &TrainConfig, workers: u32) -> Result<()> {
        let Some(name) = self.backend().adapter.clone() else { return Ok(()) };
        if self.mirror.is_none() || self.train.is_none() {
            return Ok(());
        }
        self.train_stop();
        let (times, tile) = match self.known_race(&name, config, workers) {
            Some(race) => (race.times, race.tile),
            None => match self.times(config, workers).await {
                Err(Error::DeviceLost(_)) => return self.fall_back().await,
                // Whatever else is wrong with the settings, the run itself will say, by the rule's tiles.
                Err(_) => {
                    if let Ok(plan) = self.plan_of(config) {
                        drop(self.main.executor.prefer(&plan, None));
                    }
                    return Ok(());
                }
                Ok((times, tile)) => {
                    remember(Race { terms: self.terms(&name, config, workers), times, tile });
                    (times, tile)
                }
            },
        };
        // What cannot be computed so is computed by the rule.
        if let Ok(plan) = self.plan_of(config) {
            drop(self.main.executor.prefer(&plan, tile));
        }
        self.go_on(times, &name, workers).await
    }

    async fn times(&mut self, config: &TrainConfig, workers: u32) -> Result<(StepTimes, Option<Tile>)> {
        self.sync_mirror().await?;
        let plan = self.plan_of(config)?;
        let (Some(mirror), Some(train)) = (&mut self.mirror, &self.train) else {
            return Err(Error::argument("race", "there is nothing to race"));
        };
        let cpu = &mut mirror.session.executor;
        cpu.set_dataset(Split::Train, train.shared(), self.spec.pixels())?;
        if self.spec.classes > 0
            && let Some(labels) = train.shared_labels()
        {
            cpu.set_labels(Split::Train, labels)?;
        }
        let rows = config.batch.min(train.len() as u32);
        let executor = &mut self.main.executor;
        let by_rule = step_time(executor, &plan, rows, GPU_STEPS).await?;
        let by_tile = async |tile, steps| {
            executor.prefer(&plan, Some(tile))?;
            step_time(executor, &plan, rows, steps).await
        };
        let (tile, gpu) = tiles::fastest(by_rule, by_tile).await?;
        let cpu = step_time(cpu, &plan, rows, CPU_STEPS).await?;
        let workers = f64::from(workers.max(1));
        let shared = cpu.as_secs_f64() * (1.0 + FURTHER_WORKER * (workers - 1.0)) / workers;
        let microseconds = |seconds: f64| (1e6 * seconds).round() as u32;
        let times = StepTimes { gpu: microseconds(gpu.as_secs_f64()), cpu: microseconds(shared) };
        Ok((times, tile))
    }

    /// Keeps the GPU, or moves to the CPU as after a lost device, and says why.
    async fn go_on(&mut self, times: StepTimes, adapter: &str, workers: u32) -> Result<()> {
        // As whole numbers: what formats floats to a number of places would be in the program for this alone.
        let ms = |microseconds: u32| {
            let hundredths = (microseconds + 5) / 10;
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        };
        let share = if workers > 1 { format!(" (reckoned for {workers} workers)") } else { String::new() };
        let reason = format!(
            "a training step takes {} ms on {adapter} and {} ms on the CPU{share}, measured here",
            ms(times.gpu),
            ms(times.cpu)
        );
        let code = if times.cpu < times.gpu { ReasonCode::FasterCpu } else { ReasonCode::FasterGpu };
        if code == ReasonCode::FasterCpu {
            self.sync_mirror().await?;
            self.fall_back().await?;
            self.let_go = Some(adapter.into());
        }
        if self.backend().kind == Kind::Cpu || code == ReasonCode::FasterGpu {
            self.main.executor.explain(code, reason, times);
        }
        Ok(())
    }
}

/// What one training step takes: parameters and moments stay as they are. The time that reading the losses takes is
/// told from one step and from many.
///
/// # Errors
/// Whatever compiling or running answers.
async fn step_time(executor: &mut Backend, plan: &Plan, rows: u32, steps: u32) -> Result<Duration> {
    executor.snapshot(0);
    let program = executor.compile(plan)?;
    let timed = timed_runs(executor, program, rows, steps).await;
    executor.release(program);
    executor.restore(0);
    timed
}

async fn timed_runs(executor: &mut Backend, program: ProgramId, rows: u32, steps: u32) -> Result<Duration> {
    let list: Vec<Step> = (0..=steps).map(|slot| still(rows, slot)).collect();
    let mut times = [Duration::ZERO; 3];
    // The first run compiles shaders and warms caches.
    for (time, part) in times.iter_mut().zip([&list[..1], &list[..1], &list[..]]) {
        let began = Instant::now();
        let ticket = executor.run(program, Phase::All, part)?;
        executor.collect(ticket).await?;
        *time = began.elapsed();
    }
    Ok(times[2].saturating_sub(times[1]) / steps)
}

/// A training step that leaves parameters as they are.
pub(super) fn still(rows: u32, slot: u32) -> Step {
    Step {
        rows,
        row_offset: 0,
        first: 0,
        slot,
        seed: rng::fold_seed(0),
        step: slot + 1,
        noise: 1.0,
        beta: 1.0,
        inv_batch: 1.0 / rows as f32,
        learning_rate: 0.0,
        bias1: 1.0,
        bias2: 1.0,
        pad: [0; 4],
    }
}
