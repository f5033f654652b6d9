//! `vae sample`: a sheet of decoded draws from the prior.

use pollster::block_on;
use vae_playground::Result;
use vae_playground::backend::Choice;
use vae_playground::vae::Vae;

use crate::args::SampleArgs;
use crate::{files, sheet};

pub(crate) fn run(args: &SampleArgs) -> Result<()> {
    let mut vae = block_on(Vae::from_checkpoint(&files::read(&args.model)?, Choice::Cpu))?;
    let labels = args.label.map(|label| vec![label; args.n as usize]);
    let images = block_on(vae.sample(args.n, labels.as_deref(), args.seed, args.temperature))?;
    sheet::write(&args.out, &images, vae.spec().input)
}
