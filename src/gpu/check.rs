//! What bindings need beside what every backend checks ([`crate::plan::validate`]).

use crate::error::{Error, Result};
use crate::op::{Binding, Op, Space};

use super::placement::ALIGN;

/// Ranges that are not empty and start where a binding may.
pub(super) fn views(op: &Op) -> Result<()> {
    for Binding { view, .. } in op.bindings() {
        if matches!(view.space, Space::Images(_) | Space::Labels(_) | Space::Order(_)) {
            continue;
        }
        if view.len == 0 || view.offset % ALIGN != 0 {
            let problem =
                format!("{} binds {view:?}; expected some values from a multiple of {ALIGN} on", op.name());
            return Err(Error::argument("plan", problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{Activate, View};
    use crate::spec::Activation;

    #[test]
    fn views_that_no_binding_takes_are_refused() {
        let view = |space, offset, len| View { space, offset, len };
        let op = |y| {
            let x = view(Space::Local(0), 0, 8);
            Op::Activate(Activate { x, y, width: 8, samples: 1, activation: Activation::Silu })
        };
        views(&op(view(Space::Local(1), 64, 8))).unwrap();
        for y in [view(Space::Local(1), 1, 8), view(Space::Local(1), 64, 0)] {
            assert!(matches!(views(&op(y)), Err(Error::InvalidArgument { .. })));
        }
    }
}
