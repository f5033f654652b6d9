//! Reading and writing files, with errors that name them.

use std::path::{Path, PathBuf};

use vae_playground::{Error, Result};

pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| at(path, &e))
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| at(path, &e))
}

/// Writes all or nothing: a run that is stopped half-way leaves the earlier file whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    std::fs::write(&partial, bytes).map_err(|e| at(&partial, &e))?;
    std::fs::rename(&partial, path).map_err(|e| at(path, &e))
}

/// `FILE.state.safetensors` beside `FILE.safetensors`.
pub(crate) fn state_path(model: &Path) -> PathBuf {
    model.with_extension("state.safetensors")
}

pub(crate) fn at(path: &Path, error: &std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), problem: error.to_string() }
}
