//! Convolutions as products in the packed panels and register tiles of [`super::gemm`]: what im2col would
//! write out as a matrix is gathered straight into panels, a few images at a time, and stays in the caches.
//!
//! Threads share out images, and in a weight gradient its slices. Every sum runs over its terms in one order,
//! however the images are shared out.

mod columns;
mod correlate;
mod epilogue;
mod narrow;
mod shape;
mod source;
mod store;
mod weight_gradient;
mod workspace;

pub(crate) use correlate::{Correlation, correlate};
pub(crate) use shape::Direction;
pub(crate) use weight_gradient::weight_gradient;
pub(crate) use workspace::Scratch;
