//! `vae eval`.

use std::io::IsTerminal;

use indicatif::ProgressBar;
use pollster::block_on;
use serde_json::json;
use vae_playground::backend::Choice;
use vae_playground::data::files::load_mnist_dir;
use vae_playground::eval::{Binarize, check, evaluate};
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::EvalArgs;
use crate::{files, output};

pub(crate) fn run(args: &EvalArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let binarize = Binarize::named(&args.binarize)?;
    check(args.limit, args.samples)?;
    let model = files::read(&args.model)?;
    let (train, test) = load_mnist_dir(&args.data)?;
    let data = match args.split.as_str() {
        "test" => test,
        "train" => train,
        other => return Err(Error::argument("split", format!("{other:?}, expected test or train"))),
    };
    let mut vae = block_on(Vae::from_checkpoint(&model, choice))?;
    let bar = if args.json || !std::io::stderr().is_terminal() {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(data.len() as u64)
    };
    let done = |n: usize| bar.set_position(n as u64);
    let e = block_on(evaluate(&mut vae, &data, args.limit, args.samples, binarize, args.seed, done))?;
    bar.finish_and_clear();
    if args.json {
        let line = json!({
            "n": e.n, "recon": e.recon, "kl": e.kl, "elbo": e.elbo, "iw": null, "binarize": e.binarize,
        });
        output::line(&line.to_string())
    } else {
        output::line(&format!(
            "{} images, targets {}: ELBO {:.3} = -(recon {:.3} + KL {:.3}) nats per image",
            e.n, args.binarize, e.elbo, e.recon, e.kl
        ))
    }
}
