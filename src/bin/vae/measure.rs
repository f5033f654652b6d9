//! What `vae eval` measures beside the ELBO.

use pollster::block_on;
use serde::Serialize;
use serde_json::{Map, Value, json};
use vae_playground::checkpoint;
use vae_playground::data::dataset::Dataset;
use vae_playground::eval::{Evaluation, Protocol};
use vae_playground::measure::knn::{self, Labelled};
use vae_playground::measure::latent::{ACTIVE, latent_use};
use vae_playground::measure::pca::{MAX_DIMENSIONS, Pca};
use vae_playground::measure::quadrature::{self, Grid, log_likelihood_2d};
use vae_playground::measure::quality::Comparison;
use vae_playground::session::Posterior;
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::EvalArgs;
use crate::output;

/// Images handed over at a time.
const CHUNK: usize = 1000;

/// Fields for the JSON line, and the lines that say the same.
#[derive(Default)]
pub(crate) struct Measured {
    fields: Map<String, Value>,
    pub(crate) lines: Vec<String>,
}

/// An evaluation's fields, then those of what was measured beside it.
#[derive(Serialize)]
pub(crate) struct Fields<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    #[serde(flatten)]
    measured: &'a Map<String, Value>,
}

impl Measured {
    pub(crate) fn with<'a>(&'a self, evaluation: &'a Evaluation) -> Fields<'a> {
        Fields { evaluation, measured: &self.fields }
    }

    fn add(&mut self, name: &str, field: Value, line: String) {
        self.fields.insert(name.into(), field);
        self.lines.push(line);
    }
}

/// Checks what can be checked before the checkpoint `model` is opened on a backend.
pub(crate) fn check(args: &EvalArgs, model: &[u8]) -> Result<()> {
    if args.measure.knn == Some(0) {
        return Err(Error::argument("knn", "0 neighbours, expected at least 1"));
    }
    if args.measure.knn.is_some() && args.split != "test" {
        return Err(Error::argument("knn", "classifies the test images, expected --split test"));
    }
    if let Some(points) = args.measure.points {
        Grid::new(1.0, points)?;
    }
    if args.measure.quadrature {
        let spec = checkpoint::load(model)?.spec;
        quadrature::check(&spec).map_err(|e| Error::argument("quadrature", e.to_string()))?;
    }
    Ok(())
}

/// Measures what `args` ask for over the images of `data`; `train` has the neighbours.
pub(crate) fn run(
    vae: &mut Vae,
    args: &EvalArgs,
    protocol: &Protocol,
    train: &Dataset,
    data: &Dataset,
) -> Result<Measured> {
    let asked = &args.measure;
    let n = protocol.limit.unwrap_or(data.len()).min(data.len());
    let mut work = Work { vae, protocol, quiet: args.json };
    let mut measured = Measured::default();
    let posterior = if asked.latent || asked.quadrature || asked.knn.is_some() {
        work.encode("encoding", data, n)?
    } else {
        Posterior { mu: Vec::new(), logvar: Vec::new() }
    };
    if asked.latent {
        work.latent(&posterior, n, &mut measured)?;
    }
    if let Some(k) = asked.knn {
        work.neighbours(k, &posterior.mu, n, train, data, &mut measured)?;
    }
    if asked.quality {
        work.quality(data, n, &mut measured)?;
    }
    if asked.quadrature {
        work.quadrature(data, n, Grid::covering(&posterior, asked.points)?, &mut measured)?;
    }
    Ok(measured)
}

struct Work<'a> {
    vae: &'a mut Vae,
    protocol: &'a Protocol,
    quiet: bool,
}

impl Work<'_> {
    /// Images `first..first + count` as targets.
    fn targets(&self, data: &Dataset, first: usize, count: usize) -> Vec<f32> {
        let pixels = data.pixels();
        let bytes = &data.images()[first * pixels..(first + count) * pixels];
        self.protocol.binarize.targets(bytes, (first * pixels) as u32, self.protocol.seed, 0)
    }

    /// Calls `each` with the first `n` images, some at a time, and their labels where the model is conditional.
    fn chunks(
        &mut self,
        what: &'static str,
        data: &Dataset,
        n: usize,
        mut each: impl FnMut(&mut Vae, &[f32], Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let bar = output::bar(what, n, self.quiet);
        for first in (0..n).step_by(CHUNK) {
            let count = CHUNK.min(n - first);
            let labels = if self.vae.spec().classes > 0 { data.labels() } else { None };
            let labels = labels.map(|labels| &labels[first..first + count]);
            each(self.vae, &self.targets(data, first, count), labels)?;
            bar.inc(count as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn encode(&mut self, what: &'static str, data: &Dataset, n: usize) -> Result<Posterior> {
        let mut all = Posterior { mu: Vec::new(), logvar: Vec::new() };
        self.chunks(what, data, n, |vae, targets, labels| {
            let part = block_on(vae.encode(targets, labels))?;
            all.mu.extend(part.mu);
            all.logvar.extend(part.logvar);
            Ok(())
        })?;
        Ok(all)
    }

    fn latent(&self, posterior: &Posterior, n: usize, measured: &mut Measured) -> Result<()> {
        let latent = self.vae.spec().latent as usize;
        let found = latent_use(posterior, latent)?;
        // One image has no variance, and very wide latents would take hours.
        let pca = (n > 1 && latent <= MAX_DIMENSIONS).then(|| Pca::of(&posterior.mu, latent)).transpose()?;
        let mut line = format!(
            "latent: {} of {latent} units active (variance of mu over {ACTIVE}); KL per dimension {:.3?} nats",
            found.active(),
            found.kl
        );
        if let Some(pca) = &pca {
            line += &format!("; principal components explain {:.4?}", pca.ratios());
        }
        let field = json!({
            "active": found.active(),
            "kl": found.kl,
            "variance": found.variance,
            "pca": pca.map(|p| json!({ "variance": p.variances, "ratio": p.ratios() })),
        });
        measured.add("latent", field, line);
        Ok(())
    }

    fn neighbours(
        &mut self,
        k: usize,
        mu: &[f32],
        n: usize,
        train: &Dataset,
        data: &Dataset,
        measured: &mut Measured,
    ) -> Result<()> {
        let (Some(known_labels), Some(labels)) = (train.labels(), data.labels()) else {
            return Err(Error::argument("knn", "the images have no labels"));
        };
        let known = self.encode("encoding the training images", train, train.len())?.mu;
        let bar = output::bar("neighbours", n, self.quiet);
        let accuracy = knn::accuracy(
            Labelled { points: &known, labels: known_labels },
            Labelled { points: mu, labels: &labels[..n] },
            self.vae.spec().latent as usize,
            k,
            |done| bar.set_position(done as u64),
        )?;
        bar.finish_and_clear();
        let line = format!(
            "knn: {:.2} % of {n} images classified by {k} of {} training images",
            100.0 * accuracy,
            train.len()
        );
        measured.add("knn", json!({ "k": k, "train": train.len(), "accuracy": accuracy }), line);
        Ok(())
    }

    fn quality(&mut self, data: &Dataset, n: usize, measured: &mut Measured) -> Result<()> {
        let mut all = Comparison::new(self.vae.spec().input);
        self.chunks("reconstructing", data, n, |vae, targets, labels| {
            let reconstructions = block_on(vae.reconstruct(targets, labels, false, 0))?;
            all.add(targets, &reconstructions)
        })?;
        let q = all.quality();
        let ssim = q.ssim.map_or("none under 11×11 pixels".into(), |s| format!("{s:.4}"));
        let line = format!(
            "quality: MSE {:.6}, PSNR {:.2} dB (of the mean MSE {:.2} dB), SSIM {ssim}",
            q.mse, q.psnr, q.psnr_of_mean_mse
        );
        let field = json!({
            "mse": q.mse, "psnr": q.psnr, "psnr_of_mean_mse": q.psnr_of_mean_mse, "ssim": q.ssim,
        });
        measured.add("quality", field, line);
        Ok(())
    }

    fn quadrature(&mut self, data: &Dataset, n: usize, grid: Grid, measured: &mut Measured) -> Result<()> {
        let targets = self.targets(data, 0, n);
        let bar = output::bar("quadrature", (grid.points() as usize).pow(2), self.quiet);
        let done = |done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        };
        let found = block_on(log_likelihood_2d(self.vae.session(), &targets, grid, done))?;
        bar.finish_and_clear();
        let grid = found.grid;
        let line = format!(
            "quadrature: log p(x) {:.4} nats per image; its error is some {:.1e}, one image's up to {:.1e} \
             ({} points a side over ±{:.2})",
            found.mean(),
            found.error(),
            found.worst_error(),
            grid.points(),
            grid.half_width()
        );
        let field = json!({
            "log_likelihood": found.mean(),
            "error": found.error(),
            "worst_error": found.worst_error(),
            "points": grid.points(),
            "half_width": grid.half_width(),
        });
        measured.add("quadrature", field, line);
        Ok(())
    }
}
