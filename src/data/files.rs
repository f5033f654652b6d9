//! The four MNIST files of a folder, plain or gzipped (native only).

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Dataset, idx};
use crate::{Error, Result};

/// Classes of MNIST and of the sets that share its format.
pub const CLASSES: usize = 10;
/// A file may not unpack to more than this, lest a small `.gz` fill the memory.
const LARGEST_FILE: u64 = 1 << 31;

/// Reads the training and the test set from a folder with the four IDX files, under their names on LeCun's page
/// (`train-images-idx3-ubyte`) or as many archives unpack them (`train-images.idx3-ubyte`), plain or with `.gz`.
///
/// # Errors
/// [`Error::Io`] with the path, when a file is missing, cannot be read or is not what it should be.
pub fn load_mnist_dir(path: impl AsRef<Path>) -> Result<(Dataset, Dataset)> {
    let dir = path.as_ref();
    if !dir.is_dir() {
        return Err(io_error(dir, "not a folder; expected one with the four IDX files of MNIST"));
    }
    let train = load_pair(dir, "train")?;
    let test = load_pair(dir, "t10k")?;
    if train.pixels() != test.pixels() {
        let problem = format!(
            "the test images have {} pixels, expected {} as in the training set",
            test.pixels(),
            train.pixels()
        );
        return Err(io_error(dir, problem));
    }
    Ok((train, test))
}

/// Reads an IDX file of images, gzipped where its name ends in `.gz`.
///
/// # Errors
/// [`Error::Io`] with the path, when it cannot be read or is not what it should be.
pub fn load_images(path: impl AsRef<Path>) -> Result<Dataset> {
    let path = path.as_ref();
    let bytes = read(path)?;
    let images = idx::parse_images(&bytes).map_err(|e| io_error(path, e))?;
    Dataset::from_u8(images.pixels, None, images.rows * images.cols)
}

/// Reads an IDX file of labels of any number of classes, gzipped where its name ends in `.gz`.
///
/// # Errors
/// As [`load_images`].
pub fn load_labels(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    let bytes = read(path)?;
    let labels = idx::parse_labels(&bytes, 1 << 8).map_err(|e| io_error(path, e))?;
    Ok(labels.to_vec())
}

fn load_pair(dir: &Path, split: &str) -> Result<Dataset> {
    let images_path = find(dir, &format!("{split}-images"), "idx3-ubyte")?;
    let labels_path = find(dir, &format!("{split}-labels"), "idx1-ubyte")?;
    let image_bytes = read(&images_path)?;
    let label_bytes = read(&labels_path)?;
    let images = idx::parse_images(&image_bytes).map_err(|e| io_error(&images_path, e))?;
    let labels = idx::parse_labels(&label_bytes, CLASSES).map_err(|e| io_error(&labels_path, e))?;
    idx::check_pair(images.count, labels.len()).map_err(|e| io_error(&labels_path, e))?;
    Dataset::from_u8(images.pixels, Some(labels.to_vec()), images.rows * images.cols)
}

fn find(dir: &Path, stem: &str, suffix: &str) -> Result<PathBuf> {
    let names = [
        format!("{stem}-{suffix}"),
        format!("{stem}.{suffix}"),
        format!("{stem}-{suffix}.gz"),
        format!("{stem}.{suffix}.gz"),
    ];
    match names.iter().map(|name| dir.join(name)).find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => Err(io_error(&dir.join(&names[0]), format!("not found, nor {}", names[1..].join(", ")))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let file = fs::File::open(path).map_err(|e| io_error(path, e))?;
    let gzipped = path.extension().is_some_and(|extension| extension == "gz");
    let mut bytes = Vec::new();
    let limit = LARGEST_FILE + 1;
    let read = if gzipped {
        MultiGzDecoder::new(file).take(limit).read_to_end(&mut bytes)
    } else {
        file.take(limit).read_to_end(&mut bytes)
    };
    match read {
        Ok(n) if n as u64 > LARGEST_FILE => {
            Err(io_error(path, format!("more than {LARGEST_FILE} bytes, expected fewer")))
        }
        Ok(_) => Ok(bytes),
        Err(e) => Err(io_error(path, e)),
    }
}

fn io_error(path: &Path, problem: impl ToString) -> Error {
    Error::Io { path: path.display().to_string(), problem: problem.to_string() }
}
