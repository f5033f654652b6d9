//! A spec's layers with their shapes worked out: what parameters and operations are laid out from.

use super::{Activation, ImageShape, LayerSpec, MAX_LAYERS, MAX_TENSOR, MAX_VALUES, VaeSpec};
use crate::error::{Error, Result};

/// Side of the largest kernel.
const MAX_KERNEL: u32 = 31;
/// Longest step of a convolution.
const MAX_STRIDE: u32 = 16;

/// The two images of a convolution. A convolution goes from the large to the small one, its transpose back;
/// either way the weight is `[small.channels, large.channels, kernel, kernel]`, and pixel (y, x) of the small
/// image meets pixels (y·stride − padding + ky, x·stride − padding + kx) of the large one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// What a convolution reads.
    pub large: ImageShape,
    /// What a convolution writes.
    pub small: ImageShape,
    /// Side of the square kernel.
    pub kernel: u32,
    /// Pixels of the large image from one pixel of the small one to the next.
    pub stride: u32,
    /// Zeros around the large image.
    pub padding: u32,
}

impl Geometry {
    /// Values of the weight that one channel of the small image has.
    #[must_use]
    pub const fn taps(&self) -> u32 {
        self.large.channels * self.kernel * self.kernel
    }

    /// Values of the weight.
    #[must_use]
    pub const fn weight(&self) -> u32 {
        self.small.channels * self.taps()
    }

    /// Pixels of one channel of the small image.
    #[must_use]
    pub const fn small_area(&self) -> u32 {
        self.small.height * self.small.width
    }

    /// Pixels of one channel of the large image.
    #[must_use]
    pub const fn large_area(&self) -> u32 {
        self.large.height * self.large.width
    }
}

/// What a layer with parameters computes before its activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// A matrix product.
    Linear,
    /// A convolution, from the large image to the small one.
    Conv(Geometry),
    /// The transpose of one, from the small image to the large one.
    ConvTranspose(Geometry),
}

/// A layer with parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// What it computes.
    pub transform: Transform,
    /// What goes in, the label of a conditional model included.
    pub input: ImageShape,
    /// What comes out.
    pub output: ImageShape,
    /// What follows.
    pub activation: Activation,
    /// Its place in the spec's list; `None` for the output layer that the spec leaves out.
    pub index: Option<usize>,
}

impl Stage {
    /// Values of the weight.
    #[must_use]
    pub fn weight(&self) -> u64 {
        match self.transform {
            Transform::Linear => u64::from(self.input.len()) * u64::from(self.output.len()),
            Transform::Conv(g) | Transform::ConvTranspose(g) => {
                u64::from(g.small.channels) * u64::from(g.large.channels) * u64::from(g.kernel).pow(2)
            }
        }
    }

    /// Values of the bias.
    #[must_use]
    pub const fn bias(&self) -> u32 {
        match self.transform {
            Transform::Linear => self.output.len(),
            Transform::Conv(_) | Transform::ConvTranspose(_) => self.output.channels,
        }
    }
}

/// All layers with parameters but the heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages {
    /// From the image on.
    pub encoder: Vec<Stage>,
    /// What goes into the encoder: the image, and the label of a conditional model.
    pub image: ImageShape,
    /// Values that go into the heads.
    pub hidden: u32,
    /// From z to the logits; never empty.
    pub decoder: Vec<Stage>,
}

const fn flat(values: u32) -> ImageShape {
    ImageShape { channels: values, height: 1, width: 1 }
}

impl Stages {
    pub(super) fn of(spec: &VaeSpec) -> Result<Self> {
        let planes = matches!(
            spec.encoder.first(),
            Some(LayerSpec::Conv2d { .. } | LayerSpec::ConvTranspose2d { .. })
        );
        let image = match (spec.classes, planes) {
            (0, _) => spec.input,
            // A label becomes constant planes beside an image, or values behind its pixels.
            (classes, true) => ImageShape { channels: spec.input.channels + classes, ..spec.input },
            (classes, false) => flat(spec.pixels() + classes),
        };
        let (encoder, end) = side("encoder", &spec.encoder, image)?;
        let hidden = end.len();
        let (mut decoder, end) = side("decoder", &spec.decoder, flat(spec.latent + spec.classes))?;
        let ends_in_pixels = end == spec.input || end == flat(spec.pixels());
        match decoder.last() {
            Some(last) if ends_in_pixels => {
                if last.activation != Activation::Identity {
                    return Err(Error::spec(
                        format!("decoder[{}].activation", last.index.unwrap_or_default()),
                        "the layer that gives the pixels' logits must have activation identity: \
                         the likelihood applies its own",
                    ));
                }
            }
            _ => {
                let output = Stage {
                    transform: Transform::Linear,
                    input: end,
                    output: flat(spec.pixels()),
                    activation: Activation::Identity,
                    index: None,
                };
                check_tensor("decoder's last layer", &output)?;
                decoder.push(output);
            }
        }
        let heads = Stage {
            transform: Transform::Linear,
            input: flat(hidden),
            output: flat(2 * spec.latent),
            activation: Activation::Identity,
            index: None,
        };
        check_tensor("latent", &heads)?;
        // Weight and bias are each padded to a multiple of 64 values.
        let padded = |s: &Stage| s.weight() + u64::from(s.bias()) + 2 * 63;
        let total: u64 = encoder.iter().chain([&heads]).chain(&decoder).map(padded).sum();
        if total > MAX_TENSOR {
            let problem = format!("{total} parameters in all, expected at most {MAX_TENSOR}");
            return Err(Error::spec("layers", problem));
        }
        Ok(Self { encoder, image, hidden, decoder })
    }
}

/// The stages of one side, and the shape they end in.
fn side(name: &str, layers: &[LayerSpec], input: ImageShape) -> Result<(Vec<Stage>, ImageShape)> {
    if layers.len() > MAX_LAYERS {
        return Err(Error::spec(name, format!("{} layers, expected at most {MAX_LAYERS}", layers.len())));
    }
    let mut shape = input;
    let mut stages = Vec::new();
    for (i, layer) in layers.iter().enumerate() {
        let at = format!("{name}[{i}]");
        let (transform, output, activation) = match *layer {
            LayerSpec::Linear { units, activation } => {
                within(&at, "units", units, 1, MAX_VALUES)?;
                (Transform::Linear, flat(units), activation)
            }
            LayerSpec::Conv2d { channels, kernel, stride, padding, activation } => {
                check_kernel(&at, channels, kernel, stride, padding)?;
                let size = |n: u32| (n + 2 * padding).checked_sub(kernel).map(|room| room / stride + 1);
                let Some((height, width)) = size(shape.height).zip(size(shape.width)) else {
                    let problem = format!(
                        "{kernel}, larger than its input of {}×{} with padding {padding}",
                        shape.height, shape.width
                    );
                    return Err(Error::spec(format!("{at}.kernel"), problem));
                };
                let small = check_shape(&at, ImageShape { channels, height, width })?;
                let geometry = Geometry { large: shape, small, kernel, stride, padding };
                (Transform::Conv(geometry), small, activation)
            }
            LayerSpec::ConvTranspose2d { channels, kernel, stride, padding, output_padding, activation } => {
                check_kernel(&at, channels, kernel, stride, padding)?;
                within(&at, "outputPadding", output_padding, 0, stride - 1)?;
                let size = |n: u32| {
                    ((n - 1) * stride + kernel + output_padding).checked_sub(2 * padding).filter(|&n| n > 0)
                };
                let Some((height, width)) = size(shape.height).zip(size(shape.width)) else {
                    let problem = format!("{padding} cuts off all of its output");
                    return Err(Error::spec(format!("{at}.padding"), problem));
                };
                let large = check_shape(&at, ImageShape { channels, height, width })?;
                let geometry = Geometry { large, small: shape, kernel, stride, padding };
                (Transform::ConvTranspose(geometry), large, activation)
            }
            LayerSpec::Reshape { channels, height, width } => {
                let to = ImageShape { channels, height, width };
                if to.len() != shape.len() {
                    let problem = format!(
                        "{channels}×{height}×{width} = {} values, its input has {}",
                        to.len(),
                        shape.len()
                    );
                    return Err(Error::spec(at, problem));
                }
                shape = to;
                continue;
            }
            LayerSpec::Flatten {} => {
                shape = flat(shape.len());
                continue;
            }
        };
        let input = if transform == Transform::Linear { flat(shape.len()) } else { shape };
        let stage = Stage { transform, input, output, activation, index: Some(i) };
        check_tensor(&at, &stage)?;
        stages.push(stage);
        shape = output;
    }
    Ok((stages, shape))
}

fn within(at: &str, what: &str, n: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&n) {
        return Ok(());
    }
    Err(Error::spec(format!("{at}.{what}"), format!("{n}, expected {least} to {most}")))
}

fn check_kernel(at: &str, channels: u32, kernel: u32, stride: u32, padding: u32) -> Result<()> {
    within(at, "channels", channels, 1, MAX_VALUES)?;
    within(at, "kernel", kernel, 1, MAX_KERNEL)?;
    within(at, "stride", stride, 1, MAX_STRIDE)?;
    within(at, "padding", padding, 0, kernel - 1)
}

fn check_shape(at: &str, shape: ImageShape) -> Result<ImageShape> {
    if shape.len() > MAX_VALUES {
        let problem = format!(
            "{}×{}×{} values come out, expected at most {MAX_VALUES}",
            shape.channels, shape.height, shape.width
        );
        return Err(Error::spec(at, problem));
    }
    Ok(shape)
}

fn check_tensor(at: &str, stage: &Stage) -> Result<()> {
    let len = stage.weight();
    if len > MAX_TENSOR {
        return Err(Error::spec(at, format!("a weight of {len} values, expected at most {MAX_TENSOR}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Likelihood;

    fn spec(encoder: Vec<LayerSpec>, decoder: Vec<LayerSpec>, classes: u32) -> VaeSpec {
        let input = ImageShape { channels: 1, height: 28, width: 28 };
        VaeSpec { input, encoder, latent: 2, decoder, likelihood: Likelihood::Bernoulli {}, classes }
    }

    fn conv(channels: u32, kernel: u32, stride: u32, padding: u32) -> LayerSpec {
        LayerSpec::Conv2d { channels, kernel, stride, padding, activation: Activation::Relu }
    }

    fn transpose(channels: u32, stride: u32, output_padding: u32, activation: Activation) -> LayerSpec {
        LayerSpec::ConvTranspose2d { channels, kernel: 3, stride, padding: 1, output_padding, activation }
    }

    #[test]
    fn shapes_are_those_of_pytorch() {
        let relu = Activation::Relu;
        let spec = spec(
            vec![conv(32, 3, 2, 1), conv(64, 3, 2, 1), LayerSpec::Linear { units: 16, activation: relu }],
            vec![
                LayerSpec::Linear { units: 3136, activation: relu },
                LayerSpec::Reshape { channels: 64, height: 7, width: 7 },
                transpose(64, 2, 1, relu),
                transpose(32, 2, 1, relu),
                transpose(1, 1, 0, Activation::Identity),
            ],
            0,
        );
        let stages = spec.stages().unwrap();
        let sides = |stages: &[Stage]| -> Vec<_> {
            stages.iter().map(|s| (s.output.channels, s.output.height, s.output.width)).collect()
        };
        assert_eq!(sides(&stages.encoder), [(32, 14, 14), (64, 7, 7), (16, 1, 1)]);
        assert_eq!(sides(&stages.decoder), [(3136, 1, 1), (64, 14, 14), (32, 28, 28), (1, 28, 28)]);
        let indices: Vec<_> = stages.decoder.iter().map(|s| s.index).collect();
        assert_eq!(indices, [Some(0), Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn labels_become_planes_before_a_convolution_and_values_before_a_product() {
        let planes = spec(vec![conv(4, 3, 1, 1)], vec![], 10).stages().unwrap();
        assert_eq!(planes.image, ImageShape { channels: 11, height: 28, width: 28 });
        let values = spec(vec![LayerSpec::Linear { units: 5, activation: Activation::Relu }], vec![], 10);
        let values = values.stages().unwrap();
        assert_eq!(values.encoder[0].input.len(), 794);
        assert_eq!(values.decoder[0].input.len(), 12);
        assert_eq!(spec(vec![], vec![], 10).stages().unwrap().hidden, 794);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let bad = [
            (spec(vec![conv(4, 31, 1, 0)], vec![], 0), "encoder[0].kernel"),
            (spec(vec![conv(4, 3, 0, 0)], vec![], 0), "encoder[0].stride"),
            (spec(vec![conv(4, 3, 1, 3)], vec![], 0), "encoder[0].padding"),
            (spec(vec![], vec![transpose(1, 2, 2, Activation::Relu)], 0), "decoder[0].outputPadding"),
            (spec(vec![], vec![LayerSpec::Reshape { channels: 3, height: 1, width: 1 }], 0), "decoder[0]"),
            (spec(vec![conv(1 << 20, 1, 1, 0)], vec![], 0), "encoder[0]"),
        ];
        for (spec, place) in bad {
            match spec.stages() {
                Err(Error::InvalidSpec { at, .. }) => assert_eq!(at, place),
                other => panic!("{place}: {other:?}"),
            }
        }
    }
}
