//! Snapshots of good parameters, and the way back when a step's numbers are not finite.

use super::Position;
use crate::executor::{Executor, SNAPSHOTS, StepMetrics};

/// A copy is taken at most this often; copying costs about as much as an optimiser's update.
const INTERVAL: u64 = 64;

/// What is known of one copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Copy {
    /// Where the run stood when it was taken.
    at: Position,
    /// Whether the loss computed from these very parameters came back finite.
    verified: bool,
}

/// Keeps copies in rotating slots, so that one verified copy always remains.
#[derive(Debug)]
pub(super) struct Guard {
    slots: [Option<Copy>; SNAPSHOTS],
}

impl Guard {
    /// Takes the first copy, of parameters that were checked before the run.
    pub(super) fn new(executor: &mut impl Executor, at: Position) -> Self {
        executor.snapshot(0);
        let mut slots = [None; SNAPSHOTS];
        slots[0] = Some(Copy { at, verified: true });
        Self { slots }
    }

    /// Takes a copy before the step after `at` is handed over, if it is time and a slot can be spared.
    pub(super) fn before_step(&mut self, executor: &mut impl Executor, at: Position) {
        let newest = self.slots.iter().flatten().map(|c| c.at.step).max().unwrap_or(0);
        if at.step >= newest + INTERVAL {
            self.keep(executor, Copy { at, verified: false });
        }
    }

    /// Takes a copy of parameters that were found good by other means than a step's loss.
    pub(super) fn after_check(&mut self, executor: &mut impl Executor, at: Position) {
        self.keep(executor, Copy { at, verified: true });
    }

    fn keep(&mut self, executor: &mut impl Executor, copy: Copy) {
        let keep = self.newest_verified();
        // With one verified copy kept, an unverified one may wait for its loss in each other slot.
        let spare =
            (0..SNAPSHOTS).filter(|&i| Some(i) != keep).find(|&i| self.slots[i].is_none_or(|c| c.verified));
        if let Some(i) = spare {
            executor.snapshot(i);
            self.slots[i] = Some(copy);
        }
    }

    /// Takes note of a finite step: the parameters it started from were good.
    pub(super) fn step_was_finite(&mut self, step: u64) {
        for copy in self.slots.iter_mut().flatten() {
            if copy.at.step + 1 == step {
                copy.verified = true;
            }
        }
    }

    /// Puts the newest good copy back; returns where the run stood then.
    pub(super) fn restore(&self, executor: &mut impl Executor) -> Position {
        let slot = self.newest_verified().expect("the first copy is verified and never replaced unverified");
        executor.restore(slot);
        self.slots[slot].map_or_else(Position::default, |c| c.at)
    }

    fn newest_verified(&self) -> Option<usize> {
        (0..SNAPSHOTS)
            .filter(|&i| self.slots[i].is_some_and(|c| c.verified))
            .max_by_key(|&i| self.slots[i].map(|c| c.at.step))
    }
}

/// The quantity that is not finite, if one is.
pub(super) fn blown_up(m: &StepMetrics) -> Option<&'static str> {
    if !m.recon.is_finite() {
        Some("reconstruction term")
    } else if !m.kl.is_finite() {
        Some("KL divergence")
    } else if !m.grad_norm_squared.is_finite() {
        Some("gradient norm")
    } else if !m.objective.is_finite() {
        Some("objective")
    } else {
        None
    }
}
