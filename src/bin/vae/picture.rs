//! Pictures as input.

use std::path::Path;

use png::{ColorType, Decoder, Transformations};
use vae_playground::spec::ImageShape;
use vae_playground::{Error, Result};

use crate::files;

/// Reads one image of `shape`: `shape.len()` values in [0, 1], channel by channel. A grey model takes pictures
/// without colour, whatever they are stored as; what is transparent is black, as paper is in MNIST.
pub(crate) fn read(path: &Path, shape: ImageShape) -> Result<Vec<f32>> {
    let bad = |problem: String| Error::Io { path: path.display().to_string(), problem };
    let bytes = files::read(path)?;
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|e| bad(e.to_string()))?;
    let (width, height) = reader.info().size();
    if (width, height) != (shape.width, shape.height) {
        let expected = format!("{}×{}", shape.width, shape.height);
        return Err(bad(format!("{width}×{height} pixels, expected {expected} as the model takes them")));
    }
    let size = reader.output_buffer_size().ok_or_else(|| bad("too large".into()))?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|e| bad(e.to_string()))?;
    let pixels = &pixels[..frame.buffer_size()];
    let (colours, alpha) = match frame.color_type {
        ColorType::Grayscale => (1, false),
        ColorType::GrayscaleAlpha => (1, true),
        ColorType::Rgb => (3, false),
        ColorType::Rgba => (3, true),
        ColorType::Indexed => return Err(bad("a palette that cannot be expanded".into())),
    };
    let stored = pixels.chunks_exact(colours + usize::from(alpha)).map(|pixel| {
        let opacity = if alpha { f32::from(pixel[colours]) / 255.0 } else { 1.0 };
        move |channel: usize| opacity * f32::from(pixel[channel % colours]) / 255.0
    });
    match shape.channels {
        1 if pixels
            .chunks_exact(colours + usize::from(alpha))
            .all(|p| p[..colours].iter().all(|c| *c == p[0])) =>
        {
            Ok(stored.map(|value| value(0)).collect())
        }
        1 => Err(bad("a picture in colour, expected shades of grey".into())),
        3 => Ok((0..3).flat_map(|channel| stored.clone().map(move |value| value(channel))).collect()),
        other => Err(bad(format!("a picture for a model of {other} channels, expected 1 or 3"))),
    }
}
