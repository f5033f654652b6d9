//! How grey pixels become targets.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rng::{self, Purpose};

/// The seed of static binarisation: the same black and white images in every run.
const STATIC_SEED: u64 = 0x7374_6174_6963;

/// The folded seed of static binarisation, as kernels take it.
#[must_use]
pub const fn static_seed() -> u32 {
    rng::fold_seed(STATIC_SEED)
}

/// Whether a pixel becomes 1: u < grey / 255 for a uniform u of 24 bits, compared as integers, so that every
/// backend draws the same images. One hash serves four pixels.
#[must_use]
#[inline]
pub const fn white(seed: u32, step: u32, pixel: u32, grey: u8) -> bool {
    let bits = rng::hash(seed, Purpose::Binarise, step, pixel / 4)[pixel as usize % 4];
    (bits >> 8) * 255 < (grey as u32) << 24
}

/// How grey pixels become targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u32)]
pub enum Binarize {
    /// Grey values as they are: soft targets.
    #[default]
    None = 0,
    /// Each pixel is 1 with its grey value's probability, drawn anew each time the image is used.
    Dynamic = 1,
    /// As dynamic, drawn once with a seed that never changes.
    Static = 2,
}

impl Binarize {
    /// The way called `none`, `dynamic` or `static`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            "dynamic" => Ok(Self::Dynamic),
            "static" => Ok(Self::Static),
            _ => Err(Error::argument("binarize", format!("{name:?}, expected none, dynamic or static"))),
        }
    }

    /// The targets of grey levels `bytes`, whose first pixel is number `first` of the dataset's.
    #[must_use]
    pub fn targets(self, bytes: &[u8], first: u32, seed: u64, draw: u32) -> Vec<f32> {
        let (seed, draw) = match self {
            Self::None => return bytes.iter().map(|&b| f32::from(b) / 255.0).collect(),
            Self::Dynamic => (rng::fold_seed(seed), draw),
            Self::Static => (static_seed(), 0),
        };
        let pixel = |(i, &grey): (usize, &u8)| {
            f32::from(u8::from(white(seed, draw, first.wrapping_add(i as u32), grey)))
        };
        bytes.iter().enumerate().map(pixel).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binarised_pixels_have_the_grey_values_as_their_means() {
        let bytes = [0_u8, 51, 128, 204, 255];
        let draws = 20_000;
        let mut sums = [0.0_f64; 5];
        for draw in 0..draws {
            let x = Binarize::Dynamic.targets(&bytes, 0, 9, draw);
            assert!(x.iter().all(|&v| v == 0.0 || v == 1.0));
            sums.iter_mut().zip(x).for_each(|(s, v)| *s += f64::from(v));
        }
        for (sum, grey) in sums.iter().zip(bytes) {
            // Standard error at most 0.0036.
            assert!((sum / f64::from(draws) - f64::from(grey) / 255.0).abs() < 0.015);
        }
        assert_eq!(sums[0], 0.0);
        assert_eq!(sums[4], f64::from(draws));
    }

    #[test]
    fn static_targets_never_change_and_dynamic_ones_do() {
        let bytes = [128_u8; 256];
        assert_eq!(Binarize::Static.targets(&bytes, 0, 1, 0), Binarize::Static.targets(&bytes, 0, 2, 3));
        assert_ne!(Binarize::Dynamic.targets(&bytes, 0, 1, 0), Binarize::Dynamic.targets(&bytes, 0, 1, 1));
        assert_ne!(Binarize::Dynamic.targets(&bytes, 0, 1, 0), Binarize::Dynamic.targets(&bytes, 256, 1, 0));
    }
}
