//! A model on an executor, compared with PyTorch's numbers.

use vae_playground::executor::{Executor, Phase, ProgramId, StepMetrics};
use vae_playground::loss::Objective;
use vae_playground::op::{Space, Step, View};
use vae_playground::optim::Optimizer;
use vae_playground::params::Layout;
use vae_playground::plan::{Goal, Input, Plan};
use vae_playground::{Result, VaeSpec};

use super::Tolerance;

/// Rows that the plans have room for beyond those in use, which must not leak in.
const SPARE: u32 = 3;
/// Entries of the metrics ring.
const SLOTS: u32 = 10;

/// What PyTorch was given.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) name: String,
    pub(crate) spec: VaeSpec,
    pub(crate) layout: Layout,
    pub(crate) objective: Objective,
    pub(crate) beta: f32,
    /// Seed of the noise as kernels see it.
    pub(crate) seed: u32,
    /// Images of the batch.
    pub(crate) batch: u32,
    /// A class for each image, for conditional models.
    pub(crate) labels: Vec<u32>,
}

/// A compiled plan, some of whose rows are used.
pub(crate) struct Program {
    id: ProgramId,
    pub(crate) plan: Plan,
    rows: u32,
}

/// A model on an executor, and all in which it differs from PyTorch.
pub(crate) struct Model<'a, E> {
    pub(crate) setup: &'a Setup,
    pub(crate) executor: &'a mut E,
    /// Length of the executor's arena.
    pub(crate) params: u32,
    pub(crate) tolerance: Tolerance,
    pub(crate) failures: Vec<String>,
}

impl<E: Executor> Model<'_, E> {
    /// A program for the whole batch.
    pub(crate) fn compile(&mut self, goal: &Goal) -> Result<Program> {
        self.compile_rows(goal, self.setup.batch)
    }

    /// A program with room for `rows` images and some more; their labels are in place.
    pub(crate) fn compile_rows(&mut self, goal: &Goal, rows: u32) -> Result<Program> {
        let plan = Plan::new(&self.setup.spec, goal, Input::Host, rows + SPARE, SLOTS)?;
        let plan = Plan { params: self.params, ..plan };
        let program = Program { id: self.executor.compile(&plan)?, plan, rows };
        if let Some(port) = program.plan.ports.labels {
            let draws = (rows / self.setup.batch) as usize;
            let classes = self.setup.spec.classes;
            let one_hot = |&label: &u32| (0..classes).map(move |c| f32::from(u8::from(c == label)));
            let labels = self.setup.labels.iter().flat_map(|label| std::iter::repeat_n(label, draws));
            let values: Vec<f32> = labels.flat_map(one_hot).collect();
            self.write(&program, Some(port), &values)?;
        }
        Ok(program)
    }

    /// Step `t` of the program, without an update of the parameters.
    pub(crate) fn step(&self, program: &Program, t: u32) -> Step {
        let (noise, beta) = self.setup.objective.factors(self.setup.beta);
        Step {
            rows: program.rows,
            row_offset: 0,
            first: 0,
            slot: t - 1,
            seed: self.setup.seed,
            step: t,
            noise,
            beta,
            inv_batch: 1.0 / program.rows as f32,
            learning_rate: 0.0,
            bias1: 1.0,
            bias2: 1.0,
            pad: [0; 4],
        }
    }

    pub(crate) async fn run(&mut self, program: &Program, steps: &[Step]) -> Result<Vec<StepMetrics>> {
        let ticket = self.executor.run(program.id, Phase::All, steps)?;
        if program.plan.ports.metrics.is_none() {
            return Ok(Vec::new());
        }
        self.executor.collect(ticket).await
    }

    pub(crate) fn release(&mut self, program: &Program) {
        self.executor.release(program.id);
    }

    pub(crate) fn arena(&self, space: Space) -> View {
        View { space, offset: 0, len: self.setup.layout.len }
    }

    pub(crate) fn write_params(&mut self, params: &[f32]) -> Result<()> {
        let view = self.arena(Space::Params);
        self.executor.write(None, view, params)
    }

    /// Writes the rows in use of a port, and NaN into those past them.
    pub(crate) fn write(&mut self, program: &Program, port: Option<View>, values: &[f32]) -> Result<()> {
        let view = port.expect("the plan has the port");
        assert_eq!(values.len() as u32, view.len / program.plan.batch * program.rows);
        let mut values = values.to_vec();
        values.resize(view.len as usize, f32::NAN);
        self.executor.write(Some(program.id), view, &values)
    }

    /// The rows in use of a port.
    pub(crate) async fn read(&mut self, program: &Program, port: Option<View>) -> Result<Vec<f32>> {
        let view = port.expect("the plan has the port");
        let view = View { len: view.len / program.plan.batch * program.rows, ..view };
        self.executor.read(Some(program.id), view).await
    }

    /// μ and log σ², which lie beside each other in a row.
    pub(crate) async fn stats(&mut self, program: &Program) -> Result<[Vec<f32>; 2]> {
        let stats = self.read(program, program.plan.ports.stats).await?;
        let latent = self.setup.spec.latent as usize;
        let part =
            |from: usize| stats.chunks(2 * latent).flat_map(move |row| &row[from..from + latent]).copied();
        Ok([part(0).collect(), part(latent).collect()])
    }

    pub(crate) fn fail(&mut self, what: impl Into<String>) {
        self.failures.push(format!("{}, {}", self.setup.name, what.into()));
    }

    pub(crate) fn compare(&mut self, what: &str, got: &[f32], want: &[f32], tolerance: f32) {
        if got.len() != want.len() {
            return self.fail(format!("{what}: {} values, expected {}", got.len(), want.len()));
        }
        let largest = want.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        // A gradient that PyTorch finds to be 0 may be the rounding of its terms here.
        self.compare_within(what, got, want, tolerance * largest + tolerance * 1e-3);
    }

    /// Compares values that may differ by `allowed`.
    pub(crate) fn compare_within(&mut self, what: &str, got: &[f32], want: &[f32], allowed: f32) {
        // A NaN is worse than any number.
        let excess = |(got, want): (&f32, &f32)| {
            let difference = (got - want).abs();
            if difference.is_nan() { f32::INFINITY } else { difference }
        };
        let pairs = got.iter().zip(want).enumerate();
        let worst = pairs
            .filter(|(_, pair)| excess(*pair) > allowed)
            .max_by(|(_, a), (_, b)| excess(*a).total_cmp(&excess(*b)));
        if let Some((i, (got, want))) = worst {
            self.fail(format!("{what}: value {i} is {got:e}, PyTorch's {want:e}, allowed {allowed:e}"));
        }
    }
}

/// The step with an optimiser's update.
pub(crate) fn updating(step: Step, optimizer: &Optimizer, learning_rate: f32) -> Step {
    let (bias1, bias2) = optimizer.bias_corrections(u64::from(step.step));
    Step { learning_rate, bias1, bias2, ..step }
}
