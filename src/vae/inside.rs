//! A look inside: the layers, their weights, and what they make of an input.

use serde::Serialize;

use super::Vae;
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::op::{Space, View};
use crate::params::Block;
use crate::spec::{Activation, ImageShape, Stage, Transform};

/// Which side of the latent a layer is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// From the image to the statistics.
    Encoder,
    /// From z to the pixels.
    Decoder,
}

/// What a layer computes before its activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A matrix product.
    Linear,
    /// A convolution.
    Conv2d,
    /// The transpose of one.
    ConvTranspose2d,
}

/// A layer with parameters, as a diagram draws it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layer {
    /// Its side.
    pub half: Half,
    /// What it computes.
    pub kind: Kind,
    /// The names of its weights, for [`Vae::tensor`]; the encoder's last layer has two: μ's and log σ²'s.
    pub weights: Vec<String>,
    /// What goes in, the label of a conditional model included.
    pub input: ImageShape,
    /// What comes out.
    pub output: ImageShape,
    /// What follows.
    pub activation: Activation,
}

/// A named tensor's values.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorValues {
    /// As [`crate::params::Tensor::shape`].
    pub shape: Vec<u32>,
    /// Row-major.
    pub values: Vec<f32>,
}

const fn flat(values: u32) -> ImageShape {
    ImageShape { channels: values, height: 1, width: 1 }
}

impl Vae {
    /// Every layer with parameters, from the image to the pixels; the heads are the encoder's last.
    ///
    /// # Errors
    /// None in practice: the spec has been checked.
    pub fn layers(&self) -> Result<Vec<Layer>> {
        let stages = self.spec.stages()?;
        let side = |half, stages: &[Stage], blocks: &[Block]| {
            let layer = |(stage, block): (&Stage, &Block)| Layer {
                half,
                kind: match stage.transform {
                    Transform::Linear => Kind::Linear,
                    Transform::Conv(_) => Kind::Conv2d,
                    Transform::ConvTranspose(_) => Kind::ConvTranspose2d,
                },
                weights: self.weights_of(block),
                input: stage.input,
                output: stage.output,
                activation: stage.activation,
            };
            stages.iter().zip(blocks).map(layer).collect::<Vec<_>>()
        };
        let mut layers = side(Half::Encoder, &stages.encoder, &self.layout.encoder);
        layers.push(Layer {
            half: Half::Encoder,
            kind: Kind::Linear,
            weights: self.weights_of(&self.layout.heads),
            input: flat(stages.hidden),
            output: flat(2 * self.spec.latent),
            activation: Activation::Identity,
        });
        layers.extend(side(Half::Decoder, &stages.decoder, &self.layout.decoder));
        Ok(layers)
    }

    fn weights_of(&self, block: &Block) -> Vec<String> {
        let range = block.weight.range();
        let within = self.layout.tensors.iter().filter(|t| range.contains(&t.range.start));
        within.map(|t| t.name.clone()).collect()
    }

    /// The values of the tensor called `name`, as it is now.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names; [`Error::DeviceLost`].
    pub async fn tensor(&mut self, name: &str) -> Result<TensorValues> {
        let tensors = &self.layout.tensors;
        let Some(tensor) = tensors.iter().find(|tensor| tensor.name == name) else {
            let names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
            let problem = format!("no tensor is called {name:?}; known: {}", names.join(", "));
            return Err(Error::argument("name", problem));
        };
        let shape = tensor.shape.clone();
        let (offset, len) = (tensor.range.start as u32, tensor.range.len() as u32);
        let session = self.at_hand(0, 1).await?;
        let values = session.executor.read(None, View { space: Space::Params, offset, len }).await?;
        Ok(TensorValues { shape, values })
    }

    /// What each hidden layer of the encoder makes of `images`; see
    /// [`Session::encoder_layers`](crate::session::Session::encoder_layers).
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub async fn encoder_layers(&mut self, images: &[f32], labels: Option<&[u8]>) -> Result<Vec<Vec<f32>>> {
        self.at_hand(images.len(), self.spec.pixels()).await?.encoder_layers(images, labels).await
    }

    /// What each hidden layer of the decoder makes of `z`; see
    /// [`Session::decoder_layers`](crate::session::Session::decoder_layers).
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub async fn decoder_layers(&mut self, z: &[f32], labels: Option<&[u8]>) -> Result<Vec<Vec<f32>>> {
        self.at_hand(z.len(), self.spec.latent).await?.decoder_layers(z, labels).await
    }
}
