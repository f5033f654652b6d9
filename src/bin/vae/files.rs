//! Reading and writing files, with errors that name them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use vae_playground::data::npy;
use vae_playground::{Error, Result};

pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| at(path, &e))
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| at(path, &e))
}

/// Where what is written to a path goes.
enum Target {
    /// A file, present or not, behind the path's symbolic links; a new one takes its place.
    File(PathBuf),
    /// A device or a pipe, which takes the bytes themselves.
    Device,
}

impl Target {
    fn of(path: &Path) -> Result<Self> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                Err(Error::argument("out", format!("{} is a folder, expected a file", path.display())))
            }
            Ok(found) if found.is_file() => fs::canonicalize(path).map(Self::File).map_err(|e| at(path, &e)),
            Ok(_) => Ok(Self::Device),
            Err(e) if e.kind() == ErrorKind::NotFound => match (fs::read_link(path), path.parent()) {
                // A link to a file that is not there yet.
                (Ok(link), Some(folder)) => Self::of(&folder.join(link)),
                _ => Ok(Self::File(path.to_owned())),
            },
            Err(e) => Err(at(path, &e)),
        }
    }
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// Writes all or nothing: a run that is stopped half-way leaves the earlier file whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let Target::File(file) = Target::of(path)? else {
        return fs::write(path, bytes).map_err(|e| at(path, &e));
    };
    let partial = partial(&file);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, &file));
    written.map_err(|e| {
        // What is left of it is of no use to anyone.
        let _ = fs::remove_file(&partial);
        at(path, &e)
    })
}

/// Finds out before a long run whether its result can be written at all.
pub(crate) fn check_writable(path: &Path) -> Result<()> {
    let Target::File(file) = Target::of(path)? else {
        return Ok(());
    };
    let probe = partial(&file);
    fs::write(&probe, []).and_then(|()| fs::remove_file(&probe)).map_err(|e| at(path, &e))
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
