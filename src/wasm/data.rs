//! Files and drawings, for which no model is needed.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::{count, floats, object, to_js};
use super::options::Options;
use crate::checkpoint;
use crate::data::dataset::Dataset;
use crate::data::{idx, image};
use crate::error::{Error, Result};
use crate::spec::ImageShape;

/// A drawing (ink from 0 to 1, `width × height`) as an MNIST image:
/// `{ blank, pixels: Float32Array(784), bounds, centre }`.
///
/// # Errors
/// `invalid-argument` for a wrong length or values outside [0, 1].
#[wasm_bindgen(js_name = preprocessDrawing)]
pub fn preprocess_drawing(ink: &[f32], width: f64, height: f64) -> JsResult {
    let (width, height) = (count("width", width)?, count("height", height)?);
    let digit = image::preprocess_drawing(ink, width as usize, height as usize)?;
    let blank = digit.is_none().into();
    let (pixels, bounds, centre) = match digit {
        Some(digit) => {
            let number = |n: usize| JsValue::from(n as f64);
            let b = digit.bounds;
            let (x, y) = digit.centre_of_mass;
            let bounds = [
                ("x", number(b.x)),
                ("y", number(b.y)),
                ("width", number(b.width)),
                ("height", number(b.height)),
            ];
            (floats(&digit.pixels), object(bounds), object([("x", x.into()), ("y", y.into())]))
        }
        None => (floats(&vec![0.0; ImageShape::MNIST.len() as usize]), JsValue::NULL, JsValue::NULL),
    };
    Ok(object([("blank", blank), ("pixels", pixels), ("bounds", bounds), ("centre", centre)]))
}

/// An IDX file of bytes: `{ dims, data }`.
///
/// # Errors
/// `invalid-argument` that says how the file is wrong.
#[wasm_bindgen(js_name = parseIdx)]
pub fn parse_idx(bytes: &[u8]) -> JsResult {
    let file = idx::parse(bytes).map_err(Error::from)?;
    let dims: Array = file.dims.iter().map(|&d| JsValue::from(d)).collect();
    Ok(object([("dims", dims.into()), ("data", Uint8Array::from(file.data).into())]))
}

/// The spec of the model that can be made of the checkpoint `bytes`; changes nothing.
///
/// # Errors
/// `invalid-checkpoint` that says how the file is wrong.
#[wasm_bindgen(js_name = checkCheckpoint)]
pub fn check_checkpoint(bytes: &[u8]) -> JsResult {
    to_js(&checkpoint::load(bytes)?.spec)
}

/// `{ trainImages, trainLabels?, testImages?, testLabels? }`, all `Uint8Array`, as datasets of `pixels` an image.
pub(super) fn datasets(value: &JsValue, pixels: usize) -> Result<(Dataset, Option<Dataset>)> {
    let given = Options::new("dataset", value, &["trainImages", "trainLabels", "testImages", "testLabels"])?;
    let train = given.bytes("trainImages")?.ok_or_else(|| Error::argument("trainImages", "missing"))?;
    let train = Dataset::from_u8(train, given.bytes("trainLabels")?, pixels)?;
    let test = match given.bytes("testImages")? {
        Some(images) => Some(Dataset::from_u8(images, given.bytes("testLabels")?, pixels)?),
        None => None,
    };
    Ok((train, test))
}
