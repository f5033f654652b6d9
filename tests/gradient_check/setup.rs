//! A small model with a batch of images, its gradients on the CPU, and central differences in f64.

use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, Phase, ReasonCode};
use vae_playground::loss::Objective;
use vae_playground::op::{Space, Step, View};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::plan::{Goal, Input, Plan};
use vae_playground::spec::{Activation, ImageShape, LayerSpec, Likelihood, VaeSpec};

use crate::oracle;
use crate::oracle::cases::build::Data;
use crate::oracle::cases::{Tolerance, compare};
use crate::oracle::memory::Memory;

/// Half the distance of the two points of a central difference: in f64 its error is far below f32's.
pub(crate) const H: f64 = 1e-5;
pub(crate) const TOLERANCE: Tolerance = Tolerance::Scaled { atol: 1e-7, rtol: 5e-5 };

pub(crate) const BERNOULLI: Likelihood = Likelihood::Bernoulli {};
pub(crate) const GAUSSIAN: Likelihood = Likelihood::Gaussian { sigma: 0.6 };

pub(crate) type Layers<'a> = [&'a [(u32, Activation)]; 2];

/// 3×4 images, three latent dimensions, linear layers.
pub(crate) fn dense(layers: Layers<'_>, likelihood: Likelihood, classes: u32) -> VaeSpec {
    let side = |layers: &[(u32, Activation)]| {
        layers.iter().map(|&(units, activation)| LayerSpec::Linear { units, activation }).collect()
    };
    VaeSpec {
        input: ImageShape { channels: 1, height: 3, width: 4 },
        encoder: side(layers[0]),
        latent: 3,
        decoder: side(layers[1]),
        likelihood,
        classes,
    }
}

/// A model, a batch, and a step over part of it.
pub(crate) struct Setup {
    pub(crate) spec: VaeSpec,
    pub(crate) layout: Layout,
    pub(crate) params: Vec<f32>,
    pub(crate) images: Vec<f32>,
    pub(crate) labels: Vec<u8>,
    pub(crate) objective: Objective,
    batch: u32,
    pub(crate) step: Step,
}

impl Setup {
    pub(crate) fn new(spec: VaeSpec, objective: Objective, beta: f32, rows: u32) -> Self {
        let layout = Layout::new(&spec).unwrap();
        // Larger than usual, so that no activation stays in its linear part.
        let params = layout.initialise(Initialisation::PyTorch, 11).iter().map(|p| 2.0 * p).collect();
        let batch = 8;
        let mut data = Data::new(rows);
        let images = (0..batch * spec.pixels()).map(|_| data.pixel()).collect();
        let labels = (0..batch).map(|_| data.bits().checked_rem(spec.classes).unwrap_or(0) as u8).collect();
        let (noise, beta) = objective.factors(beta);
        let step = Step {
            rows,
            row_offset: 0,
            first: 0,
            slot: 0,
            seed: 77,
            step: 3,
            noise,
            beta,
            inv_batch: 1.0 / rows as f32,
            learning_rate: 0.0,
            bias1: 1.0,
            bias2: 1.0,
            pad: [0; 4],
        };
        Self { spec, layout, params, images, labels, objective, batch, step }
    }

    pub(crate) fn plan(&self, goal: &Goal) -> Plan {
        Plan::new(&self.spec, goal, Input::Host, self.batch, 1).unwrap()
    }

    fn arena(&self, space: Space) -> View {
        View { space, offset: 0, len: self.layout.len }
    }

    pub(crate) fn one_hot(&self) -> Vec<f32> {
        let classes = self.spec.classes;
        let row = |&label: &u8| (0..classes).map(move |class| f32::from(u8::from(class == u32::from(label))));
        self.labels.iter().flat_map(row).collect()
    }

    /// The CPU's gradients of one step over some of the images.
    pub(crate) fn gradients(&self, step: &Step) -> Vec<f32> {
        self.gradients_of_steps(std::slice::from_ref(step)).swap_remove(0)
    }

    /// The same for steps over the same images, one after the other.
    pub(crate) fn gradients_of_steps(&self, steps: &[Step]) -> Vec<Vec<f32>> {
        let plan = self.plan(&Goal::Gradients(self.objective));
        let mut executor = CpuExecutor::with_threads(plan.params, 1, ReasonCode::Requested, "a test");
        let program = executor.compile(&plan).unwrap();
        executor.write(None, self.arena(Space::Params), &self.params).unwrap();
        let Step { rows, row_offset, .. } = steps[0];
        let mut write = |port: View, values: &[f32]| {
            // Rows past the step's must not matter.
            let mut part = vec![f32::NAN; port.len as usize];
            let width = port.len / self.batch;
            let (from, count) = ((row_offset * width) as usize, (rows * width) as usize);
            part[..count].copy_from_slice(&values[from..from + count]);
            executor.write(Some(program), port, &part).unwrap();
        };
        write(plan.ports.input.unwrap(), &self.images);
        if let Some(labels) = plan.ports.labels {
            write(labels, &self.one_hot());
        }
        let gradients = steps.iter().map(|step| {
            assert_eq!((step.rows, step.row_offset), (rows, row_offset));
            executor.run(program, Phase::Gradients, &[*step]).unwrap();
            pollster::block_on(executor.read(None, self.arena(Space::Grads))).unwrap()
        });
        gradients.collect()
    }

    /// The oracle's memory with parameters, images and labels in place.
    pub(crate) fn memory(&self, plan: &Plan) -> Memory {
        let mut memory = Memory::new(plan);
        memory.write_f32(self.arena(Space::Params), &self.params);
        if let Some(input) = plan.ports.input {
            memory.write_f32(input, &self.images);
        }
        if let Some(labels) = plan.ports.labels {
            memory.write_f32(labels, &self.one_hot());
        }
        memory
    }

    /// (f(p + h) − f(p − h)) / 2h for every parameter, f being what `value` reads after a run of the plan.
    pub(crate) fn differences_of(&self, plan: &Plan, value: impl Fn(&Memory) -> f64) -> Vec<f64> {
        let mut memory = self.memory(plan);
        let mut at = |i: usize, parameter: f64| {
            memory.write(View { space: Space::Params, offset: i as u32, len: 1 }, &[parameter]);
            oracle::run(plan, &mut memory, &self.step);
            value(&memory)
        };
        let mut slopes = vec![0.0; self.params.len()];
        for i in self.layout.tensors.iter().flat_map(|t| t.range.clone()) {
            let p = f64::from(self.params[i]);
            slopes[i] = (at(i, p + H) - at(i, p - H)) / (2.0 * H);
            at(i, p);
        }
        slopes
    }

    /// The same of the objective.
    pub(crate) fn differences(&self) -> Vec<f64> {
        let plan = self.plan(&Goal::Evaluate(self.objective));
        self.differences_of(&plan, |memory| oracle::loss(&plan, memory, &self.step))
    }

    pub(crate) fn check(&self, label: &str) -> Vec<String> {
        self.compare(label, &self.gradients(&self.step), &self.differences(), |_| true)
    }

    /// What differs, in the tensors that `wanted` chooses by the place of their first value.
    pub(crate) fn compare(
        &self,
        label: &str,
        got: &[f32],
        want: &[f64],
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<String> {
        let tensors = self.layout.tensors.iter().filter(|t| wanted(t.range.start));
        tensors
            .filter_map(|t| {
                compare(&got[t.range.clone()], &want[t.range.clone()], TOLERANCE)
                    .map(|problem| format!("{label}, {}: {problem}", t.name))
            })
            .collect()
    }

    /// Where the decoder's parameters begin.
    pub(crate) fn decoder(&self) -> usize {
        self.layout.decoder[0].weight.offset as usize
    }
}

pub(crate) fn none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
