//! `vae encode`: images to μ and log σ².

use std::path::Path;

use pollster::block_on;
use serde::Serialize;
use vae_playground::backend::Choice;
use vae_playground::checkpoint;
use vae_playground::data::files::load_images;
use vae_playground::data::npy::Elements;
use vae_playground::spec::ImageShape;
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::EncodeArgs;
use crate::{files, labels, output, picture};

/// What is printed, one row of `mu` and `logvar` an image.
#[derive(Serialize)]
struct Line<'a> {
    n: usize,
    latent: usize,
    mu: Vec<&'a [f32]>,
    logvar: Vec<&'a [f32]>,
}

pub(crate) fn run(args: &EncodeArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let model = files::read(&args.model)?;
    // The input first: opening a GPU takes time, and some drivers print warnings of their own.
    let spec = checkpoint::load(&model)?.spec;
    let images = read_images(&args.input, spec.input)?;
    let labels = labels::of(&args.labels, &spec, images.len() / spec.pixels() as usize)?;
    let mut vae = block_on(Vae::from_checkpoint(&model, choice))?;
    let posterior = block_on(vae.encode(&images, labels.as_deref()))?;
    if posterior.mu.iter().chain(&posterior.logvar).any(|v| !v.is_finite()) {
        return Err(Error::argument("model", "its mu and logvar are not finite"));
    }
    let latent = spec.latent as usize;
    let rows = |values| <[f32]>::chunks_exact(values, latent).collect::<Vec<_>>();
    let (mu, logvar) = (rows(&posterior.mu), rows(&posterior.logvar));
    if args.json {
        let line = Line { n: mu.len(), latent, mu, logvar };
        return output::line(&serde_json::to_string(&line).expect("finite numbers make JSON"));
    }
    for (i, (mu, logvar)) in mu.iter().zip(&logvar).enumerate() {
        output::line(&format!("image {i}: mu {mu:.4?} logvar {logvar:.4?}"))?;
    }
    Ok(())
}

/// `n × shape.len()` values in [0, 1] from `.npy` (bytes are grey levels of 255), `.png` (one image), or IDX.
fn read_images(path: &Path, shape: ImageShape) -> Result<Vec<f32>> {
    let levels = |bytes: &[u8]| bytes.iter().map(|&b| f32::from(b) / 255.0).collect();
    if files::has_extension(path, "png") {
        return picture::read(path, shape);
    }
    if files::has_extension(path, "npy") {
        let array = files::read_npy(path)?;
        let [c, h, w] = [shape.channels, shape.height, shape.width].map(|n| n as usize);
        let whole = [vec![c * h * w], vec![c, h, w], if c == 1 { vec![h, w] } else { Vec::new() }];
        let fits = |whole: &Vec<usize>| {
            !whole.is_empty() && array.shape.ends_with(whole) && array.shape.len() <= whole.len() + 1
        };
        if !whole.iter().any(fits) {
            let problem = format!("{:?}, expected [n, {c}, {h}, {w}] or [n, {}]", array.shape, c * h * w);
            return Err(files::wrong(path, &format!("an array of shape {problem}")));
        }
        return Ok(match array.elements {
            Elements::Floats(values) => values,
            Elements::Bytes(bytes) => levels(&bytes),
        });
    }
    let images = load_images(path)?;
    if images.pixels() != shape.len() as usize {
        let problem = format!("images of {} pixels, the model takes {}", images.pixels(), shape.len());
        return Err(files::wrong(path, &problem));
    }
    Ok(levels(images.images()))
}
