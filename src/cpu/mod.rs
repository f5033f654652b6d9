//! The backend that computes on the processor: one module per op, a matrix product, vector functions.

mod activate;
mod adam;
mod condition;
mod condition_grad;
mod conv;
mod conv_grad_bias;
mod conv_grad_weight;
mod conv_transpose;
mod convolution;
mod free_bits;
mod gather;
mod gather_labels;
mod gemm;
mod grad_norm;
mod importance_weights;
mod iwae_grad;
mod likelihood;
mod linear;
mod linear_grad_input;
mod linear_grad_weight;
mod linear_loss;
mod loss;
mod math;
mod memory;
mod metrics;
mod pointwise;
mod reparam;
mod reparam_grad;
mod rmsprop;
mod scale_rows;
mod sgd;
mod simd;
mod sum_slices;
mod threads;
mod update;

use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use crate::error::{Error, Result};
use crate::executor::{
    BackendInfo, Counters, Executor, KernelTime, Kind, Phase, ProgramId, ReasonCode, StepMetrics, StepTimes,
    Ticket,
};
use crate::op::{METRICS, Op, Space, Split, Step, View};
use crate::plan::{Plan, validate};

use gemm::Scratch;
use memory::{Arenas, Dataset, Datasets, Memory};
use simd::Isa;
use threads::Threads;

/// What a kernel computes with: instructions, threads, and memory for packed operands.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) isa: Isa,
    pub(crate) threads: Threads,
    pub(crate) scratch: Scratch,
    pub(crate) convolution: convolution::Scratch,
}

#[derive(Debug)]
struct Program {
    plan: Plan,
    locals: Vec<Vec<f32>>,
}

/// [`Executor`] on the processor. Steps run to their end within `run`.
///
/// The same steps give the same bits whatever the number of threads: threads share out whole rows of a
/// result and never a sum.
#[derive(Debug)]
pub struct CpuExecutor {
    info: BackendInfo,
    counters: Counters,
    arenas: Arenas,
    datasets: Datasets,
    programs: Vec<Option<Program>>,
    machine: Machine,
}

impl CpuExecutor {
    /// An executor for an arena of `params` values, with as many threads as help (one in wasm).
    #[must_use]
    pub fn new(params: u32, code: ReasonCode, reason: impl Into<String>) -> Self {
        Self::with_threads(params, threads::available(), code, reason)
    }

    /// The same with a number of threads, at least one. wasm always computes with one.
    #[must_use]
    pub fn with_threads(params: u32, threads: usize, code: ReasonCode, reason: impl Into<String>) -> Self {
        let (isa, threads) = (Isa::detect(), Threads::new(threads));
        let info = BackendInfo {
            kind: Kind::Cpu,
            adapter: None,
            software: false,
            simd: isa.name().into(),
            workers: threads.count() as u32,
            reason: reason.into(),
            reason_code: code,
            step_times: None,
        };
        Self {
            info,
            counters: Counters::default(),
            arenas: Arenas::new(params as usize),
            datasets: Datasets::empty(),
            programs: Vec::new(),
            machine: Machine {
                isa,
                threads,
                scratch: Scratch::default(),
                convolution: convolution::Scratch::default(),
            },
        }
    }

    /// The instruction sets this machine has, best first, by the names that [`BackendInfo::simd`] shows.
    #[must_use]
    pub fn instruction_sets() -> Vec<&'static str> {
        Isa::all().iter().map(|isa| isa.name()).collect()
    }

    /// Computes with another instruction set from now on; for tests and benchmarks.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if this machine does not have it.
    pub fn use_instruction_set(&mut self, name: &str) -> Result<()> {
        let found = Isa::all().into_iter().find(|isa| isa.name() == name);
        self.machine.isa = found.ok_or_else(|| Error::Unsupported(format!("instruction set {name:?}")))?;
        self.info.simd = name.into();
        Ok(())
    }

    /// Says why this backend was chosen.
    pub fn explain(&mut self, code: ReasonCode, reason: String, times: StepTimes) {
        (self.info.reason_code, self.info.reason, self.info.step_times) = (code, reason, Some(times));
    }

    /// What each operation of one step takes by the clock. The step is run.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn profile(&mut self, program: ProgramId, step: &Step) -> Result<Vec<KernelTime>> {
        let mut times = Vec::new();
        self.replay(program, Phase::All, std::slice::from_ref(step), Some(&mut times))?;
        let plan = self.programs.get(program.0).and_then(Option::as_ref).map(|program| &program.plan);
        let kernels = plan.iter().flat_map(|plan| &plan.ops).map(Op::name);
        let time =
            |(kernel, time): (_, Duration)| KernelTime { kernel, nanoseconds: 1e9 * time.as_secs_f64() };
        Ok(kernels.zip(times).map(time).collect())
    }

    /// Runs `steps`; `times` is given what each of their operations took.
    fn replay(
        &mut self,
        program: ProgramId,
        phase: Phase,
        steps: &[Step],
        mut times: Option<&mut Vec<Duration>>,
    ) -> Result<Ticket> {
        let Program { plan, locals } =
            self.programs.get_mut(program.0).and_then(Option::as_mut).ok_or_else(|| unknown(program))?;
        let ops = match phase {
            Phase::All => &plan.ops[..],
            Phase::Gradients => &plan.ops[plan.phases.forward.start..plan.phases.backward.end],
            Phase::Losses => &plan.ops[plan.losses()],
            Phase::Update => &plan.ops[plan.phases.update.clone()],
        };
        for step in steps {
            validate::step(plan, ops, step, |split| self.datasets.get(split).resident())?;
        }
        let mut memory = Memory { arenas: &mut self.arenas, datasets: &self.datasets, locals };
        let machine = &mut self.machine;
        let pool = machine.threads.clone();
        pool.enter(|| {
            for step in steps {
                for op in ops {
                    let began = times.is_some().then(Instant::now);
                    execute(op, machine, &mut memory, step);
                    if let (Some(times), Some(began)) = (&mut times, began) {
                        times.push(began.elapsed());
                    }
                }
            }
        });
        self.counters.steps += steps.len() as u64;
        self.counters.dispatches += (steps.len() * ops.len()) as u64;
        self.counters.submissions += 1;
        let slots = steps.iter().map(|s| s.slot).collect();
        Ok(Ticket { program, slots, submission: self.counters.submissions })
    }

    /// The parameters, without a copy.
    #[must_use]
    pub fn params(&self) -> &[f32] {
        &self.arenas.params
    }

    /// The gradients, without a copy.
    #[must_use]
    pub fn grads(&self) -> &[f32] {
        &self.arenas.grads
    }

    /// The gradients, to be summed with those of other slices of the batch.
    #[must_use]
    pub fn grads_mut(&mut self) -> &mut [f32] {
        &mut self.arenas.grads
    }

    /// The losses of a ticket's steps, which have run.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the ticket is of no program that computes losses.
    pub fn losses(&mut self, ticket: &Ticket) -> Result<Vec<StepMetrics>> {
        let program = self.program(ticket.program)?;
        let ring = program.plan.ports.metrics.filter(|view| matches!(view.space, Space::Local(_)));
        let ring = ring.ok_or_else(|| Error::argument("ticket", "the program computes no losses"))?;
        let values = self.place(Some(ticket.program), ring)?;
        let entries = ticket.slots.iter().map(|&slot| {
            let at = (slot * METRICS) as usize;
            values.get(at..at + METRICS as usize).map(StepMetrics::from_ring)
        });
        entries
            .collect::<Option<_>>()
            .ok_or_else(|| Error::argument("ticket", format!("slots {:?} of a shorter ring", ticket.slots)))
    }

    /// Whether every parameter and every moment is finite.
    #[must_use]
    pub fn finite(&self) -> bool {
        self.state().iter().all(|arena| arena.iter().all(|v| v.is_finite()))
    }

    /// The parameters and both moments, without a copy.
    #[must_use]
    pub fn state(&self) -> [&[f32]; 3] {
        [&self.arenas.params, &self.arenas.moment1, &self.arenas.moment2]
    }

    fn program(&self, id: ProgramId) -> Result<&Program> {
        self.programs.get(id.0).and_then(Option::as_ref).ok_or_else(|| unknown(id))
    }

    /// Where a view of f32 values lies, checked.
    fn place(&mut self, program: Option<ProgramId>, view: View) -> Result<&mut [f32]> {
        let whole = match (view.space, program) {
            (Space::Params, _) => &mut self.arenas.params,
            (Space::Grads, _) => &mut self.arenas.grads,
            (Space::Moment1, _) => &mut self.arenas.moment1,
            (Space::Moment2, _) => &mut self.arenas.moment2,
            (Space::Local(i), Some(id)) => {
                let program =
                    self.programs.get_mut(id.0).and_then(Option::as_mut).ok_or_else(|| unknown(id))?;
                program
                    .locals
                    .get_mut(i as usize)
                    .ok_or_else(|| Error::argument("view", format!("the program has no buffer {i}")))?
            }
            (space, _) => {
                return Err(Error::argument("view", format!("{space:?} cannot be read or written here")));
            }
        };
        let have = whole.len();
        let end = u64::from(view.offset) + u64::from(view.len);
        if end > have as u64 {
            return Err(Error::argument("view", format!("{view:?} of {have} values")));
        }
        Ok(&mut whole[view.range()])
    }
}

fn unknown(id: ProgramId) -> Error {
    Error::argument("program", format!("{id:?} was never compiled or has been released"))
}

/// A buffer of zeros, or an error where an allocation is refused.
fn zeros<T: bytemuck::Zeroable + Clone>(len: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(len)
        .map_err(|_| Error::OutOfMemory(format!("{} bytes on the CPU", len * size_of::<T>())))?;
    values.resize(len, T::zeroed());
    Ok(values)
}

fn execute(op: &Op, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    match op {
        Op::Gather(o) => gather::run(o, machine, memory, step),
        Op::Linear(o) => linear::run(o, machine, memory, step),
        Op::Activate(o) => activate::run(o, machine, memory, step),
        Op::Reparam(o) => reparam::run(o, machine, memory, step),
        Op::LinearLoss(o) => linear_loss::run(o, machine, memory, step),
        Op::LinearGradInput(o) => linear_grad_input::run(o, machine, memory, step),
        Op::ReparamGrad(o) => reparam_grad::run(o, machine, memory, step),
        Op::LinearGradWeight(o) => linear_grad_weight::run(o, machine, memory, step),
        Op::GradNorm(o) => grad_norm::run(o, machine, memory),
        Op::Sgd(o) => sgd::run(o, machine, memory, step),
        Op::RmsProp(o) => rmsprop::run(o, machine, memory, step),
        Op::Adam(o) => adam::run(o, machine, memory, step),
        Op::Metrics(o) => metrics::run(o, memory, step),
        Op::GatherLabels(o) => gather_labels::run(o, memory, step),
        Op::Condition(o) => condition::run(o, memory, step),
        Op::ConditionGrad(o) => condition_grad::run(o, memory, step),
        Op::Conv(o) => conv::run(o, machine, memory, step),
        Op::ConvTranspose(o) => conv_transpose::run(o, machine, memory, step),
        Op::ConvGradWeight(o) => conv_grad_weight::run(o, machine, memory, step),
        Op::SumSlices(o) => sum_slices::run(o, machine, memory),
        Op::ConvGradBias(o) => conv_grad_bias::run(o, machine, memory, step),
        Op::Loss(o) => loss::run(o, machine, memory, step),
        Op::FreeBits(o) => free_bits::run(o, memory, step),
        Op::ImportanceWeights(o) => importance_weights::run(o, machine, memory, step),
        Op::ScaleRows(o) => scale_rows::run(o, machine, memory, step),
        Op::IwaeGrad(o) => iwae_grad::run(o, machine, memory, step),
    }
}

impl Executor for CpuExecutor {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn counters(&self) -> Counters {
        self.counters
    }

    fn set_dataset(&mut self, split: Split, images: Arc<[u8]>, pixels: u32) -> Result<()> {
        if pixels == 0 || !images.len().is_multiple_of(pixels as usize) {
            let problem = format!("{} values, expected whole images of {pixels}", images.len());
            return Err(Error::argument("images", problem));
        }
        let count = u32::try_from(images.len() / pixels as usize)
            .map_err(|_| Error::argument("images", "more than 4294967295 images"))?;
        *self.datasets.get_mut(split) =
            Dataset { images, labels: Arc::from([]), pixels: pixels as usize, order: (0..count).collect() };
        Ok(())
    }

    fn set_labels(&mut self, split: Split, labels: Arc<[u8]>) -> Result<()> {
        let dataset = self.datasets.get_mut(split);
        if labels.len() != dataset.count() {
            let problem = format!("{} labels for {} images", labels.len(), dataset.count());
            return Err(Error::argument("labels", problem));
        }
        dataset.labels = labels;
        Ok(())
    }

    fn set_order(&mut self, split: Split, order: &[u32]) -> Result<()> {
        let dataset = self.datasets.get_mut(split);
        let count = dataset.count();
        if let Some(i) = order.iter().position(|&image| image as usize >= count) {
            let problem = format!("entry {i} is {}, the split has {count} images", order[i]);
            return Err(Error::argument("order", problem));
        }
        dataset.order.clear();
        dataset.order.extend_from_slice(order);
        Ok(())
    }

    fn compile(&mut self, plan: &Plan) -> Result<ProgramId> {
        validate::plan(plan, self.arenas.params.len() as u32)?;
        let locals = plan.buffers.iter().map(|b| zeros(b.len as usize)).collect::<Result<_>>()?;
        for op in &plan.ops {
            let Machine { threads, scratch, convolution, .. } = &mut self.machine;
            scratch.reserve(op, plan.batch)?;
            convolution.reserve(op, plan.batch, threads)?;
        }
        self.programs.push(Some(Program { plan: plan.clone(), locals }));
        Ok(ProgramId(self.programs.len() - 1))
    }

    fn release(&mut self, program: ProgramId) {
        if let Some(slot) = self.programs.get_mut(program.0) {
            *slot = None;
        }
    }

    fn run(&mut self, program: ProgramId, phase: Phase, steps: &[Step]) -> Result<Ticket> {
        self.replay(program, phase, steps, None)
    }

    async fn collect(&mut self, ticket: Ticket) -> Result<Vec<StepMetrics>> {
        self.losses(&ticket)
    }

    fn write(&mut self, program: Option<ProgramId>, view: View, data: &[f32]) -> Result<()> {
        if data.len() != view.len as usize {
            return Err(Error::argument("data", format!("{} values, expected {}", data.len(), view.len)));
        }
        self.place(program, view)?.copy_from_slice(data);
        Ok(())
    }

    async fn read(&mut self, program: Option<ProgramId>, view: View) -> Result<Vec<f32>> {
        self.place(program, view).map(|values| values.to_vec())
    }

    fn clear_moments(&mut self) {
        self.arenas.clear_moments();
    }

    fn snapshot(&mut self, slot: usize) {
        self.arenas.snapshot(slot);
    }

    fn restore(&mut self, slot: usize) {
        self.arenas.restore(slot);
    }
}
