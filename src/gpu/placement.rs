//! Where a plan's own buffers lie in a few large GPU buffers, the *arenas*.
//!
//! WebGPU forbids one dispatch to bind a buffer both for reading and for writing, even where the ranges
//! are disjoint. Buffers are therefore coloured: two that one operation reads and writes never share an
//! arena. What weight gradients read is placed first, since one dispatch reads four arenas; a network needs a fifth for
//! the rest.

use crate::error::{Error, Result};
use crate::op::{Op, Space, View};
use crate::plan::Plan;

use super::fuse;

/// Buffers start at multiples of this many values (256 bytes, WebGPU's alignment of bindings).
pub(super) const ALIGN: u32 = 64;
/// Most values of an arena: 128 MiB, the largest binding that every WebGPU device allows.
pub(super) const MAX_ARENA: u32 = (128 << 20) / 4;

/// A buffer's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which arena.
    pub(super) arena: usize,
    /// First value.
    pub(super) offset: u32,
}

/// The arenas of a plan and what lies where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placement {
    /// Length of each arena in values.
    pub(super) arenas: Vec<u32>,
    /// By number of the plan's buffer.
    pub(super) places: Vec<Place>,
}

/// Places the buffers of `plan`.
///
/// # Errors
/// [`Error::InvalidArgument`] for an operation that writes a buffer it also reads;
/// [`Error::Unsupported`] for a buffer over 128 MiB.
pub(super) fn place(plan: &Plan) -> Result<Placement> {
    let conflicts = conflicts(plan)?;
    let mut arenas: Vec<u32> = Vec::new();
    let mut places: Vec<Option<Place>> = vec![None; plan.buffers.len()];
    let first = factors(plan);
    let rest = (0..places.len()).filter(|&i| !first[i]);
    for i in (0..places.len()).filter(|&i| first[i]).chain(rest) {
        let buffer = &plan.buffers[i];
        if buffer.len > MAX_ARENA {
            return Err(Error::Unsupported(format!(
                "the buffer {:?} has {} values; WebGPU binds at most {MAX_ARENA}",
                buffer.label, buffer.len
            )));
        }
        let len = buffer.len.max(1).next_multiple_of(ALIGN);
        let taken = |arena: usize| {
            let beside = |j: usize| conflicts[i * plan.buffers.len() + j];
            let there = |place: &Option<Place>| place.is_some_and(|place| place.arena == arena);
            places.iter().enumerate().any(|(j, place)| there(place) && beside(j))
                || arenas[arena] > MAX_ARENA - len
        };
        let arena = (0..arenas.len()).find(|&a| !taken(a)).unwrap_or_else(|| {
            arenas.push(0);
            arenas.len() - 1
        });
        places[i] = Some(Place { arena, offset: arenas[arena] });
        arenas[arena] += len;
    }
    Ok(Placement { arenas, places: places.into_iter().flatten().collect() })
}

/// Which buffers weight gradients read, and the sums of losses beside them.
fn factors(plan: &Plan) -> Vec<bool> {
    let mut first = vec![false; plan.buffers.len()];
    for op in &plan.ops {
        if matches!(op, Op::LinearGradWeight(_)) || matches!(op, Op::Metrics(o) if !o.clipped) {
            let read = op.bindings().into_iter().filter(|b| !b.written).filter_map(|b| local(b.view));
            read.for_each(|i| first[i] = true);
        }
    }
    first
}

/// The number of a plan's own buffer.
fn local(view: View) -> Option<usize> {
    match view.space {
        Space::Local(i) => Some(i as usize),
        _ => None,
    }
}

/// Whether one operation, or one chain of them, reads one buffer and writes the other: a square table of both numbers.
fn conflicts(plan: &Plan) -> Result<Vec<bool>> {
    let count = plan.buffers.len();
    let mut table = vec![false; count * count];
    let alone = plan.ops.iter().map(std::slice::from_ref);
    let chains = fuse::chains(plan, 0..plan.ops.len());
    for ops in alone.chain(chains.into_iter().map(|chain| &plan.ops[chain])) {
        let (reads, writes) = fuse::bindings(ops);
        let reads: Vec<usize> = reads.into_iter().filter_map(local).collect();
        for write in writes.into_iter().filter_map(local) {
            for &read in &reads {
                if read == write {
                    return Err(in_place(&ops[0]));
                }
                table[read * count + write] = true;
                table[write * count + read] = true;
            }
        }
    }
    Ok(table)
}

fn in_place(op: &Op) -> Error {
    Error::argument("plan", format!("{} writes a buffer that it also reads, expected two", op.name()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::binarize::Binarize;
    use crate::loss::Objective;
    use crate::op::{Activate, Split, View};
    use crate::optim::Rule;
    use crate::plan::{Goal, Input};
    use crate::presets;
    use crate::spec::{Activation, LayerSpec, VaeSpec};

    fn train_plan(spec: &VaeSpec) -> Plan {
        plan_for(spec, Objective::ELBO)
    }

    fn plan_for(spec: &VaeSpec, objective: Objective) -> Plan {
        let mut optimizer: crate::optim::Optimizer = Rule::ADAM.into();
        optimizer.max_norm = Some(1.0);
        let goal = Goal::Train(optimizer, objective);
        Plan::new(spec, &goal, Input::Dataset(Split::Train, Binarize::None), 20, 16).unwrap()
    }

    fn check(plan: &Plan) -> Placement {
        let placement = place(plan).unwrap();
        for op in &plan.ops {
            let arenas = |written: bool| -> BTreeSet<usize> {
                let of = |b: &crate::op::Binding| match b.view.space {
                    Space::Local(i) if b.written == written => Some(placement.places[i as usize].arena),
                    _ => None,
                };
                op.bindings().iter().filter_map(of).collect()
            };
            assert!(arenas(true).is_disjoint(&arenas(false)), "{}", op.name());
        }
        let mut ranges: Vec<(usize, u32, u32)> = plan
            .buffers
            .iter()
            .zip(&placement.places)
            .map(|(b, p)| (p.arena, p.offset, p.offset + b.len))
            .collect();
        ranges.sort_unstable();
        for pair in ranges.windows(2) {
            assert!(pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1, "{pair:?} overlap");
        }
        for (arena, offset, end) in ranges {
            assert!(offset % ALIGN == 0 && end <= placement.arenas[arena]);
        }
        placement
    }

    #[test]
    fn every_preset_fits_few_arenas() {
        let objectives = [
            Objective::ELBO,
            Objective::Elbo { free_bits: 0.5 },
            Objective::Iwae { samples: 5, dreg: true },
            Objective::Autoencoder {},
        ];
        for name in presets::NAMES {
            for objective in objectives {
                let placement = check(&plan_for(&presets::spec(name).unwrap(), objective));
                assert!(placement.arenas.len() <= 5, "{name}, {objective:?}: {:?}", placement.arenas);
            }
        }
    }

    #[test]
    fn chains_of_any_depth_and_activation_fit_five_arenas() {
        let mut spec = presets::spec("dense-20").unwrap();
        for depth in [0, 1, 2, 7, 30] {
            for first in 0..Activation::ALL.len() {
                let layers = |shift: usize| {
                    (0..depth)
                        .map(|i| LayerSpec::Linear {
                            units: 8,
                            activation: Activation::ALL[(first + i + shift) % Activation::ALL.len()],
                        })
                        .collect()
                };
                spec.encoder = layers(0);
                spec.decoder = layers(3);
                let placement = check(&train_plan(&spec));
                assert!(placement.arenas.len() <= 5, "depth {depth}: {:?}", placement.arenas);
            }
        }
    }

    #[test]
    fn a_full_arena_gives_way_to_another_and_too_large_a_buffer_is_refused() {
        let mut plan = train_plan(&presets::spec("rmsprop-10").unwrap());
        plan.ops.clear();
        plan.buffers.truncate(2);
        plan.buffers[0].len = MAX_ARENA - 64;
        plan.buffers[1].len = 65;
        assert_eq!(place(&plan).unwrap().arenas, [MAX_ARENA - 64, 128]);
        plan.buffers[1].len = MAX_ARENA + 1;
        assert!(matches!(place(&plan), Err(Error::Unsupported(_))));
    }

    #[test]
    fn an_operation_in_place_is_refused() {
        let mut plan = train_plan(&presets::spec("rmsprop-10").unwrap());
        let x = View { space: Space::Local(0), offset: 0, len: 8 };
        let (width, samples, activation) = (8, 1, Activation::Silu);
        plan.ops = vec![Op::Activate(Activate { x, y: x, width, samples, activation })];
        assert!(matches!(place(&plan), Err(Error::InvalidArgument { .. })));
    }
}
