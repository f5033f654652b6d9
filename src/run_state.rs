//! What a resumed run needs besides the model: settings, position, moments, and the parameters to the last
//! bit. Kept beside the checkpoint, so that the checkpoint itself holds the model's tensors only.

use std::collections::BTreeMap;

use crate::container::{self, Container, Named, Precision};
use crate::error::{Error, Result};
use crate::params::Layout;
use crate::train::{Position, TrainConfig};

/// The state of a run between two steps.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// Where the run stands.
    pub position: Position,
    /// Its settings; limits are not kept, as a resumed run has its own.
    pub config: TrainConfig,
    /// The parameter arena: the checkpoint beside it may be in half precision.
    pub params: Vec<f32>,
    /// The optimiser's moment arenas.
    pub moments: [Vec<f32>; 2],
}

const NAMES: [&str; 3] = ["params", "moment1", "moment2"];
/// What half precision keeps of a value, with room to spare.
const HALF: f32 = 1e-3;

impl RunState {
    /// The state as a safetensors file.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a moment that is not finite.
    pub fn save(&self) -> Result<Vec<u8>> {
        let notes = BTreeMap::from([
            ("step".to_owned(), self.position.step.to_string()),
            ("epoch".to_owned(), self.position.epoch.to_string()),
            ("images".to_owned(), self.position.images.to_string()),
            ("config".to_owned(), self.config_json()),
        ]);
        let arenas = [&self.params, &self.moments[0], &self.moments[1]];
        let shapes = arenas.map(|values| [values.len() as u32]);
        let tensors: Vec<Named<'_>> = NAMES
            .into_iter()
            .zip(&shapes)
            .zip(arenas)
            .map(|((name, shape), values)| Named { name, shape, values })
            .collect();
        container::write(notes, &tensors, Precision::F32)
    }

    fn config_json(&self) -> String {
        let config = TrainConfig { epochs: None, steps: None, ..self.config };
        serde_json::to_string(&config).expect("settings are finite numbers under string keys")
    }

    /// Reads the state that belongs to a model of `layout` with the parameters `model`.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] naming what is missing, of the wrong size, or of another model.
    pub fn load(bytes: &[u8], layout: &Layout, model: &[f32]) -> Result<Self> {
        let file = Container::open(bytes)?;
        let number = |key: &str| -> Result<u64> {
            let text = file.note(key).ok_or_else(|| bad(format!("{key} is missing")))?;
            text.parse().map_err(|_| bad(format!("{key} is {text:?}, expected a whole number")))
        };
        let small = |key: &str| -> Result<u32> {
            u32::try_from(number(key)?).map_err(|_| bad(format!("{key} is over 4294967295")))
        };
        let config = file.note("config").ok_or_else(|| bad("config is missing"))?;
        let config: TrainConfig = serde_json::from_str(config).map_err(|e| bad(format!("config: {e}")))?;
        config.validate().map_err(|e| bad(format!("config: {e}")))?;
        let arena = |name: &str| -> Result<Vec<f32>> {
            file.expect(name, &[layout.len])?;
            let mut values = vec![0.0; layout.len as usize];
            file.read(name, &mut values)?;
            Ok(values)
        };
        let params = arena(NAMES[0])?;
        let differ = |(a, b): (&f32, &f32)| (a - b).abs() > HALF * a.abs().max(HALF);
        if params.iter().zip(model).any(differ) {
            return Err(bad("its parameters are not those of the model beside it"));
        }
        Ok(Self {
            position: Position { step: number("step")?, epoch: small("epoch")?, images: small("images")? },
            config,
            params,
            moments: [arena(NAMES[1])?, arena(NAMES[2])?],
        })
    }
}

fn bad(problem: impl Into<String>) -> Error {
    Error::InvalidCheckpoint(format!("run state: {}", problem.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    #[test]
    fn a_state_survives_its_file_and_a_broken_one_is_refused() {
        let layout = Layout::new(&presets::spec("rmsprop-10").unwrap()).unwrap();
        let moment = |k: f32| (0..layout.len).map(|i| i as f32 * k).collect::<Vec<_>>();
        let position = Position { step: 700, epoch: 1, images: 231 };
        let config = TrainConfig { seed: u64::MAX, epochs: None, ..TrainConfig::default() };
        let params = moment(1e-3);
        let state =
            RunState { position, config, params: params.clone(), moments: [moment(0.5), moment(0.25)] };
        let bytes = state.save().unwrap();
        assert_eq!(RunState::load(&bytes, &layout, &params).unwrap(), state);
        let rounded: Vec<f32> = params.iter().map(|&v| half::f16::from_f32(v).to_f32()).collect();
        assert_eq!(RunState::load(&bytes, &layout, &rounded).unwrap(), state);
        assert!(matches!(RunState::load(&bytes, &layout, &moment(1.1e-3)), Err(Error::InvalidCheckpoint(_))));

        let other = Layout::new(&presets::spec("dense-20").unwrap()).unwrap();
        assert!(matches!(RunState::load(&bytes, &other, &params), Err(Error::InvalidCheckpoint(_))));
        for cut in [0, 1, 7, 8, 100, bytes.len() - 1] {
            assert!(matches!(
                RunState::load(&bytes[..cut], &layout, &params),
                Err(Error::InvalidCheckpoint(_))
            ));
        }
        let mut nan = state;
        nan.moments[1][3] = f32::NAN;
        assert!(matches!(nan.save(), Err(Error::InvalidArgument { .. })));
    }
}
