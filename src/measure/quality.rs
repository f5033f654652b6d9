//! How close reconstructions are to their images: squared error, PSNR, SSIM.

use super::rows;
use crate::error::{Error, Result};
use crate::spec::ImageShape;

/// Standard deviation of SSIM's window in pixels.
const WINDOW_SIGMA: f64 = 1.5;
/// Pixels on either side of the window's centre: 3.5 standard deviations.
const RADIUS: usize = 5;
/// Width of SSIM's window; smaller images have no SSIM.
const WINDOW: usize = 2 * RADIUS + 1;
/// (K₁·L)² and (K₂·L)² with L = 1, the range of the pixels.
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// Means over images with pixels in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Squared error per pixel.
    pub mse: f64,
    /// Each image's own −10 log₁₀ MSE in decibels, then the mean; infinite where one image is exact.
    pub psnr: f64,
    /// −10 log₁₀ of the mean squared error over all images: at most [`Self::psnr`], and what is meant where one
    /// figure is computed from a test loss.
    pub psnr_of_mean_mse: f64,
    /// Structural similarity ([`ssim`]); `None` for images under 11×11 pixels.
    pub ssim: Option<f64>,
}

/// Compares `reconstructions` with `images`, both `n × shape.len()` values in [0, 1], channel by channel.
///
/// # Errors
/// As [`Comparison::add`].
pub fn quality(images: &[f32], reconstructions: &[f32], shape: ImageShape) -> Result<Quality> {
    let mut all = Comparison::new(shape);
    all.add(images, reconstructions)?;
    Ok(all.quality())
}

/// A comparison of more images than are in memory at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    shape: ImageShape,
    n: usize,
    /// Sums over images.
    mse: f64,
    psnr: f64,
    ssim: f64,
}

impl Comparison {
    /// One of images of `shape`, none so far.
    #[must_use]
    pub const fn new(shape: ImageShape) -> Self {
        Self { shape, n: 0, mse: 0.0, psnr: 0.0, ssim: 0.0 }
    }

    /// Takes some images and their reconstructions.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole images or not finite, and for different numbers of
    /// them; nothing is taken then.
    pub fn add(&mut self, images: &[f32], reconstructions: &[f32]) -> Result<()> {
        let pixels = self.shape.len() as usize;
        let n = rows("images", images, pixels)?;
        rows("reconstructions", reconstructions, pixels)?;
        same_length(images, reconstructions)?;
        for (x, y) in images.chunks_exact(pixels).zip(reconstructions.chunks_exact(pixels)) {
            let error = squared_error(x, y);
            self.mse += error;
            self.psnr += decibels(error);
            if self.holds_a_window() {
                self.ssim += ssim(x, y, self.shape)?;
            }
        }
        self.n += n;
        Ok(())
    }

    /// The means over all images taken; not numbers where there are none.
    #[must_use]
    pub fn quality(&self) -> Quality {
        let n = self.n as f64;
        Quality {
            mse: self.mse / n,
            psnr: self.psnr / n,
            psnr_of_mean_mse: decibels(self.mse / n),
            ssim: self.holds_a_window().then_some(self.ssim / n),
        }
    }

    const fn holds_a_window(&self) -> bool {
        self.shape.width as usize >= WINDOW && self.shape.height as usize >= WINDOW
    }
}

/// Structural similarity of two images of `shape`, pixels in [0, 1], a mean over channels: Wang, Bovik, Sheikh and
/// Simoncelli, "Image quality assessment: from error visibility to structural similarity", 2004, equation 13,
/// with a Gaussian window of 11×11 pixels (σ = 1.5), K₁ = 0.01, K₂ = 0.03, population variances, and the mean over
/// the places where the whole window lies within the image. scikit-image computes the same with
/// `structural_similarity(x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1)`.
///
/// # Errors
/// [`Error::InvalidArgument`] for images of another length and for a side under 11 pixels.
pub fn ssim(image: &[f32], other: &[f32], shape: ImageShape) -> Result<f64> {
    let (width, height) = (shape.width as usize, shape.height as usize);
    if width < WINDOW || height < WINDOW {
        let problem = format!("images of {height}×{width} pixels, SSIM needs {WINDOW}×{WINDOW}");
        return Err(Error::argument("shape", problem));
    }
    if image.len() != shape.len() as usize {
        return Err(Error::argument("image", format!("{} values, expected {}", image.len(), shape.len())));
    }
    same_length(image, other)?;
    let taps = window();
    let plane = width * height;
    let mut sum = 0.0;
    for (x, y) in image.chunks_exact(plane).zip(other.chunks_exact(plane)) {
        let local = |value: fn(f64, f64) -> f64| {
            let values = x.iter().zip(y).map(|(&x, &y)| value(x.into(), y.into())).collect::<Vec<_>>();
            blur(&values, width, &taps)
        };
        let (mx, my) = (local(|x, _| x), local(|_, y| y));
        let (xx, yy, xy) = (local(|x, _| x * x), local(|_, y| y * y), local(|x, y| x * y));
        let total: f64 = (0..mx.len())
            .map(|i| {
                let (mx, my) = (mx[i], my[i]);
                let (vx, vy, vxy) = (xx[i] - mx * mx, yy[i] - my * my, xy[i] - mx * my);
                let luminance = (2.0 * mx * my + C1) / (mx * mx + my * my + C1);
                luminance * (2.0 * vxy + C2) / (vx + vy + C2)
            })
            .sum();
        sum += total / mx.len() as f64;
    }
    Ok(sum / f64::from(shape.channels))
}

fn same_length(images: &[f32], others: &[f32]) -> Result<()> {
    if images.len() == others.len() {
        return Ok(());
    }
    let problem = format!("{} values, expected {} as in the images", others.len(), images.len());
    Err(Error::argument("reconstructions", problem))
}

/// Mean over pixels of (x − y)².
fn squared_error(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| (f64::from(x) - f64::from(y)).powi(2)).sum::<f64>() / x.len() as f64
}

fn decibels(mse: f64) -> f64 {
    -10.0 * mse.log10()
}

/// The window along one axis; its weights sum to 1.
fn window() -> [f64; WINDOW] {
    let weight = |i: usize| (-0.5 * ((i as f64 - RADIUS as f64) / WINDOW_SIGMA).powi(2)).exp();
    let sum: f64 = (0..WINDOW).map(weight).sum();
    std::array::from_fn(|i| weight(i) / sum)
}

/// Weighted means over the windows that lie within an image: across, then down.
fn blur(values: &[f64], width: usize, taps: &[f64; WINDOW]) -> Vec<f64> {
    let across: Vec<f64> = values
        .chunks_exact(width)
        .flat_map(|row| row.windows(WINDOW))
        .map(|part| part.iter().zip(taps).map(|(v, t)| v * t).sum())
        .collect();
    let narrow = width - 2 * RADIUS;
    (0..across.len() - 2 * RADIUS * narrow)
        .map(|i| taps.iter().enumerate().map(|(j, t)| t * across[i + j * narrow]).sum())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn grey(side: u32) -> ImageShape {
        ImageShape { channels: 1, height: side, width: side }
    }

    #[test]
    fn errors_and_decibels_by_hand() {
        // The first image is off by 0.1 everywhere, the second by 0.01.
        let images = [0.5; 8];
        let others = [0.6, 0.6, 0.6, 0.6, 0.51, 0.51, 0.51, 0.51];
        let q = quality(&images, &others, grey(2)).unwrap();
        assert!((q.mse - (0.01 + 0.0001) / 2.0).abs() < 1e-8);
        assert!((q.psnr - 30.0).abs() < 1e-4);
        assert!((q.psnr_of_mean_mse + 10.0 * 0.00505_f64.log10()).abs() < 1e-4);
        assert_eq!(q.ssim, None);
    }

    #[test]
    fn images_may_come_in_parts() {
        let x: Vec<f32> = (0..363).map(|i| (i % 5) as f32 / 5.0).collect();
        let y: Vec<f32> = (0..363).map(|i| (i % 7) as f32 / 7.0).collect();
        let mut parts = Comparison::new(grey(11));
        parts.add(&x[..121], &y[..121]).unwrap();
        parts.add(&x[121..], &y[121..]).unwrap();
        assert_eq!(parts.quality(), quality(&x, &y, grey(11)).unwrap());
        assert!(Comparison::new(grey(11)).quality().mse.is_nan());
    }

    #[test]
    fn an_exact_reconstruction_is_infinitely_good() {
        let image: Vec<f32> = (0..144).map(|i| (i % 7) as f32 / 7.0).collect();
        let q = quality(&image, &image, grey(12)).unwrap();
        assert_eq!((q.mse, q.psnr), (0.0, f64::INFINITY));
        assert!((q.ssim.unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_similarity_of_flat_images_is_that_of_their_luminance() {
        let (x, y) = (vec![0.2; 121], vec![0.6; 121]);
        let (a, b) = (f64::from(0.2_f32), f64::from(0.6_f32));
        let expected = (2.0 * a * b + C1) / (a * a + b * b + C1);
        assert!((ssim(&x, &y, grey(11)).unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn channels_count_alike() {
        let shape = ImageShape { channels: 2, ..grey(11) };
        let x = [vec![0.2; 121], vec![0.5; 121]].concat();
        let y = [vec![0.6; 121], vec![0.5; 121]].concat();
        let first = ssim(&x[..121], &y[..121], grey(11)).unwrap();
        assert!((ssim(&x, &y, shape).unwrap() - (first + 1.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert!(quality(&[0.0; 4], &[0.0; 8], grey(2)).unwrap_err().to_string().contains("8 values"));
        assert!(quality(&[0.0; 3], &[0.0; 3], grey(2)).is_err());
        assert!(ssim(&[0.0; 100], &[0.0; 100], grey(10)).unwrap_err().to_string().contains("11×11"));
        assert!(ssim(&[0.0; 120], &[0.0; 120], grey(11)).is_err());
    }
}
