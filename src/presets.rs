//! The named specs.

use crate::error::{Error, Result};
use crate::spec::{Activation, ImageShape, LayerSpec, Likelihood, VaeSpec};

/// Every preset's name, in the order in which menus show them.
pub const NAMES: [&str; 5] = ["dense-20", "dense-2", "deep-10", "small-10", "mse-128"];

/// The spec called `name`.
///
/// # Errors
/// [`Error::InvalidArgument`] that lists the known names.
pub fn spec(name: &str) -> Result<VaeSpec> {
    let relu = Activation::Relu;
    Ok(match name {
        // The model of pytorch/examples/vae: 784-400-20.
        "dense-20" => dense(&[(400, relu)], 20, &[(400, relu)], Likelihood::Bernoulli {}),
        // Two latent dimensions, deep enough that the map's classes part.
        "dense-2" => {
            dense(&[(512, relu), (256, relu)], 2, &[(256, relu), (512, relu)], Likelihood::Bernoulli {})
        }
        // Two hidden layers a side, with an activation that is smooth everywhere.
        "deep-10" => dense(
            &[(256, Activation::Silu), (128, Activation::Silu)],
            10,
            &[(128, Activation::Silu), (256, Activation::Silu)],
            Likelihood::Bernoulli {},
        ),
        // Small enough for a phone.
        "small-10" => dense(&[(128, relu)], 10, &[(128, relu)], Likelihood::Bernoulli {}),
        // Squared error: a Gaussian likelihood with σ² = ½.
        "mse-128" => dense(
            &[(256, relu)],
            128,
            &[(256, relu)],
            Likelihood::Gaussian { sigma: std::f32::consts::FRAC_1_SQRT_2 },
        ),
        _ => {
            return Err(Error::argument(
                "preset",
                format!("no preset is called {name:?}; known: {}", NAMES.join(", ")),
            ));
        }
    })
}

fn dense(
    encoder: &[(u32, Activation)],
    latent: u32,
    decoder: &[(u32, Activation)],
    likelihood: Likelihood,
) -> VaeSpec {
    let layers = |sizes: &[(u32, Activation)]| {
        sizes.iter().map(|&(units, activation)| LayerSpec::Linear { units, activation }).collect()
    };
    VaeSpec {
        input: ImageShape::MNIST,
        encoder: layers(encoder),
        latent,
        decoder: layers(decoder),
        likelihood,
        classes: 0,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_preset_is_valid_and_survives_json() {
        for name in super::NAMES {
            let spec = super::spec(name).unwrap();
            assert_eq!(crate::spec::VaeSpec::from_json(&spec.to_json()).unwrap(), spec);
        }
    }
}
