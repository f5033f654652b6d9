//! What is computed from a model's outputs: how much of its latent it uses, what the latent means tell, how good
//! its reconstructions are, and the exact likelihood where the latent has two dimensions.
//!
//! All but [`quadrature`] are functions of plain slices: they run wherever the numbers come from.

pub mod knn;
pub mod latent;
pub mod pca;
pub mod quadrature;
pub mod quality;

use crate::error::{Error, Result};

/// Number of rows in `values`, `n × width` finite values.
///
/// # Errors
/// [`Error::InvalidArgument`] that names `what` for a width of 0, values that are not whole rows, no rows at all and
/// a value that is not finite.
fn rows(what: &str, values: &[f32], width: usize) -> Result<usize> {
    if width == 0 {
        return Err(Error::argument(what, "rows of 0 values, expected at least 1"));
    }
    if values.is_empty() || !values.len().is_multiple_of(width) {
        let problem = format!("{} values, expected a multiple of {width} and at least one row", values.len());
        return Err(Error::argument(what, problem));
    }
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        return Err(Error::argument(what, format!("value {i} is {}, expected finite values", values[i])));
    }
    Ok(values.len() / width)
}
