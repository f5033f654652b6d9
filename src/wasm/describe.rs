//! What a spec or a run's settings would give, without building or starting anything.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::to_js;
use super::engine::model;
use super::training::config;
use crate::params::Layout;
use crate::spec::{Stage, Stages};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    parameter_count: usize,
    hidden: u32,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
}

/// A layer with parameters.
#[derive(Serialize)]
struct Layer {
    index: Option<usize>,
    output: [u32; 3],
    parameters: u64,
}

impl From<&Stage> for Layer {
    fn from(stage: &Stage) -> Self {
        let shape = stage.output;
        Self {
            index: stage.index,
            output: [shape.channels, shape.height, shape.width],
            parameters: stage.weight() + u64::from(stage.bias()),
        }
    }
}

/// `{ parameterCount, hidden, encoder: [{ index, output: [channels, height, width], parameters }], decoder }` of a spec
/// or a preset's name: the layers with parameters, `index` being their place in the spec's list and null for an output layer that it
/// leaves out; `hidden` values go into the heads.
///
/// # Errors
/// `invalid-spec`, whose `at` is the place in the spec; `invalid-argument` for an unknown name.
#[wasm_bindgen]
pub fn describe(spec: JsValue) -> JsResult {
    let (spec, _) = model(spec)?;
    let Stages { encoder, hidden, decoder, .. } = spec.stages()?;
    let told = |stages: &[Stage]| stages.iter().map(Layer::from).collect();
    let parameter_count = Layout::new(&spec)?.parameter_count();
    to_js(&Description { parameter_count, hidden, encoder: told(&encoder), decoder: told(&decoder) })
}

/// Whether `trainStart` would take these settings.
///
/// # Errors
/// `invalid-argument`, whose `at` is the setting.
#[wasm_bindgen(js_name = checkSettings)]
pub fn check_settings(settings: &JsValue) -> JsResult<()> {
    config(settings)?;
    Ok(())
}
