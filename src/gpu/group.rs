//! Many weight gradients in one dispatch: the table by which `linear_grad_weight` finds a workgroup's product.

use crate::error::{Error, Result};
use crate::op::{GROUP, Space, View, WeightGradient};

use super::lower::{self, Launch, Memory, Range};
use super::placement::Placement;
use super::shaders::{self, Tile};

/// Arenas that one dispatch can read.
const ARENAS: usize = 4;

/// The products of one `linear_grad_weight` dispatch.
#[derive(Debug)]
pub(super) struct Group {
    /// Arenas bound, in the order of the bindings.
    arenas: Vec<usize>,
    rows: Vec<[u32; 12]>,
    tile: Tile,
    tiles: u32,
}

impl Group {
    pub(super) const fn new(tile: Tile) -> Self {
        Self { arenas: Vec::new(), rows: Vec::new(), tile, tiles: 0 }
    }

    fn places(product: &WeightGradient, placement: &Placement) -> [Option<(usize, u32)>; 2] {
        [product.x, product.delta].map(|view| match view.space {
            Space::Local(i) => {
                let place = placement.places[i as usize];
                Some((place.arena, place.offset + view.offset))
            }
            _ => None,
        })
    }

    /// Whether the dispatch can read this product's factors as well.
    pub(super) fn takes(&self, product: &WeightGradient, placement: &Placement) -> bool {
        let mut arenas = self.arenas.clone();
        for (arena, _) in Self::places(product, placement).into_iter().flatten() {
            if !arenas.contains(&arena) {
                arenas.push(arena);
            }
        }
        arenas.len() <= ARENAS
    }

    /// Adds a product.
    pub(super) fn push(&mut self, product: &WeightGradient, placement: &Placement) -> Result<()> {
        let in_grads = |view: View| view.space == Space::Grads;
        let ([Some(x), Some(delta)], true, true) =
            (Self::places(product, placement), in_grads(product.weight), in_grads(product.bias))
        else {
            return Err(Error::argument(
                "plan",
                "linear_grad_weight reads the plan's own buffers and writes gradients, and nothing else",
            ));
        };
        let mut slot = |arena: usize| {
            let known = self.arenas.iter().position(|&a| a == arena);
            known.unwrap_or_else(|| {
                self.arenas.push(arena);
                self.arenas.len() - 1
            }) as u32
        };
        let (x_slot, delta_slot) = (slot(x.0), slot(delta.0));
        // The bias is one more column.
        let across = (product.inputs + 1).div_ceil(Tile::COLUMNS);
        self.rows.push([
            x.1,
            delta.1,
            product.weight.offset,
            product.bias.offset,
            product.inputs,
            product.outputs,
            product.samples,
            x_slot,
            delta_slot,
            self.tiles,
            across,
            0,
        ]);
        self.tiles += product.outputs.div_ceil(self.tile.rows()) * across;
        Ok(())
    }

    /// The dispatch, as part of operation `op` of its plan.
    pub(super) fn launch(self, op: usize) -> Result<Launch> {
        let name = "linear_grad_weight";
        let shader = shaders::find(name, self.tile)
            .ok_or_else(|| Error::Unsupported(format!("no shader computes {name}")))?;
        let Some(&first) = self.arenas.first() else {
            return Err(Error::argument("plan", format!("{name} without a product")));
        };
        let mut constants = vec![self.rows.len() as u32, self.tiles, 0, 0];
        constants.extend(self.rows.iter().flatten());
        // The shader's table has room for a full group.
        constants.resize(4 + 12 * GROUP, 0);
        let whole = |memory| Range { memory, offset: 0, len: None };
        let arena = |i: usize| self.arenas.get(i).copied().unwrap_or(first);
        let mut bindings: Vec<(Range, bool)> =
            (0..ARENAS).map(|i| (whole(Memory::Arena(arena(i))), false)).collect();
        bindings.push((whole(Memory::Grads), true));
        let workgroups = lower::folded(self.tiles);
        Ok(Launch { op, shader, constants, bindings, workgroups })
    }
}
