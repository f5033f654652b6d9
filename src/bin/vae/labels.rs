//! The labels of rows on the command line.

use vae_playground::Result;
use vae_playground::data::files::load_labels;
use vae_playground::data::npy::Elements;

use crate::args::LabelArgs;
use crate::files;

/// The labels asked for, where there are any, for `n` rows; whether the model wants them it says itself.
pub(crate) fn of(args: &LabelArgs, n: usize) -> Result<Option<Vec<u8>>> {
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
