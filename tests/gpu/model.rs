//! A small training setup shared by the tests: images, parameters, a plan and its steps.

use std::sync::Arc;

use vae_playground::binarize::Binarize;
use vae_playground::executor::{Executor, ProgramId};
use vae_playground::loss::Objective;
use vae_playground::op::{Space, Split, Step, View};
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::plan::{Goal, Input, Plan};
use vae_playground::rng::{self, Purpose};
use vae_playground::{VaeSpec, presets};

/// Grey images of `pixels` bytes: bright blobs whose place and size vary, mostly black like digits.
pub(crate) fn images(count: u32, pixels: u32) -> Arc<[u8]> {
    let side = f64::from(pixels).sqrt();
    (0..count)
        .flat_map(|image| {
            let [a, b, c, _] = rng::hash(11, Purpose::Prior, 0, image);
            let place = move |bits: u32| (0.3 + 0.4 * f64::from(rng::unit(bits))) * side;
            let (row, column, radius) = (place(a), place(b), 0.3 * place(c));
            (0..pixels).map(move |p| {
                let (y, x) = ((f64::from(p) / side).floor(), f64::from(p) % side);
                let distance = (y - row).hypot(x - column);
                (255.0 * (radius - distance + 0.5).clamp(0.0, 1.0)) as u8
            })
        })
        .collect()
}

/// A training run that any executor can repeat.
pub(crate) struct Model {
    pub(crate) layout: Layout,
    pub(crate) plan: Plan,
    pub(crate) images: Arc<[u8]>,
    pub(crate) labels: Arc<[u8]>,
    pub(crate) objective: Objective,
    pub(crate) optimizer: Optimizer,
    pub(crate) count: u32,
    pixels: u32,
}

impl Model {
    pub(crate) fn new(preset: &str, optimizer: impl Into<Optimizer>, batch: u32, slots: u32) -> Self {
        Self::of(&presets::spec(preset).unwrap(), optimizer, batch, slots)
    }

    pub(crate) fn of(spec: &VaeSpec, optimizer: impl Into<Optimizer>, batch: u32, slots: u32) -> Self {
        Self::with(spec, optimizer, (Objective::ELBO, Binarize::None), batch, slots)
    }

    /// A model with an objective and targets of its own.
    pub(crate) fn with(
        spec: &VaeSpec,
        optimizer: impl Into<Optimizer>,
        (objective, binarize): (Objective, Binarize),
        batch: u32,
        slots: u32,
    ) -> Self {
        let optimizer = optimizer.into();
        let goal = Goal::Train(optimizer, objective);
        let plan = Plan::new(spec, &goal, Input::Dataset(Split::Train, binarize), batch, slots).unwrap();
        let (count, pixels) = (4 * batch + 3, spec.pixels());
        let images = images(count, pixels);
        let labels = (0..count).map(|i| ((i * 7 + 3) % spec.classes.max(1)) as u8).collect();
        let layout = Layout::new(spec).unwrap();
        Self { layout, plan, images, labels, objective, optimizer, count, pixels }
    }

    /// Puts images, labels and fresh parameters into an executor and compiles the plan.
    pub(crate) fn load(&self, executor: &mut impl Executor) -> ProgramId {
        executor.set_dataset(Split::Train, self.images.clone(), self.pixels).unwrap();
        executor.set_labels(Split::Train, self.labels.clone()).unwrap();
        executor.write(None, self.whole(Space::Params), &self.start()).unwrap();
        executor.compile(&self.plan).unwrap()
    }

    /// Fresh parameters.
    pub(crate) fn start(&self) -> Vec<f32> {
        self.layout.initialise(Initialisation::PyTorch, 3)
    }

    pub(crate) fn whole(&self, space: Space) -> View {
        View { space, offset: 0, len: self.layout.len }
    }

    /// The steps `t` = `from` … `from + n − 1`, counted from 1; each goes to its own slot of the ring.
    pub(crate) fn steps(&self, from: u32, n: u32) -> Vec<Step> {
        (from..from + n).map(|t| self.step(t)).collect()
    }

    fn step(&self, t: u32) -> Step {
        let rows = self.plan.batch;
        let (noise, beta) = self.objective.factors(1.0);
        let (bias1, bias2) = self.optimizer.bias_corrections(u64::from(t));
        Step {
            rows,
            row_offset: 0,
            first: (t * rows) % (self.count - rows),
            slot: t % self.plan.slots,
            seed: rng::fold_seed(5),
            step: t,
            noise,
            beta,
            inv_batch: 1.0 / rows as f32,
            learning_rate: if matches!(self.optimizer.rule, Rule::Sgd { .. }) { 1e-4 } else { 1e-3 },
            bias1,
            bias2,
            pad: [0; 4],
        }
    }
}
