//! Every flag.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "vae",
    version,
    about = "Variational autoencoders: train, evaluate, encode, decode, sample, describe, export"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a model on MNIST-like IDX files.
    Train(Box<TrainArgs>),
    /// Measure the ELBO over a dataset.
    Eval(EvalArgs),
    /// Encode images: mu and logvar of q(z|x).
    Encode(EncodeArgs),
    /// Decode z: the mean of p(x|z).
    Decode(DecodeArgs),
    /// Draw a sheet of samples from the prior.
    Sample(SampleArgs),
    /// Describe a checkpoint, or the presets.
    Info(InfoArgs),
    /// Write a checkpoint's model as a PyTorch project.
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// A named model; one of the names that a wrong one lists.
    #[arg(long, required_unless_present_any = ["spec", "resume"], conflicts_with = "spec")]
    pub(crate) preset: Option<String>,
    /// A model as JSON.
    #[arg(long)]
    pub(crate) spec: Option<PathBuf>,
    /// Folder with the four IDX files, plain or .gz.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Where to write the model; what resuming needs is written beside it.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Passes over the training images; cosine and stages schedules shrink to fit [default: the preset's, or 10, unless
    /// --steps is given].
    #[arg(long)]
    pub(crate) epochs: Option<u32>,
    /// Optimiser steps; cosine and stages schedules shrink to fit.
    #[arg(long)]
    pub(crate) steps: Option<u64>,
    /// Stop when this epoch is done, as if interrupted: unlike a limit, this leaves the schedule as long as it was.
    #[arg(long, value_name = "EPOCH", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) stop_after: Option<u32>,
    /// Images per step [default: the preset's, or 128].
    #[arg(long)]
    pub(crate) batch: Option<u32>,
    /// adam, rmsprop or sgd (momentum 0.9), with PyTorch's defaults [default: the preset's, or adam].
    #[arg(long)]
    pub(crate) optimizer: Option<String>,
    /// Learning rate [default: the preset's, or 0.001].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) lr: Option<f32>,
    /// Weight of the KL divergence [default: the preset's, or 1].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) beta: Option<f32>,
    /// β grows linearly from 0 over this many epochs [default: 0].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) warmup_epochs: Option<f32>,
    /// What is minimised: elbo, iwae, dreg (iwae with the doubly reparameterised gradient) or autoencoder
    /// [default: the preset's, or elbo].
    #[arg(long)]
    pub(crate) objective: Option<String>,
    /// Draws of z per image for iwae and dreg [default: the preset's, or 50].
    #[arg(long)]
    pub(crate) samples: Option<u32>,
    /// Free bits of the elbo, in nats per latent dimension [default: the preset's, or 0].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) free_bits: Option<f32>,
    /// How grey pixels become targets: none, dynamic or static [default: the preset's, or none].
    #[arg(long)]
    pub(crate) binarize: Option<String>,
    /// How the learning rate changes: constant, cosine or stages [default: the preset's, or constant].
    #[arg(long)]
    pub(crate) schedule: Option<String>,
    /// Adam's and RMSProp's ε [default: the preset's, or 1e-8].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) epsilon: Option<f32>,
    /// Begin with the output's bias at the log-odds of the training images' mean (true or false) [default: the
    /// preset's, or false].
    #[arg(long, conflicts_with = "resume", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) data_bias: Option<bool>,
    /// Global norm to which gradients are clipped [default: none].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) clip_norm: Option<f32>,
    /// L2 penalty, added to the gradient [default: 0].
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) weight_decay: Option<f32>,
    /// Initial parameters: pytorch or glorot [default: the preset's, or pytorch].
    #[arg(long, conflicts_with = "resume")]
    pub(crate) init: Option<String>,
    /// auto, cpu or gpu.
    #[arg(long, default_value = "auto")]
    pub(crate) backend: String,
    /// Seed of initial parameters, permutations and noise [default: 1].
    #[arg(long, conflicts_with = "resume")]
    pub(crate) seed: Option<u64>,
    /// Go on from a model written by an earlier run, with that run's settings unless others are given.
    #[arg(long, conflicts_with_all = ["preset", "spec"])]
    pub(crate) resume: Option<PathBuf>,
    /// Print the loss every N steps [default: the preset's, or once an epoch].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) print_every: Option<u64>,
    /// Write a sheet of 10×10 samples when the run is over, a PNG.
    #[arg(long)]
    pub(crate) sheet: Option<PathBuf>,
    /// Write the weights in half precision.
    #[arg(long)]
    pub(crate) f16: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// The checkpoint.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Folder with the four IDX files, plain or .gz.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// test or train.
    #[arg(long, default_value = "test")]
    pub(crate) split: String,
    /// Only the first N images.
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Draws of z per image.
    #[arg(long, default_value_t = 1)]
    pub(crate) samples: u32,
    /// Also the importance-weighted estimate of log p(x) from K draws of z per image.
    #[arg(long, value_name = "K")]
    pub(crate) iw: Option<u32>,
    /// Where those draws come from: posterior, or mixture (half of them from the prior), which holds where the
    /// encoder misses, in few dimensions.
    #[arg(long, default_value = "posterior", requires = "iw")]
    pub(crate) proposal: String,
    /// How grey pixels become targets: none, dynamic or static.
    #[arg(long, default_value = "none")]
    pub(crate) binarize: String,
    /// auto, cpu or gpu.
    #[arg(long, default_value = "auto")]
    pub(crate) backend: String,
    /// Seed of the noise.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) measure: MeasureArgs,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `eval` measures beside the ELBO; images become targets as for the first draw of the ELBO.
#[derive(Debug, Args)]
pub(crate) struct MeasureArgs {
    /// KL divergence of each latent dimension, active units, principal components of the latent means.
    #[arg(long)]
    pub(crate) latent: bool,
    /// Accuracy of classifying the test images by the K training images nearest in the latent.
    #[arg(long, value_name = "K")]
    pub(crate) knn: Option<usize>,
    /// Squared error, PSNR and SSIM of reconstructions through mu.
    #[arg(long)]
    pub(crate) quality: bool,
    /// Exact log-likelihood by quadrature, for models with two latent dimensions.
    #[arg(long)]
    pub(crate) quadrature: bool,
    /// Points of the quadrature along each dimension [default: chosen from the posteriors].
    #[arg(long, requires = "quadrature")]
    pub(crate) points: Option<u32>,
}

/// The classes that a conditional model needs.
#[derive(Debug, Args)]
pub(crate) struct LabelArgs {
    /// Class of every row, for a conditional model.
    #[arg(long, conflicts_with = "labels")]
    pub(crate) label: Option<u8>,
    /// Class of each row, for a conditional model: .npy of bytes, or an IDX file, plain or .gz.
    #[arg(long)]
    pub(crate) labels: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// The checkpoint.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Images: .npy ([n, pixels] or [n, channels, height, width], values in [0, 1] or bytes), .png (one image of
    /// the model's size), or an IDX file, plain or .gz.
    #[arg(long)]
    pub(crate) input: PathBuf,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    /// auto, cpu or gpu.
    #[arg(long, default_value = "auto")]
    pub(crate) backend: String,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// The checkpoint.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Rows of z: .npy of shape [n, latent].
    #[arg(long)]
    pub(crate) z: PathBuf,
    /// Write the logits rather than the mean of p(x|z): for a Gaussian the same.
    #[arg(long)]
    pub(crate) logits: bool,
    /// The result: .npy of shape [n, pixels], or .png with all images on one sheet.
    #[arg(long)]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    /// auto, cpu or gpu.
    #[arg(long, default_value = "auto")]
    pub(crate) backend: String,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// The checkpoint.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Number of samples.
    #[arg(long)]
    pub(crate) n: u32,
    /// Seed of the draws.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Class of every sample, for a conditional model [default: the classes in turn].
    #[arg(long)]
    pub(crate) label: Option<u8>,
    /// Standard deviation of the draws; 1 is the prior.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub(crate) temperature: f32,
    /// The sheet, a PNG.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// The checkpoint.
    #[arg(long)]
    pub(crate) model: Option<PathBuf>,
    /// Every preset, with its recipe, instead of a checkpoint.
    #[arg(long, conflicts_with = "model")]
    pub(crate) presets: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The checkpoint.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Folder for model.py, train.py, the weights and a README; new, or empty.
    #[arg(long)]
    pub(crate) pytorch: PathBuf,
}
