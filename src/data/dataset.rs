//! Images, and labels where there are any, as the engine keeps them: one byte a pixel.
//!
//! Eight bits are what MNIST itself has, a quarter of the memory of `f32`, and what a GPU gathers batches from.

use std::sync::Arc;

use super::idx;
use crate::{Error, Result};

/// Images of one size with optional labels; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    images: Arc<[u8]>,
    labels: Option<Arc<[u8]>>,
    pixels: usize,
}

impl Dataset {
    /// Takes `n × pixels` grey levels, 255 being ink, and `n` labels.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when `pixels` is zero, when there are no images or a part of one, and when the
    /// number of labels differs from that of the images.
    pub fn from_u8(images: impl Into<Arc<[u8]>>, labels: Option<Vec<u8>>, pixels: usize) -> Result<Self> {
        let images = images.into();
        let n = count(images.len(), pixels)?;
        if let Some(labels) = labels.as_ref().filter(|labels| labels.len() != n) {
            return Err(Error::argument("labels", format!("{} labels for {n} images", labels.len())));
        }
        Ok(Self { images, labels: labels.map(Arc::from), pixels })
    }

    /// Takes `n × pixels` values in `[0, 1]`, 1 being ink, and rounds each to one of 256 levels, so what is
    /// kept differs from what was given by at most 1/510.
    ///
    /// # Errors
    /// Those of [`Dataset::from_u8`], and [`Error::InvalidArgument`] for a value that is not finite or not in
    /// `[0, 1]`.
    pub fn from_f32(images: &[f32], labels: Option<Vec<u8>>, pixels: usize) -> Result<Self> {
        count(images.len(), pixels)?;
        if let Some(i) = images.iter().position(|v| !(0.0..=1.0).contains(v)) {
            let (image, pixel) = (i / pixels, i % pixels);
            let problem =
                format!("pixel {pixel} of image {image} is {}, expected a number from 0 to 1", images[i]);
            return Err(Error::argument("images", problem));
        }
        let images: Arc<[u8]> = images.iter().map(|v| (v * 255.0).round() as u8).collect();
        Self::from_u8(images, labels, pixels)
    }

    /// Reads a file of images and, where given, a file of labels, each less than `classes`.
    ///
    /// # Errors
    /// [`Error::Idx`] with what is wrong in the files.
    pub fn from_idx(images: &[u8], labels: Option<&[u8]>, classes: usize) -> Result<Self> {
        let (images, labels) = match labels {
            Some(labels) => {
                let (images, labels) = idx::parse_pair(images, labels, classes)?;
                (images, Some(labels.to_vec()))
            }
            None => (idx::parse_images(images)?, None),
        };
        Self::from_u8(images.pixels, labels, images.rows * images.cols)
    }

    /// Number of images.
    #[expect(clippy::len_without_is_empty, reason = "a dataset is never empty")]
    pub fn len(&self) -> usize {
        self.images.len() / self.pixels
    }

    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// All images, `len × pixels` grey levels.
    pub fn images(&self) -> &[u8] {
        &self.images
    }

    /// All images, shared with whoever keeps them longer than the dataset.
    pub fn shared(&self) -> Arc<[u8]> {
        Arc::clone(&self.images)
    }

    /// All labels.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// All labels, shared with whoever keeps them longer than the dataset.
    pub fn shared_labels(&self) -> Option<Arc<[u8]>> {
        self.labels.clone()
    }

    /// Mean over images of every pixel, in [0, 1].
    pub fn mean(&self) -> Vec<f64> {
        let mut sums = vec![0_u64; self.pixels];
        for image in self.images.chunks_exact(self.pixels) {
            for (sum, &level) in sums.iter_mut().zip(image) {
                *sum += u64::from(level);
            }
        }
        sums.iter().map(|&sum| sum as f64 / 255.0 / self.len() as f64).collect()
    }

    /// Image `index`, `pixels` grey levels.
    ///
    /// # Panics
    /// When `index` is not less than [`Dataset::len`], as slices do.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.images[index * self.pixels..][..self.pixels]
    }

    /// The images at `indices`, in that order, with their labels.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when there are no indices, or one names no image.
    pub fn subset(&self, indices: &[usize]) -> Result<Self> {
        if let Some(index) = indices.iter().find(|&&index| index >= self.len()) {
            return Err(Error::argument("indices", format!("{index}, expected less than {}", self.len())));
        }
        let images: Arc<[u8]> = indices.iter().flat_map(|&i| self.image(i)).copied().collect();
        let labels = self.labels().map(|labels| indices.iter().map(|&i| labels[i]).collect());
        Self::from_u8(images, labels, self.pixels)
    }

    /// Mean over images of the entropy of their grey levels in nats, each pixel taken as the probability of a
    /// Bernoulli variable: −Σ x ln x + (1−x) ln(1−x). No model's cross-entropy against these targets is less.
    pub fn soft_entropy(&self) -> f64 {
        let mut counts = [0_u64; 256];
        for &level in self.images.iter() {
            counts[usize::from(level)] += 1;
        }
        let total: f64 =
            (1..255).map(|level| counts[level] as f64 * bernoulli_entropy(level as f64 / 255.0)).sum();
        total / self.len() as f64
    }
}

fn bernoulli_entropy(p: f64) -> f64 {
    -p * p.ln() - (1.0 - p) * (-p).ln_1p()
}

/// Number of images in `values` values.
fn count(values: usize, pixels: usize) -> Result<usize> {
    if pixels == 0 {
        return Err(Error::argument("pixels", "0, expected at least 1"));
    }
    if values == 0 {
        return Err(Error::argument("images", "no images, expected at least one"));
    }
    if !values.is_multiple_of(pixels) {
        return Err(Error::argument("images", format!("{values} values, expected a multiple of {pixels}")));
    }
    Ok(values / pixels)
}
