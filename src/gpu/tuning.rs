//! Which kind of tile computes a product fastest, by the device's own clock. Not for browsers, whose clocks are coarse.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::executor::Phase;
use crate::op::Step;
use crate::plan::Plan;

use super::adapter::Adapter;
use super::lower::{Product, Tiles};
use super::memory::Memories;
use super::pipelines::Pipelines;
use super::profile;
use super::program::Program;
use super::shaders::Tile;

/// Steps by which a kind of tile is judged: the fastest counts.
const ROUNDS: u32 = 5;

/// The fastest tiles of each product of `plan`.
pub(super) async fn fastest(
    adapter: &Adapter,
    pipelines: &mut Pipelines,
    memories: &Memories,
    plan: &Plan,
    first: &Step,
) -> Result<Vec<(Product, Tile)>> {
    let mut best_of: BTreeMap<Product, (f64, Tile)> = BTreeMap::new();
    for tile in Tile::KINDS {
        let forced = Tiles { forced: Some(tile), ..Tiles::default() };
        let program = Program::new(adapter, pipelines, memories, plan, &forced)?;
        program.check(memories, Phase::All, std::slice::from_ref(first))?;
        for _ in 0..ROUNDS {
            for (dispatch, timing) in program.whole().zip(profile::step(adapter, &program, first).await?) {
                let Some(product) = dispatch.launch.product else { continue };
                let best = best_of.entry(product).or_insert((f64::INFINITY, tile));
                if timing.nanoseconds < best.0 {
                    *best = (timing.nanoseconds, tile);
                }
            }
        }
        program.destroy();
    }
    Ok(best_of.into_iter().map(|(product, (_, tile))| (product, tile)).collect())
}
