//! One fixture: forward, losses, every gradient, ten steps of its optimisers.

use vae_playground::Result;
use vae_playground::executor::Executor;
use vae_playground::loss::Objective;
use vae_playground::op::{Space, Step};
use vae_playground::plan::Goal;

use super::Extent;
use super::fixture::{Fixture, STEPS, Setting};
use super::model::{Model, updating};

pub(super) struct Check<'a, E> {
    pub(super) fixture: &'a Fixture,
    pub(super) model: Model<'a, E>,
}

impl<E: Executor> Check<'_, E> {
    pub(super) async fn everything(&mut self, extent: Extent) -> Result<()> {
        self.model.executor.clear_moments();
        self.model.write_params(&self.fixture.params())?;
        self.encode().await?;
        self.decode().await?;
        self.gradients().await?;
        self.latent_gradient().await?;
        self.input_gradient().await?;
        let all = extent == Extent::Full || ["relu", "gaussian"].contains(&self.fixture.setup.name.as_str());
        for setting in self.fixture.optimizers.iter().filter(|s| all || s.name == "adam") {
            self.train(setting).await?;
        }
        Ok(())
    }

    async fn encode(&mut self) -> Result<()> {
        let program = self.model.compile(&Goal::Encode)?;
        self.model.write(&program, program.plan.ports.input, self.fixture.tensor("x"))?;
        self.model.run(&program, &[self.model.step(&program, 1)]).await?;
        let stats = self.model.stats(&program).await?;
        self.stats("encode", &stats);
        Ok(())
    }

    async fn decode(&mut self) -> Result<()> {
        let z = self.fixture.tensor("z");
        let rows = z.len() as u32 / self.fixture.setup.spec.latent;
        let program = self.model.compile_rows(&Goal::Decode, rows)?;
        self.model.write(&program, program.plan.ports.z, z)?;
        self.model.run(&program, &[self.model.step(&program, 1)]).await?;
        for (key, port) in [("logits", program.plan.ports.logits), ("mean", program.plan.ports.mean)] {
            let got = self.model.read(&program, port).await?;
            self.forward(&format!("decode, {key}"), &got, key);
        }
        Ok(())
    }

    async fn gradients(&mut self) -> Result<()> {
        let setup = &self.fixture.setup;
        let program = self.model.compile(&Goal::Gradients(setup.objective))?;
        let ports = program.plan.ports.clone();
        self.model.write(&program, ports.input, self.fixture.tensor("x"))?;
        let metrics = self.model.run(&program, &[self.model.step(&program, 1)]).await?[0];
        for (key, got) in [("recon", metrics.recon), ("kl", metrics.kl), ("loss", metrics.objective)] {
            self.forward(key, &[got], key);
        }
        self.model.compare("images", &[metrics.rows], &[setup.batch as f32], 0.0);
        let mut per_row = vec![("recon", ports.recon), ("kl", ports.kl)];
        if matches!(setup.objective, Objective::Iwae { .. }) {
            per_row.push(("loss", ports.bound));
            let log_weights = self.model.read(&program, ports.log_weights).await?;
            self.forward("log weights", &log_weights, "log_weights");
        }
        for (key, port) in per_row {
            let values = self.model.read(&program, port).await?;
            let mean = values.iter().sum::<f32>() / values.len() as f32;
            self.forward(&format!("mean of {key}"), &[mean], key);
        }
        let stats = self.model.stats(&program).await?;
        self.stats("gradients", &stats);
        let z = self.model.read(&program, ports.z).await?;
        self.forward("z", &z, "z");
        self.parameter_gradients().await
    }

    async fn parameter_gradients(&mut self) -> Result<()> {
        let grads = self.model.executor.read(None, self.model.arena(Space::Grads)).await?;
        let tensors = &self.fixture.setup.layout.tensors;
        for tensor in tensors {
            let want = self.fixture.tensor(&format!("grad.{}", tensor.name));
            let what = format!("gradient of {}", tensor.name);
            self.model.compare(&what, &grads[tensor.range.clone()], want, self.model.tolerance.gradient);
        }
        let inside = |i: usize| tensors.iter().any(|t| t.range.contains(&i));
        if let Some(i) = (0..grads.len()).find(|&i| !inside(i) && grads[i] != 0.0) {
            self.model.fail(format!("the padding's gradient at {i} is {}, expected 0", grads[i]));
        }
        Ok(())
    }

    async fn latent_gradient(&mut self) -> Result<()> {
        let program = self.model.compile(&Goal::LatentGradient)?;
        let ports = program.plan.ports.clone();
        let given = [("latent.z", ports.z), ("x", ports.input), ("latent.mask", ports.mask)];
        for (key, port) in given {
            self.model.write(&program, port, self.fixture.tensor(key))?;
        }
        let step = Step { inv_batch: 1.0, ..self.model.step(&program, 1) };
        self.model.run(&program, &[step]).await?;
        let partial = self.model.read(&program, ports.partial).await?;
        let columns = partial.len() / self.fixture.setup.batch as usize;
        let recon: Vec<f32> = partial.chunks(columns).map(|row| row.iter().sum()).collect();
        self.forward("latent gradient, losses", &recon, "latent.recon");
        let dz = self.model.read(&program, ports.dz).await?;
        self.backward("latent gradient", &dz, "latent.dz");
        Ok(())
    }

    async fn input_gradient(&mut self) -> Result<()> {
        let program = self.model.compile(&Goal::InputGradient)?;
        let ports = program.plan.ports.clone();
        for (key, port) in [("x", ports.input), ("input.dstats", ports.dstats)] {
            self.model.write(&program, port, self.fixture.tensor(key))?;
        }
        self.model.run(&program, &[self.model.step(&program, 1)]).await?;
        let dx = self.model.read(&program, ports.dx).await?;
        self.backward("input gradient", &dx, "input.dx");
        Ok(())
    }

    async fn train(&mut self, setting: &Setting) -> Result<()> {
        let optimizer = setting.optimizer();
        let program = self.model.compile(&Goal::Train(optimizer, self.fixture.setup.objective))?;
        self.model.write_params(&self.fixture.params())?;
        self.model.executor.clear_moments();
        self.model.write(&program, program.plan.ports.input, self.fixture.tensor("x"))?;
        let steps: Vec<Step> = (1..=STEPS)
            .map(|t| updating(self.model.step(&program, t), &optimizer, setting.learning_rate))
            .collect();
        let metrics = self.model.run(&program, &steps).await?;
        let losses: Vec<f32> = metrics.iter().map(|m| m.objective).collect();
        let name = &setting.name;
        self.trajectory(&format!("{name}, losses"), &losses, &format!("losses.{name}"));
        if optimizer.max_norm.is_some() {
            let norms: Vec<f32> = metrics.iter().map(|m| m.grad_norm_squared.sqrt()).collect();
            self.trajectory(&format!("{name}, gradient norms"), &norms, &format!("norms.{name}"));
        }
        let params = self.model.executor.read(None, self.model.arena(Space::Params)).await?;
        for tensor in &self.fixture.setup.layout.tensors {
            let what = format!("{name}, {}", tensor.name);
            let key = format!("final.{name}.{}", tensor.name);
            self.trajectory(&what, &params[tensor.range.clone()], &key);
        }
        self.model.release(&program);
        Ok(())
    }

    fn stats(&mut self, what: &str, [mu, logvar]: &[Vec<f32>; 2]) {
        self.forward(&format!("{what}, mu"), mu, "mu");
        self.forward(&format!("{what}, logvar"), logvar, "logvar");
    }

    fn forward(&mut self, what: &str, got: &[f32], key: &str) {
        self.model.compare(what, got, self.fixture.tensor(key), self.model.tolerance.forward);
    }

    fn backward(&mut self, what: &str, got: &[f32], key: &str) {
        self.model.compare(what, got, self.fixture.tensor(key), self.model.tolerance.gradient);
    }

    fn trajectory(&mut self, what: &str, got: &[f32], key: &str) {
        self.model.compare(what, got, self.fixture.tensor(key), self.model.tolerance.trajectory);
    }
}
