//! What a model is: layers, latent size, likelihood. A [`VaeSpec`] says nothing about batches,
//! backends or training; it is what checkpoints and JavaScript carry as JSON.

mod fields;
mod layer;
mod stage;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::json;
pub use layer::{Activation, LayerSpec, Likelihood};
pub use stage::{Geometry, Stage, Stages, Transform};

/// Most values in one parameter tensor: a WebGPU storage binding is at most 128 MiB by default.
pub const MAX_TENSOR: u64 = (128 << 20) / 4;
/// Most layers on either side of the latent.
pub const MAX_LAYERS: usize = 64;
/// Most classes of a conditional model: labels are bytes.
pub const MAX_CLASSES: u32 = 256;
/// Most values in one image, and in what a layer makes of it.
pub const MAX_VALUES: u32 = 1 << 20;

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
        json::to_string(self)
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
            > u64::from(MAX_VALUES)
        {
            return Err(Error::spec("input", "more than 1048576 values in one image"));
        }
        if self.latent == 0 || self.latent > 4096 {
            return Err(Error::spec("latent", format!("{}, expected 1 to 4096", self.latent)));
        }
        if self.classes > MAX_CLASSES {
            let problem = format!("{}, expected at most {MAX_CLASSES}", self.classes);
            return Err(Error::spec("classes", problem));
        }
        if let Likelihood::Gaussian { sigma } = self.likelihood
            && !(sigma.is_finite() && (1e-3..=1e3).contains(&sigma))
        {
            return Err(Error::spec("likelihood.sigma", format!("{sigma}, expected 0.001 to 1000")));
        }
        self.stages().map(|_| ())
    }

    /// The layers that have parameters, with every shape worked out; the decoder's with the one to the
    /// pixels' logits added where the spec leaves it out.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`] with the place and what was expected.
    pub fn stages(&self) -> Result<Stages> {
        Stages::of(self)
    }
}
