//! A model whose log p(x) is known in closed form: p(z) = N(0, I), p(x|z, y) = N(W·z + b + v_y, σ²·I), so
//! p(x|y) = N(b + v_y, W·Wᵀ + σ²·I).

use vae_playground::params::Layout;
use vae_playground::session::{DRAWS_AT_ONCE, Estimate, Proposal};
use vae_playground::{VaeSpec, rng};

use crate::oracle::cases::build::Data;
use crate::oracle::math::{log_normal, normal};

pub(crate) const PIXELS: usize = 6;
const LATENT: usize = 2;
const SIGMA: f32 = 0.3;

/// How good q(z|x) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoder {
    /// The posterior itself: p(x, z) / q(z|x) is p(x) whatever z is.
    Exact,
    /// The posterior's mean, and variances that are too large.
    Wide,
    /// Variances of the posterior around another place, six of its deviations away.
    Astray,
}

impl Encoder {
    /// Factor of the variances.
    const fn width(self) -> f64 {
        match self {
            Self::Wide => 2.0,
            Self::Exact | Self::Astray => 1.0,
        }
    }

    /// Deviations between q's mean and the posterior's.
    const fn distance(self) -> f64 {
        match self {
            Self::Astray => 6.0,
            Self::Exact | Self::Wide => 0.0,
        }
    }
}

pub(crate) struct LinearGaussian {
    pub(crate) spec: VaeSpec,
    pub(crate) layout: Layout,
    pub(crate) params: Vec<f32>,
    /// `[pixels][latent]`
    weight: [[f32; LATENT]; PIXELS],
    bias: [f32; PIXELS],
    /// `[classes][pixels]`; one class of zeros where there are none.
    shifts: Vec<[f32; PIXELS]>,
}

impl LinearGaussian {
    pub(crate) fn new(encoder: Encoder, classes: usize) -> Self {
        let json = format!(
            r#"{{ "input": {{ "channels": 1, "height": 2, "width": 3 }}, "encoder": [], "latent": {LATENT},
                 "decoder": [], "likelihood": {{ "type": "gaussian", "sigma": {SIGMA} }}, "classes": {classes} }}"#
        );
        let spec = VaeSpec::from_json(&json).unwrap();
        let layout = Layout::new(&spec).unwrap();
        let mut data = Data::new(3);
        let weight = match encoder {
            // With orthogonal columns the posterior's covariance is diagonal, as q's is.
            Encoder::Exact => {
                [[0.25, 0.25], [0.25, -0.25], [0.25, 0.25], [0.25, -0.25], [0.0, 0.5], [0.0, 0.0]]
            }
            Encoder::Wide | Encoder::Astray => {
                [(); PIXELS].map(|()| [0.3 * data.normal(), 0.3 * data.normal()])
            }
        };
        let bias = [(); PIXELS].map(|()| 0.3 + 0.4 * data.unit());
        let shifts: Vec<[f32; PIXELS]> = (0..classes.max(1))
            .map(|_| [(); PIXELS].map(|()| if classes == 0 { 0.0 } else { 0.2 * data.normal() }))
            .collect();
        let mut model = Self { spec, layout, params: Vec::new(), weight, bias, shifts };
        model.params = model.arena(encoder, classes);
        model
    }

    fn arena(&self, encoder: Encoder, classes: usize) -> Vec<f32> {
        // Layers that are no convolutions get a class as one value.
        assert_eq!(self.layout.heads.inputs as usize, PIXELS + classes);
        let mut params = vec![0.0; self.layout.len as usize];
        let decoder = self.layout.decoder[0];
        for (i, row) in params[decoder.weight.range()].chunks_exact_mut(LATENT + classes).enumerate() {
            row[..LATENT].copy_from_slice(&self.weight[i]);
            (0..classes).for_each(|class| row[LATENT + class] = self.shifts[class][i]);
        }
        params[decoder.bias.range()].copy_from_slice(&self.bias);

        let (gain, variances) = self.posterior();
        let heads = self.layout.heads;
        let width = heads.inputs as usize;
        for (j, row) in params[heads.weight.range()].chunks_exact_mut(width).take(LATENT).enumerate() {
            for (to, gain) in row.iter_mut().zip(gain[j]) {
                *to = gain as f32;
            }
            for (class, shift) in self.shifts.iter().take(classes).enumerate() {
                row[PIXELS + class] = -product(&gain[j], shift) as f32;
            }
        }
        let (means, log_variances) = params[heads.bias.range()].split_at_mut(LATENT);
        for j in 0..LATENT {
            let astray = encoder.distance() * variances[j].sqrt();
            means[j] = (astray - product(&gain[j], &self.bias)) as f32;
            log_variances[j] = (encoder.width() * variances[j]).ln() as f32;
        }
        params
    }

    /// What x − E[x|y] is multiplied by to get the posterior's mean, Σ·Wᵀ/σ², and the variances in
    /// Σ = (I + Wᵀ·W/σ²)⁻¹.
    fn posterior(&self) -> ([[f64; PIXELS]; LATENT], [f64; LATENT]) {
        let variance = f64::from(SIGMA).powi(2);
        let w = self.weight.map(|row| row.map(f64::from));
        let inner = |i: usize, j: usize| w.iter().map(|row| row[i] * row[j]).sum::<f64>() / variance;
        let (a, b, d) = (1.0 + inner(0, 0), inner(0, 1), 1.0 + inner(1, 1));
        let determinant = a * d - b * b;
        let covariance = [[d / determinant, -b / determinant], [-b / determinant, a / determinant]];
        let gain = covariance.map(|row| w.map(|w| (row[0] * w[0] + row[1] * w[1]) / variance));
        (gain, [covariance[0][0], covariance[1][1]])
    }

    /// x − E[x|y]
    fn residual(&self, x: &[f32], label: u8) -> [f64; PIXELS] {
        let shift = self.shifts[usize::from(label)];
        std::array::from_fn(|i| f64::from(x[i]) - f64::from(self.bias[i]) - f64::from(shift[i]))
    }

    /// log p(x|y) by a Cholesky decomposition of the covariance.
    pub(crate) fn log_likelihood(&self, x: &[f32], label: u8) -> f64 {
        let w = self.weight.map(|row| row.map(f64::from));
        let mut lower = [[0.0; PIXELS]; PIXELS];
        // L·y = x − E[x|y]; then |y|² is the Mahalanobis distance.
        let mut y = self.residual(x, label);
        let mut log_density = 0.0;
        for i in 0..PIXELS {
            for j in 0..=i {
                let diagonal = if i == j { f64::from(SIGMA).powi(2) } else { 0.0 };
                let done: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
                let rest = w[i][0] * w[j][0] + w[i][1] * w[j][1] + diagonal - done;
                lower[i][j] = if i == j { rest.sqrt() } else { rest / lower[j][j] };
            }
            y[i] = (y[i] - (0..i).map(|k| lower[i][k] * y[k]).sum::<f64>()) / lower[i][i];
            log_density += log_normal(y[i], 0.0, 1.0) - lower[i][i].ln();
        }
        log_density
    }

    /// L_K as [`vae_playground::session::Session::log_likelihood`] documents it, in f64: image `image` of its
    /// dataset, draws in steps.
    pub(crate) fn estimate(&self, x: &[f32], label: u8, how: Estimate, image: u32) -> f64 {
        let (k, seed) = (how.k, rng::fold_seed(how.seed));
        let mixture = how.proposal == Proposal::Mixture;
        let heads = self.layout.heads;
        let (gain, _) = self.posterior();
        let bias = &self.params[heads.bias.range()];
        let residual = self.residual(x, label);
        let at_once = k.min(DRAWS_AT_ONCE);
        let log_weights: Vec<f64> = (0..k)
            .map(|draw| {
                let (step, row) = (draw / at_once, image * at_once + draw % at_once);
                let (mut prior, mut posterior) = (0.0, 0.0);
                let mut z = [0.0; LATENT];
                for (j, z) in z.iter_mut().enumerate() {
                    let mean: f64 = gain[j].iter().zip(residual).map(|(g, r)| g * r).sum();
                    let variance = f64::from(bias[LATENT + j]).exp();
                    let noise = normal(seed, step, row * LATENT as u32 + j as u32);
                    *z = if mixture && draw % 2 == 1 { noise } else { mean + variance.sqrt() * noise };
                    prior += log_normal(*z, 0.0, 1.0);
                    posterior += log_normal(*z, mean, variance);
                }
                let proposal =
                    if mixture { (0.5 * posterior.exp() + 0.5 * prior.exp()).ln() } else { posterior };
                let mut log_weight = prior - proposal;
                for (residual, w) in residual.iter().zip(self.weight) {
                    let mean = f64::from(w[0]) * z[0] + f64::from(w[1]) * z[1];
                    log_weight += log_normal(*residual, mean, f64::from(SIGMA).powi(2));
                }
                log_weight
            })
            .collect();
        let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = log_weights.iter().map(|w| (w - largest).exp()).sum();
        largest + (sum / f64::from(k)).ln()
    }

    /// Grey levels of images near the mean, and their labels.
    pub(crate) fn images(&self, n: usize) -> (Vec<u8>, Vec<u8>) {
        let mut data = Data::new(8);
        let images =
            (0..n * PIXELS).map(|_| (128.0 + 40.0 * data.normal()).clamp(0.0, 255.0) as u8).collect();
        let labels = (0..n).map(|_| (data.bits() as usize % self.shifts.len()) as u8).collect();
        (images, labels)
    }
}

fn product(gain: &[f64; PIXELS], values: &[f32; PIXELS]) -> f64 {
    gain.iter().zip(values).map(|(g, &v)| g * f64::from(v)).sum()
}
