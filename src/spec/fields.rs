//! Layers and likelihoods as JSON has them: one reader for the fields of all types, which takes a fraction of the code
//! that a reader for each type would.

use serde::{Deserialize, Deserializer};

use super::layer::{Activation, LayerSpec, Likelihood};

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LayerType {
    Linear,
    Conv2d,
    ConvTranspose2d,
    Reshape,
    Flatten,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LayerFields {
    r#type: LayerType,
    #[serde(default, deserialize_with = "given")]
    units: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    channels: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    height: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    width: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    kernel: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    stride: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    padding: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    output_padding: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    activation: Option<Activation>,
}

/// A field that is there has a value: null is none.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn needed<T>(field: &mut Option<T>, name: &str) -> Result<T, String> {
    field.take().ok_or_else(|| format!("missing field `{name}`"))
}

impl TryFrom<LayerFields> for LayerSpec {
    type Error = String;

    fn try_from(mut f: LayerFields) -> Result<Self, String> {
        let layer = match f.r#type {
            LayerType::Linear => Self::Linear {
                units: needed(&mut f.units, "units")?,
                activation: f.activation.take().unwrap_or_default(),
            },
            LayerType::Conv2d => Self::Conv2d {
                channels: needed(&mut f.channels, "channels")?,
                kernel: needed(&mut f.kernel, "kernel")?,
                stride: f.stride.take().unwrap_or(1),
                padding: f.padding.take().unwrap_or(0),
                activation: f.activation.take().unwrap_or_default(),
            },
            LayerType::ConvTranspose2d => Self::ConvTranspose2d {
                channels: needed(&mut f.channels, "channels")?,
                kernel: needed(&mut f.kernel, "kernel")?,
                stride: f.stride.take().unwrap_or(1),
                padding: f.padding.take().unwrap_or(0),
                output_padding: f.output_padding.take().unwrap_or(0),
                activation: f.activation.take().unwrap_or_default(),
            },
            LayerType::Reshape => Self::Reshape {
                channels: needed(&mut f.channels, "channels")?,
                height: needed(&mut f.height, "height")?,
                width: needed(&mut f.width, "width")?,
            },
            LayerType::Flatten => Self::Flatten {},
        };
        let left = [
            ("units", f.units.is_some()),
            ("channels", f.channels.is_some()),
            ("height", f.height.is_some()),
            ("width", f.width.is_some()),
            ("kernel", f.kernel.is_some()),
            ("stride", f.stride.is_some()),
            ("padding", f.padding.is_some()),
            ("outputPadding", f.output_padding.is_some()),
            ("activation", f.activation.is_some()),
        ];
        match left.iter().find(|(_, left)| *left) {
            Some((name, _)) => Err(format!("unknown field `{name}` of this type of layer")),
            None => Ok(layer),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LikelihoodType {
    Bernoulli,
    Gaussian,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LikelihoodFields {
    r#type: LikelihoodType,
    #[serde(default, deserialize_with = "given")]
    sigma: Option<f32>,
}

impl TryFrom<LikelihoodFields> for Likelihood {
    type Error = String;

    fn try_from(mut f: LikelihoodFields) -> Result<Self, String> {
        match f.r#type {
            LikelihoodType::Gaussian => Ok(Self::Gaussian { sigma: needed(&mut f.sigma, "sigma")? }),
            LikelihoodType::Bernoulli if f.sigma.is_some() => {
                Err("unknown field `sigma` of this type of likelihood".into())
            }
            LikelihoodType::Bernoulli => Ok(Self::Bernoulli {}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(json: &str) -> Result<LayerSpec, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_layer_has_the_fields_of_its_type_and_no_others() {
        let conv = layer(r#"{"type":"conv2d","channels":4,"kernel":3}"#).unwrap();
        let expected = LayerSpec::Conv2d {
            channels: 4,
            kernel: 3,
            stride: 1,
            padding: 0,
            activation: Activation::Identity,
        };
        assert_eq!(conv, expected);
        assert_eq!(layer(r#"{"type":"flatten"}"#).unwrap(), LayerSpec::Flatten {});
        for (json, problem) in [
            (r#"{"type":"linear"}"#, "missing field `units`"),
            (r#"{"units":3}"#, "missing field `type`"),
            (r#"{"type":"conv2d","channels":1}"#, "missing field `kernel`"),
            (r#"{"type":"linear","units":3,"kernel":3}"#, "unknown field `kernel`"),
            (r#"{"type":"flatten","activation":"relu"}"#, "unknown field `activation`"),
            (
                r#"{"type":"conv2d","channels":1,"kernel":3,"outputPadding":0}"#,
                "unknown field `outputPadding`",
            ),
            (r#"{"type":"linear","units":3,"bias":true}"#, "unknown field `bias`"),
            (r#"{"type":"linear","units":3,"activation":null}"#, "expected value"),
            (r#"{"type":"linear","units":null}"#, "null"),
            (r#"{"type":"linear","units":3,"units":3}"#, "duplicate field `units`"),
            (r#"{"type":"dense","units":3}"#, "unknown variant `dense`"),
        ] {
            let error = layer(json).unwrap_err();
            assert!(error.contains(problem), "{json}: {error}");
        }
    }

    #[test]
    fn a_likelihood_has_the_fields_of_its_type_and_no_others() {
        let read = |json: &str| serde_json::from_str::<Likelihood>(json).map_err(|e| e.to_string());
        assert_eq!(read(r#"{"type":"bernoulli"}"#).unwrap(), Likelihood::Bernoulli {});
        assert_eq!(read(r#"{"type":"gaussian","sigma":0.5}"#).unwrap(), Likelihood::Gaussian { sigma: 0.5 });
        assert!(read(r#"{"type":"gaussian"}"#).unwrap_err().contains("missing field `sigma`"));
        assert!(read(r#"{"type":"bernoulli","sigma":1}"#).unwrap_err().contains("unknown field `sigma`"));
        assert!(read(r#"{"type":"laplace"}"#).unwrap_err().contains("unknown variant `laplace`"));
    }
}
