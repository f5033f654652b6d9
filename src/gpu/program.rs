//! A plan made ready on a device: arenas, constants, bind groups, and the buffers through which steps go
//! in and losses come out. Nothing here is made again while steps run.

use std::ops::Range as Span;

use crate::error::{Error, Result};
use crate::executor::Phase;
use crate::op::{METRICS, Space, Split, Step, View};
use crate::plan::{Plan, validate};

use super::adapter::Adapter;
use super::losses::Losses;
use super::lower::{self, Launch, Memory, Tiles};
use super::memory::{Dataset, Memories, RESIDENT};
use super::pipelines::Pipelines;
use super::placement::{self, Placement};

/// WebGPU's alignment of uniform bindings.
const SLOT: usize = 256;

/// A dispatch with everything bound.
#[derive(Debug)]
pub(super) struct Dispatch {
    pub(super) launch: Launch,
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    /// First byte of its constants.
    constants: u64,
    /// `None` while the dataset it reads is not resident.
    group: Option<wgpu::BindGroup>,
}

impl Dispatch {
    /// Behind a step's bind group 0.
    pub(super) fn record(&self, pass: &mut wgpu::ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(1, self.group.as_ref(), &[]);
        let [x, y, z] = self.launch.workgroups;
        pass.dispatch_workgroups(x, y, z);
    }
}

/// A compiled plan.
#[derive(Debug)]
pub(super) struct Program {
    plan: Plan,
    placement: Placement,
    arenas: Vec<wgpu::Buffer>,
    constants: wgpu::Buffer,
    dispatches: Vec<Dispatch>,
    /// Which dispatches make up a whole step, and each part of it, by [`Phase`].
    phases: [Vec<usize>; 4],
    steps: wgpu::Buffer,
    step_group: wgpu::BindGroup,
    /// The steps of a run as they are sent, one [`SLOT`] each.
    outbox: Vec<u8>,
    /// `None` where the plan computes none.
    losses: Option<Losses>,
}

impl Program {
    pub(super) fn new(
        adapter: &Adapter,
        pipelines: &mut Pipelines,
        memories: &Memories,
        plan: &Plan,
        tiles: &Tiles,
    ) -> Result<Self> {
        let placement = placement::place(plan)?;
        let mut launches: Vec<Launch> = Vec::new();
        let mut phases = [const { Vec::new() }; 4];
        for phase in [Phase::All, Phase::Gradients, Phase::Losses, Phase::Update] {
            for launch in lower::lower(plan, ops(plan, phase), &placement, tiles)? {
                // Most dispatches of a part are those of the whole.
                let index = launches.iter().position(|known| *known == launch).unwrap_or(launches.len());
                if index == launches.len() {
                    launches.push(launch);
                }
                phases[phase as usize].push(index);
            }
        }
        let arenas = placement
            .arenas
            .iter()
            .map(|&len| adapter.buffer("arena", 4 * u64::from(len), RESIDENT))
            .collect::<Result<Vec<_>>>()?;

        let uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let mut constant_bytes = Vec::new();
        let mut dispatches = Vec::with_capacity(launches.len());
        for launch in launches {
            let writes: Vec<bool> = launch.bindings.iter().map(|b| b.1).collect();
            let made = pipelines.get(adapter, launch.shader, &writes)?;
            let start = constant_bytes.len();
            constant_bytes.extend_from_slice(bytemuck::cast_slice(&launch.constants));
            constant_bytes.resize(constant_bytes.len().next_multiple_of(SLOT), 0);
            dispatches.push(Dispatch {
                launch,
                pipeline: made.pipeline,
                layout: made.layout,
                constants: start as u64,
                group: None,
            });
        }
        let constants = adapter.buffer("constants", constant_bytes.len().max(SLOT) as u64, uniform)?;
        adapter.queue.write_buffer(&constants, 0, &constant_bytes);

        let outbox = vec![0; SLOT * plan.slots as usize];
        let steps = adapter.buffer("steps", outbox.len() as u64, uniform)?;
        let step_group = adapter.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("step"),
            layout: &pipelines.step_layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: binding(&steps, 0, Some(size_of::<Step>() as u64)),
            }],
        });
        let losses = plan.ports.metrics.map(|ring| Losses::new(adapter, ring.len)).transpose()?;
        let mut program = Self {
            plan: plan.clone(),
            placement,
            arenas,
            constants,
            dispatches,
            phases,
            steps,
            step_group,
            outbox,
            losses,
        };
        program.bind(adapter, memories, |_| true);
        adapter.health.check()?;
        Ok(program)
    }

    /// Binds again what reads a split, after it moved.
    pub(super) fn rebind(&mut self, adapter: &Adapter, memories: &Memories, split: Split) {
        self.bind(adapter, memories, |memory| {
            [Memory::Images(split), Memory::Labels(split), Memory::Order(split)].contains(&memory)
        });
    }

    fn bind(&mut self, adapter: &Adapter, memories: &Memories, concerns: impl Fn(Memory) -> bool) {
        for dispatch in &mut self.dispatches {
            let launch = &dispatch.launch;
            if !launch.bindings.iter().any(|(range, _)| concerns(range.memory)) {
                continue;
            }
            let bytes = 4 * launch.constants.len() as u64;
            // Uniform blocks are padded to 16 bytes.
            let block = binding(&self.constants, dispatch.constants, Some(bytes.next_multiple_of(16)));
            let views: Option<Vec<_>> = launch
                .bindings
                .iter()
                .map(|&(range, _)| {
                    let buffer = buffer_of(range.memory, memories, &self.arenas)?;
                    Some(binding(buffer, 4 * u64::from(range.offset), range.len.map(|l| 4 * u64::from(l))))
                })
                .collect();
            dispatch.group = views.map(|views| {
                let entries: Vec<_> = std::iter::once(block)
                    .chain(views)
                    .zip(0..)
                    .map(|(resource, binding)| wgpu::BindGroupEntry { binding, resource })
                    .collect();
                adapter.device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(super::shaders::SHADERS[launch.shader].name),
                    layout: &dispatch.layout,
                    entries: &entries,
                })
            });
        }
    }

    /// Refuses steps that would read or write outside the plan's buffers.
    pub(super) fn check(&self, memories: &Memories, phase: Phase, steps: &[Step]) -> Result<()> {
        let plan = &self.plan;
        if steps.len() > plan.slots as usize {
            return Err(Error::argument(
                "steps",
                format!("{} in one run, expected at most the plan's {}", steps.len(), plan.slots),
            ));
        }
        let ops = &plan.ops[ops(plan, phase)];
        let resident = |split| memories.dataset(split).map(Dataset::resident);
        steps.iter().try_for_each(|step| validate::step(plan, ops, step, resident))
    }

    /// Hands `steps` over in one submission; returns the number of dispatches and of bytes sent.
    pub(super) fn submit(
        &mut self,
        adapter: &Adapter,
        phase: Phase,
        steps: &[Step],
        submission: u64,
    ) -> Result<(u64, u64)> {
        for (slot, step) in self.outbox.chunks_exact_mut(SLOT).zip(steps) {
            slot[..size_of::<Step>()].copy_from_slice(bytemuck::bytes_of(step));
        }
        let bytes = SLOT * steps.len();
        // Ordered between the submissions before and after it, so steps under way keep their blocks.
        adapter.queue.write_buffer(&self.steps, 0, &self.outbox[..bytes]);

        let dispatches: Vec<&Dispatch> = self.part(phase).collect();
        let mut encoder = adapter.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for i in 0..steps.len() {
            pass.set_bind_group(0, &self.step_group, &[(SLOT * i) as u32]);
            dispatches.iter().for_each(|dispatch| dispatch.record(&mut pass));
        }
        drop(pass);
        let started = (dispatches.len() * steps.len()) as u64;

        let updates = phase != Phase::Gradients || self.plan.phases.update.is_empty();
        let boarding = self.plan.ports.metrics.filter(|_| updates).and_then(|ring| {
            let from = lower::range(ring, &self.placement);
            let Memory::Arena(arena) = from.memory else { return None };
            let losses = self.losses.as_mut()?;
            losses.record(&mut encoder, &self.arenas[arena], 4 * u64::from(from.offset))
        });
        let index = adapter.queue.submit([encoder.finish()]);
        if let Some(boarding) = boarding {
            boarding.depart(submission, index);
        }
        adapter.health.check()?;
        Ok((started, bytes as u64))
    }

    fn part(&self, phase: Phase) -> impl Iterator<Item = &Dispatch> {
        self.phases[phase as usize].iter().map(|&i| &self.dispatches[i])
    }

    /// The dispatches of a whole step.
    pub(super) fn whole(&self) -> impl Iterator<Item = &Dispatch> {
        self.part(Phase::All)
    }

    /// Sends one step's block.
    pub(super) fn send(&self, adapter: &Adapter, step: &Step) {
        adapter.queue.write_buffer(&self.steps, 0, bytemuck::bytes_of(step));
    }

    /// Bind group 0; its offset 0 is where [`Self::send`] puts a step.
    pub(super) const fn step_group(&self) -> &wgpu::BindGroup {
        &self.step_group
    }

    /// See [`Losses::collect`].
    pub(super) async fn losses(&mut self, adapter: &Adapter, submission: u64) -> Option<Result<Vec<f32>>> {
        self.losses.as_mut()?.collect(adapter, submission).await
    }

    pub(super) const fn ring(&self) -> Option<View> {
        self.plan.ports.metrics
    }

    /// Values per entry of the ring, where the plan has one.
    pub(super) fn entry(ring: &[f32], slot: u32) -> &[f32] {
        let at = (slot * METRICS) as usize;
        &ring[at..at + METRICS as usize]
    }

    /// The buffer behind one of the plan's own views, and its first byte.
    pub(super) fn local(&self, view: View) -> Option<(&wgpu::Buffer, u64)> {
        let Space::Local(i) = view.space else { return None };
        let len = self.plan.buffers.get(i as usize)?.len;
        if u64::from(view.offset) + u64::from(view.len) > u64::from(len) {
            return None;
        }
        let place = self.placement.places[i as usize];
        Some((&self.arenas[place.arena], 4 * u64::from(place.offset + view.offset)))
    }

    /// Frees device memory without waiting for a garbage collector.
    pub(super) fn destroy(&self) {
        let fixed = [&self.constants, &self.steps];
        self.arenas.iter().chain(fixed).for_each(wgpu::Buffer::destroy);
        self.losses.iter().for_each(Losses::destroy);
    }
}

/// The operations of a phase.
fn ops(plan: &Plan, phase: Phase) -> Span<usize> {
    let phases = &plan.phases;
    match phase {
        Phase::All => 0..plan.ops.len(),
        Phase::Gradients => phases.forward.start..phases.backward.end,
        Phase::Losses => plan.losses(),
        Phase::Update => phases.update.clone(),
    }
}

fn binding(buffer: &wgpu::Buffer, offset: u64, size: Option<u64>) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding {
        buffer,
        offset,
        size: size.and_then(wgpu::BufferSize::new),
    })
}

fn buffer_of<'a>(
    memory: Memory,
    memories: &'a Memories,
    arenas: &'a [wgpu::Buffer],
) -> Option<&'a wgpu::Buffer> {
    match memory {
        Memory::Params => Some(&memories.params),
        Memory::Grads => Some(&memories.grads),
        Memory::Moment1 => Some(&memories.moment1),
        Memory::Moment2 => Some(&memories.moment2),
        Memory::Images(split) => memories.dataset(split).map(|d| &d.images),
        Memory::Labels(split) => memories.dataset(split).and_then(|d| d.labels.as_ref()),
        Memory::Order(split) => memories.dataset(split).map(|d| &d.order),
        Memory::Arena(i) => arenas.get(i),
    }
}

/// Where a range of the model's own memory lies; plans' ranges are [`Program::local`].
pub(super) fn resident(view: View, memories: &Memories) -> Option<(&wgpu::Buffer, u64)> {
    let buffer = match view.space {
        Space::Params => &memories.params,
        Space::Grads => &memories.grads,
        Space::Moment1 => &memories.moment1,
        Space::Moment2 => &memories.moment2,
        Space::Images(_) | Space::Labels(_) | Space::Order(_) | Space::Local(_) => return None,
    };
    let fits = u64::from(view.offset) + u64::from(view.len) <= u64::from(memories.len);
    fits.then(|| (buffer, 4 * u64::from(view.offset)))
}
