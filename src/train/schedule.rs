//! How the learning rate changes over a run.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rng;

/// Stages of [`Schedule::Stages`].
const STAGES: u32 = 8;
/// Epochs of all stages together: Σ 3ⁱ for i from 0 to 7.
const STAGED_EPOCHS: u64 = 3280;

/// A factor of the learning rate at every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// ½(1 + cos(π·t/T)) at step t of T (Loshchilov and Hutter, 2017, without restarts).
    Cosine,
    /// 10^(−i/7) in stage i of 0 to 7 (Burda et al., 2016, section 5): stage i lasts 3ⁱ of 3280 epochs, or
    /// the same part of a run with another number of epochs.
    Stages,
}

impl Schedule {
    /// The schedule called `constant`, `cosine` or `stages`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "constant" => Ok(Self::Constant),
            "cosine" => Ok(Self::Cosine),
            "stages" => Ok(Self::Stages),
            _ => Err(Error::argument("schedule", format!("{name:?}, expected constant, cosine or stages"))),
        }
    }

    /// The factor at step `t` (from 1) of `total`, when an epoch has `per_epoch` steps.
    #[must_use]
    pub fn factor(self, t: u64, total: Option<u64>, per_epoch: u64) -> f32 {
        let done = (t - 1) as f64;
        let part = |total: u64| (done / total.max(1) as f64).min(1.0);
        match self {
            Self::Constant => 1.0,
            Self::Cosine => {
                let part = total.map_or(0.0, part);
                // Half a turn in 2³¹ parts; the platform's cosine would be 2 KB more for browsers.
                0.5 * (1.0 + rng::cos_turn((part * f64::from(1_u32 << 31)) as u32))
            }
            Self::Stages => {
                let part = part(total.unwrap_or(STAGED_EPOCHS * per_epoch));
                // Stage i begins after (3ⁱ − 1)/2 epochs.
                let begun = |i: &u32| (3_u64.pow(*i) - 1) as f64 / 2.0 <= part * STAGED_EPOCHS as f64;
                let stage = (0..STAGES).take_while(begun).last().unwrap_or(0);
                10_f64.powf(-f64::from(stage) / f64::from(STAGES - 1)) as f32
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_last_powers_of_three() {
        let factor = |t| Schedule::Stages.factor(t, None, 10);
        let mut lengths = Vec::new();
        let mut last = 0.0;
        for t in 1..=32_800 {
            if factor(t) == last {
                *lengths.last_mut().unwrap() += 1;
            } else {
                lengths.push(1);
                last = factor(t);
            }
        }
        assert_eq!(lengths, [10, 30, 90, 270, 810, 2430, 7290, 21870]);
        assert_eq!((factor(1), factor(32_800)), (1.0, 0.1));
        assert_eq!(Schedule::Stages.factor(11, Some(32_800), 1), factor(11));
    }

    #[test]
    fn a_cosine_ends_near_nothing() {
        let factor = |t| Schedule::Cosine.factor(t, Some(100), 10);
        for t in 1..=101 {
            let exact = 0.5 * (1.0 + (std::f64::consts::PI * (t - 1) as f64 / 100.0).cos());
            assert!((f64::from(factor(t)) - exact).abs() < 2e-7, "step {t}");
        }
        assert_eq!((factor(1), factor(51)), (1.0, 0.5));
        assert!(factor(100) > 0.0 && factor(100) < 1e-3);
    }
}
