//! `vae decode`: z to the mean of p(x|z), or to its logits.

use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::checkpoint;
use vae_playground::data::npy::{self, Elements};
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::DecodeArgs;
use crate::{files, labels, sheet};

pub(crate) fn run(args: &DecodeArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let as_png = files::has_extension(&args.out, "png");
    if !as_png && !files::has_extension(&args.out, "npy") {
        let problem = format!("{}, expected a name that ends in .npy or .png", args.out.display());
        return Err(Error::argument("out", problem));
    }
    if as_png && args.logits {
        return Err(Error::argument("out", "a .png holds probabilities, expected .npy for logits"));
    }
    files::check_writable(&args.out)?;
    let model = files::read(&args.model)?;
    // The input first: opening a GPU takes time, and some drivers print warnings of their own.
    let spec = checkpoint::load(&model)?.spec;
    let (shape, latent) = (spec.input, spec.latent as usize);
    let array = files::read_npy(&args.z)?;
    if !matches!(array.shape[..], [width] | [_, width] if width == latent) {
        let problem = format!("an array of shape {:?}, expected [n, {latent}]", array.shape);
        return Err(files::wrong(&args.z, &problem));
    }
    let Elements::Floats(z) = array.elements else {
        return Err(files::wrong(&args.z, "an array of bytes, expected floating-point numbers"));
    };
    let labels = labels::of(&args.labels, &spec, z.len() / latent)?;
    let mut vae = block_on(Vae::from_checkpoint(&model, choice))?;
    let images = if args.logits {
        block_on(vae.session().decode_logits(&z, labels.as_deref()))?
    } else {
        block_on(vae.decode(&z, labels.as_deref()))?
    };
    if as_png {
        return sheet::write(&args.out, &images, shape);
    }
    let pixels = shape.len() as usize;
    files::write(&args.out, &npy::write(&[images.len() / pixels, pixels], &images)?)
}
