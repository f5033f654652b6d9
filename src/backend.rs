//! Which backend runs a model: the choice, and one type for both.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cpu::CpuExecutor;
use crate::error::{Error, Result};
use crate::executor::{
    BackendInfo, Counters, Executor, KernelTime, Phase, ProgramId, ReasonCode, StepMetrics, StepTimes, Ticket,
};
pub use crate::gpu::shaders::Tile;
use crate::gpu::{self, GpuExecutor};
use crate::op::{Split, Step, View};
use crate::plan::Plan;

/// What the caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The GPU where there is a real one, otherwise the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// Whatever adapter there is, software adapters included.
    #[serde(alias = "gpu")]
    WebGpu,
}

impl Choice {
    /// The choice called `auto`, `cpu`, `webgpu` or `gpu`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "webgpu" | "gpu" => Ok(Self::WebGpu),
            _ => Err(Error::argument("backend", format!("{name:?}, expected auto, cpu or gpu (webgpu)"))),
        }
    }
}

/// Either backend, as one executor.
#[derive(Debug)]
pub enum Backend {
    /// SIMD on the processor.
    Cpu(Box<CpuExecutor>),
    /// WGSL through wgpu.
    Gpu(Box<GpuExecutor>),
}

impl Backend {
    /// Opens the backend that `choice` leads to, for an arena of `params` values.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if a GPU was asked for and there is none.
    pub async fn open(choice: Choice, params: u32) -> Result<Self> {
        match choice {
            Choice::Cpu => Ok(Self::cpu(params, ReasonCode::Requested, "the CPU was asked for")),
            Choice::WebGpu => {
                let adapter = gpu::Adapter::request().await?;
                let gpu =
                    GpuExecutor::new(adapter, params, ReasonCode::Requested, "the GPU was asked for").await?;
                Ok(Self::Gpu(Box::new(gpu)))
            }
            Choice::Auto => Self::automatic(params).await,
        }
    }

    async fn automatic(params: u32) -> Result<Self> {
        let adapter = match gpu::Adapter::request().await {
            Ok(adapter) => adapter,
            Err(problem) => {
                let reason = format!("no GPU can be used here ({problem})");
                return Ok(Self::cpu(params, ReasonCode::NoAdapter, reason));
            }
        };
        if adapter.is_software() {
            let reason = format!(
                "the only GPU adapter here, {}, is a program that imitates one; the CPU path is faster",
                adapter.name()
            );
            return Ok(Self::cpu(params, ReasonCode::SoftwareAdapter, reason));
        }
        let reason = format!("{} is a real GPU", adapter.name());
        match GpuExecutor::new(adapter, params, ReasonCode::HardwareAdapter, reason).await {
            Ok(gpu) => Ok(Self::Gpu(Box::new(gpu))),
            Err(problem) => {
                let reason = format!("the GPU could not be opened ({problem})");
                Ok(Self::cpu(params, ReasonCode::NoAdapter, reason))
            }
        }
    }

    /// Products of the shapes that `plan` has by tiles of this kind ([`GpuExecutor::prefer`]); the CPU has no tiles to choose.
    ///
    /// # Errors
    /// As [`GpuExecutor::prefer`].
    pub fn prefer(&mut self, plan: &Plan, tile: Option<Tile>) -> Result<()> {
        match self {
            Self::Cpu(_) => Ok(()),
            Self::Gpu(e) => e.prefer(plan, tile),
        }
    }

    /// Says why this backend was chosen.
    pub fn explain(&mut self, code: ReasonCode, reason: String, times: StepTimes) {
        match self {
            Self::Cpu(e) => e.explain(code, reason, times),
            Self::Gpu(e) => e.explain(code, reason, times),
        }
    }

    /// The GPU that calls itself `name`, opened again; nothing where it is gone or cannot be opened.
    pub async fn reopen(name: &str, params: u32) -> Option<Self> {
        let adapter = gpu::Adapter::request().await.ok().filter(|adapter| adapter.name() == name)?;
        let reason = format!("{name} is a real GPU");
        let gpu = GpuExecutor::new(adapter, params, ReasonCode::HardwareAdapter, reason).await.ok()?;
        Some(Self::Gpu(Box::new(gpu)))
    }

    /// What each kernel of one step takes. The step is run.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where a GPU tells no time; as [`Executor::run`]; [`Error::DeviceLost`].
    pub async fn profile(&mut self, program: ProgramId, step: &Step) -> Result<Vec<KernelTime>> {
        match self {
            Self::Cpu(e) => e.profile(program, step),
            Self::Gpu(e) => {
                let timings = e.profile(program, step).await?;
                let time = |t: &gpu::Timing| KernelTime { kernel: t.kernel, nanoseconds: t.nanoseconds };
                Ok(timings.iter().map(time).collect())
            }
        }
    }

    /// The CPU, with room for `params` parameters, and why it was chosen.
    #[must_use]
    pub fn cpu(params: u32, code: ReasonCode, reason: impl Into<String>) -> Self {
        Self::Cpu(Box::new(CpuExecutor::new(params, code, reason)))
    }
}

macro_rules! either {
    ($self:ident, $e:ident => $body:expr) => {
        match $self {
            Backend::Cpu($e) => $body,
            Backend::Gpu($e) => $body,
        }
    };
}

impl Executor for Backend {
    fn info(&self) -> &BackendInfo {
        either!(self, e => e.info())
    }

    fn counters(&self) -> Counters {
        either!(self, e => e.counters())
    }

    fn set_dataset(&mut self, split: Split, images: Arc<[u8]>, pixels: u32) -> Result<()> {
        either!(self, e => e.set_dataset(split, images, pixels))
    }

    fn set_labels(&mut self, split: Split, labels: Arc<[u8]>) -> Result<()> {
        either!(self, e => e.set_labels(split, labels))
    }

    fn set_order(&mut self, split: Split, order: &[u32]) -> Result<()> {
        either!(self, e => e.set_order(split, order))
    }

    fn compile(&mut self, plan: &Plan) -> Result<ProgramId> {
        either!(self, e => e.compile(plan))
    }

    fn release(&mut self, program: ProgramId) {
        either!(self, e => e.release(program));
    }

    fn run(&mut self, program: ProgramId, phase: Phase, steps: &[Step]) -> Result<Ticket> {
        either!(self, e => e.run(program, phase, steps))
    }

    async fn collect(&mut self, ticket: Ticket) -> Result<Vec<StepMetrics>> {
        either!(self, e => e.collect(ticket).await)
    }

    fn write(&mut self, program: Option<ProgramId>, view: View, data: &[f32]) -> Result<()> {
        either!(self, e => e.write(program, view, data))
    }

    async fn read(&mut self, program: Option<ProgramId>, view: View) -> Result<Vec<f32>> {
        either!(self, e => e.read(program, view).await)
    }

    fn clear_moments(&mut self) {
        either!(self, e => e.clear_moments());
    }

    fn snapshot(&mut self, slot: usize) {
        either!(self, e => e.snapshot(slot));
    }

    fn restore(&mut self, slot: usize) {
        either!(self, e => e.restore(slot));
    }
}
