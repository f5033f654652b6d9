//! Operations that bring images and labels in.

use super::View;
use crate::binarize::Binarize;

/// x = pixels / 255 of the images `order[first..first+rows]`, or black and white drawn with that probability
/// by [`Binarize`]'s numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    /// All pixels of the split, bytes in words.
    pub images: View,
    /// The order of visiting.
    pub order: View,
    /// `[rows, pixels]`, written.
    pub x: View,
    /// Values in one image.
    pub pixels: u32,
    /// How grey levels become values.
    pub binarize: Binarize,
}

/// One-hot rows of the labels of the images `order[first..first+rows]`.
#[derive(Debug, Clone, PartialEq)]
pub struct GatherLabels {
    /// All labels of the split, bytes in words.
    pub labels: View,
    /// The order of visiting.
    pub order: View,
    /// `[rows, classes]`, written.
    pub y: View,
    /// Number of classes; a label past them gives a row of zeros.
    pub classes: u32,
}

/// y = x with the label's one-hot values behind it, each `repeat` times: constant planes behind an image's
/// channels, or values behind a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// `[M, width]`
    pub x: View,
    /// `[rows, classes]`
    pub labels: View,
    /// `[M, width + classes·repeat]`, written.
    pub y: View,
    /// Values in a row of x.
    pub width: u32,
    /// Number of classes.
    pub classes: u32,
    /// Values in a plane.
    pub repeat: u32,
    /// Rows per image.
    pub samples: u32,
}

/// dx = the first `width` values of every row of dy: what [`Condition`] passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionGrad {
    /// `[M, total]`
    pub dy: View,
    /// `[M, width]`, written.
    pub dx: View,
    /// Values in a row of dx.
    pub width: u32,
    /// Values in a row of dy.
    pub total: u32,
    /// Rows per image.
    pub samples: u32,
}
