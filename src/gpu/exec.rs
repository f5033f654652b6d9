//! The executor: a model on a GPU device.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::executor::{
    BackendInfo, Counters, Executor, Kind, Phase, ProgramId, ReasonCode, StepMetrics, StepTimes, Ticket,
};
use crate::op::{Split, Step, View};
use crate::plan::{Plan, validate};

use super::adapter::Adapter;
use super::lower::Tiles;
use super::memory::Memories;
use super::pipelines::Pipelines;
use super::program::{Program, resident};
use super::readback::{self, STAGING};
use super::shaders::{SHADERS, Tile};

/// Replays plans as WGSL compute shaders.
#[derive(Debug)]
pub struct GpuExecutor {
    adapter: Adapter,
    info: BackendInfo,
    counters: Counters,
    pipelines: Pipelines,
    memories: Memories,
    programs: Vec<Option<Program>>,
    submissions: u64,
    /// Through which [`Executor::read`] reads; grows to the largest size asked for.
    staging: Option<wgpu::Buffer>,
    tiles: Tiles,
}

impl GpuExecutor {
    /// An executor for an arena of `params` values on `adapter`, with zeros in it.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for more parameters than WebGPU binds, [`Error::OutOfMemory`],
    /// [`Error::DeviceLost`]; in browsers [`Error::Network`] where the shaders' text cannot be fetched.
    pub async fn new(
        adapter: Adapter,
        params: u32,
        code: ReasonCode,
        reason: impl Into<String>,
    ) -> Result<Self> {
        #[cfg(target_arch = "wasm32")]
        super::texts::load().await?;
        adapter.health.check()?;
        let info = BackendInfo {
            kind: Kind::WebGpu,
            adapter: Some(adapter.name().into()),
            software: adapter.is_software(),
            simd: String::new(),
            workers: 1,
            reason: reason.into(),
            reason_code: code,
            step_times: None,
        };
        let pipelines = Pipelines::new(&adapter);
        let memories = Memories::new(&adapter, params)?;
        Ok(Self {
            adapter,
            info,
            counters: Counters::default(),
            pipelines,
            memories,
            programs: Vec::new(),
            submissions: 0,
            staging: None,
            tiles: Tiles::default(),
        })
    }

    /// Replaces the text of every variant of the shader called `name` by what `edit` makes of it, for
    /// plans compiled from now on. This is for tests: they prove that a broken kernel is noticed.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if no shader has that name.
    pub fn replace_shader(&mut self, name: &str, edit: impl Fn(&str) -> String) -> Result<()> {
        let mut found = false;
        for (i, shader) in SHADERS.iter().enumerate().filter(|(_, s)| s.name == name) {
            self.pipelines.replace(i, edit(&shader.source()));
            found = true;
        }
        if found { Ok(()) } else { Err(Error::argument("shader", format!("none is called {name:?}"))) }
    }

    /// Computes the products of plans compiled from now on by tiles of one shape, instead of the shape that
    /// suits each one's size. This is for tests and benchmarks of both.
    pub const fn set_tile(&mut self, tile: Tile) {
        self.tiles.forced = Some(tile);
    }

    /// Closes the device, as a driver that fails does: whatever is asked next is answered by [`Error::DeviceLost`]. For
    /// tests of what follows then.
    pub fn close_device(&self) {
        self.adapter.close();
    }

    /// Computes products of the shapes that `plan` has by tiles of this kind, in plans compiled from now on; without a
    /// kind, by those that were chosen otherwise.
    ///
    /// # Errors
    /// As [`Executor::compile`].
    pub fn prefer(&mut self, plan: &Plan, tile: Option<Tile>) -> Result<()> {
        validate::plan(plan, self.memories.len)?;
        let placement = super::placement::place(plan)?;
        let launches = super::lower::lower(plan, 0..plan.ops.len(), &placement, &self.tiles)?;
        let products: Vec<_> = launches.iter().filter_map(|launch| launch.product).collect();
        self.tiles.timed.retain(|(product, _)| !products.contains(product));
        self.tiles.timed.extend(tile.iter().flat_map(|&tile| products.iter().map(move |&p| (p, tile))));
        Ok(())
    }

    /// Says why this backend was chosen.
    pub fn explain(&mut self, code: ReasonCode, reason: String, times: StepTimes) {
        (self.info.reason_code, self.info.reason, self.info.step_times) = (code, reason, Some(times));
    }

    /// What each dispatch of one step takes, by the device's own clock. The step is run.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the adapter has no clock; [`Error::InvalidArgument`] for a step that does not fit
    /// the plan; [`Error::DeviceLost`].
    pub async fn profile(&self, program: ProgramId, step: &Step) -> Result<Vec<super::profile::Timing>> {
        self.adapter.health.check()?;
        let program = self.programs.get(program.0).and_then(Option::as_ref).ok_or_else(unknown_program)?;
        program.check(&self.memories, Phase::All, std::slice::from_ref(step))?;
        super::profile::step(&self.adapter, program, step).await
    }

    /// Times every kind of tile for every product of `plan` by the device's clock; plans compiled from now on take the
    /// fastest. Parameters and moments stay as they are. The kinds add up in different orders, so that sums may
    /// round otherwise afterwards.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the adapter has no clock; as [`Executor::compile`] and [`Executor::run`].
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn tune(&mut self, plan: &Plan, step: &Step) -> Result<()> {
        self.adapter.health.check()?;
        validate::plan(plan, self.memories.len)?;
        self.snapshot(0);
        let (adapter, pipelines, memories) = (&self.adapter, &mut self.pipelines, &self.memories);
        let timed = super::tuning::fastest(adapter, pipelines, memories, plan, step).await;
        self.restore(0);
        // The latest are found first.
        self.tiles.timed.splice(..0, timed?);
        Ok(())
    }

    /// Bytes that the device's allocator has handed out, where the driver's tells. For tests.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn device_bytes(&self) -> Option<u64> {
        self.adapter.device.generate_allocator_report().map(|report| report.total_allocated_bytes)
    }

    fn program(&mut self, id: ProgramId) -> Result<&mut Program> {
        self.programs.get_mut(id.0).and_then(Option::as_mut).ok_or_else(unknown_program)
    }

    fn locate(&self, program: Option<ProgramId>, view: View) -> Result<(&wgpu::Buffer, u64)> {
        let found = match program {
            None => resident(view, &self.memories),
            Some(id) => {
                let program = self.programs.get(id.0).and_then(Option::as_ref).ok_or_else(unknown_program)?;
                program.local(view).or_else(|| resident(view, &self.memories))
            }
        };
        found.ok_or_else(|| Error::argument("view", format!("{view:?} is not a range the host can reach")))
    }

    fn sent(&mut self, bytes: u64) {
        self.counters.uploads += 1;
        self.counters.uploaded_bytes += bytes;
    }

    fn submit(&mut self, encoder: wgpu::CommandEncoder) -> wgpu::SubmissionIndex {
        self.counters.submissions += 1;
        self.adapter.queue.submit([encoder.finish()])
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.adapter.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }

    /// Binds again what reads a split, in every program.
    fn rebind(&mut self, split: Split) {
        for program in self.programs.iter_mut().flatten() {
            program.rebind(&self.adapter, &self.memories, split);
        }
    }
}

fn unknown_program() -> Error {
    Error::argument("program", "was never compiled here, or has been released")
}

impl Executor for GpuExecutor {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn counters(&self) -> Counters {
        self.counters
    }

    fn set_dataset(&mut self, split: Split, images: Arc<[u8]>, pixels: u32) -> Result<()> {
        self.adapter.health.check()?;
        let bytes = self.memories.set_dataset(&self.adapter, split, &images, pixels)?;
        self.sent(bytes);
        self.rebind(split);
        self.adapter.health.check()
    }

    fn set_labels(&mut self, split: Split, labels: Arc<[u8]>) -> Result<()> {
        self.adapter.health.check()?;
        let bytes = self.memories.set_labels(&self.adapter, split, &labels)?;
        self.sent(bytes);
        self.rebind(split);
        self.adapter.health.check()
    }

    fn set_order(&mut self, split: Split, order: &[u32]) -> Result<()> {
        self.adapter.health.check()?;
        if self.memories.set_order(&self.adapter, split, order)? {
            self.rebind(split);
        }
        self.sent(4 * order.len() as u64);
        self.adapter.health.check()
    }

    fn compile(&mut self, plan: &Plan) -> Result<ProgramId> {
        self.adapter.health.check()?;
        validate::plan(plan, self.memories.len)?;
        let program = Program::new(&self.adapter, &mut self.pipelines, &self.memories, plan, &self.tiles)?;
        self.programs.push(Some(program));
        Ok(ProgramId(self.programs.len() - 1))
    }

    fn release(&mut self, program: ProgramId) {
        if let Some(program) = self.programs.get_mut(program.0).and_then(Option::take) {
            program.destroy();
        }
    }

    fn run(&mut self, program: ProgramId, phase: Phase, steps: &[Step]) -> Result<Ticket> {
        self.adapter.health.check()?;
        self.submissions += 1;
        let submission = self.submissions;
        let ready = self.programs.get_mut(program.0).and_then(Option::as_mut).ok_or_else(unknown_program)?;
        ready.check(&self.memories, phase, steps)?;
        if !steps.is_empty() {
            let (dispatches, bytes) = ready.submit(&self.adapter, phase, steps, submission)?;
            self.counters.submissions += 1;
            self.counters.dispatches += dispatches;
            self.counters.steps += steps.len() as u64;
            self.sent(bytes);
        }
        Ok(Ticket { program, slots: steps.iter().map(|s| s.slot).collect(), submission })
    }

    async fn collect(&mut self, ticket: Ticket) -> Result<Vec<StepMetrics>> {
        self.adapter.health.check()?;
        let adapter = self.adapter.clone();
        let program = self.program(ticket.program)?;
        let view =
            program.ring().ok_or_else(|| Error::argument("ticket", "the program computes no losses"))?;
        let ring = match program.losses(&adapter, ticket.submission).await {
            Some(ring) => {
                self.counters.waits += 1;
                ring?
            }
            None => self.read(Some(ticket.program), view).await?,
        };
        let entries = ticket.slots.iter().map(|&slot| Program::entry(&ring, slot));
        Ok(entries.map(StepMetrics::from_ring).collect())
    }

    fn write(&mut self, program: Option<ProgramId>, view: View, data: &[f32]) -> Result<()> {
        self.adapter.health.check()?;
        if data.len() != view.len as usize {
            return Err(Error::argument("data", format!("{} values, expected {}", data.len(), view.len)));
        }
        let (buffer, start) = self.locate(program, view)?;
        self.adapter.queue.write_buffer(buffer, start, bytemuck::cast_slice(data));
        self.sent(4 * data.len() as u64);
        self.adapter.health.check()
    }

    async fn read(&mut self, program: Option<ProgramId>, view: View) -> Result<Vec<f32>> {
        self.adapter.health.check()?;
        if view.len == 0 {
            return Ok(Vec::new());
        }
        let bytes = 4 * u64::from(view.len);
        let staging = match self.staging.take() {
            Some(buffer) if buffer.size() >= bytes => buffer,
            smaller => {
                smaller.iter().for_each(wgpu::Buffer::destroy);
                self.adapter.buffer("read", bytes, STAGING)?
            }
        };
        let mut encoder = self.encoder();
        let (buffer, start) = self.locate(program, view)?;
        encoder.copy_buffer_to_buffer(buffer, start, &staging, 0, bytes);
        let submission = self.submit(encoder);
        self.counters.waits += 1;
        let mapping = readback::map(&staging, bytes, submission);
        let values = readback::read(&self.adapter, &staging, mapping).await?;
        self.staging = Some(staging);
        Ok(values)
    }

    fn clear_moments(&mut self) {
        let mut encoder = self.encoder();
        self.memories.clear(&mut encoder);
        self.submit(encoder);
    }

    fn snapshot(&mut self, slot: usize) {
        let mut encoder = self.encoder();
        match self.memories.snapshot(&self.adapter, &mut encoder, slot) {
            Ok(()) => drop(self.submit(encoder)),
            Err(error) => self.adapter.health.report(error),
        }
    }

    fn restore(&mut self, slot: usize) {
        let mut encoder = self.encoder();
        self.memories.restore(&mut encoder, slot);
        self.submit(encoder);
    }
}

impl Drop for GpuExecutor {
    fn drop(&mut self) {
        self.programs.iter().flatten().for_each(Program::destroy);
        self.memories.destroy();
        self.staging.iter().for_each(wgpu::Buffer::destroy);
    }
}
