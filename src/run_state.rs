//! What a resumed run needs besides the model: moments, position, seed. Kept beside the checkpoint, so
//! that the checkpoint itself holds the model's tensors only.

use std::collections::BTreeMap;

use crate::container::{self, Container, Named, Precision};
use crate::error::{Error, Result};
use crate::params::Layout;
use crate::train::Position;

/// The state of a run between two steps.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// Where the run stands.
    pub position: Position,
    /// Seed of its permutations and noise.
    pub seed: u64,
    /// The optimiser's moment arenas.
    pub moments: [Vec<f32>; 2],
}

const NAMES: [&str; 2] = ["moment1", "moment2"];

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
            ("seed".to_owned(), self.seed.to_string()),
        ]);
        let shapes = self.moments.each_ref().map(|values| [values.len() as u32]);
        let tensors: Vec<Named<'_>> = NAMES
            .into_iter()
            .zip(&shapes)
            .zip(&self.moments)
            .map(|((name, shape), values)| Named { name, shape, values })
            .collect();
        container::write(notes, &tensors, Precision::F32)
    }

    /// Reads a state for a model of `layout`.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] naming what is missing or of the wrong size.
    pub fn load(bytes: &[u8], layout: &Layout) -> Result<Self> {
        let file = Container::open(bytes)?;
        let number = |key: &str| -> Result<u64> {
            let text = file.note(key).ok_or_else(|| bad(format!("{key} is missing")))?;
            text.parse().map_err(|_| bad(format!("{key} is {text:?}, expected a whole number")))
        };
        let small = |key: &str| -> Result<u32> {
            u32::try_from(number(key)?).map_err(|_| bad(format!("{key} is over 4294967295")))
        };
        let moment = |name: &str| -> Result<Vec<f32>> {
            file.expect(name, &[layout.len])?;
            let mut values = vec![0.0; layout.len as usize];
            file.read(name, &mut values)?;
            Ok(values)
        };
        Ok(Self {
            position: Position { step: number("step")?, epoch: small("epoch")?, images: small("images")? },
            seed: number("seed")?,
            moments: [moment(NAMES[0])?, moment(NAMES[1])?],
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
        let layout = Layout::new(&presets::spec("small-10").unwrap()).unwrap();
        let moment = |k: f32| (0..layout.len).map(|i| i as f32 * k).collect::<Vec<_>>();
        let position = Position { step: 700, epoch: 1, images: 231 };
        let state = RunState { position, seed: u64::MAX, moments: [moment(0.5), moment(0.25)] };
        let bytes = state.save().unwrap();
        assert_eq!(RunState::load(&bytes, &layout).unwrap(), state);

        let other = Layout::new(&presets::spec("dense-20").unwrap()).unwrap();
        assert!(matches!(RunState::load(&bytes, &other), Err(Error::InvalidCheckpoint(_))));
        for cut in [0, 1, 7, 8, 100, bytes.len() - 1] {
            assert!(matches!(RunState::load(&bytes[..cut], &layout), Err(Error::InvalidCheckpoint(_))));
        }
        let mut nan = state;
        nan.moments[1][3] = f32::NAN;
        assert!(matches!(nan.save(), Err(Error::InvalidArgument { .. })));
    }
}
