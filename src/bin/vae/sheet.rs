//! Sheets of images as PNG files.

use std::path::Path;

use pollster::block_on;
use vae_playground::spec::ImageShape;
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::files;

/// Decodes `n` draws from the prior into a sheet.
pub(crate) fn write_samples(vae: &mut Vae, path: &Path, n: u32, seed: u64) -> Result<()> {
    let images = block_on(vae.sample(n, None, seed, 1.0))?;
    write(path, &images, vae.spec().input)
}

/// A grid as nearly square as `n` allows, one pixel between images.
pub(crate) fn write(path: &Path, images: &[f32], shape: ImageShape) -> Result<()> {
    if shape.channels != 1 {
        return Err(Error::Unsupported(format!("sheets of {} channels; expected 1", shape.channels)));
    }
    let (w, h) = (shape.width as usize, shape.height as usize);
    let n = images.len() / (w * h);
    let columns = (n as f64).sqrt().ceil() as usize;
    let rows = n.div_ceil(columns);
    let (width, height) = (columns * (w + 1) - 1, rows * (h + 1) - 1);
    let mut sheet = vec![0_u8; width * height];
    for (i, image) in images.chunks_exact(w * h).enumerate() {
        let (x0, y0) = (i % columns * (w + 1), i / columns * (h + 1));
        for (y, row) in image.chunks_exact(w).enumerate() {
            for (x, value) in row.iter().enumerate() {
                sheet[(y0 + y) * width + x0 + x] = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
            }
        }
    }
    let failed =
        |e: png::EncodingError| Error::Io { path: path.display().to_string(), problem: e.to_string() };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&sheet).map_err(failed)?;
    writer.finish().map_err(failed)?;
    files::write(path, &bytes)
}
