//! Operations turned into dispatches: which shader, which ranges of which buffers, which constants, how
//! many workgroups. Pure data; the contract is `shaders/README.md`.

use crate::error::{Error, Result};
use crate::op::{LOSS_COLUMNS, LinearGradWeight, NORM_PARTIALS, Op, Space, Split, View, WeightGradient};
use crate::plan::Plan;

use super::check;
use super::constants::constants;
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
const ENOUGH_TILES: u32 = 256;

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
    /// Index of the operation in the plan.
    pub(super) op: usize,
    /// Index in [`shaders::SHADERS`].
    pub(super) shader: usize,
    /// The shader's `Parameters`, in words.
    pub(super) constants: Vec<u32>,
    /// From binding 1 on, and whether it is written.
    pub(super) bindings: Vec<(Range, bool)>,
    pub(super) workgroups: [u32; 3],
}

/// Turns a view into a range of a GPU buffer.
pub(super) fn range(view: View, placement: &Placement) -> Range {
    let at = |memory| Range { memory, offset: view.offset, len: Some(view.len) };
    let whole = |memory| Range { memory, offset: 0, len: None };
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

/// All dispatches of a plan, in order; products by `tile` or by what suits their size.
///
/// # Errors
/// [`Error::InvalidArgument`] for views that do not fit their memory or its alignment;
/// [`Error::Unsupported`] where WebGPU's limits do not suffice.
pub(super) fn lower(plan: &Plan, placement: &Placement, tile: Option<Tile>) -> Result<Vec<Launch>> {
    let mut launches = Vec::new();
    for (index, op) in plan.ops.iter().enumerate() {
        check::views(op)?;
        let lowering = Lowering { plan, placement, tile, index, op };
        if let Op::LinearGradWeight(group) = op {
            lowering.weight_gradients(group, &mut launches)?;
        } else {
            launches.push(lowering.one()?);
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

struct Lowering<'a> {
    plan: &'a Plan,
    placement: &'a Placement,
    tile: Option<Tile>,
    index: usize,
    op: &'a Op,
}

impl Lowering<'_> {
    /// The variant for a product of so many 64×64 tiles.
    fn tile_for(&self, squares: u32) -> Tile {
        self.tile.unwrap_or(if squares >= ENOUGH_TILES { Tile::Square } else { Tile::Low })
    }

    /// The low variant, where none is asked for.
    fn low(&self) -> Tile {
        self.tile.unwrap_or(Tile::Low)
    }

    fn launch(&self, tile: Tile, workgroups: [u32; 3]) -> Result<Launch> {
        let name = self.op.name();
        let shader = shaders::find(name, tile)
            .ok_or_else(|| Error::Unsupported(format!("no shader computes {name} by tiles {tile:?}")))?;
        let constants = constants(self.op);
        let bindings =
            self.op.bindings().iter().map(|b| (range(b.view, self.placement), b.written)).collect();
        Ok(Launch { op: self.index, shader, constants, bindings, workgroups })
    }

    /// A product with capacity for `samples` rows an image and `columns` columns.
    fn product(&self, samples: u32, columns: u32) -> Result<Launch> {
        let rows = self.plan.batch * samples;
        let across = columns.div_ceil(Tile::COLUMNS);
        let tile = self.tile_for(rows.div_ceil(Tile::Square.rows()).saturating_mul(across));
        self.launch(tile, [across, rows.div_ceil(tile.rows()), 1])
    }

    /// So many products of `channels` × `columns`; their tiles are numbered, since there may be more than one
    /// dimension of a grid holds.
    fn convolution(&self, channels: u32, columns: u32, products: u32) -> Result<Launch> {
        let across = columns.div_ceil(Tile::COLUMNS);
        let squares = channels.div_ceil(Tile::Square.rows()).saturating_mul(across).saturating_mul(products);
        // Most of a square tile would lie empty beside few channels.
        let tile = if channels > Tile::Square.rows() / 2 { self.tile_for(squares) } else { self.low() };
        let tiles = channels.div_ceil(tile.rows()).saturating_mul(across);
        let [wide, high, _] = folded(tiles);
        self.launch(tile, [wide, high, products])
    }

    /// A kernel that strides over `width` values for each of `samples` rows an image.
    fn flat(&self, samples: u32, width: u32, invocations: u32) -> Result<Launch> {
        let values = u64::from(self.plan.batch) * u64::from(samples) * u64::from(width);
        self.launch(Tile::None, flat(values, invocations))
    }

    /// A kernel with one workgroup for each of so many.
    fn each(&self, groups: u32) -> Result<Launch> {
        self.launch(Tile::None, [groups, 1, 1])
    }

    fn one(&self) -> Result<Launch> {
        match self.op {
            Op::Gather(o) => self.flat(1, o.pixels, FLAT),
            Op::GatherLabels(o) => self.flat(1, o.classes, FLAT),
            Op::Condition(o) => self.flat(o.samples, o.width + o.classes * o.repeat, FLAT),
            Op::ConditionGrad(o) => self.flat(o.samples, o.width, FLAT),
            Op::Linear(o) => self.product(o.samples, o.outputs),
            Op::LinearGradInput(o) => self.product(o.samples, o.inputs),
            Op::LinearGradWeight(_) => unreachable!("weight gradients may take several dispatches"),
            Op::Activate(o) => self.flat(o.samples, o.width, FLAT),
            Op::Conv(o) => {
                let g = &o.geometry;
                self.convolution(g.small.channels, self.plan.batch * o.samples * g.small_area(), 1)
            }
            Op::ConvTranspose(o) => {
                let g = &o.geometry;
                // Of the phase that has the most.
                let pixels = g.large.height.div_ceil(g.stride) * g.large.width.div_ceil(g.stride);
                let phases = g.stride * g.stride;
                self.convolution(g.large.channels, self.plan.batch * o.samples * pixels, phases)
            }
            Op::ConvGradWeight(o) => self.convolution(o.geometry.small.channels, o.geometry.taps(), o.slices),
            Op::SumSlices(o) => self.launch(Tile::None, flat(o.sum.len.into(), FLAT)),
            Op::ConvGradBias(o) => self.each(o.channels),
            Op::Reparam(_) | Op::ImportanceWeights(_) => self.each(self.plan.batch),
            Op::ReparamGrad(o) => self.flat(1, o.latent, NARROW),
            Op::IwaeGrad(o) => self.flat(1, o.latent, NARROW),
            Op::FreeBits(_) | Op::Metrics(_) => self.each(1),
            Op::LinearLoss(o) => self.product(o.samples, o.outputs),
            Op::Loss(o) => self.flat(o.samples, o.width.next_multiple_of(LOSS_COLUMNS), FLAT),
            Op::ScaleRows(o) => self.flat(o.samples, o.width, FLAT),
            Op::GradNorm(_) => self.each(NORM_PARTIALS),
            Op::Sgd(o) | Op::RmsProp(o) | Op::Adam(o) => {
                self.launch(Tile::None, flat(u64::from(o.params.len), FLAT))
            }
        }
    }

    /// One dispatch, or several where the products' factors lie in more arenas than one can read.
    fn weight_gradients(&self, group: &LinearGradWeight, launches: &mut Vec<Launch>) -> Result<()> {
        let squares = |p: &WeightGradient| {
            p.outputs.div_ceil(Tile::Square.rows()).saturating_mul((p.inputs + 1).div_ceil(Tile::COLUMNS))
        };
        let tile = self.tile_for(group.products.iter().map(squares).fold(0, u32::saturating_add));
        let mut dispatch = Group::new(tile);
        for product in &group.products {
            if !dispatch.takes(product, self.placement) {
                launches.push(std::mem::replace(&mut dispatch, Group::new(tile)).launch(self.index)?);
            }
            dispatch.push(product, self.placement)?;
        }
        launches.push(dispatch.launch(self.index)?);
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
            let launches = lower(&plan, &place(&plan).unwrap(), None).unwrap();
            // The weight gradients of products take one dispatch.
            assert_eq!(launches.len(), plan.ops.len(), "{name}");
            (name, launches.len())
        });
        let expected = [
            ("dense-20", 13),
            ("dense-2", 17),
            ("mini-2", 17),
            ("conv-2", 37),
            ("conv-16", 34),
            ("iwae-50", 19),
            ("cvae-20", 17),
            ("sigmoid-32", 13),
            ("mse-128", 13),
            ("rmsprop-10", 13),
            ("dense-10", 13),
            ("conv-32", 30),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn large_batches_take_square_tiles_and_small_ones_low_tiles() {
        for (batch, tile) in [(1, Tile::Low), (128, Tile::Low), (8192, Tile::Square)] {
            let plan = train_plan("dense-20", batch);
            let launches = lower(&plan, &place(&plan).unwrap(), None).unwrap();
            let first = launches.iter().find(|l| shaders::SHADERS[l.shader].name == "linear").unwrap();
            assert_eq!(shaders::SHADERS[first.shader].tile, tile, "batch {batch}");
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
        let launches = lower(&plan, &placement, None).unwrap();
        let op = plan.ops.iter().position(|o| matches!(o, Op::LinearGradWeight(_))).unwrap();
        let dispatches: Vec<&Launch> = launches.iter().filter(|l| l.op == op).collect();
        assert!(dispatches.len() > 1);
        let products: u32 = dispatches.iter().map(|l| l.constants[0]).sum();
        let Op::LinearGradWeight(group) = &plan.ops[op] else { unreachable!() };
        assert_eq!(products as usize, group.products.len());
    }
}
