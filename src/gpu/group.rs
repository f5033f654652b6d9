//! Many weight gradients in one dispatch: the table by which `linear_grad_weight` finds a workgroup's product.

use crate::error::{Error, Result};
use crate::op::{GROUP, Space, View, WeightGradient};

use super::lower::{self, Launch, Memory, Product, Range};
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
    product: Product,
    tiles: u32,
}

impl Group {
    pub(super) const fn new(tile: Tile, product: Product) -> Self {
        Self { arenas: Vec::new(), rows: Vec::new(), tile, product, tiles: 0 }
    }

    /// Its tiles, and what they were chosen by.
    pub(super) const fn tile(&self) -> (Tile, Product) {
        (self.tile, self.product)
    }

    /// Whether the dispatch can read `views` as well.
    pub(super) fn takes(&self, views: &[View], placement: &Placement) -> bool {
        let mut arenas = self.arenas.clone();
        for (arena, _) in views.iter().filter_map(|&view| place(view, placement)) {
            if !arenas.contains(&arena) {
                arenas.push(arena);
            }
        }
        arenas.len() <= ARENAS
    }

    /// Number of the binding through which `view` is read, and its first value there; for one of the plan's own
    /// buffers that the dispatch [takes](Self::takes).
    pub(super) fn read(&mut self, view: View, placement: &Placement) -> Option<[u32; 2]> {
        let (arena, offset) = place(view, placement)?;
        let slot = self.arenas.iter().position(|&a| a == arena).unwrap_or_else(|| {
            self.arenas.push(arena);
            self.arenas.len() - 1
        });
        Some([slot as u32, offset])
    }

    /// Adds a product.
    pub(super) fn push(&mut self, product: &WeightGradient, placement: &Placement) -> Result<()> {
        let in_grads = |view: View| view.space == Space::Grads;
        let ([Some([x_slot, x]), Some([delta_slot, delta])], true, true) = (
            [product.x, product.delta].map(|view| self.read(view, placement)),
            in_grads(product.weight),
            in_grads(product.bias),
        ) else {
            return Err(Error::argument(
                "plan",
                "linear_grad_weight reads the plan's own buffers and writes gradients, and nothing else",
            ));
        };
        // The bias is one more column.
        let across = (product.inputs + 1).div_ceil(Tile::COLUMNS);
        self.rows.push([
            x,
            delta,
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

    /// Products and tiles.
    pub(super) const fn counts(&self) -> [u32; 2] {
        [self.rows.len() as u32, self.tiles]
    }

    /// The shader's table, with room for a full group.
    pub(super) fn table(&self) -> Vec<u32> {
        let mut table = self.rows.concat();
        table.resize(12 * GROUP, 0);
        table
    }

    /// The arenas' bindings.
    pub(super) fn arenas(&self) -> Result<Vec<(Range, bool)>> {
        let Some(&first) = self.arenas.first() else {
            return Err(Error::argument("plan", "weight gradients without a product"));
        };
        let arena = |i: usize| self.arenas.get(i).copied().unwrap_or(first);
        Ok((0..ARENAS).map(|i| (lower::whole(Memory::Arena(arena(i))), false)).collect())
    }

    /// The dispatch that leaves the gradients in place.
    pub(super) fn launch(&self) -> Result<Launch> {
        let shader = shaders::find("linear_grad_weight", self.tile)?;
        let [count, tiles] = self.counts();
        let constants = [vec![count, tiles, 0, 0], self.table()].concat();
        let mut bindings = self.arenas()?;
        bindings.push((lower::whole(Memory::Grads), true));
        let product = Some(self.product);
        Ok(Launch { shader, constants, bindings, workgroups: lower::folded(tiles), product })
    }
}

/// Arena and first value there of one of the plan's own buffers.
fn place(view: View, placement: &Placement) -> Option<(usize, u32)> {
    let Space::Local(i) = view.space else { return None };
    let place = placement.places[i as usize];
    Some((place.arena, place.offset + view.offset))
}
