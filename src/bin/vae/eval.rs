//! `vae eval`.

use std::io::IsTerminal;

use indicatif::ProgressBar;
use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::binarize::Binarize;
use vae_playground::data::files::load_mnist_dir;
use vae_playground::eval::{Protocol, evaluate};
use vae_playground::session::Proposal;
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::EvalArgs;
use crate::{files, measure, output};

pub(crate) fn run(args: &EvalArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let protocol = Protocol {
        limit: args.limit,
        samples: args.samples,
        importance: args.iw,
        proposal: Proposal::named(&args.proposal)?,
        binarize: Binarize::named(&args.binarize)?,
        seed: args.seed,
    };
    protocol.validate()?;
    let model = files::read(&args.model)?;
    measure::check(args, &model)?;
    let (train, test) = load_mnist_dir(&args.data)?;
    let data = match args.split.as_str() {
        "test" => &test,
        "train" => &train,
        other => return Err(Error::argument("split", format!("{other:?}, expected test or train"))),
    };
    let mut vae = block_on(Vae::from_checkpoint(&model, choice))?;
    let bar = if args.json || !std::io::stderr().is_terminal() {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(1000)
    };
    let done = |part: f64| bar.set_position((1000.0 * part) as u64);
    let e = block_on(evaluate(&mut vae, data, &protocol, done))?;
    bar.finish_and_clear();
    let measured = measure::run(&mut vae, args, &protocol, &train, data)?;
    if args.json {
        let fields = measured.with(&e);
        return output::line(&serde_json::to_string(&fields).unwrap_or_default());
    }
    output::line(&format!(
        "{} images, targets {}: ELBO {:.3} = -(recon {:.3} + KL {:.3}) nats per image",
        e.n, args.binarize, e.elbo, e.recon, e.kl
    ))?;
    if let Some(iw) = e.iw {
        output::line(&format!("L_{} {:.3} nats per image", iw.k, iw.log_likelihood))?;
    }
    measured.lines.iter().try_for_each(|line| output::line(line))
}
