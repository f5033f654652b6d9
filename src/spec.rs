//! What a model is: layers, latent size, likelihood. A [`VaeSpec`] says nothing about batches,
//! backends or training; it is what checkpoints and JavaScript carry as JSON.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Most values in one parameter tensor: a WebGPU storage binding is at most 128 MiB by default.
pub const MAX_TENSOR: u64 = (128 << 20) / 4;
/// Most layers on either side of the latent.
pub const MAX_LAYERS: usize = 64;

/// The shape of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageShape {
    /// Colour channels.
    pub channels: u32,
    /// Rows of pixels.
    pub height: u32,
    /// Columns of pixels.
    pub width: u32,
}

impl ImageShape {
    /// MNIST's 1×28×28.
    pub const MNIST: Self = Self { channels: 1, height: 28, width: 28 };

    /// Values in one image; saturates rather than overflows.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.channels.saturating_mul(self.height).saturating_mul(self.width)
    }

    /// Whether an image holds no value at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// An elementwise function after a layer. The discriminants are what the shaders switch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum Activation {
    /// x
    #[default]
    Identity = 0,
    /// max(0, x); its gradient at 0 is 0, as in PyTorch.
    Relu = 1,
    /// x for x > 0, else 0.01·x.
    LeakyRelu = 2,
    /// tanh x
    Tanh = 3,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid = 4,
    /// ln(1 + eˣ)
    Softplus = 5,
    /// x·Φ(x), the exact form with the error function (Hendrycks and Gimpel, 2016).
    Gelu = 6,
    /// x·sigmoid(x) (Elfwing et al., 2017).
    Silu = 7,
}

impl Activation {
    /// All of them, for tests and for menus.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Relu,
        Self::LeakyRelu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Softplus,
        Self::Gelu,
        Self::Silu,
    ];

    /// Whether the derivative can be told from the function's value alone, so that the value before
    /// the activation need not be kept. False for the two that are not monotonic.
    #[must_use]
    pub const fn gradient_from_output(self) -> bool {
        !matches!(self, Self::Gelu | Self::Silu)
    }
}

/// One layer of the encoder or the decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum LayerSpec {
    /// y = activation(x·Wᵀ + b), W of shape `[units, inputs]` as in PyTorch's `nn.Linear`.
    Linear {
        /// Values that come out.
        units: u32,
        /// What follows the sum.
        #[serde(default)]
        activation: Activation,
    },
}

/// p(x|z): how a decoder's output is compared with the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Likelihood {
    /// log p = Σ x·l − softplus(l) from logits l; x may be grey (soft targets).
    Bernoulli {},
    /// log p = −Σ [(x − x̂)²/(2σ²) + ½·ln(2πσ²)] with a fixed σ. Plain summed squared error is σ² = ½.
    Gaussian {
        /// The standard deviation, in units of the pixels' [0, 1].
        sigma: f32,
    },
}

/// A variational autoencoder: encoder, heads μ and log σ², decoder.
///
/// The heads follow the encoder's flattened output. A decoder whose last layer does not already have
/// as many outputs as the input has pixels gets one more linear layer to the pixels' logits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaeSpec {
    /// The shape of one image.
    pub input: ImageShape,
    /// Layers from the image to the heads.
    pub encoder: Vec<LayerSpec>,
    /// Dimensions of z.
    pub latent: u32,
    /// Layers from z to the logits.
    pub decoder: Vec<LayerSpec>,
    /// p(x|z).
    #[serde(default = "bernoulli")]
    pub likelihood: Likelihood,
    /// Classes that condition the model; 0 for an unconditional one.
    #[serde(default)]
    pub classes: u32,
}

const fn bernoulli() -> Likelihood {
    Likelihood::Bernoulli {}
}

impl VaeSpec {
    /// Reads a spec from JSON and validates it.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`] with the place and what was expected.
    pub fn from_json(json: &str) -> Result<Self> {
        let spec: Self = serde_json::from_str(json)
            .map_err(|e| Error::spec(format!("line {} column {}", e.line(), e.column()), e.to_string()))?;
        spec.validate()?;
        Ok(spec)
    }

    /// The spec as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a spec has only string keys and finite numbers")
    }

    /// Values in one image.
    #[must_use]
    pub const fn pixels(&self) -> u32 {
        self.input.len()
    }

    /// Checks every size, so that nothing after this can overflow, be empty or outgrow a WebGPU binding.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`] with the place and what was expected.
    pub fn validate(&self) -> Result<()> {
        for (name, n) in
            [("channels", self.input.channels), ("height", self.input.height), ("width", self.input.width)]
        {
            if n == 0 || n > 4096 {
                return Err(Error::spec(format!("input.{name}"), format!("{n}, expected 1 to 4096")));
            }
        }
        if u64::from(self.input.channels) * u64::from(self.input.height) * u64::from(self.input.width)
            > 1 << 20
        {
            return Err(Error::spec("input", "more than 1048576 values in one image"));
        }
        if self.latent == 0 || self.latent > 4096 {
            return Err(Error::spec("latent", format!("{}, expected 1 to 4096", self.latent)));
        }
        if self.classes != 0 {
            let problem = format!("{}, expected 0: conditional models are not supported yet", self.classes);
            return Err(Error::spec("classes", problem));
        }
        if let Likelihood::Gaussian { sigma } = self.likelihood
            && !(sigma.is_finite() && (1e-3..=1e3).contains(&sigma))
        {
            return Err(Error::spec("likelihood.sigma", format!("{sigma}, expected 0.001 to 1000")));
        }
        let hidden = self.check_layers("encoder", &self.encoder, self.pixels())?;
        check_tensor("latent", hidden, 2 * self.latent)?;
        let out = self.check_layers("decoder", &self.decoder, self.latent)?;
        if out != self.pixels() {
            check_tensor("decoder's last layer", out, self.pixels())?;
        }
        self.check_total(hidden)
    }

    /// Checks that all parameters together fit one binding, as optimisers need; `hidden` is the heads' input.
    fn check_total(&self, hidden: u32) -> Result<()> {
        // Weight and bias of a product are each padded to a multiple of 64 values.
        let product = |inputs: u32, outputs: u32| (u64::from(inputs) + 1) * u64::from(outputs) + 2 * 63;
        let side = |layers: &[LayerSpec], mut inputs: u32| {
            let mut sum = 0;
            for LayerSpec::Linear { units, .. } in layers {
                sum += product(inputs, *units);
                inputs = *units;
            }
            sum
        };
        let total = side(&self.encoder, self.pixels())
            + product(hidden, 2 * self.latent)
            + side(&self.decoder_layers(), self.latent);
        if total > MAX_TENSOR {
            return Err(Error::spec(
                "layers",
                format!("{total} parameters in all, expected at most {MAX_TENSOR}"),
            ));
        }
        Ok(())
    }

    /// The decoder's layers with the one to the pixels' logits added where the spec leaves it out.
    #[must_use]
    pub fn decoder_layers(&self) -> Vec<LayerSpec> {
        let mut layers = self.decoder.clone();
        if self.needs_output_layer() {
            layers.push(LayerSpec::Linear { units: self.pixels(), activation: Activation::Identity });
        }
        layers
    }

    /// Whether the decoder gets one more linear layer to the pixels' logits.
    #[must_use]
    pub fn needs_output_layer(&self) -> bool {
        !matches!(self.decoder.last(), Some(LayerSpec::Linear { units, .. }) if *units == self.pixels())
    }

    fn check_layers(&self, side: &str, layers: &[LayerSpec], inputs: u32) -> Result<u32> {
        if layers.len() > MAX_LAYERS {
            return Err(Error::spec(side, format!("{} layers, expected at most {MAX_LAYERS}", layers.len())));
        }
        let mut width = inputs;
        for (i, layer) in layers.iter().enumerate() {
            match layer {
                LayerSpec::Linear { units, activation } => {
                    let at = format!("{side}[{i}]");
                    if *units == 0 || *units > 1 << 20 {
                        return Err(Error::spec(
                            format!("{at}.units"),
                            format!("{units}, expected 1 to 1048576"),
                        ));
                    }
                    check_tensor(&at, width, *units)?;
                    let last = side == "decoder" && i + 1 == layers.len() && *units == self.pixels();
                    if last && *activation != Activation::Identity {
                        return Err(Error::spec(
                            format!("{at}.activation"),
                            "the layer that gives the pixels' logits must have activation identity: \
                             the likelihood applies its own",
                        ));
                    }
                    width = *units;
                }
            }
        }
        Ok(width)
    }
}

fn check_tensor(at: &str, inputs: u32, outputs: u32) -> Result<()> {
    let len = u64::from(inputs) * u64::from(outputs);
    if len > MAX_TENSOR {
        return Err(Error::spec(
            at,
            format!("a weight of {outputs}×{inputs} values, expected at most {MAX_TENSOR}"),
        ));
    }
    Ok(())
}
