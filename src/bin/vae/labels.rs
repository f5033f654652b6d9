//! The labels of rows on the command line.

use vae_playground::data::files::load_labels;
use vae_playground::data::npy::Elements;
use vae_playground::{Error, Result, VaeSpec};

use crate::args::LabelArgs;
use crate::files;

/// The labels asked for, where there are any, for `n` rows; whether they are the right ones the model says itself.
pub(crate) fn of(args: &LabelArgs, spec: &VaeSpec, n: usize) -> Result<Option<Vec<u8>>> {
    if spec.classes == 0 && (args.label.is_some() || args.labels.is_some()) {
        return Err(Error::argument("labels", "the model is not conditional, expected none"));
    }
    let Some(path) = &args.labels else {
        return Ok(args.label.map(|label| vec![label; n]));
    };
    if !files::has_extension(path, "npy") {
        return load_labels(path).map(Some);
    }
    match files::read_npy(path)?.elements {
        Elements::Bytes(labels) => Ok(Some(labels)),
        Elements::Floats(_) => Err(files::wrong(path, "labels as floats, expected bytes (numpy.uint8)")),
    }
}
