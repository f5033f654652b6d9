//! Reading and writing files, with errors that name them.

use std::path::{Path, PathBuf};

use vae_playground::data::npy;
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
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|e| {
        // What is left of it is of no use to anyone.
        let _ = std::fs::remove_file(&partial);
        at(path, &e)
    })
}

/// Finds out before a long run whether its result can be written at all.
pub(crate) fn check_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::argument("out", format!("{} is a folder, expected a file", path.display())));
    }
    let mut probe = path.as_os_str().to_owned();
    probe.push(".partial");
    let probe = PathBuf::from(probe);
    std::fs::write(&probe, []).map_err(|e| at(path, &e))?;
    std::fs::remove_file(&probe).map_err(|e| at(path, &e))
}

/// `FILE.state.safetensors` beside `FILE.safetensors`.
pub(crate) fn state_path(model: &Path) -> PathBuf {
    let name = model.to_string_lossy();
    let stem = name.strip_suffix(".safetensors").unwrap_or(&name);
    PathBuf::from(format!("{stem}.state.safetensors"))
}

/// Whether a file's name ends in `.extension`, in letters of either case.
pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

pub(crate) fn read_npy(path: &Path) -> Result<npy::Array> {
    npy::parse(&read(path)?).map_err(|e| wrong(path, &e.to_string()))
}

/// The error for a file that is not what it should be.
pub(crate) fn wrong(path: &Path, problem: &str) -> Error {
    Error::Io { path: path.display().to_string(), problem: problem.to_owned() }
}

pub(crate) fn at(path: &Path, error: &std::io::Error) -> Error {
    wrong(path, &error.to_string())
}
