//! A drawing becomes a 28×28 image the way the MNIST digits were made.
//!
//! LeCun et al., "Gradient-based learning applied to document recognition" (1998), section III.A: the ink,
//! with its aspect ratio kept, is antialiased into a 20×20 box, and the box is placed in the 28×28 field by the
//! centre of mass. Measured on the MNIST test set: the larger side of the ink is 20 pixels in 9,997 of 10,000
//! images, and the centre of mass lies in `[13.5, 14.5)` on both axes in all of them, where the coordinate of a
//! pixel's centre is its index. So the shift is a whole number of pixels, and the centre of mass falls in pixel
//! (14, 14). Along the shorter side, which rarely is a whole number of pixels, the first and last column of those
//! images are faded, mostly alike: the ink lies in the middle of its box.

use crate::{Error, Result};

/// Width and height of an MNIST image in pixels.
pub const SIDE: usize = 28;
/// Larger side of the ink in pixels.
const BOX: usize = 20;
/// Ink fainter than half a step of an 8-bit grey level would be stored as paper, so it is paper.
const FAINTEST: f32 = 0.5 / 255.0;
/// The centre of mass falls in `[14 - 0.5, 14 + 0.5)`.
const LOWEST_CENTRE: f64 = 13.5;
/// Rounding must not decide where a symmetric drawing goes, whose centre of mass is exactly 13.5.
const TIE: f64 = 1e-6;

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Leftmost column.
    pub x: usize,
    /// Topmost row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// A drawing as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Digit {
    /// 28×28 values in `[0, 1]`, row-major; 1 is ink.
    pub pixels: Vec<f32>,
    /// Where the ink was in the drawing, in its pixels.
    pub bounds: Bounds,
    /// Centre of mass in the 28×28 image as (x, y), a pixel's centre being its index.
    pub centre_of_mass: (f64, f64),
}

/// Turns a drawing into a 28×28 image, or into `None` where there is no ink.
///
/// `ink` holds `height × width` values in `[0, 1]`, row-major, 1 being full ink. When the larger side of the ink
/// is more than 20 pixels, each of the 28×28 pixels is the exact average over the area it covers; when less, linear
/// interpolation. The box is kept within the image even where that moves the centre of mass out of pixel (14, 14).
///
/// # Errors
/// [`Error::InvalidArgument`] for a size of zero, a length other than `width × height`, and a value that is not
/// finite or not in `[0, 1]`.
pub fn preprocess_drawing(ink: &[f32], width: usize, height: usize) -> Result<Option<Digit>> {
    validate(ink, width, height)?;
    let Some(bounds) = ink_bounds(ink, width) else { return Ok(None) };
    let longer = bounds.width.max(bounds.height);
    let columns = Resampling::new(bounds.width, longer);
    let rows = Resampling::new(bounds.height, longer);

    // Across first: each row of ink shrinks to at most 20 values, and only those are averaged down.
    let mut narrow = Vec::with_capacity(bounds.height * columns.len());
    for y in bounds.y..bounds.y + bounds.height {
        let row = &ink[y * width + bounds.x..][..bounds.width];
        narrow.extend((0..columns.len()).map(|i| columns.average(i, |x| f64::from(row[x]))));
    }
    let mut small = Vec::with_capacity(rows.len() * columns.len());
    for i in 0..rows.len() {
        small.extend((0..columns.len()).map(|x| rows.average(i, |y| narrow[y * columns.len() + x])));
    }
    Ok(Some(place(&small, columns.len(), bounds)))
}

fn validate(ink: &[f32], width: usize, height: usize) -> Result<()> {
    for (what, size) in [("width", width), ("height", height)] {
        if size == 0 {
            return Err(Error::argument(what, "0 pixels, expected at least 1"));
        }
    }
    if width.checked_mul(height) != Some(ink.len()) {
        let problem = format!("{} values, expected {width} × {height}", ink.len());
        return Err(Error::argument("drawing", problem));
    }
    match ink.iter().position(|v| !(0.0..=1.0).contains(v)) {
        Some(i) => Err(Error::argument(
            "drawing",
            format!(
                "the value at x {}, y {} is {}, expected a number from 0 to 1",
                i % width,
                i / width,
                ink[i]
            ),
        )),
        None => Ok(()),
    }
}

fn ink_bounds(ink: &[f32], width: usize) -> Option<Bounds> {
    let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
    for (y, row) in ink.chunks_exact(width).enumerate() {
        let Some(first) = row.iter().position(|&v| v >= FAINTEST) else { continue };
        let last = row.iter().rposition(|&v| v >= FAINTEST).unwrap_or(first);
        (left, right) = (left.min(first), right.max(last));
        (top, bottom) = (top.min(y), y);
    }
    (left != usize::MAX).then(|| Bounds {
        x: left,
        y: top,
        width: right - left + 1,
        height: bottom - top + 1,
    })
}

/// How one axis of the ink is resampled.
struct Resampling {
    /// Pixels of ink.
    from: usize,
    /// Pixels of the result; the first and the last may be covered in part.
    to: usize,
    /// Pixels of ink for one of the result.
    step: f64,
    /// Uncovered part of the first pixel of the result, in pixels of the result.
    margin: f64,
}

impl Resampling {
    /// `from` pixels of ink, scaled so that `longer` of them become 20.
    fn new(from: usize, longer: usize) -> Self {
        let to = (from * BOX).div_ceil(longer);
        let step = longer as f64 / BOX as f64;
        let margin = (to as f64 - from as f64 / step) / 2.0;
        Self { from, to, step, margin }
    }

    fn len(&self) -> usize {
        self.to
    }

    /// Averages `value` over the window of pixel `i` of the result; beyond the ink there is paper.
    ///
    /// The window is as wide as the pixel, but not narrower than a pixel of ink: averaging over that much is
    /// linear interpolation, so enlarging is smooth and meets shrinking without a jump.
    fn average(&self, i: usize, value: impl Fn(usize) -> f64) -> f64 {
        let window = self.step.max(1.0);
        let centre = (i as f64 + 0.5 - self.margin) * self.step;
        let low = (centre - window / 2.0).clamp(0.0, self.from as f64);
        let high = (centre + window / 2.0).clamp(0.0, self.from as f64);
        let last = (high.ceil() as usize).min(self.from);
        let sum: f64 = (low as usize..last)
            .map(|x| value(x) * (high.min(x as f64 + 1.0) - low.max(x as f64)).max(0.0))
            .sum();
        sum / window
    }
}

/// Puts the box into the 28×28 field.
fn place(small: &[f64], width: usize, bounds: Bounds) -> Digit {
    let height = small.len() / width;
    let (cx, cy) = centre_of_mass(small, width);
    // One whole number brings c into the unit interval; a negative one would push ink over the edge.
    let shift = |c: f64, size: usize| ((LOWEST_CENTRE - TIE - c).ceil().max(0.0) as usize).min(SIDE - size);
    let (dx, dy) = (shift(cx, width), shift(cy, height));
    let mut pixels = vec![0.0; SIDE * SIDE];
    for (row, out) in small.chunks_exact(width).zip(pixels.chunks_exact_mut(SIDE).skip(dy)) {
        for (value, out) in row.iter().zip(&mut out[dx..]) {
            *out = value.clamp(0.0, 1.0) as f32;
        }
    }
    Digit { pixels, bounds, centre_of_mass: (cx + dx as f64, cy + dy as f64) }
}

/// Centre of mass as (x, y) of an image that is not all zero.
fn centre_of_mass(image: &[f64], width: usize) -> (f64, f64) {
    let (mut mass, mut mx, mut my) = (0.0, 0.0, 0.0);
    for (y, row) in image.chunks_exact(width).enumerate() {
        for (x, &value) in row.iter().enumerate() {
            mass += value;
            mx += value * x as f64;
            my += value * y as f64;
        }
    }
    (mx / mass, my / mass)
}
