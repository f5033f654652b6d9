//! The named models: each a spec with the recipe that its source trains it by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::binarize::Binarize;
use crate::error::{Error, Result};
use crate::json;
use crate::loss::Objective;
use crate::optim::{Optimizer, Rule};
use crate::params::Initialisation;
use crate::spec::{Activation, ImageShape, LayerSpec, Likelihood, VaeSpec};
use crate::train::{Schedule, TrainConfig};

use Activation::{Identity, Relu, Tanh};

/// Every preset's name, in the order in which menus show them.
pub const NAMES: [&str; 12] = [
    "dense-20",
    "dense-2",
    "mini-2",
    "conv-2",
    "conv-16",
    "iwae-50",
    "cvae-20",
    "sigmoid-32",
    "mse-128",
    "rmsprop-10",
    "dense-10",
    "conv-32",
];

/// Plain summed squared error: a Gaussian likelihood with σ² = ½, whose constant is dropped.
const SQUARED_ERROR: Likelihood = Likelihood::Gaussian { sigma: std::f32::consts::FRAC_1_SQRT_2 };
const BERNOULLI: Likelihood = Likelihood::Bernoulli {};

/// A model and how it is trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// What the model is.
    pub spec: VaeSpec,
    /// How its source trains it.
    pub recipe: Recipe,
}

/// How a model is trained from nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The run's settings.
    pub config: TrainConfig,
    /// How the parameters begin.
    pub initialisation: Initialisation,
    /// Whether the output's bias begins at the log-odds of the training images' mean.
    pub data_bias: bool,
    /// Steps from one printed line to the next; `None` for a line per epoch.
    pub print_every: Option<u64>,
    /// Whether a sheet of 10×10 samples ends the run.
    #[serde(default)]
    pub sheet: bool,
}

impl Recipe {
    /// The key of a checkpoint's note that holds its recipe as JSON.
    pub const NOTE: &str = "recipe";

    /// The recipe as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::to_string(self)
    }

    /// The recipe that a checkpoint's notes tell of: its own, or that of the preset they name.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] for a recipe that cannot be read.
    pub fn of_notes(notes: &BTreeMap<String, String>) -> Result<Option<Self>> {
        let Some(json) = notes.get(Self::NOTE) else {
            return Ok(notes.get("preset").and_then(|name| preset(name).ok()).map(|preset| preset.recipe));
        };
        let bad = |problem: String| Error::InvalidCheckpoint(format!("note {:?}: {problem}", Self::NOTE));
        let recipe: Self = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        recipe.config.validate().map_err(|e| bad(e.to_string()))?;
        Ok(Some(recipe))
    }
}

/// The spec called `name`.
///
/// # Errors
/// As [`preset`].
pub fn spec(name: &str) -> Result<VaeSpec> {
    preset(name).map(|p| p.spec)
}

/// The preset called `name`.
///
/// # Errors
/// [`Error::InvalidArgument`] that lists the known names.
pub fn preset(name: &str) -> Result<Preset> {
    Ok(match name {
        "dense-20" => dense_20(),
        "dense-2" => dense_2(),
        "mini-2" => mini_2(),
        "conv-2" => conv_2(),
        "conv-16" => conv_16(),
        "iwae-50" => iwae_50(),
        "cvae-20" => cvae_20(),
        "sigmoid-32" => sigmoid_32(),
        "mse-128" => mse_128(),
        "rmsprop-10" => rmsprop_10(),
        "dense-10" => dense_10(),
        "conv-32" => conv_32(),
        _ => {
            return Err(Error::argument(
                "preset",
                format!("no preset is called {name:?}; known: {}", NAMES.join(", ")),
            ));
        }
    })
}

/// 784-400-20, the model and the recipe of pytorch/examples' `vae`: ten epochs of Adam at 10⁻³, batch 128,
/// grey pixels as targets.
fn dense_20() -> Preset {
    dense(&[400], 20, Relu, BERNOULLI).trained(TrainConfig::default())
}

/// 784-512-256-2, the map's model: two dimensions to look at, deep enough that the classes part, trained on
/// binarised images so that its likelihood compares with the literature's 2-D models (Davidson et al., 2018,
/// "Hyperspherical Variational Auto-Encoders", table 1).
fn dense_2() -> Preset {
    dense(&[512, 256], 2, Relu, BERNOULLI).trained(TrainConfig {
        epochs: Some(60),
        binarize: Binarize::Dynamic,
        schedule: Schedule::Cosine,
        ..TrainConfig::default()
    })
}

/// 784-128-64-2, dense-2's little sister: a fifth of its weights, so that a page that opens with it has its map at
/// once. Fewer units need a larger learning rate and more epochs, which here cost a second each.
fn mini_2() -> Preset {
    dense(&[128, 64], 2, Relu, BERNOULLI).trained(TrainConfig {
        epochs: Some(120),
        learning_rate: 3e-3,
        binarize: Binarize::Dynamic,
        schedule: Schedule::Cosine,
        ..TrainConfig::default()
    })
}

/// Keras' example "Variational AutoEncoder" (Chollet, 2020): convolutions of 32 and 64 channels with stride 2,
/// 16 hidden units, two dimensions; 30 epochs of Adam at 10⁻³, batch 128, grey pixels as targets.
///
/// Keras pads strided convolutions by (0, 1) where this pads by (1, 1); shapes and sizes are the same. It trains on
/// all 70,000 digits, so that its figure is one of training. In its first ten steps Adam moves the sums of 3136
/// positive inputs that the 16 units take by more than they vary: by step 50, from seven to all sixteen of them were
/// dead for good, whatever the library, and often one dimension with them. So here the output's bias begins at the
/// data's log-odds, Adam has ε = 0.01, β grows over two epochs, and the learning rate falls along a cosine.
fn conv_2() -> Preset {
    let encoder = vec![conv(32, 3, 2, 1), conv(64, 3, 2, 1), linear(16, Relu)];
    let decoder = vec![
        linear(3136, Relu),
        LayerSpec::Reshape { channels: 64, height: 7, width: 7 },
        transpose(64, 3, 2, 1, 1, Relu),
        transpose(32, 3, 2, 1, 1, Relu),
        transpose(1, 3, 1, 1, 0, Identity),
    ];
    let rule = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 0.01 };
    let mut preset = model(encoder, 2, decoder, BERNOULLI).trained(TrainConfig {
        epochs: Some(30),
        optimizer: Optimizer::from(rule),
        warmup_epochs: 2.0,
        schedule: Schedule::Cosine,
        ..TrainConfig::default()
    });
    preset.recipe.initialisation = Initialisation::Glorot;
    preset.recipe.data_bias = true;
    preset
}

/// A small convolutional model with 16 dimensions: stride-2 convolutions with kernels of 4, which the stride
/// divides, so that transposed ones leave no checkerboard (Odena et al., 2016).
fn conv_16() -> Preset {
    let encoder = vec![conv(32, 4, 2, 1), conv(64, 4, 2, 1), linear(256, Relu)];
    let decoder = vec![
        linear(256, Relu),
        linear(3136, Relu),
        LayerSpec::Reshape { channels: 64, height: 7, width: 7 },
        transpose(32, 4, 2, 1, 0, Relu),
        transpose(1, 4, 2, 1, 0, Identity),
    ];
    model(encoder, 16, decoder, BERNOULLI).trained(TrainConfig {
        epochs: Some(20),
        schedule: Schedule::Cosine,
        ..TrainConfig::default()
    })
}

/// 784-200-200-50 with tanh, the model with one stochastic layer of "Importance Weighted Autoencoders" (Burda
/// et al., 2016, section 5): Glorot's initial values, output bias from the data, Adam with ε = 10⁻⁴, batch 20,
/// eight stages of the learning rate over 3280 epochs, pixels binarised anew each epoch, k = 50. The gradient is
/// the doubly reparameterised one (Tucker et al., 2019).
fn iwae_50() -> Preset {
    let rule = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-4 };
    let mut preset = dense(&[200, 200], 50, Tanh, BERNOULLI).trained(TrainConfig {
        epochs: Some(3280),
        batch: 20,
        optimizer: Optimizer::from(rule),
        objective: Objective::Iwae { samples: 50, dreg: true },
        binarize: Binarize::Dynamic,
        schedule: Schedule::Stages,
        ..TrainConfig::default()
    });
    preset.recipe.initialisation = Initialisation::Glorot;
    preset.recipe.data_bias = true;
    preset
}

/// dense-20 that is told the digit's class (Sohn et al., 2015, "Learning Structured Output Representation
/// using Deep Conditional Generative Models").
fn cvae_20() -> Preset {
    let mut preset = dense(&[400], 20, Relu, BERNOULLI).trained(TrainConfig::default());
    preset.spec.classes = 10;
    preset
}

/// 784-64-32 with a sigmoid at the output. As printed, the article takes the encoder's output itself for the
/// sample; here it is the mean and log-variance, from which z is drawn.
fn sigmoid_32() -> Preset {
    dense(&[64], 32, Relu, BERNOULLI).trained(TrainConfig::default())
}

/// 784-256-128 with squared error: a Gaussian likelihood with σ² = ½, so that reconstruction and divergence
/// stand in the proportion that the article's sum gives them, and its figures differ by the constant
/// 784·½·ln π alone.
fn mse_128() -> Preset {
    dense(&[256], 128, Relu, SQUARED_ERROR).trained(TrainConfig::default())
}

/// 784-128-10, cross-entropy, RMSProp, batch 256, 50 epochs, validated on the test set. As printed, the sampling
/// layer loses the shape of its input; here it keeps it. RMSProp with PyTorch's settings.
fn rmsprop_10() -> Preset {
    dense(&[128], 10, Relu, BERNOULLI).trained(TrainConfig {
        epochs: Some(50),
        batch: 256,
        optimizer: Optimizer::from(Rule::RMSPROP),
        ..TrainConfig::default()
    })
}

/// 784-256-10, cross-entropy, 20 epochs of Adam.
fn dense_10() -> Preset {
    dense(&[256], 10, Relu, BERNOULLI).trained(TrainConfig { epochs: Some(20), ..TrainConfig::default() })
}

/// Stride-2 convolutions and transposed convolutions, 32 dimensions, squared error, Adam at 5·10⁻⁴, batch 64,
/// a line every 100 batches and a sheet of 10×10 samples at the end. As printed, the decoder's images vanish before
/// they reach 28×28; here each transposed convolution doubles them.
fn conv_32() -> Preset {
    let encoder = vec![conv(32, 3, 2, 1), conv(64, 3, 2, 1)];
    let decoder = vec![
        linear(3136, Relu),
        LayerSpec::Reshape { channels: 64, height: 7, width: 7 },
        transpose(32, 3, 2, 1, 1, Relu),
        transpose(1, 3, 2, 1, 1, Identity),
    ];
    let mut preset = model(encoder, 32, decoder, SQUARED_ERROR).trained(TrainConfig {
        batch: 64,
        learning_rate: 5e-4,
        ..TrainConfig::default()
    });
    preset.recipe.print_every = Some(100);
    preset.recipe.sheet = true;
    preset
}

impl Preset {
    fn trained(mut self, config: TrainConfig) -> Self {
        self.recipe.config = config;
        self
    }
}

const fn linear(units: u32, activation: Activation) -> LayerSpec {
    LayerSpec::Linear { units, activation }
}

const fn conv(channels: u32, kernel: u32, stride: u32, padding: u32) -> LayerSpec {
    LayerSpec::Conv2d { channels, kernel, stride, padding, activation: Relu }
}

const fn transpose(
    channels: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    output_padding: u32,
    activation: Activation,
) -> LayerSpec {
    LayerSpec::ConvTranspose2d { channels, kernel, stride, padding, output_padding, activation }
}

fn model(encoder: Vec<LayerSpec>, latent: u32, decoder: Vec<LayerSpec>, likelihood: Likelihood) -> Preset {
    let input = ImageShape::MNIST;
    let spec = VaeSpec { input, encoder, latent, decoder, likelihood, classes: 0 };
    Preset { spec, recipe: Recipe::default() }
}

/// Hidden layers of `sizes`, and the same in reverse.
fn dense(sizes: &[u32], latent: u32, activation: Activation, likelihood: Likelihood) -> Preset {
    let encoder = sizes.iter().map(|&units| linear(units, activation)).collect();
    let decoder = sizes.iter().rev().map(|&units| linear(units, activation)).collect();
    model(encoder, latent, decoder, likelihood)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_preset_is_valid_and_survives_json() {
        for name in super::NAMES {
            let preset = super::preset(name).unwrap();
            let json = preset.spec.to_json();
            assert_eq!(crate::spec::VaeSpec::from_json(&json).unwrap(), preset.spec);
            preset.recipe.config.validate().unwrap();
            let notes = [(super::Recipe::NOTE.to_owned(), preset.recipe.to_json())].into();
            assert_eq!(super::Recipe::of_notes(&notes).unwrap(), Some(preset.recipe));
            let notes = [("preset".to_owned(), name.to_owned())].into();
            assert_eq!(super::Recipe::of_notes(&notes).unwrap(), Some(preset.recipe));
        }
    }
}
