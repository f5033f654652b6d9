//! The importance-weighted bound: pathwise and doubly reparameterised gradients.

use vae_playground::loss::Objective;
use vae_playground::op::{Step, View};
use vae_playground::plan::{Goal, Plan};
use vae_playground::spec::Activation;

use crate::oracle;
use crate::oracle::math::log_normal;
use crate::oracle::memory::Memory;
use crate::setup::{BERNOULLI, GAUSSIAN, Layers, Setup, dense, none};

const LAYERS: Layers<'_> = [&[(7, Activation::Tanh)], &[(6, Activation::Softplus)]];

fn iwae(samples: u32, dreg: bool) -> Objective {
    Objective::Iwae { samples, dreg }
}

/// What a run of the oracle left: draws of z, −log p(x|z) of each, and μ and log σ² of each image.
struct Draws {
    z: Vec<f64>,
    recon: Vec<f64>,
    stats: Vec<f64>,
}

impl Draws {
    fn of(plan: &Plan, memory: &Memory, step: &Step, samples: u32) -> Self {
        let read = |port: Option<View>, samples: u32| {
            let view = port.unwrap();
            let width = view.len / (plan.batch * samples);
            let mut values = memory.read(view);
            values.truncate((step.rows * samples * width) as usize);
            values
        };
        let ports = &plan.ports;
        Self { z: read(ports.z, samples), recon: read(ports.recon, samples), stats: read(ports.stats, 1) }
    }

    /// log w of every draw with q's parameters `stats`.
    fn log_weights(&self, stats: &[f64], latent: usize, beta: f64) -> Vec<f64> {
        let samples = self.recon.len() * 2 * latent / stats.len();
        let draw = |(i, recon): (usize, &f64)| {
            let (mean, log_variance) = stats[i / samples * 2 * latent..][..2 * latent].split_at(latent);
            let densities = (0..latent).map(|j| {
                let z = self.z[i * latent + j];
                log_normal(z, 0.0, 1.0) - log_normal(z, mean[j], log_variance[j].exp())
            });
            beta * densities.sum::<f64>() - recon
        };
        self.recon.iter().enumerate().map(draw).collect()
    }
}

/// w / Σ w of every group of `samples`.
fn normalised(log_weights: &[f64], samples: usize) -> Vec<f64> {
    let image = |group: &[f64]| {
        let largest = group.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = group.iter().map(|w| (w - largest).exp()).sum();
        group.iter().map(|w| (w - largest).exp() / total).collect::<Vec<_>>()
    };
    log_weights.chunks(samples).flat_map(image).collect()
}

#[test]
fn pathwise_gradients() {
    let mut failures = Vec::new();
    for samples in [1, 3, 5] {
        for (beta, likelihood) in [(1.0, BERNOULLI), (0.4, BERNOULLI), (2.0, GAUSSIAN)] {
            let setup = Setup::new(dense(LAYERS, likelihood, 0), iwae(samples, false), beta, 5);
            failures.extend(setup.check(&format!("{samples} draws, β {beta}, {likelihood:?}")));
        }
    }
    none(&failures);
}

/// With one draw the bound is −log p(x|z) + β·(log q(z|x) − log p(z)): the ELBO with its divergence sampled.
#[test]
fn one_draw_is_the_elbo_with_a_sampled_divergence() {
    let mut failures = Vec::new();
    for beta in [1.0, 0.4] {
        let setup = Setup::new(dense(LAYERS, BERNOULLI, 0), iwae(1, false), beta, 5);
        let plan = setup.plan(&Goal::Evaluate(Objective::ELBO));
        let want = setup.differences_of(&plan, |memory| {
            let draws = Draws::of(&plan, memory, &setup.step, 1);
            let log_weights = draws.log_weights(&draws.stats, 3, f64::from(beta));
            -log_weights.iter().sum::<f64>() * f64::from(setup.step.inv_batch)
        });
        failures.extend(setup.compare(&format!("β {beta}"), &setup.gradients(&setup.step), &want, |_| true));
    }
    none(&failures);
}

/// Tucker et al., 2019, eq. 8: Σ w̃² ∂(−log w)/∂z · ∂z/∂φ, with the parameters of log q as they are; where β is
/// not 1, w̃·(1 − β + β·w̃) in place of w̃².
#[test]
fn doubly_reparameterised_gradients_of_the_encoder() {
    let mut failures = Vec::new();
    for samples in [1, 3, 5] {
        for beta in [1.0_f32, 0.4, 0.0] {
            let setup = Setup::new(dense(LAYERS, BERNOULLI, 0), iwae(samples, true), beta, 5);
            let plan = setup.plan(&Goal::Evaluate(setup.objective));
            let mut memory = setup.memory(&plan);
            oracle::run(&plan, &mut memory, &setup.step);
            let still = Draws::of(&plan, &memory, &setup.step, samples);
            let exact = f64::from(beta);
            let log_weights = still.log_weights(&still.stats, 3, exact);
            let weights = normalised(&log_weights, samples as usize);
            let factors: Vec<f64> = weights.iter().map(|w| w * (1.0 - exact + exact * w)).collect();
            let want = setup.differences_of(&plan, |memory| {
                let moved = Draws::of(&plan, memory, &setup.step, samples);
                let log_weights = moved.log_weights(&still.stats, 3, exact);
                let weighted = log_weights.iter().zip(&factors).map(|(w, factor)| factor * w);
                -weighted.sum::<f64>() * f64::from(setup.step.inv_batch)
            });
            let got = setup.gradients(&setup.step);
            let label = format!("{samples} draws, β {beta}");
            failures.extend(setup.compare(&label, &got, &want, |start| start < setup.decoder()));
        }
    }
    none(&failures);
}

#[test]
fn the_decoders_gradient_is_the_same_either_way() {
    let setup = |dreg| Setup::new(dense(LAYERS, BERNOULLI, 4), iwae(5, dreg), 0.7, 5);
    let [pathwise, doubly] = [false, true].map(|dreg| {
        let setup = setup(dreg);
        setup.gradients(&setup.step)
    });
    let decoder = setup(true).decoder();
    assert_eq!(pathwise[decoder..], doubly[decoder..]);
    assert_ne!(pathwise[..decoder], doubly[..decoder]);
}

/// The two estimators differ draw by draw and agree on average, whatever β is.
#[test]
fn both_estimators_have_the_same_mean() {
    const RUNS: u32 = 6000;
    let layers: Layers<'_> = [&[(3, Activation::Tanh)], &[(4, Activation::Tanh)]];
    for beta in [1.0, 0.4] {
        let gradients = |dreg| {
            let setup = Setup::new(dense(layers, BERNOULLI, 0), iwae(4, dreg), beta, 3);
            let steps: Vec<Step> = (0..RUNS).map(|step| Step { step, ..setup.step }).collect();
            (setup.gradients_of_steps(&steps), setup)
        };
        let ((pathwise, setup), (doubly, _)) = (gradients(false), gradients(true));
        let n = f64::from(RUNS);
        let (mut biased, mut resolved, mut all) = (Vec::new(), 0, 0);
        for i in setup.layout.tensors.iter().flat_map(|t| t.range.clone()).filter(|&i| i < setup.decoder()) {
            let pairs = || pathwise.iter().zip(&doubly).map(|(p, d)| (f64::from(p[i]), f64::from(d[i])));
            let mean = pairs().map(|(p, _)| p).sum::<f64>() / n;
            let difference = pairs().map(|(p, d)| d - p).sum::<f64>() / n;
            let variance = pairs().map(|(p, d)| (d - p - difference).powi(2)).sum::<f64>() / (n - 1.0);
            let error = (variance / n).sqrt();
            // Pixels that are 0 in every image reach nothing.
            if variance == 0.0 {
                assert_eq!((mean, difference), (0.0, 0.0));
                continue;
            }
            all += 1;
            resolved += u32::from(mean.abs() > 10.0 * error);
            if difference.abs() > 4.5 * error {
                biased.push(format!("value {i}: {difference:e} ± {error:e} beside {mean:e}"));
            }
        }
        assert!(biased.is_empty(), "β {beta}: {} of {all} are biased:\n{}", biased.len(), biased.join("\n"));
        assert!(all > 30 && 2 * resolved > all, "the means of {resolved} of {all} stand out of the noise");
    }
}
