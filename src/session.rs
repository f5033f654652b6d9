//! A model on one executor: encode, decode and measure, in steps of a fixed capacity.

use crate::error::{Error, Result};
use crate::executor::{self, Executor, ProgramId};
use crate::op::{Step, View};
use crate::plan::{self, Goal, Input, Plan, Ports};
use crate::rng::{self, Purpose};
use crate::spec::VaeSpec;

/// Images in one step of inference, where the model is not too wide; fewer cost less on the CPU.
const BATCH: u32 = 100;
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
    ports: Ports,
}

/// An executor with one model's parameters, and the programs compiled for it so far.
#[derive(Debug)]
pub struct Session<E> {
    /// The backend.
    pub executor: E,
    spec: VaeSpec,
    batch: u32,
    encode: Option<Program>,
    decode: Option<Program>,
    evaluate: Option<Program>,
}

impl<E: Executor> Session<E> {
    /// A session on `executor`, which must have been made for `spec`'s parameters.
    pub fn new(executor: E, spec: VaeSpec) -> Self {
        let batch = plan::capacity(&spec, BATCH);
        Self { executor, spec, batch, encode: None, decode: None, evaluate: None }
    }

    /// What the model is.
    #[must_use]
    pub const fn spec(&self) -> &VaeSpec {
        &self.spec
    }

    /// μ and log σ² of `images`, `n × pixels` values in [0, 1].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole images, not finite or outside [0, 1].
    pub async fn encode(&mut self, images: &[f32]) -> Result<Posterior> {
        let n = check_images(images, self.spec.pixels())?;
        let latent = self.spec.latent as usize;
        let program = compiled(&mut self.executor, &self.spec, &mut self.encode, &Goal::Encode)?;
        let (input, stats) = (port(program.ports.input), port(program.ports.stats));
        let mut posterior =
            Posterior { mu: Vec::with_capacity(n * latent), logvar: Vec::with_capacity(n * latent) };
        for chunk in images.chunks((self.batch * self.spec.pixels()) as usize) {
            let rows = chunk.len() as u32 / self.spec.pixels();
            let values = once(
                &mut self.executor,
                program.id,
                input,
                chunk,
                &step(rows),
                &[part(stats, self.batch, rows)],
            )
            .await?;
            for row in values[0].chunks_exact(2 * latent) {
                posterior.mu.extend_from_slice(&row[..latent]);
                posterior.logvar.extend_from_slice(&row[latent..]);
            }
        }
        Ok(posterior)
    }

    /// The mean of p(x|z) for `z`, `n × latent` values: `n × pixels`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole rows of z or not finite.
    pub async fn decode(&mut self, z: &[f32]) -> Result<Vec<f32>> {
        self.decode_to(z, |ports| ports.mean).await
    }

    /// The decoder's output before the likelihood's own function, for `z` as in [`Self::decode`]: `n × pixels`
    /// logits of a Bernoulli, means of a Gaussian.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub async fn decode_logits(&mut self, z: &[f32]) -> Result<Vec<f32>> {
        self.decode_to(z, |ports| ports.logits).await
    }

    async fn decode_to(&mut self, z: &[f32], output: fn(&Ports) -> Option<View>) -> Result<Vec<f32>> {
        let n = check_rows("z", z, self.spec.latent, "finite values", |v| v.is_finite())?;
        check_answer("z", n as u64, self.spec.pixels())?;
        let program = compiled(&mut self.executor, &self.spec, &mut self.decode, &Goal::Decode)?;
        let (input, output) = (port(program.ports.z), port(output(&program.ports)));
        let mut pixels =
            Vec::with_capacity(z.len() / self.spec.latent as usize * self.spec.pixels() as usize);
        for chunk in z.chunks((self.batch * self.spec.latent) as usize) {
            let rows = chunk.len() as u32 / self.spec.latent;
            let values = once(
                &mut self.executor,
                program.id,
                input,
                chunk,
                &step(rows),
                &[part(output, self.batch, rows)],
            )
            .await?;
            pixels.extend_from_slice(&values[0]);
        }
        Ok(pixels)
    }

    /// The terms of the ELBO of `images` (`n × pixels`), with `samples` draws of z for each.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for 0 samples.
    pub async fn elbo(&mut self, images: &[f32], samples: u32, seed: u64) -> Result<Elbo> {
        let n = check_images(images, self.spec.pixels())?;
        if samples == 0 {
            return Err(Error::argument("samples", "0, expected at least 1"));
        }
        let program = compiled(&mut self.executor, &self.spec, &mut self.evaluate, &Goal::Evaluate)?;
        let (input, recon, kl) =
            (port(program.ports.input), port(program.ports.recon), port(program.ports.kl));
        let mut result = Elbo { recon: vec![0.0; n], kl: Vec::with_capacity(n) };
        let mut first = 0;
        for chunk in images.chunks((self.batch * self.spec.pixels()) as usize) {
            let rows = chunk.len() as u32 / self.spec.pixels();
            let mut sums = vec![0.0_f64; rows as usize];
            self.executor.write(Some(program.id), View { len: chunk.len() as u32, ..input }, chunk)?;
            for sample in 0..samples {
                let noisy = Step {
                    seed: rng::fold_seed(seed),
                    step: sample,
                    row_offset: first,
                    noise: 1.0,
                    inv_batch: 1.0 / rows as f32,
                    ..step(rows)
                };
                let outputs = [part(recon, self.batch, rows), part(kl, self.batch, rows)];
                let values = step_once(&mut self.executor, program.id, &noisy, &outputs).await?;
                sums.iter_mut().zip(&values[0]).for_each(|(sum, v)| *sum += f64::from(*v));
                if sample == 0 {
                    result.kl.extend_from_slice(&values[1]);
                }
            }
            for (slot, sum) in result.recon[first as usize..].iter_mut().zip(sums) {
                *slot = (sum / f64::from(samples)) as f32;
            }
            first += rows;
        }
        Ok(result)
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

const fn step(rows: u32) -> Step {
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

/// The first `rows` of a port's `batch` rows.
const fn part(view: View, batch: u32, rows: u32) -> View {
    View { len: view.len / batch * rows, ..view }
}

fn port(view: Option<View>) -> View {
    view.expect("every plan of this goal has the port")
}

fn compiled(
    executor: &mut impl Executor,
    spec: &VaeSpec,
    slot: &mut Option<Program>,
    goal: &Goal,
) -> Result<Program> {
    if let Some(program) = slot {
        return Ok(program.clone());
    }
    let plan = Plan::new(spec, goal, Input::Host, plan::capacity(spec, BATCH), 1)?;
    let program = Program { id: executor.compile(&plan)?, ports: plan.ports };
    *slot = Some(program.clone());
    Ok(program)
}

/// Writes the input, runs one step, reads the outputs.
async fn once(
    executor: &mut impl Executor,
    program: ProgramId,
    input: View,
    data: &[f32],
    step: &Step,
    outputs: &[View],
) -> Result<Vec<Vec<f32>>> {
    executor.write(Some(program), View { len: data.len() as u32, ..input }, data)?;
    step_once(executor, program, step, outputs).await
}

/// Runs one step over an input that is there already, and reads the outputs.
async fn step_once(
    executor: &mut impl Executor,
    program: ProgramId,
    step: &Step,
    outputs: &[View],
) -> Result<Vec<Vec<f32>>> {
    executor.run(program, executor::Phase::All, std::slice::from_ref(step))?;
    let mut values = Vec::with_capacity(outputs.len());
    for &view in outputs {
        values.push(executor.read(Some(program), view).await?);
    }
    Ok(values)
}
