//! What the fuzz targets share: the readers with what must hold of them, and a mutator that knows safetensors.

pub mod mutate;
#[path = "../../tests/readers/mod.rs"]
pub mod readers;
