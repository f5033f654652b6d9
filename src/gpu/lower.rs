//! Operations turned into dispatches: which shader, which ranges of which buffers, which constants, how
//! many workgroups. Pure data; the contract is `shaders/README.md`.

use std::ops::Range as Span;

use crate::error::{Error, Result};
use crate::op::{LOSS_COLUMNS, LinearGradWeight, NORM_PARTIALS, Op, Space, Split, View, WeightGradient};
use crate::plan::Plan;

use super::chain;
use super::check;
use super::constants::constants;
use super::fuse;
use super::group::Group;
use super::placement::Placement;
use super::shaders::{self, Tile};

/// Invocations of a workgroup in most flat kernels.
const FLAT: u32 = 256;
/// Invocations of a workgroup in flat kernels over z, which has few values.
const NARROW: u32 = 64;
/// Workgroups of a flat kernel: enough to fill any GPU; the kernels stride over the rest.
const MAX_FLAT_GROUPS: u32 = 1024;
/// WebGPU's limit of workgroups along one dimension.
const MAX_GROUPS: u32 = 65_535;
/// Tiles of 64×64 from which on they, and not the lower ones, are used: a few for each core of a large
/// GPU, so that some compute while others wait for memory.
const ENOUGH_SQUARES: u32 = 256;
/// Low tiles from which on one invocation takes all terms of its sums.
const ENOUGH_LOW: u32 = 1024;
/// Terms from which on sharing them out is worth adding up.
const LONG: u32 = 64;

/// A product as far as its tiles go: how many of 64×64 it has, how many of 16×64, and the terms of its sums.
pub(super) type Product = [u32; 3];

/// Which tiles products are computed by.
#[derive(Debug, Clone, Default)]
pub(super) struct Tiles {
    /// These for all, for tests and benchmarks.
    pub(super) forced: Option<Tile>,
    /// What was fastest on this device.
    pub(super) timed: Vec<(Product, Tile)>,
}

impl Tiles {
    fn of(&self, product: Product) -> Tile {
        let [squares, low, depth] = product;
        let timed = self.timed.iter().find(|timed| timed.0 == product).map(|timed| timed.1);
        self.forced.or(timed).unwrap_or(match () {
            () if squares >= ENOUGH_SQUARES => Tile::Square,
            () if low < ENOUGH_LOW && depth >= LONG => Tile::Parts,
            () => Tile::Low,
        })
    }
}

/// How an operation is spread over a GPU.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) tile: Tile,
    pub(super) workgroups: [u32; 3],
    /// `None` for what is no product.
    pub(super) product: Option<Product>,
}

impl Grid {
    const fn flat(workgroups: [u32; 3]) -> Self {
        Self { tile: Tile::None, workgroups, product: None }
    }
}

/// A GPU buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Memory {
    Params,
    Grads,
    Moment1,
    Moment2,
    Images(Split),
    Labels(Split),
    Order(Split),
    /// One of the plan's arenas.
    Arena(usize),
}

/// Part of a GPU buffer, in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) memory: Memory,
    pub(super) offset: u32,
    /// `None`: up to the end.
    pub(super) len: Option<u32>,
}

/// One dispatch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Launch {
    /// Index in [`shaders::SHADERS`].
    pub(super) shader: usize,
    /// The shader's `Parameters`, in words.
    pub(super) constants: Vec<u32>,
    /// From binding 1 on, and whether it is written.
    pub(super) bindings: Vec<(Range, bool)>,
    pub(super) workgroups: [u32; 3],
    pub(super) product: Option<Product>,
}

/// All of a GPU buffer.
pub(super) const fn whole(memory: Memory) -> Range {
    Range { memory, offset: 0, len: None }
}

/// Turns a view into a range of a GPU buffer.
pub(super) fn range(view: View, placement: &Placement) -> Range {
    let at = |memory| Range { memory, offset: view.offset, len: Some(view.len) };
    match view.space {
        Space::Params => at(Memory::Params),
        Space::Grads => at(Memory::Grads),
        Space::Moment1 => at(Memory::Moment1),
        Space::Moment2 => at(Memory::Moment2),
        Space::Images(split) => whole(Memory::Images(split)),
        Space::Labels(split) => whole(Memory::Labels(split)),
        Space::Order(split) => whole(Memory::Order(split)),
        Space::Local(i) => {
            let place = placement.places[i as usize];
            Range { offset: place.offset + view.offset, ..at(Memory::Arena(place.arena)) }
        }
    }
}

/// The dispatches of the operations `span` of a plan, in order; products by `tiles`.
///
/// # Errors
/// [`Error::InvalidArgument`] for views that do not fit their memory or its alignment;
/// [`Error::Unsupported`] where WebGPU's limits do not suffice.
pub(super) fn lower(
    plan: &Plan,
    span: Span<usize>,
    placement: &Placement,
    tiles: &Tiles,
) -> Result<Vec<Launch>> {
    let mut launches = Vec::new();
    let lowering = Lowering { plan, placement, tiles };
    for part in fuse::chains(plan, span) {
        let ops = &plan.ops[part];
        ops.iter().try_for_each(check::views)?;
        let together = fuse::chain(plan, ops).map(|chain| chain::lower(&lowering, chain)).transpose()?;
        match together.flatten() {
            Some(chain) => launches.extend(chain),
            None => ops.iter().try_for_each(|op| lowering.alone(op, &mut launches))?,
        }
    }
    for launch in &launches {
        if let Some(&groups) = launch.workgroups.iter().find(|&&g| g > MAX_GROUPS) {
            return Err(Error::Unsupported(format!(
                "{} needs {groups} workgroups in a row; WebGPU allows {MAX_GROUPS}",
                shaders::SHADERS[launch.shader].name
            )));
        }
    }
    Ok(launches)
}

fn flat(values: u64, invocations: u32) -> [u32; 3] {
    let groups = values.div_ceil(u64::from(invocations)).clamp(1, u64::from(MAX_FLAT_GROUPS));
    [groups as u32, 1, 1]
}

/// So many numbered workgroups, in two dimensions where one does not hold them.
pub(super) fn folded(groups: u32) -> [u32; 3] {
    let wide = groups.clamp(1, 1 << 15);
    [wide, groups.div_ceil(wide), 1]
}

/// What lowering an operation takes.
pub(super) struct Lowering<'a> {
    pub(super) plan: &'a Plan,
    pub(super) placement: &'a Placement,
    tiles: &'a Tiles,
}

impl Lowering<'_> {
    /// Views as bindings.
    pub(super) fn bind(&self, read: &[View], written: &[View]) -> Vec<(Range, bool)> {
        let bind = |views: &[View], written| -> Vec<(Range, bool)> {
            views.iter().map(|&view| (range(view, self.placement), written)).collect()
        };
        [bind(read, false), bind(written, true)].concat()
    }

    /// The variant and the workgroups of a product with capacity for `samples` rows an image, `columns` columns and
    /// `depth` terms.
    pub(super) fn tiles(&self, samples: u32, columns: u32, depth: u32) -> Grid {
        let rows = self.plan.batch * samples;
        let across = columns.div_ceil(Tile::COLUMNS);
        let tiles = |tile: Tile| rows.div_ceil(tile.rows()).saturating_mul(across);
        let product = [tiles(Tile::Square), tiles(Tile::Low), depth];
        let tile = self.tiles.of(product);
        Grid { tile, workgroups: [across, rows.div_ceil(tile.rows()), 1], product: Some(product) }
    }

    /// So many products of `channels` × `columns` × `depth`; their tiles are numbered, since there may be more than one
    /// dimension of a grid holds.
    fn convolution(&self, channels: u32, columns: u32, depth: u32, products: u32) -> Grid {
        let across = columns.div_ceil(Tile::COLUMNS);
        let tiles = |tile: Tile| channels.div_ceil(tile.rows()).saturating_mul(across);
        // Most of a square tile would lie empty beside few channels.
        let fits = channels > Tile::Square.rows() / 2;
        let squares = if fits { tiles(Tile::Square).saturating_mul(products) } else { 0 };
        let product = [squares, tiles(Tile::Low).saturating_mul(products), depth];
        let tile = self.tiles.of(product);
        let [wide, high, _] = folded(tiles(tile));
        Grid { tile, workgroups: [wide, high, products], product: Some(product) }
    }

    /// A kernel that strides over `width` values for each of `samples` rows an image.
    fn flat(&self, samples: u32, width: u32, invocations: u32) -> Grid {
        let values = u64::from(self.plan.batch) * u64::from(samples) * u64::from(width);
        Grid::flat(flat(values, invocations))
    }

    /// The variant and the workgroups of an operation that takes one dispatch.
    fn grid(&self, op: &Op) -> Grid {
        let each = |groups: u32| Grid::flat([groups, 1, 1]);
        match op {
            Op::Gather(o) => self.flat(1, o.pixels, FLAT),
            Op::GatherLabels(o) => self.flat(1, o.classes, FLAT),
            Op::Condition(o) => self.flat(o.samples, o.width + o.classes * o.repeat, FLAT),
            Op::ConditionGrad(o) => self.flat(o.samples, o.width, FLAT),
            Op::Linear(o) => self.tiles(o.samples, o.outputs, o.inputs),
            Op::LinearGradInput(o) => self.tiles(o.samples, o.inputs, o.outputs),
            Op::LinearGradWeight(_) => unreachable!("weight gradients may take several dispatches"),
            Op::Activate(o) => self.flat(o.samples, o.width, FLAT),
            Op::Conv(o) => {
                let g = &o.geometry;
                self.convolution(g.small.channels, self.plan.batch * o.samples * g.small_area(), g.taps(), 1)
            }
            Op::ConvTranspose(o) => {
                let g = &o.geometry;
                // Of the phase that has the most.
                let pixels = g.large.height.div_ceil(g.stride) * g.large.width.div_ceil(g.stride);
                let phases = g.stride * g.stride;
                let taps = g.small.channels * g.kernel.div_ceil(g.stride).pow(2);
                self.convolution(g.large.channels, self.plan.batch * o.samples * pixels, taps, phases)
            }
            Op::ConvGradWeight(o) => {
                let (g, rows) = (&o.geometry, self.plan.batch * o.samples);
                let depth = rows.div_ceil(o.slices) * g.small_area();
                self.convolution(g.small.channels, g.taps(), depth, o.slices)
            }
            Op::SumSlices(o) => Grid::flat(flat(o.sum.len.into(), FLAT)),
            Op::ConvGradBias(o) => each(o.channels),
            Op::Reparam(_) | Op::ImportanceWeights(_) => each(self.plan.batch),
            Op::ReparamGrad(o) => self.flat(1, o.latent, NARROW),
            Op::IwaeGrad(o) => self.flat(1, o.latent, NARROW),
            Op::FreeBits(_) | Op::Metrics(_) => each(1),
            Op::LinearLoss(o) => self.tiles(o.samples, o.outputs, o.inputs),
            Op::Loss(o) => self.flat(o.samples, o.width.next_multiple_of(LOSS_COLUMNS), FLAT),
            Op::ScaleRows(o) => self.flat(o.samples, o.width, FLAT),
            Op::GradNorm(_) => each(NORM_PARTIALS),
            Op::Sgd(o) | Op::RmsProp(o) | Op::Adam(o) => Grid::flat(flat(u64::from(o.params.len), FLAT)),
        }
    }

    /// An operation by itself.
    fn alone(&self, op: &Op, launches: &mut Vec<Launch>) -> Result<()> {
        if let Op::LinearGradWeight(group) = op {
            return self.weight_gradients(group, launches);
        }
        launches.push(self.one(op)?);
        Ok(())
    }

    /// An operation that takes one dispatch.
    pub(super) fn one(&self, op: &Op) -> Result<Launch> {
        let Grid { tile, workgroups, product } = self.grid(op);
        let shader = shaders::find(op.name(), tile)?;
        let bindings = op.bindings().iter().map(|b| (range(b.view, self.placement), b.written)).collect();
        Ok(Launch { shader, constants: constants(op), bindings, workgroups, product })
    }

    /// The variant for a group of products.
    pub(super) fn group(&self, group: &LinearGradWeight) -> Group {
        let tiles = |tile: Tile| {
            let of = |p: &WeightGradient| {
                p.outputs.div_ceil(tile.rows()).saturating_mul((p.inputs + 1).div_ceil(Tile::COLUMNS))
            };
            group.products.iter().map(of).fold(0, u32::saturating_add)
        };
        let depth = group.products.iter().map(|p| self.plan.batch * p.samples).max().unwrap_or(0);
        let product = [tiles(Tile::Square), tiles(Tile::Low), depth];
        Group::new(self.tiles.of(product), product)
    }

    /// One dispatch, or several where the products' factors lie in more arenas than one can read.
    fn weight_gradients(&self, group: &LinearGradWeight, launches: &mut Vec<Launch>) -> Result<()> {
        let mut dispatch = self.group(group);
        for product in &group.products {
            if !dispatch.takes(&[product.x, product.delta], self.placement) {
                launches.push(std::mem::replace(&mut dispatch, self.group(group)).launch()?);
            }
            dispatch.push(product, self.placement)?;
        }
        launches.push(dispatch.launch()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binarize::Binarize;
    use crate::gpu::placement::place;
    use crate::loss::Objective;
    use crate::optim::Rule;
    use crate::plan::{Goal, Input};
    use crate::presets;

    fn train_plan(name: &str, batch: u32) -> Plan {
        let spec = presets::spec(name).unwrap();
        Plan::new(
            &spec,
            &Goal::Train(Rule::ADAM.into(), Objective::ELBO),
            Input::Dataset(Split::Train, Binarize::None),
            batch,
            16,
        )
        .unwrap()
    }

    fn lower_all(plan: &Plan) -> Vec<Launch> {
        lower(plan, 0..plan.ops.len(), &place(plan).unwrap(), &Tiles::default()).unwrap()
    }

    /// What a step of each preset's own recipe costs; browsers take tens of microseconds for each dispatch.
    #[test]
    fn a_step_takes_few_dispatches() {
        let counts = presets::NAMES.map(|name| {
            let presets::Preset { spec, recipe } = presets::preset(name).unwrap();
            let config = recipe.config;
            let goal = Goal::Train(config.optimizer, config.objective);
            let plan =
                Plan::new(&spec, &goal, Input::Dataset(Split::Train, config.binarize), config.batch, 16);
            let plan = plan.unwrap();
            (name, lower_all(&plan).len())
        });
        let expected = [
            ("dense-20", 6),
            ("dense-2", 10),
            ("mini-2", 10),
            ("conv-2", 33),
            ("conv-16", 30),
            ("iwae-50", 16),
            ("cvae-20", 15),
            ("sigmoid-32", 6),
            ("mse-128", 6),
            ("rmsprop-10", 6),
            ("dense-10", 6),
            ("conv-32", 26),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn large_batches_take_square_tiles_and_small_ones_parts_of_low_ones() {
        for (batch, tile) in [(1, Tile::Parts), (128, Tile::Parts), (8192, Tile::Square)] {
            let plan = train_plan("dense-20", batch);
            let first = shaders::SHADERS[lower_all(&plan)[usize::from(batch == 8192)].shader];
            assert_eq!(first.name, if batch == 8192 { "linear" } else { "fused/gather_linear" });
            assert_eq!(first.tile, tile, "batch {batch}");
        }
    }

    #[test]
    fn factors_in_more_arenas_than_one_dispatch_reads_take_several() {
        let plan = train_plan("dense-2", 16);
        let mut placement = place(&plan).unwrap();
        // Every buffer in an arena of its own.
        for (i, place) in placement.places.iter_mut().enumerate() {
            place.arena = i;
        }
        let launches = lower(&plan, 0..plan.ops.len(), &placement, &Tiles::default()).unwrap();
        let op = plan.ops.iter().position(|o| matches!(o, Op::LinearGradWeight(_))).unwrap();
        let grouped = |l: &&Launch| shaders::SHADERS[l.shader].name == "linear_grad_weight";
        let dispatches: Vec<&Launch> = launches.iter().filter(grouped).collect();
        assert!(dispatches.len() > 1);
        let products: u32 = dispatches.iter().map(|l| l.constants[0]).sum();
        let Op::LinearGradWeight(group) = &plan.ops[op] else { unreachable!() };
        assert_eq!(products as usize, group.products.len());
    }
}
