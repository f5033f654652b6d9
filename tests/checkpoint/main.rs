//! Checkpoints: they come back as they were, PyTorch's are read, and no bytes do harm.

mod files;
mod hostile;
mod misfits;
mod pytorch;
mod round_trip;
