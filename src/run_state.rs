//! What a resumed run needs besides the model: settings, position, moments, and the parameters to the last
//! bit. Kept beside the checkpoint, so that the checkpoint itself holds the model's tensors only.

use std::collections::BTreeMap;

use crate::container::{self, Container, Named, Precision};
use crate::error::{Error, Result};
use crate::json;
use crate::params::Layout;
use crate::train::{Position, TrainConfig};

/// The state of a run between two steps.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// Where the run stands.
    pub position: Position,
    /// Its settings, limits included: a schedule of the learning rate depends on them.
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
        json::to_string(&self.config)
    }

    /// Reads the state that belongs to a model of `layout` with the parameters `model`.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] naming what is missing, of the wrong size, or of another model.
    pub fn load(bytes: &[u8], layout: &Layout, model: &[f32]) -> Result<Self> {
        let state = Self::read(bytes, layout)?;
        state.check_model(model)?;
        Ok(state)
    }

    /// Checks that the parameters are those of `model`, as far as half precision keeps them.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] if they are another model's.
    pub fn check_model(&self, model: &[f32]) -> Result<()> {
        let differ = |(a, b): (&f32, &f32)| (a - b).abs() > HALF * a.abs().max(HALF);
        if self.params.iter().zip(model).any(differ) {
            return Err(bad("its parameters are not those of the model beside it"));
        }
        Ok(())
    }

    /// Reads a state of a model of `layout`, whatever that model's parameters are.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] naming what is missing or of the wrong size.
    pub fn read(bytes: &[u8], layout: &Layout) -> Result<Self> {
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
        for name in NAMES {
            file.expect(name, &[layout.len])?;
        }
        if let Some(name) = file.names().find(|name| !NAMES.contains(name)) {
            return Err(bad(format!("tensor {name} has no place in it")));
        }
        let [params, moment1, moment2] = NAMES.map(|name| arena(&file, name, layout));
        let (params, moments) = (params?, [moment1?, moment2?]);
        // Every rule's second state is a mean of squares; a step would take the root of a negative one.
        if let Some(i) = moments[1].iter().position(|&v| v < 0.0) {
            let problem = format!("value {i} is {}, expected at least 0", moments[1][i]);
            return Err(bad(format!("tensor {}: {problem}", NAMES[2])));
        }
        Ok(Self {
            position: Position { step: number("step")?, epoch: small("epoch")?, images: small("images")? },
            config,
            params,
            moments,
        })
    }
}

/// An arena of `layout`; what a file has in the padding means nothing and becomes zero.
fn arena(file: &Container<'_>, name: &str, layout: &Layout) -> Result<Vec<f32>> {
    let mut values = vec![0.0; layout.len as usize];
    file.read(name, &mut values)?;
    let mut arena = vec![0.0; values.len()];
    for tensor in &layout.tensors {
        arena[tensor.range.clone()].copy_from_slice(&values[tensor.range.clone()]);
    }
    Ok(arena)
}

fn bad(problem: impl Into<String>) -> Error {
    Error::checkpoint(format!("run state: {}", problem.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Initialisation;
    use crate::presets;
    use crate::train::Schedule;

    fn state() -> (Layout, RunState) {
        let layout = Layout::new(&presets::spec("dense-2").unwrap()).unwrap();
        let params = layout.initialise(Initialisation::PyTorch, 1);
        let squares = params.iter().map(|v| v * v).collect();
        let position = Position { step: 700, epoch: 1, images: 231 };
        let config = TrainConfig { seed: u64::MAX, schedule: Schedule::Cosine, ..TrainConfig::default() };
        (layout, RunState { position, config, moments: [params.clone(), squares], params })
    }

    #[test]
    fn a_state_survives_its_file() {
        let (layout, state) = state();
        let bytes = state.save().unwrap();
        assert_eq!(RunState::load(&bytes, &layout, &state.params).unwrap(), state);
        let rounded: Vec<f32> = state.params.iter().map(|&v| half::f16::from_f32(v).to_f32()).collect();
        assert_eq!(RunState::load(&bytes, &layout, &rounded).unwrap(), state);
    }

    #[test]
    fn what_a_file_has_in_the_padding_is_not_read() {
        let (layout, state) = state();
        let padding = layout.tensors.iter().map(|t| t.range.end).max().unwrap();
        assert!(padding < layout.len as usize);
        let mut other = state.clone();
        other.moments[0][padding] = 7.0;
        assert_eq!(RunState::load(&other.save().unwrap(), &layout, &state.params).unwrap(), state);
    }

    #[test]
    fn what_is_no_state_of_the_model_is_refused() {
        let (layout, state) = state();
        let bytes = state.save().unwrap();
        let refused =
            |bytes: &[u8], layout: &Layout, because: &str| match RunState::load(bytes, layout, &state.params)
            {
                Err(Error::InvalidCheckpoint(problem)) => assert!(problem.contains(because), "{problem}"),
                other => panic!("{other:?} does not say {because}"),
            };
        for cut in [0, 1, 7, 8, 100, bytes.len() - 1] {
            refused(&bytes[..cut], &layout, "");
        }
        let other = Layout::new(&presets::spec("dense-20").unwrap()).unwrap();
        refused(&bytes, &other, "tensor params has shape");
        let retrained = state.params.iter().map(|v| v * 1.1).collect();
        let other = RunState { params: retrained, ..state.clone() };
        refused(&other.save().unwrap(), &layout, "not those of the model beside it");
        let mut negative = state.clone();
        negative.moments[1][3] = -1.0;
        refused(&negative.save().unwrap(), &layout, "tensor moment2: value 3 is -1, expected at least 0");
        for (from, to, because) in [
            (r#""step":"700""#, r#""step":"-1""#, r#"step is "-1", expected a whole number"#),
            (r#","step":"700""#, "", "step is missing"),
            (r#""epoch":"1""#, r#""epoch":"4294967296""#, "epoch is over 4294967295"),
            (r#""epoch":"1""#, r#""epoch":"1","epoch":"2""#, "epoch is there twice"),
            (r#"\"batch\":128"#, r#"\"batch\":0"#, "config: batchSize: 0"),
            (r#"\"batch\":128"#, r#"\"batch\":128,\"b\":1"#, "unknown field `b`"),
            (r#"\"beta\":1,"#, r#"\"beta\":1e39,"#, "config: "),
            (r#""moment2""#, r#""moment3""#, "tensor moment2 is missing"),
            (
                r#""moment1""#,
                r#""extra":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"moment1""#,
                "tensor extra has no place in it",
            ),
        ] {
            refused(&with_header(&bytes, |header| header.replacen(from, to, 1)), &layout, because);
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_not_written() {
        let (_, mut state) = state();
        state.moments[1][3] = f32::NAN;
        assert!(matches!(state.save(), Err(Error::InvalidArgument { .. })));
    }

    /// The file with another header, which must differ.
    fn with_header(bytes: &[u8], edit: impl Fn(&str) -> String) -> Vec<u8> {
        let (prefix, rest) = bytes.split_first_chunk().unwrap();
        let (header, data) = rest.split_at(u64::from_le_bytes(*prefix) as usize);
        let header = std::str::from_utf8(header).unwrap();
        let edited = edit(header);
        assert_ne!(header, edited);
        [&(edited.len() as u64).to_le_bytes()[..], edited.as_bytes(), data].concat()
    }
}
