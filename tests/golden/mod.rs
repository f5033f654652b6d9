//! An executor against PyTorch: forward, losses, every gradient, ten steps of each optimiser.
#![allow(dead_code, reason = "every test uses its own part")]

pub(crate) mod fixture;

use fixture::{BATCH, Fixture, STEPS, Setting};
use vae_playground::Result;
use vae_playground::executor::{Executor, Phase, ProgramId};
use vae_playground::op::{Space, Step, View};
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::plan::{Goal, Input, Plan};

/// Rows that the plans have room for; more than the batch, so that unused rows must not leak in.
const CAPACITY: u32 = 10;

/// What may differ from PyTorch's 64-bit result: |got − want| ≤ tolerance · max|want| + tiny.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    /// One pass forward.
    pub(crate) forward: f32,
    /// One pass backward.
    pub(crate) gradient: f32,
    /// Losses and parameters after up to ten updates, where roundings have fed back.
    pub(crate) trajectory: f32,
}

impl Tolerance {
    /// For executors that compute in 32-bit floats.
    pub(crate) const SINGLE: Self = Self { forward: 5e-6, gradient: 2e-5, trajectory: 2e-4 };
}

/// How many of the fixtures' results to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Every optimiser on two fixtures, Adam on the others: for adapters where a dispatch takes milliseconds.
    Reduced,
    /// All of them.
    Full,
}

/// Everything in which the executor differs from PyTorch, over all fixtures; `make` builds an executor for
/// an arena of so many values.
pub(crate) async fn check<E: Executor>(
    make: impl FnOnce(u32) -> E,
    tolerance: Tolerance,
    extent: Extent,
) -> Vec<String> {
    let fixtures = fixture::all();
    // One executor for all, with room for the largest: a GPU compiles its pipelines once.
    let params = fixtures.iter().map(|f| f.layout.len).max().expect("there are fixtures");
    let mut executor = make(params);
    let mut failures = Vec::new();
    for fixture in &fixtures {
        let mut check = Check { fixture, params, executor: &mut executor, tolerance, failures: Vec::new() };
        if let Err(e) = check.everything(extent).await {
            check.failures.push(format!("error: {e}"));
        }
        failures.extend(check.failures.into_iter().map(|f| format!("{}, {f}", fixture.name)));
    }
    failures
}

struct Check<'a, E> {
    fixture: &'a Fixture,
    /// Length of the executor's arena.
    params: u32,
    executor: &'a mut E,
    tolerance: Tolerance,
    failures: Vec<String>,
}

impl<E: Executor> Check<'_, E> {
    async fn everything(&mut self, extent: Extent) -> Result<()> {
        self.executor.clear_moments();
        self.write_params()?;
        self.encode().await?;
        self.decode().await?;
        self.gradients().await?;
        let all = extent == Extent::Full || ["relu", "gaussian"].contains(&self.fixture.name);
        for setting in self.fixture.optimizers.iter().filter(|s| all || s.name == "adam") {
            self.train(setting).await?;
        }
        Ok(())
    }

    async fn encode(&mut self) -> Result<()> {
        let plan = self.plan(&Goal::Encode)?;
        let program = self.executor.compile(&plan)?;
        self.write_rows(program, plan.ports.input, "x")?;
        self.executor.run(program, Phase::All, &[self.step(1, Rule::SGD.into())])?;
        self.stats(program, &plan, "encode").await
    }

    async fn decode(&mut self) -> Result<()> {
        let plan = self.plan(&Goal::Decode)?;
        let program = self.executor.compile(&plan)?;
        self.write_rows(program, plan.ports.z, "z")?;
        self.executor.run(program, Phase::All, &[self.step(1, Rule::SGD.into())])?;
        for (key, port) in [("logits", plan.ports.logits), ("mean", plan.ports.mean)] {
            let got = self.rows(program, port).await?;
            self.compare(&format!("decode, {key}"), &got, self.fixture.tensor(key), self.tolerance.forward);
        }
        Ok(())
    }

    async fn gradients(&mut self) -> Result<()> {
        let plan = self.plan(&Goal::Gradients(Objective::ELBO))?;
        let program = self.executor.compile(&plan)?;
        self.write_rows(program, plan.ports.input, "x")?;
        let ticket = self.executor.run(program, Phase::All, &[self.step(1, Rule::SGD.into())])?;
        let metrics = self.executor.collect(ticket).await?[0];
        let loss = metrics.recon + self.fixture.beta * metrics.kl;
        for (key, got) in [("recon", metrics.recon), ("kl", metrics.kl), ("loss", loss)] {
            self.compare(key, &[got], &[self.fixture.scalar(key)], self.tolerance.forward);
        }
        self.compare("images", &[metrics.rows], &[BATCH as f32], 0.0);
        for (key, port) in [("recon", plan.ports.recon), ("kl", plan.ports.kl)] {
            let per_image = self.rows(program, port).await?;
            let mean = per_image.iter().sum::<f32>() / BATCH as f32;
            self.compare(
                &format!("mean of {key}"),
                &[mean],
                &[self.fixture.scalar(key)],
                self.tolerance.forward,
            );
        }
        self.stats(program, &plan, "gradients").await?;
        let z = self.rows(program, plan.ports.z).await?;
        self.compare("z", &z, self.fixture.tensor("z"), self.tolerance.forward);

        let grads = self.executor.read(None, self.arena(Space::Grads)).await?;
        for tensor in &self.fixture.layout.tensors {
            let want = self.fixture.tensor(&format!("grad.{}", tensor.name));
            let what = format!("gradient of {}", tensor.name);
            self.compare(&what, &grads[tensor.range.clone()], want, self.tolerance.gradient);
        }
        let inside = |i: usize| self.fixture.layout.tensors.iter().any(|t| t.range.contains(&i));
        if let Some(i) = (0..grads.len()).find(|&i| !inside(i) && grads[i] != 0.0) {
            self.failures.push(format!("the padding's gradient at {i} is {}, expected 0", grads[i]));
        }
        Ok(())
    }

    async fn train(&mut self, setting: &Setting) -> Result<()> {
        let optimizer = setting.optimizer();
        let plan = self.plan(&Goal::Train(optimizer, Objective::ELBO))?;
        let program = self.executor.compile(&plan)?;
        self.write_params()?;
        self.executor.clear_moments();
        self.write_rows(program, plan.ports.input, "x")?;
        let steps: Vec<Step> = (1..=STEPS)
            .map(|t| Step { learning_rate: setting.learning_rate, slot: t - 1, ..self.step(t, optimizer) })
            .collect();
        let ticket = self.executor.run(program, Phase::All, &steps)?;
        let metrics = self.executor.collect(ticket).await?;
        let losses: Vec<f32> = metrics.iter().map(|m| m.recon + self.fixture.beta * m.kl).collect();
        let name = &setting.name;
        let want = self.fixture.tensor(&format!("losses.{name}"));
        self.compare(&format!("{name}, losses"), &losses, want, self.tolerance.trajectory);
        if optimizer.max_norm.is_some() {
            let norms: Vec<f32> = metrics.iter().map(|m| m.grad_norm_squared.sqrt()).collect();
            let want = self.fixture.tensor(&format!("norms.{name}"));
            self.compare(&format!("{name}, gradient norms"), &norms, want, self.tolerance.trajectory);
        }
        let params = self.executor.read(None, self.arena(Space::Params)).await?;
        for tensor in &self.fixture.layout.tensors {
            let want = self.fixture.tensor(&format!("final.{name}.{}", tensor.name));
            let what = format!("{name}, {}", tensor.name);
            self.compare(&what, &params[tensor.range.clone()], want, self.tolerance.trajectory);
        }
        self.executor.release(program);
        Ok(())
    }

    /// μ and log σ², which lie beside each other in a row.
    async fn stats(&mut self, program: ProgramId, plan: &Plan, what: &str) -> Result<()> {
        let stats = self.rows(program, plan.ports.stats).await?;
        let latent = self.fixture.spec.latent as usize;
        for (key, from) in [("mu", 0), ("logvar", latent)] {
            let got: Vec<f32> =
                stats.chunks(2 * latent).flat_map(|row| &row[from..from + latent]).copied().collect();
            self.compare(&format!("{what}, {key}"), &got, self.fixture.tensor(key), self.tolerance.forward);
        }
        Ok(())
    }

    fn plan(&self, goal: &Goal) -> Result<Plan> {
        let plan = Plan::new(&self.fixture.spec, goal, Input::Host, CAPACITY, STEPS)?;
        Ok(Plan { params: self.params, ..plan })
    }

    fn step(&self, t: u32, optimizer: Optimizer) -> Step {
        let (bias1, bias2) = optimizer.bias_corrections(u64::from(t));
        Step {
            rows: BATCH,
            row_offset: 0,
            first: 0,
            slot: 0,
            seed: self.fixture.seed,
            step: t,
            noise: 1.0,
            beta: self.fixture.beta,
            inv_batch: 1.0 / BATCH as f32,
            learning_rate: 0.0,
            bias1,
            bias2,
            pad: [0; 4],
        }
    }

    fn arena(&self, space: Space) -> View {
        View { space, offset: 0, len: self.fixture.layout.len }
    }

    fn write_params(&mut self) -> Result<()> {
        let view = self.arena(Space::Params);
        self.executor.write(None, view, &self.fixture.params())
    }

    /// Writes a fixture's tensor into the batch's rows of a port, and NaN into those past it.
    fn write_rows(&mut self, program: ProgramId, port: Option<View>, key: &str) -> Result<()> {
        let view = port.expect("the plan has the port");
        let mut values = self.fixture.tensor(key).to_vec();
        values.resize(view.len as usize, f32::NAN);
        self.executor.write(Some(program), view, &values)
    }

    /// The batch's rows of a port.
    async fn rows(&mut self, program: ProgramId, port: Option<View>) -> Result<Vec<f32>> {
        let view = port.expect("the plan has the port");
        let view = View { len: view.len / CAPACITY * BATCH, ..view };
        self.executor.read(Some(program), view).await
    }

    fn compare(&mut self, what: &str, got: &[f32], want: &[f32], tolerance: f32) {
        if got.len() != want.len() {
            self.failures.push(format!("{what}: {} values, expected {}", got.len(), want.len()));
            return;
        }
        let largest = want.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        // A gradient that PyTorch finds to be 0 may be the rounding of its terms here.
        let allowed = tolerance * largest + tolerance * 1e-3;
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
            self.failures
                .push(format!("{what}: value {i} is {got:e}, PyTorch's {want:e}, allowed {allowed:e}"));
        }
    }
}
