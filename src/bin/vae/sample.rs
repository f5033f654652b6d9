//! `vae sample`: a sheet of decoded draws from the prior.

use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::SampleArgs;
use crate::{files, sheet};

pub(crate) fn run(args: &SampleArgs) -> Result<()> {
    if !files::has_extension(&args.out, "png") {
        let problem = format!("{}, expected a name that ends in .png", args.out.display());
        return Err(Error::argument("out", problem));
    }
    files::check_writable(&args.out)?;
    let mut vae = block_on(Vae::from_checkpoint(&files::read(&args.model)?, Choice::Cpu))?;
    let labels = args.label.map(|label| vec![label; args.n as usize]);
    let images = block_on(vae.sample(args.n, labels.as_deref(), args.seed, args.temperature))?;
    sheet::write(&args.out, &images, vae.spec().input)
}
