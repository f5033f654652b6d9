//! Races between the backends that were run before, here or on an earlier visit.

use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::to_js;
use super::options::Options;
use crate::backend::Tile;
use crate::error::Error;
use crate::executor::StepTimes;
use crate::vae::race::{self, Race, Terms};

/// All races that are known: `[{ adapter, parameters, batch, draws, workers, gpu, cpu, tile }]`, times in microseconds, the tile by its
/// name or null.
///
/// # Errors
/// None in practice.
#[wasm_bindgen]
pub fn races() -> JsResult {
    to_js(&race::races())
}

/// Takes note of a race that was run before, in the shape of `races`.
///
/// # Errors
/// `invalid-argument` for what is no race.
#[wasm_bindgen(js_name = knowRace)]
pub fn know_race(value: &JsValue) -> JsResult<()> {
    let o = Options::new(
        "race",
        value,
        &["adapter", "parameters", "batch", "draws", "workers", "gpu", "cpu", "tile"],
    )?;
    let missing = |key: &str| Error::argument(key, "missing");
    let count = |key: &str| o.count(key)?.ok_or_else(|| missing(key));
    let adapter = o.text("adapter")?.ok_or_else(|| missing("adapter"))?;
    let terms = Terms {
        adapter,
        parameters: count("parameters")?,
        batch: count("batch")?,
        draws: count("draws")?,
        workers: count("workers")?,
    };
    let tile = o.text("tile")?;
    let known = |name: String| Tile::named(&name).ok_or_else(|| Error::argument("tile", name));
    let tile = tile.map(known).transpose()?;
    race::remember(Race { terms, times: StepTimes { gpu: count("gpu")?, cpu: count("cpu")? }, tile });
    Ok(())
}
