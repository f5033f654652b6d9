//! A model on one executor: encode, decode, measure and differentiate, in steps of a fixed capacity.

mod gradient;
mod inside;
mod likelihood;

pub use gradient::LatentGradient;
pub use likelihood::{DRAWS_AT_ONCE, Estimate, Proposal};

use crate::error::{Error, Result};
use crate::executor::{self, Executor, ProgramId};
use crate::loss::Objective;
use crate::op::{Step, View};
use crate::plan::{self, Goal, Input, Plan, Ports};
use crate::rng::{self, Purpose};
use crate::spec::VaeSpec;

/// Images in one step of inference, where the model is not too wide; fewer cost less on the CPU.
const BATCH: u32 = 100;
/// Draws of z in one step of an importance-weighted likelihood: large products, a few MiB of memory.
const DRAWS: u32 = 2000;
/// Most pixels in one answer: 512 MiB.
const MAX_ANSWER: u64 = 1 << 27;

/// q(z|x) of some images: rows of μ and log σ², `n × latent` each.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// Means.
    pub mu: Vec<f32>,
    /// Log-variances.
    pub logvar: Vec<f32>,
}

/// Terms of the ELBO per image, in nats: ELBO = −(recon + kl).
#[derive(Debug, Clone, PartialEq)]
pub struct Elbo {
    /// −log p(x|z), a mean over the draws of z.
    pub recon: Vec<f32>,
    /// KL divergence to the prior.
    pub kl: Vec<f32>,
}

/// A compiled plan and where the host writes and reads.
#[derive(Debug, Clone)]
struct Program {
    id: ProgramId,
    /// Most images in one step.
    batch: u32,
    /// Draws of z for each.
    samples: u32,
    ports: Ports,
}

/// What a program is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    Encode,
    Decode,
    Evaluate,
    LogWeights(u32, Proposal),
    LatentGradient,
    InputGradient,
}

/// An executor with one model's parameters, and the programs compiled for it so far.
#[derive(Debug)]
pub struct Session<E> {
    /// The backend.
    pub executor: E,
    spec: VaeSpec,
    programs: Vec<(Task, Program)>,
}

impl<E: Executor> Session<E> {
    /// A session on `executor`, which must have been made for `spec`'s parameters.
    pub const fn new(executor: E, spec: VaeSpec) -> Self {
        Self { executor, spec, programs: Vec::new() }
    }

    /// The model.
    pub const fn spec(&self) -> &VaeSpec {
        &self.spec
    }

    /// μ and log σ² of `images`, `n × pixels` values in [0, 1]; a conditional model needs their `labels`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole images, not finite or outside [0, 1], and for
    /// labels that are missing, too many or too large.
    pub async fn encode(&mut self, images: &[f32], labels: Option<&[u8]>) -> Result<Posterior> {
        let n = check_images(images, self.spec.pixels())?;
        let one_hot = self.one_hot(n, labels)?;
        let latent = self.spec.latent as usize;
        let program = self.program(Task::Encode)?;
        let (input, stats) = (port(program.ports.input), port(program.ports.stats));
        let mut posterior =
            Posterior { mu: Vec::with_capacity(n * latent), logvar: Vec::with_capacity(n * latent) };
        for (first, rows) in program.chunks(n) {
            self.write_rows(&program, input, images, first, rows)?;
            self.write_labels(&program, &one_hot, first, rows)?;
            let [values] = self.run(&program, &step(rows), [stats]).await?;
            for row in values.chunks_exact(2 * latent) {
                posterior.mu.extend_from_slice(&row[..latent]);
                posterior.logvar.extend_from_slice(&row[latent..]);
            }
        }
        Ok(posterior)
    }

    /// The mean of p(x|z) for `z`, `n × latent` values: `n × pixels`; a conditional model needs `labels`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole rows of z or not finite, and for bad labels.
    pub async fn decode(&mut self, z: &[f32], labels: Option<&[u8]>) -> Result<Vec<f32>> {
        self.decode_to(z, labels, |ports| ports.mean).await
    }

    /// The decoder's output before the likelihood's own function for `z`: a Bernoulli's logits, a Gaussian's
    /// mean; `n × pixels`.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub async fn decode_logits(&mut self, z: &[f32], labels: Option<&[u8]>) -> Result<Vec<f32>> {
        self.decode_to(z, labels, |ports| ports.logits).await
    }

    async fn decode_to(
        &mut self,
        z: &[f32],
        labels: Option<&[u8]>,
        output: fn(&Ports) -> Option<View>,
    ) -> Result<Vec<f32>> {
        let n = check_z(z, self.spec.latent)?;
        check_answer("z", n as u64, self.spec.pixels())?;
        let one_hot = self.one_hot(n, labels)?;
        let program = self.program(Task::Decode)?;
        let (input, output) = (port(program.ports.z), port(output(&program.ports)));
        let mut pixels = Vec::with_capacity(n * self.spec.pixels() as usize);
        for (first, rows) in program.chunks(n) {
            self.write_rows(&program, input, z, first, rows)?;
            self.write_labels(&program, &one_hot, first, rows)?;
            let [values] = self.run(&program, &step(rows), [output]).await?;
            pixels.extend_from_slice(&values);
        }
        Ok(pixels)
    }

    /// The terms of the ELBO of `images` (`n × pixels`), with `samples` draws of z for each; a conditional model
    /// needs `labels`.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for 0 samples.
    pub async fn elbo(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        samples: u32,
        seed: u64,
    ) -> Result<Elbo> {
        let n = check_images(images, self.spec.pixels())?;
        if samples == 0 {
            return Err(Error::argument("samples", "0, expected at least 1"));
        }
        let one_hot = self.one_hot(n, labels)?;
        let program = self.program(Task::Evaluate)?;
        let input = port(program.ports.input);
        let outputs = [port(program.ports.recon), port(program.ports.kl)];
        let mut result = Elbo { recon: vec![0.0; n], kl: Vec::with_capacity(n) };
        for (first, rows) in program.chunks(n) {
            let mut sums = vec![0.0_f64; rows as usize];
            self.write_rows(&program, input, images, first, rows)?;
            self.write_labels(&program, &one_hot, first, rows)?;
            for sample in 0..samples {
                let noisy = Step {
                    seed: rng::fold_seed(seed),
                    step: sample,
                    row_offset: first as u32,
                    noise: 1.0,
                    inv_batch: 1.0 / rows as f32,
                    ..step(rows)
                };
                let [recon, kl] = self.run(&program, &noisy, outputs).await?;
                sums.iter_mut().zip(&recon).for_each(|(sum, v)| *sum += f64::from(*v));
                if sample == 0 {
                    result.kl.extend_from_slice(&kl);
                }
            }
            for (slot, sum) in result.recon[first..].iter_mut().zip(sums) {
                *slot = (sum / f64::from(samples)) as f32;
            }
        }
        Ok(result)
    }

    fn program(&mut self, task: Task) -> Result<Program> {
        if let Some((_, program)) = self.programs.iter().find(|(t, _)| *t == task) {
            return Ok(program.clone());
        }
        let (goal, wanted) = match task {
            Task::Encode => (Goal::Encode, BATCH),
            Task::Decode => (Goal::Decode, BATCH),
            Task::Evaluate => (Goal::Evaluate(Objective::ELBO), BATCH),
            Task::LogWeights(samples, proposal) => {
                let defensive = proposal == Proposal::Mixture;
                (Goal::LogWeights { samples, defensive }, (DRAWS / samples).clamp(1, BATCH))
            }
            Task::LatentGradient => (Goal::LatentGradient, BATCH),
            Task::InputGradient => (Goal::InputGradient, BATCH),
        };
        let samples = goal.samples();
        let batch = plan::capacity(&self.spec, samples, wanted);
        let plan = Plan::new(&self.spec, &goal, Input::Host, batch, 1)?;
        let program = Program { id: self.executor.compile(&plan)?, batch, samples, ports: plan.ports };
        self.programs.push((task, program.clone()));
        Ok(program)
    }

    /// One-hot rows of `n` labels; empty for an unconditional model.
    fn one_hot(&self, n: usize, labels: Option<&[u8]>) -> Result<Vec<f32>> {
        let classes = self.spec.classes as usize;
        check_labels(n, labels, self.spec.classes)?;
        let mut rows = vec![0.0; n * classes];
        for (row, &label) in rows.chunks_exact_mut(classes.max(1)).zip(labels.unwrap_or_default()) {
            row[usize::from(label)] = 1.0;
        }
        Ok(rows)
    }

    /// Writes rows `first..first + rows` of `values` to the beginning of a port.
    fn write_rows(
        &mut self,
        program: &Program,
        port: View,
        values: &[f32],
        first: usize,
        rows: u32,
    ) -> Result<()> {
        let width = (port.len / program.batch) as usize;
        let values = &values[first * width..(first + rows as usize) * width];
        self.executor.write(Some(program.id), View { len: values.len() as u32, ..port }, values)
    }

    fn write_labels(&mut self, program: &Program, one_hot: &[f32], first: usize, rows: u32) -> Result<()> {
        match program.ports.labels {
            Some(port) => self.write_rows(program, port, one_hot, first, rows),
            None => Ok(()),
        }
    }

    /// Runs one step over inputs that are there, and reads the step's rows of the outputs.
    async fn run<const N: usize>(
        &mut self,
        program: &Program,
        step: &Step,
        outputs: [View; N],
    ) -> Result<[Vec<f32>; N]> {
        self.executor.run(program.id, executor::Phase::All, std::slice::from_ref(step))?;
        let mut values = [const { Vec::new() }; N];
        for (values, view) in values.iter_mut().zip(outputs) {
            let part = View { len: view.len / program.batch * step.rows, ..view };
            *values = self.executor.read(Some(program.id), part).await?;
        }
        Ok(values)
    }
}

impl Program {
    /// First image and number of images of each step over `n`.
    fn chunks(&self, n: usize) -> impl Iterator<Item = (usize, u32)> + use<> {
        let batch = self.batch as usize;
        (0..n).step_by(batch).map(move |first| (first, batch.min(n - first) as u32))
    }
}

/// z from the prior: `n × latent` normal numbers times `temperature`.
///
/// # Errors
/// [`Error::InvalidArgument`] for more values than fit or a temperature that is negative or not finite.
pub fn prior(n: u32, latent: u32, seed: u64, temperature: f32) -> Result<Vec<f32>> {
    if !(temperature.is_finite() && temperature >= 0.0) {
        return Err(Error::argument(
            "temperature",
            format!("{temperature}, expected a finite value of at least 0"),
        ));
    }
    let len =
        n.checked_mul(latent).filter(|&len| u64::from(len) <= crate::spec::MAX_TENSOR).ok_or_else(|| {
            Error::argument("n", format!("{n} samples of {latent} dimensions are too many at once"))
        })?;
    let seed = rng::fold_seed(seed);
    Ok((0..len).map(|i| temperature * rng::normal(seed, Purpose::Prior, 0, i)).collect())
}

/// z = μ + σ·ε for every row of a posterior.
#[must_use]
pub fn draw(posterior: &Posterior, seed: u64) -> Vec<f32> {
    let seed = rng::fold_seed(seed);
    let pairs = posterior.mu.iter().zip(&posterior.logvar).enumerate();
    pairs
        .map(|(i, (mu, logvar))| mu + (0.5 * logvar).exp() * rng::normal(seed, Purpose::Latent, 0, i as u32))
        .collect()
}

/// # Errors
/// [`Error::InvalidArgument`] unless `images` are whole images with finite values in [0, 1].
pub(crate) fn check_images(images: &[f32], pixels: u32) -> Result<usize> {
    check_rows("images", images, pixels, "values in [0, 1]", |v| (0.0..=1.0).contains(&v))
}

/// # Errors
/// [`Error::InvalidArgument`] where `n` images would be more than one answer holds.
pub(crate) fn check_answer(what: &str, n: u64, pixels: u32) -> Result<()> {
    let most = MAX_ANSWER / u64::from(pixels);
    if n > most {
        return Err(Error::argument(what, format!("{n} images at once, expected at most {most}")));
    }
    Ok(())
}

fn check_z(z: &[f32], latent: u32) -> Result<usize> {
    check_rows("z", z, latent, "finite values", |v| v.is_finite())
}

/// # Errors
/// [`Error::InvalidArgument`] unless a conditional model gets `n` labels below `classes`, another one none.
pub(crate) fn check_labels(n: usize, labels: Option<&[u8]>, classes: u32) -> Result<()> {
    let problem = match labels {
        None if classes == 0 => return Ok(()),
        None => format!("missing; the model is conditional on {classes} classes"),
        Some(_) if classes == 0 => "the model is not conditional, expected none".into(),
        Some(labels) if labels.len() != n => format!("{} labels for {n} images", labels.len()),
        Some(labels) => match labels.iter().find(|&&label| u32::from(label) >= classes) {
            Some(label) => format!("{label}, expected less than {classes}"),
            None => return Ok(()),
        },
    };
    Err(Error::argument("labels", problem))
}

fn check_rows(
    what: &str,
    values: &[f32],
    width: u32,
    expected: &str,
    good: fn(f32) -> bool,
) -> Result<usize> {
    if values.is_empty() || !values.len().is_multiple_of(width as usize) {
        let problem = format!("{} values, expected a multiple of {width} and at least one row", values.len());
        return Err(Error::argument(what, problem));
    }
    if let Some(i) = values.iter().position(|&v| !good(v)) {
        return Err(Error::argument(what, format!("value {i} is {}, expected {expected}", values[i])));
    }
    Ok(values.len() / width as usize)
}

/// A step over `rows` images with nothing else to say.
pub(crate) const fn step(rows: u32) -> Step {
    Step {
        rows,
        row_offset: 0,
        first: 0,
        slot: 0,
        seed: 0,
        step: 0,
        noise: 0.0,
        beta: 1.0,
        inv_batch: 1.0,
        learning_rate: 0.0,
        bias1: 1.0,
        bias2: 1.0,
        pad: [0; 4],
    }
}

fn port(view: Option<View>) -> View {
    view.expect("every plan of this goal has the port")
}
