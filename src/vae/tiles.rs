//! Which kind of tile a training plan's products take: whole steps by the clock, since browsers' device clocks are coarse.

use std::time::Duration;

use crate::backend::Tile;
use crate::error::{Error, Result};

/// Once steps have taken so long, beside compiling shaders, no further kind is timed: a slow one may overrun it.
const LIMIT: Duration = Duration::from_millis(200);
/// Fewer steps tell nothing, more tell nothing new.
const STEPS: [u32; 2] = [2, 24];
/// Part of a step that a kind must be done in to be taken: more may be noise, and other tiles round otherwise.
const WORTH: f64 = 0.95;

/// The kind that is fastest and its step, or nothing and `usual`, what a step takes by the rule, where that is about as fast
/// or a step takes too long for timing others. `time` answers what a step takes by a kind,
/// told from so many. A kind that fails is passed over.
///
/// # Errors
/// [`Error::DeviceLost`].
pub(super) async fn fastest(
    usual: Duration,
    mut time: impl AsyncFnMut(Tile, u32) -> Result<Duration>,
) -> Result<(Option<Tile>, Duration)> {
    let [fewest, most] = STEPS;
    let share = LIMIT.as_nanos() / Tile::KINDS.len() as u128;
    let steps = (share / usual.as_nanos().max(1)).min(most.into()) as u32;
    let mut best = (None, usual);
    let mut spent = Duration::ZERO;
    for tile in Tile::KINDS {
        if steps < fewest || spent > LIMIT {
            break;
        }
        let timed = time(tile, steps).await;
        spent += timed.as_ref().map_or(Duration::ZERO, |step| *step * steps);
        match timed {
            Err(lost @ Error::DeviceLost(_)) => return Err(lost),
            // Nothing takes no time: the clock is too coarse.
            Ok(step) if !step.is_zero() && step < best.1.min(usual.mul_f64(WORTH)) => {
                best = (Some(tile), step)
            }
            _ => {}
        }
    }
    Ok(best)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// What comes of kinds that take so many microseconds a step, and which were timed, by how many steps.
    fn race(usual: Duration, step: impl Fn(Tile) -> Result<Duration>) -> (Option<Tile>, Vec<(Tile, u32)>) {
        let timed = RefCell::new(Vec::new());
        let chosen = fastest(usual, async |tile, steps| {
            timed.borrow_mut().push((tile, steps));
            step(tile)
        });
        (pollster::block_on(chosen).unwrap().0, timed.into_inner())
    }

    #[test]
    fn the_fastest_kind_is_taken_where_it_is_worth_it() {
        let by = |tile: Tile, step: Duration| move |t: Tile| Ok(if t == tile { step } else { 2 * MS });
        let (chosen, timed) = race(MS, by(Tile::Direct, MS / 2));
        assert_eq!((chosen, timed.len()), (Some(Tile::Direct), 4));
        assert!(timed.iter().all(|&(_, steps)| steps == 24), "{timed:?}");
        assert_eq!(race(MS, by(Tile::Square, MS * 97 / 100)).0, None);
        assert_eq!(race(MS, by(Tile::Square, Duration::ZERO)).0, None);
        let each = |t: Tile| Ok(if t == Tile::Parts { MS / 4 } else { MS / 2 });
        assert_eq!(race(MS, each).0, Some(Tile::Parts));
    }

    #[test]
    fn timing_is_bounded() {
        assert_eq!(race(10 * MS, |_| Ok(10 * MS)).1, Tile::KINDS.map(|tile| (tile, 5)));
        assert_eq!(race(26 * MS, |_| Ok(MS)), (None, Vec::new()));
        // The first kind alone took all there is.
        assert_eq!(race(MS, |_| Ok(50 * MS)).1, [(Tile::KINDS[0], 24)]);
    }

    #[test]
    fn a_kind_that_fails_is_passed_over_and_a_lost_device_is_not() {
        let fails = |t: Tile| match t {
            Tile::Low => Err(Error::Unsupported("no such shader".into())),
            Tile::Parts => Ok(MS / 2),
            _ => Ok(MS),
        };
        assert_eq!(race(MS, fails).0, Some(Tile::Parts));
        let lost = fastest(MS, async |_, _| Err(Error::DeviceLost("unplugged".into())));
        assert!(matches!(pollster::block_on(lost), Err(Error::DeviceLost(_))));
    }
}
