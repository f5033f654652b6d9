//! Values and errors between Rust and JavaScript.

use js_sys::{Float32Array, Float64Array, JSON, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::JsResult;
use crate::error::{Error, Result};
use crate::json;

/// Largest whole number that JavaScript tells from its neighbours.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// An `Error` object with the stable `code`; `at` names the argument or the place in a spec, and [`Error::Diverged`] carries its
/// numbers.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let object = js_sys::Error::new(&error.to_string());
        object.set_name("VaeError");
        set(&object, "code", error.code());
        match &error {
            Error::Diverged { step, quantity, restored } => {
                set(&object, "step", *step as f64);
                set(&object, "quantity", quantity.as_str());
                set(&object, "restored", *restored as f64);
            }
            Error::InvalidArgument { what: at, .. } | Error::InvalidSpec { at, .. } => {
                set(&object, "at", at.as_str());
            }
            _ => {}
        }
        object.into()
    }
}

pub(super) fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(object, &key.into(), &value.into());
}

/// An object of `fields`.
pub(super) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        set(&object, key, value);
    }
    object.into()
}

pub(super) fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

pub(super) fn doubles(values: &[f64]) -> JsValue {
    Float64Array::from(values).into()
}

/// `value` as plain objects and arrays, by way of JSON: absent where it skips, null where a number is not finite.
pub(super) fn to_js(value: &impl Serialize) -> JsResult {
    JSON::parse(&json::to_string(value))
}

/// A whole number that `f64` holds exactly.
pub(super) fn seed(value: f64) -> Result<u64> {
    whole("seed", value, MAX_SAFE, "2^53 - 1").map(|v| v as u64)
}

pub(super) fn count(name: &str, value: f64) -> Result<u32> {
    whole(name, value, u32::MAX.into(), "4294967295").map(|v| v as u32)
}

fn whole(name: &str, value: f64, most: f64, shown: &str) -> Result<f64> {
    if value.fract() == 0.0 && (0.0..=most).contains(&value) {
        return Ok(value);
    }
    Err(Error::argument(name, format!("{value}, expected a whole number from 0 to {shown}")))
}
