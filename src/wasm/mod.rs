//! What JavaScript calls: conversion of values and errors, and nothing else.

mod convert;
mod data;
mod describe;
mod engine;
mod inside;
mod measure;
mod options;
mod presets;
mod races;
mod shaders;
mod team;
mod training;

use wasm_bindgen::prelude::*;

pub use data::{check_checkpoint, parse_idx, preprocess_drawing};
pub use describe::{check_settings, describe};
pub use engine::Engine;
pub use presets::presets;
pub use races::{know_race, races};
pub use shaders::shaders_from;

type JsResult<T = JsValue> = std::result::Result<T, JsValue>;

/// Panics become messages on the console rather than `unreachable executed`, where the build left them their words.
#[cfg(debug_assertions)]
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// The package's version.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}
