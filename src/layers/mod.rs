//! Layers as emitters of operations, forward beside backward.

pub(crate) mod linear;
pub(crate) mod reparam;
