//! What a backend must do: hold a model's arenas and datasets, and replay plans over them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::op::{METRICS, Split, Step, View};
use crate::plan::Plan;

/// A compiled plan on an executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProgramId(pub usize);

/// Which part of a plan to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Everything. What the gradients' arena holds afterwards is the backend's own affair.
    All,
    /// Forward and backward: leaves the gradients in place.
    Gradients,
    /// The metrics alone, before the update they come with: what a slice adds to its batch's losses.
    Losses,
    /// The optimiser's update and the metrics, from whatever gradients are in place.
    Update,
}

/// Steps that were handed to a backend and whose losses can be collected once they have run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The program.
    pub program: ProgramId,
    /// Entries of its metrics ring, in the order of the steps.
    pub slots: Vec<u32>,
    /// Backend's own number of the submission.
    pub submission: u64,
}

/// The losses of one step: means over the whole batch, in nats per image.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct StepMetrics {
    /// −log p(x|z).
    pub recon: f32,
    /// KL divergence to the prior, without β.
    pub kl: f32,
    /// Squared global norm of the gradient; 0 where the plan does not compute it.
    pub grad_norm_squared: f32,
    /// Images in the step.
    pub rows: f32,
    /// What is minimised.
    pub objective: f32,
}

impl StepMetrics {
    pub(crate) fn from_ring(entry: &[f32]) -> Self {
        debug_assert_eq!(entry.len(), METRICS as usize);
        Self {
            recon: entry[0],
            kl: entry[1],
            grad_norm_squared: entry[2],
            rows: entry[3],
            objective: entry[4],
        }
    }
}

/// The kind of backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Vector instructions on the processor.
    Cpu,
    /// WebGPU, or what wgpu finds natively.
    WebGpu,
}

/// Why a backend was chosen; codes are stable, for pages that translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// The caller asked for it.
    Requested,
    /// There is a real GPU; nothing was measured yet.
    HardwareAdapter,
    /// There is a real GPU, and its training steps take less time than the CPU's.
    FasterGpu,
    /// There is a real GPU, and its training steps take more time than the CPU's.
    FasterCpu,
    /// There is only a software adapter, which is slower than the CPU path.
    SoftwareAdapter,
    /// There is no adapter at all.
    NoAdapter,
    /// The GPU device went away.
    DeviceLost,
}

/// What a training step took on each backend, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTimes {
    /// On the GPU.
    pub gpu: u32,
    /// On the CPU, shared by as many workers as there would be.
    pub cpu: u32,
}

/// What one kernel of a step takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KernelTime {
    /// [`Op::name`](crate::op::Op::name), or `fused/` and what a GPU computes in one.
    pub kernel: &'static str,
    /// From its beginning to its end.
    pub nanoseconds: f64,
}

/// Which backend runs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackendInfo {
    /// The kind.
    pub kind: Kind,
    /// The adapter's own name, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// Whether the adapter is a program rather than a GPU.
    pub software: bool,
    /// Vector instructions of the CPU path, such as `simd128` or `avx2+fma`.
    pub simd: String,
    /// Threads or workers that compute.
    pub workers: u32,
    /// Why this backend, in one English sentence.
    pub reason: String,
    /// Why this backend, as a code.
    pub reason_code: ReasonCode,
    /// What the choice was made by, where it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_times: Option<StepTimes>,
}

/// What a backend did, for benchmarks and for tests of the host rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Steps run.
    pub steps: u64,
    /// Kernels started.
    pub dispatches: u64,
    /// Command buffers submitted.
    pub submissions: u64,
    /// Bytes sent to the device.
    pub uploaded_bytes: u64,
    /// Transfers to the device.
    pub uploads: u64,
    /// Times the host waited for the device.
    pub waits: u64,
}

/// Snapshots of the parameters and moments that a backend can keep.
pub const SNAPSHOTS: usize = 3;

/// A backend for one model: parameters, gradients and moments with one layout, two datasets, programs.
///
/// Guarantees: calls take effect in the order made; `run` may return before its steps have run;
/// `collect` and `read` wait for everything before them. Nothing is uploaded and nothing is waited for
/// per step: a `run` takes many steps.
#[allow(
    async_fn_in_trait,
    reason = "used through generics and one enum in this crate, never as a trait object"
)]
pub trait Executor {
    /// Which backend this is.
    fn info(&self) -> &BackendInfo;

    /// What was done so far.
    fn counters(&self) -> Counters;

    /// Makes `images` (one byte a value, whole images) resident as a split, and its order the identity.
    /// The CPU shares the bytes with its caller.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) or
    /// [`Error::Unsupported`](crate::Error::Unsupported) where the device cannot hold it.
    fn set_dataset(&mut self, split: Split, images: Arc<[u8]>, pixels: u32) -> Result<()>;

    /// Makes the labels of a split's images resident, one for each; [`Self::set_dataset`] takes them away.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if their number is not that of the images.
    fn set_labels(&mut self, split: Split, labels: Arc<[u8]>) -> Result<()>;

    /// Sets the order in which a split is visited: indices of its images.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for an index past the split's images.
    fn set_order(&mut self, split: Split, order: &[u32]) -> Result<()>;

    /// Prepares everything the plan's steps need.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if the plan was made for other parameters;
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) where the device cannot hold its buffers.
    fn compile(&mut self, plan: &Plan) -> Result<ProgramId>;

    /// Gives back what a program holds.
    fn release(&mut self, program: ProgramId);

    /// Replays a part of the plan once for each of `steps`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`](crate::Error::DeviceLost);
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for a step that does not fit the plan.
    fn run(&mut self, program: ProgramId, phase: Phase, steps: &[Step]) -> Result<Ticket>;

    /// The losses of a ticket's steps, once they have run. Each ticket can be collected once.
    ///
    /// # Errors
    /// [`Error::DeviceLost`](crate::Error::DeviceLost).
    async fn collect(&mut self, ticket: Ticket) -> Result<Vec<StepMetrics>>;

    /// Overwrites part of an arena, or of a program's own buffer.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if `data` does not fit `view`.
    fn write(&mut self, program: Option<ProgramId>, view: View, data: &[f32]) -> Result<()>;

    /// Reads an arena, or a program's own buffer.
    ///
    /// # Errors
    /// [`Error::DeviceLost`](crate::Error::DeviceLost).
    async fn read(&mut self, program: Option<ProgramId>, view: View) -> Result<Vec<f32>>;

    /// Sets gradients and moments to zero: a fresh optimiser.
    fn clear_moments(&mut self);

    /// Keeps a copy of parameters and moments on the device, in one of [`SNAPSHOTS`] slots.
    fn snapshot(&mut self, slot: usize);

    /// Puts a kept copy back.
    fn restore(&mut self, slot: usize);
}
