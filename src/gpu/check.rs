//! Checks of a plan before it becomes dispatches, so that nothing later can meet a bad size.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::op::{Binding, METRICS, Op, Space};
use crate::plan::{Phases, Plan};

use super::placement::ALIGN;

/// Phases that are parts of the plan, and a ring that holds all its entries.
pub(super) fn plan(plan: &Plan) -> Result<()> {
    let Phases { forward, backward, update } = &plan.phases;
    let inside = |r: &Range<usize>| r.start <= r.end && r.end <= plan.ops.len();
    if ![forward, backward, update].into_iter().all(inside) || forward.start > backward.end {
        let ops = plan.ops.len();
        return Err(Error::argument("plan", format!("{:?} of {ops} operations", plan.phases)));
    }
    if let Some(ring) = plan.ports.metrics {
        let needed = u64::from(plan.slots) * u64::from(METRICS);
        let available = match ring.space {
            Space::Local(i) => plan.buffers.get(i as usize).map_or(0, |b| b.len),
            _ => 0,
        };
        let end = u64::from(ring.offset) + u64::from(ring.len);
        if u64::from(ring.len) < needed || end > u64::from(available) {
            return Err(Error::argument(
                "plan",
                format!("a metrics ring {ring:?}; {needed} values of its own buffer expected"),
            ));
        }
    }
    Ok(())
}

/// Ranges that lie within their memory and start where a binding may.
pub(super) fn views(plan: &Plan, op: &Op) -> Result<()> {
    for Binding { view, .. } in op.bindings() {
        let available = match view.space {
            Space::Params | Space::Grads | Space::Moment1 | Space::Moment2 => plan.params,
            Space::Local(i) => plan.buffers.get(i as usize).map_or(0, |b| b.len),
            Space::Images(_) | Space::Labels(_) | Space::Order(_) => continue,
        };
        let fits = u64::from(view.offset) + u64::from(view.len) <= u64::from(available);
        if !fits || view.len == 0 || view.offset % ALIGN != 0 {
            return Err(Error::argument(
                "plan",
                format!(
                    "{} binds {view:?}; expected a range of its {available} values that starts at a multiple of {ALIGN}",
                    op.name()
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binarize::Binarize;
    use crate::loss::Objective;
    use crate::op::{Split, View};
    use crate::optim::Rule;
    use crate::plan::{Goal, Input};
    use crate::presets;

    fn train_plan() -> Plan {
        let spec = presets::spec("rmsprop-10").unwrap();
        Plan::new(
            &spec,
            &Goal::Train(Rule::ADAM.into(), Objective::ELBO),
            Input::Dataset(Split::Train, Binarize::None),
            4,
            16,
        )
        .unwrap()
    }

    #[test]
    fn phases_and_rings_that_do_not_fit_are_refused() {
        let good = train_plan();
        let changes: [fn(&mut Plan); 4] = [
            |p| p.phases.update.end += 1,
            |p| p.slots += 1,
            |p| p.ports.metrics.as_mut().unwrap().space = Space::Local(999),
            |p| p.ports.metrics.as_mut().unwrap().space = Space::Params,
        ];
        for change in changes {
            let mut plan = good.clone();
            change(&mut plan);
            assert!(matches!(super::plan(&plan), Err(Error::InvalidArgument { .. })));
        }
        super::plan(&good).unwrap();
    }

    #[test]
    fn views_that_do_not_fit_are_refused() {
        let good = train_plan();
        for change in [|v: &mut View| v.len += 1, |v: &mut View| v.offset += 1, |v: &mut View| v.len = 0] {
            let mut plan = good.clone();
            let Some(Op::Linear(o)) = plan.ops.iter_mut().find(|o| matches!(o, Op::Linear(_))) else {
                unreachable!()
            };
            change(&mut o.y);
            let refused = plan.ops.iter().try_for_each(|op| views(&plan, op));
            assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{refused:?}");
        }
    }
}
