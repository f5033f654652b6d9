//! The plan and the f64 oracle against PyTorch: what the executors are held to is itself right, and the
//! comparison finds what is not.
#![cfg(not(target_arch = "wasm32"))]

mod golden;
mod oracle;

use std::rc::Rc;
use std::sync::Arc;

use golden::fixture::{self, BATCH, STEPS};
use golden::{Extent, Tolerance, check};
use oracle::memory::Memory;
use pollster::block_on;
use vae_playground::Result;
use vae_playground::executor::{BackendInfo, Counters, Executor, Phase, ProgramId, StepMetrics, Ticket};
use vae_playground::loss::Objective;
use vae_playground::op::{METRICS, Op, Space, Split, Step, View};
use vae_playground::plan::Plan;
use vae_playground::rng::{self, Purpose};
use vae_playground::spec::Activation;

const EXACT: Tolerance = Tolerance { forward: 2e-6, gradient: 2e-6, trajectory: 2e-5 };

/// The oracle as an executor of one program at a time, with a fault on demand.
struct Oracle {
    fault: Fault,
    params: u32,
    program: Option<(Plan, Memory)>,
    arenas: [Vec<f64>; 4],
    info: BackendInfo,
}

/// What goes wrong after an op.
type Fault = Rc<dyn Fn(&Op, &mut Memory)>;

const ARENAS: [Space; 4] = [Space::Params, Space::Grads, Space::Moment1, Space::Moment2];

impl Oracle {
    fn new(params: u32, fault: Fault) -> Self {
        let info = serde_json::from_value(serde_json::json!({
            "kind": "cpu", "software": false, "simd": "none", "workers": 1,
            "reason": "the oracle", "reasonCode": "requested",
        }))
        .unwrap();
        let arena = vec![0.0; params as usize];
        Self { params, program: None, arenas: [(); 4].map(|()| arena.clone()), info, fault }
    }

    fn arena(&self, space: Space) -> View {
        View { space, offset: 0, len: self.params }
    }

    fn memory(&mut self) -> &mut Memory {
        &mut self.program.as_mut().expect("a program is compiled").1
    }
}

impl Executor for Oracle {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn counters(&self) -> Counters {
        Counters::default()
    }

    fn set_dataset(&mut self, _: Split, _: Arc<[u8]>, _: u32) -> Result<()> {
        panic!("golden plans read images from the host")
    }

    fn set_labels(&mut self, _: Split, _: Arc<[u8]>) -> Result<()> {
        panic!("golden plans read images from the host")
    }

    fn set_order(&mut self, _: Split, _: &[u32]) -> Result<()> {
        panic!("golden plans read images from the host")
    }

    fn compile(&mut self, plan: &Plan) -> Result<ProgramId> {
        let mut memory = Memory::new(plan);
        for (space, values) in ARENAS.into_iter().zip(&self.arenas) {
            memory.write(self.arena(space), values);
        }
        self.program = Some((plan.clone(), memory));
        Ok(ProgramId(0))
    }

    fn release(&mut self, _: ProgramId) {}

    fn run(&mut self, program: ProgramId, phase: Phase, steps: &[Step]) -> Result<Ticket> {
        assert_eq!(phase, Phase::All);
        let (plan, memory) = self.program.as_mut().expect("a program is compiled");
        for step in steps {
            for op in &plan.ops {
                oracle::apply::apply(op, memory, step);
                (self.fault)(op, memory);
            }
        }
        for (space, values) in ARENAS.into_iter().zip(&mut self.arenas) {
            *values = memory.read(View { space, offset: 0, len: self.params });
        }
        Ok(Ticket { program, slots: steps.iter().map(|s| s.slot).collect(), submission: 0 })
    }

    async fn collect(&mut self, ticket: Ticket) -> Result<Vec<StepMetrics>> {
        let (plan, memory) = self.program.as_ref().expect("a program is compiled");
        let ring = memory.read(plan.ports.metrics.expect("the plan has metrics"));
        let entry = |&slot: &u32| {
            let [recon, kl, grad_norm_squared, rows, objective] =
                ring.as_chunks::<{ METRICS as usize }>().0[slot as usize].map(|v| v as f32);
            StepMetrics { recon, kl, grad_norm_squared, rows, objective }
        };
        Ok(ticket.slots.iter().map(entry).collect())
    }

    fn write(&mut self, _: Option<ProgramId>, view: View, data: &[f32]) -> Result<()> {
        if let Some(i) = ARENAS.iter().position(|&space| space == view.space) {
            self.arenas[i][view.range()].iter_mut().zip(data).for_each(|(a, &v)| *a = f64::from(v));
        }
        if self.program.is_some() {
            self.memory().write_f32(view, data);
        }
        Ok(())
    }

    async fn read(&mut self, _: Option<ProgramId>, view: View) -> Result<Vec<f32>> {
        Ok(self.memory().read(view).iter().map(|&v| v as f32).collect())
    }

    fn clear_moments(&mut self) {
        let zeros = vec![0.0; self.params as usize];
        for (space, arena) in ARENAS.into_iter().zip(&mut self.arenas).skip(1) {
            arena.clone_from(&zeros);
            if let Some((_, memory)) = &mut self.program {
                memory.write(View { space, offset: 0, len: self.params }, &zeros);
            }
        }
    }

    fn snapshot(&mut self, _: usize) {
        panic!("golden checks keep no snapshots")
    }

    fn restore(&mut self, _: usize) {
        panic!("golden checks keep no snapshots")
    }
}

fn failures_with(fault: impl Fn(&Op, &mut Memory) + 'static) -> Vec<String> {
    let fault: Fault = Rc::new(fault);
    block_on(check(|params| Oracle::new(params, Rc::clone(&fault)), Tolerance::SINGLE, Extent::Full))
}

#[test]
fn the_oracle_agrees_with_pytorch() {
    let right: Fault = Rc::new(|_, _| {});
    let failures = block_on(check(|params| Oracle::new(params, Rc::clone(&right)), EXACT, Extent::Full));
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_fixtures_cover_every_layer_activation_likelihood_and_objective() {
    let fixtures = fixture::all();
    let json: String = fixtures.iter().map(|f| f.setup.spec.to_json()).collect();
    let names = Activation::ALL.map(|a| serde_json::to_string(&a).unwrap());
    let layers = ["linear", "conv2d", "conv_transpose2d", "reshape", "flatten", "bernoulli", "gaussian"];
    for name in names.into_iter().chain(layers.map(|name| format!("\"{name}\""))) {
        assert!(json.contains(&name), "no fixture has {name}");
    }
    assert!(fixtures.iter().any(|f| f.setup.layout.tensors[0].name == "fc1.weight"));
    assert!(fixtures.iter().any(|f| f.setup.beta != 1.0));
    assert!(fixtures.iter().any(|f| f.setup.spec.classes > 0));
    assert!(fixtures.iter().any(|f| f.optimizers.len() == 8));
    assert!(fixtures.iter().all(|f| f.optimizers.iter().any(|o| o.name == "adam")));
    let has = |wanted: fn(&Objective) -> bool| fixtures.iter().any(|f| wanted(&f.setup.objective));
    assert!(has(|o| matches!(o, Objective::Iwae { dreg: false, .. })));
    assert!(has(|o| matches!(o, Objective::Iwae { dreg: true, .. })));
    assert!(has(|o| matches!(o, Objective::Elbo { free_bits } if *free_bits > 0.0)));
    assert!(has(|o| matches!(o, Objective::Autoencoder {})));
}

#[test]
fn the_noise_is_the_engines() {
    for fixture in fixture::all() {
        let numbers = BATCH * fixture.setup.objective.samples() * fixture.setup.spec.latent;
        let mut eps = fixture.tensor("eps").iter();
        for t in 1..=STEPS {
            for element in 0..numbers {
                let (ours, theirs) =
                    (rng::normal(fixture.setup.seed, Purpose::Latent, t, element), eps.next().unwrap());
                assert!((ours - theirs).abs() < 5e-6, "step {t}, element {element}: {ours}, not {theirs}");
            }
        }
        assert_eq!(eps.next(), None);
    }
}

/// Multiplies what the op called `name` writes by `factor`.
fn scaled(name: &'static str, factor: f64) -> Vec<String> {
    failures_with(move |op, memory| {
        for binding in op.bindings().iter().filter(|b| b.written && op.name() == name) {
            let values: Vec<f64> = memory.read(binding.view).iter().map(|v| v * factor).collect();
            memory.write(binding.view, &values);
        }
    })
}

#[test]
fn an_error_of_a_thousandth_in_any_op_is_found() {
    let ops = [
        "linear",
        "activate",
        "reparam",
        "linear_loss",
        "linear_grad_input",
        "reparam_grad",
        "linear_grad_weight",
        "condition",
        "condition_grad",
        "conv",
        "conv_transpose",
        "conv_grad_weight",
        "conv_grad_bias",
        "sum_slices",
        "loss",
        "free_bits",
        "importance_weights",
        "scale_rows",
        "iwae_grad",
        "grad_norm",
        "sgd",
        "rmsprop",
        "adam",
        "metrics",
    ];
    for op in ops {
        assert!(!scaled(op, 1.001).is_empty(), "{op} may be wrong by a thousandth");
        assert!(scaled(op, 1.0).is_empty());
    }
}

#[test]
fn one_wrong_value_is_found_and_named() {
    let failures = failures_with(|op, memory| {
        if let Op::LinearGradWeight(o) = op {
            let bias = o.products[0].bias;
            let mut values = memory.read(bias);
            values[1] = f64::NAN;
            memory.write(bias, &values);
        }
    });
    let found = failures.iter().find(|f| f.starts_with("relu, gradient of fc4.bias")).expect("it is found");
    assert!(found.contains("value 1 is NaN"), "{found}");
}
