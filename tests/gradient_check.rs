//! Gradients of whole models against central differences of the f64 oracle's loss.
#![cfg(not(target_arch = "wasm32"))]

mod oracle;

use oracle::cases::build::Data;
use oracle::cases::{Tolerance, compare};
use oracle::memory::Memory;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, Phase, ReasonCode};
use vae_playground::loss::Objective;
use vae_playground::op::{Space, Step, View};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::plan::{Goal, Input, Plan};
use vae_playground::spec::{Activation, ImageShape, LayerSpec, Likelihood, VaeSpec};

/// Half the distance of the two points of a central difference: in f64 its error is far below f32's.
const H: f64 = 1e-5;
const TOLERANCE: Tolerance = Tolerance::Scaled { atol: 1e-7, rtol: 5e-5 };

/// A model, a batch, and a step over part of it.
struct Setup {
    spec: VaeSpec,
    layout: Layout,
    params: Vec<f32>,
    images: Vec<f32>,
    batch: u32,
    step: Step,
}

impl Setup {
    fn new(layers: [&[(u32, Activation)]; 2], likelihood: Likelihood, beta: f32, rows: u32) -> Self {
        let side = |layers: &[(u32, Activation)]| {
            layers.iter().map(|&(units, activation)| LayerSpec::Linear { units, activation }).collect()
        };
        let spec = VaeSpec {
            input: ImageShape { channels: 1, height: 3, width: 4 },
            encoder: side(layers[0]),
            latent: 3,
            decoder: side(layers[1]),
            likelihood,
            classes: 0,
        };
        let layout = Layout::new(&spec).unwrap();
        // Larger than usual, so that no activation stays in its linear part.
        let params = layout.initialise(Initialisation::PyTorch, 11).iter().map(|p| 2.0 * p).collect();
        let batch = 8;
        let mut data = Data::new(rows);
        let images = (0..batch * spec.pixels()).map(|_| data.pixel()).collect();
        let step = Step {
            rows,
            row_offset: 0,
            first: 0,
            slot: 0,
            seed: 77,
            step: 3,
            noise: 1.0,
            beta,
            inv_batch: 1.0 / rows as f32,
            learning_rate: 0.0,
            bias1: 1.0,
            bias2: 1.0,
            pad: [0; 4],
        };
        Self { spec, layout, params, images, batch, step }
    }

    fn plan(&self, goal: &Goal) -> Plan {
        Plan::new(&self.spec, goal, Input::Host, self.batch, 1).unwrap()
    }

    fn arena(&self, space: Space) -> View {
        View { space, offset: 0, len: self.layout.len }
    }

    /// The CPU's gradients of one step over some of the images.
    fn gradients(&self, step: &Step) -> Vec<f32> {
        let plan = self.plan(&Goal::Gradients(Objective::ELBO));
        let mut executor = CpuExecutor::new(plan.params, ReasonCode::Requested, "a test");
        let program = executor.compile(&plan).unwrap();
        executor.write(None, self.arena(Space::Params), &self.params).unwrap();
        let pixels = self.spec.pixels();
        // Rows past the step's must not matter.
        let mut images = vec![f32::NAN; self.images.len()];
        let (from, count) = ((step.row_offset * pixels) as usize, (step.rows * pixels) as usize);
        images[..count].copy_from_slice(&self.images[from..from + count]);
        executor.write(Some(program), plan.ports.input.unwrap(), &images).unwrap();
        executor.run(program, Phase::Gradients, &[*step]).unwrap();
        pollster::block_on(executor.read(None, self.arena(Space::Grads))).unwrap()
    }

    /// (L(p + h) − L(p − h)) / 2h for every parameter.
    fn differences(&self) -> Vec<f64> {
        let plan = self.plan(&Goal::Evaluate(Objective::ELBO));
        let mut memory = Memory::new(&plan);
        memory.write_f32(self.arena(Space::Params), &self.params);
        memory.write_f32(plan.ports.input.unwrap(), &self.images);
        let mut loss = |i: usize, value: f64| {
            let at = View { space: Space::Params, offset: i as u32, len: 1 };
            memory.write(at, &[value]);
            oracle::run(&plan, &mut memory, &self.step);
            oracle::loss(&plan, &memory, &self.step)
        };
        let mut slopes = vec![0.0; self.params.len()];
        for range in self.layout.tensors.iter().map(|t| t.range.clone()) {
            for i in range {
                let p = f64::from(self.params[i]);
                slopes[i] = (loss(i, p + H) - loss(i, p - H)) / (2.0 * H);
                loss(i, p);
            }
        }
        slopes
    }

    fn check(&self, label: &str) -> Vec<String> {
        let (got, want) = (self.gradients(&self.step), self.differences());
        let tensors = self.layout.tensors.iter();
        tensors
            .filter_map(|t| {
                compare(&got[t.range.clone()], &want[t.range.clone()], TOLERANCE)
                    .map(|problem| format!("{label}, {}: {problem}", t.name))
            })
            .collect()
    }
}

const BERNOULLI: Likelihood = Likelihood::Bernoulli {};
const GAUSSIAN: Likelihood = Likelihood::Gaussian { sigma: 0.6 };

fn none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_activation_with_both_likelihoods() {
    let mut failures = Vec::new();
    for activation in Activation::ALL {
        for likelihood in [BERNOULLI, GAUSSIAN] {
            let layers = [&[(7, activation)][..], &[(6, activation)]];
            let setup = Setup::new(layers, likelihood, 1.0, 8);
            failures.extend(setup.check(&format!("{activation:?}, {likelihood:?}")));
        }
    }
    none(&failures);
}

#[test]
fn weights_of_the_divergence_and_partial_batches() {
    let mut failures = Vec::new();
    for beta in [0.0, 0.25, 4.0] {
        for rows in [1, 5] {
            let layers = [&[(7, Activation::Tanh)][..], &[(6, Activation::Tanh)]];
            let setup = Setup::new(layers, BERNOULLI, beta, rows);
            failures.extend(setup.check(&format!("β {beta}, {rows} rows of 8")));
        }
    }
    none(&failures);
}

#[test]
fn deep_models_no_layers_at_all_and_a_decoder_that_ends_in_pixels() {
    use Activation::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Silu, Softplus};
    let mut failures = Vec::new();
    let deep: [&[(u32, Activation)]; 2] =
        [&[(9, Gelu), (8, Softplus), (7, LeakyRelu)], &[(5, Silu), (6, Sigmoid), (7, Relu)]];
    for (label, layers) in [("deep", deep), ("linear", [&[], &[]]), ("pixels", [&[], &[(12, Identity)]])] {
        failures.extend(Setup::new(layers, BERNOULLI, 1.5, 6).check(label));
    }
    none(&failures);
}

#[test]
fn gradients_of_slices_add_up_to_the_batchs() {
    let setup = Setup::new([&[(7, Activation::Relu)], &[(6, Activation::Gelu)]], BERNOULLI, 1.0, 8);
    let whole = setup.gradients(&setup.step);
    let mut sum = vec![0.0; whole.len()];
    for (row_offset, rows) in [(0, 3), (3, 1), (4, 4)] {
        for (s, g) in sum.iter_mut().zip(setup.gradients(&Step { row_offset, rows, ..setup.step })) {
            *s += g;
        }
    }
    let whole: Vec<f64> = whole.into_iter().map(f64::from).collect();
    assert_eq!(compare(&sum, &whole, Tolerance::Scaled { atol: 0.0, rtol: 1e-6 }), None);
}
