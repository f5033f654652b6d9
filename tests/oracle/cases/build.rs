//! One-op plans with reproducible data.

use vae_playground::op::{Op, Space, Step, View};
use vae_playground::params::BLOCK_ALIGN;
use vae_playground::plan::{BufferDesc, Phases, Plan, Ports};
use vae_playground::rng::{self, Purpose};

use super::{Case, Dataset, Output, Tolerance};

/// Reproducible random values.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    seed: u32,
    next: u32,
}

impl Data {
    pub(crate) fn new(seed: u32) -> Self {
        Self { seed, next: 0 }
    }

    fn advance(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(crate) fn bits(&mut self) -> u32 {
        let at = self.advance();
        rng::hash(self.seed, Purpose::Prior, 0, at)[0]
    }

    /// In [0, 1).
    pub(crate) fn unit(&mut self) -> f32 {
        rng::unit(self.bits())
    }

    pub(crate) fn normal(&mut self) -> f32 {
        let at = self.advance();
        rng::normal(self.seed, Purpose::Prior, 0, at)
    }

    /// A pixel: often exactly 0 or 1, as in MNIST.
    pub(crate) fn pixel(&mut self) -> f32 {
        match self.bits() % 4 {
            0 => 0.0,
            1 => 1.0,
            _ => self.unit(),
        }
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.bits() as usize % choices.len()]
    }

    /// A number that is exactly zero now and then, and otherwise from a normal distribution.
    pub(crate) fn normal_or_zero(&mut self) -> f32 {
        if self.bits().is_multiple_of(8) { 0.0 } else { self.normal() }
    }
}

/// A step with every field set to something that matters.
pub(crate) fn step(rows: u32) -> Step {
    Step {
        rows,
        row_offset: 5,
        first: 0,
        slot: 1,
        seed: 0x9e37_79b9,
        step: 42,
        noise: 1.0,
        beta: 0.7,
        inv_batch: 1.0 / (rows + 2) as f32,
        learning_rate: 0.5,
        bias1: 0.19,
        bias2: 0.0020,
        pad: [0; 4],
    }
}

/// Collects a case's buffers and their contents.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) data: Data,
    step: Step,
    plan: Plan,
    dataset: Option<Dataset>,
    inputs: Vec<(View, Vec<f32>)>,
    outputs: Vec<Output>,
    grads: u32,
}

impl Build {
    /// `batch` is the plan's capacity, at least the step's rows.
    pub(crate) fn new(seed: u32, batch: u32, step: Step) -> Self {
        let plan = Plan {
            batch,
            slots: 3,
            params: 0,
            ops: Vec::new(),
            phases: Phases { forward: 0..0, backward: 0..0, update: 0..0 },
            buffers: Vec::new(),
            ports: Ports::default(),
        };
        Self { data: Data::new(seed), step, plan, dataset: None, inputs: vec![], outputs: vec![], grads: 0 }
    }

    /// Rows of the step.
    pub(crate) fn rows(&self) -> u32 {
        self.step.rows
    }

    pub(crate) fn ports(&mut self) -> &mut Ports {
        &mut self.plan.ports
    }

    pub(crate) fn set_dataset(&mut self, dataset: Dataset) {
        self.dataset = Some(dataset);
    }

    /// A plan's own buffer.
    pub(crate) fn local(&mut self, label: &'static str, len: u32) -> View {
        let index = u16::try_from(self.plan.buffers.len()).unwrap();
        self.plan.buffers.push(BufferDesc { label, len });
        View { space: Space::Local(index), offset: 0, len }
    }

    /// An input of `width` values for each of `rows` of the step's and `capacity` of the plan's rows. Those
    /// past the step's are NaN: nothing may read them into a result.
    pub(crate) fn input(
        &mut self,
        label: &'static str,
        [capacity, rows, width]: [u32; 3],
        mut value: impl FnMut(&mut Data) -> f32,
    ) -> View {
        let view = self.local(label, capacity * width);
        let active = rows * width;
        let values =
            (0..view.len).map(|i| if i < active { value(&mut self.data) } else { f32::NAN }).collect();
        self.inputs.push((view, values));
        view
    }

    /// A block in the parameter arena.
    pub(crate) fn params(&mut self, len: u32, mut value: impl FnMut(&mut Data) -> f32) -> View {
        let view = View { space: Space::Params, offset: self.plan.params, len };
        self.plan.params = (self.plan.params + len).next_multiple_of(BLOCK_ALIGN);
        let values = (0..len).map(|_| value(&mut self.data)).collect();
        self.inputs.push((view, values));
        view
    }

    /// A block in the gradient arena that the op must write.
    pub(crate) fn grads(&mut self, name: &'static str, len: u32, tolerance: Tolerance) -> View {
        let view = View { space: Space::Grads, offset: self.grads, len };
        self.grads = (self.grads + len).next_multiple_of(BLOCK_ALIGN);
        self.plan.params = self.plan.params.max(self.grads);
        self.outputs.push(Output { name, view, len: len as usize, tolerance, poison: true });
        view
    }

    /// A buffer that the op must write for each of the step's rows.
    pub(crate) fn output(
        &mut self,
        name: &'static str,
        [capacity, rows, width]: [u32; 3],
        tolerance: Tolerance,
    ) -> View {
        let view = self.local(name, capacity * width);
        let len = (rows * width) as usize;
        self.outputs.push(Output { name, view, len, tolerance, poison: true });
        view
    }

    /// The first `len` values of an arena, given and, where `tolerance` says how, compared afterwards.
    pub(crate) fn arena(
        &mut self,
        name: &'static str,
        space: Space,
        len: u32,
        tolerance: Option<Tolerance>,
        mut value: impl FnMut(&mut Data) -> f32,
    ) -> View {
        let view = View { space, offset: 0, len };
        self.plan.params = self.plan.params.max(len);
        let values = (0..len).map(|_| value(&mut self.data)).collect();
        self.inputs.push((view, values));
        if let Some(tolerance) = tolerance {
            self.outputs.push(Output { name, view, len: len as usize, tolerance, poison: false });
        }
        view
    }

    /// A buffer with given contents that is compared whole afterwards.
    pub(crate) fn updated(&mut self, name: &'static str, values: Vec<f32>, tolerance: Tolerance) -> View {
        let view = self.local(name, values.len() as u32);
        self.outputs.push(Output { name, view, len: values.len(), tolerance, poison: false });
        self.inputs.push((view, values));
        view
    }

    pub(crate) fn finish(self, label: String, op: Op) -> Case {
        self.finish_chain(label, vec![op])
    }

    /// Several operations, one after the other.
    pub(crate) fn finish_chain(mut self, label: String, ops: Vec<Op>) -> Case {
        self.plan.ops = ops;
        let end = self.plan.ops.len();
        self.plan.phases = Phases { forward: 0..end, backward: end..end, update: end..end };
        self.plan.params = self.plan.params.max(BLOCK_ALIGN);
        let Self { plan, step, dataset, inputs, outputs, .. } = self;
        Case { label, plan, step, dataset, inputs, outputs }
    }
}
