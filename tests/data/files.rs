//! The four files of a folder: both spellings, plain or gzipped, and errors that name the path.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use vae_playground::Error;
use vae_playground::data::files::{load_images, load_labels, load_mnist_dir};

const IMAGES: [u8; 20] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40];
const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 4, 9];

fn write(dir: &Path, name: &str, bytes: &[u8]) {
    fs::write(dir.join(name), bytes).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn complete_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "train-images-idx3-ubyte", &IMAGES);
    write(dir.path(), "train-labels.idx1-ubyte", &LABELS);
    write(dir.path(), "t10k-images-idx3-ubyte.gz", &gzip(&IMAGES));
    write(dir.path(), "t10k-labels.idx1-ubyte.gz", &gzip(&LABELS));
    dir
}

/// Loads a folder in which `name` holds `bytes`, and gives the name in the error's path and its problem.
fn failure(name: &str, bytes: &[u8]) -> (String, String) {
    let dir = complete_folder();
    write(dir.path(), name, bytes);
    match load_mnist_dir(dir.path()).unwrap_err() {
        Error::Io { path, problem } => {
            (Path::new(&path).file_name().unwrap().to_str().unwrap().to_owned(), problem)
        }
        other => panic!("{other:?} names no path"),
    }
}

#[test]
fn both_spellings_and_gzip_are_read() {
    let dir = complete_folder();
    let (train, test) = load_mnist_dir(dir.path()).unwrap();
    assert_eq!(train, test);
    assert_eq!(train.image(1), [30, 40]);
    assert_eq!(train.labels().unwrap(), [4, 9]);
}

#[test]
fn a_missing_file_is_named_with_every_name_looked_for() {
    let dir = complete_folder();
    fs::remove_file(dir.path().join("t10k-labels.idx1-ubyte.gz")).unwrap();
    let message = load_mnist_dir(dir.path()).unwrap_err().to_string();
    assert!(message.contains("t10k-labels-idx1-ubyte: not found"), "{message}");
    assert!(message.contains("t10k-labels.idx1-ubyte.gz"), "{message}");
}

#[test]
fn a_missing_folder_is_named() {
    let error = load_mnist_dir("no/such/folder").unwrap_err();
    assert!(matches!(&error, Error::Io { path, .. } if path == "no/such/folder"), "{error:?}");
    assert_eq!(error.code(), "invalid-argument");
}

#[test]
fn a_wrong_file_is_named_with_what_is_wrong() {
    let name = "train-images-idx3-ubyte";
    assert_eq!(failure(name, &[]), (name.into(), "the file is empty".into()));
    assert_eq!(failure(name, &gzip(&IMAGES)), (name.into(), "the file is gzipped; unpack it first".into()));
    assert_eq!(failure(name, &IMAGES[..19]), (name.into(), "truncated: 3 bytes of data, expected 4".into()));
    let labels = "train-labels.idx1-ubyte";
    let one = [0, 0, 8, 1, 0, 0, 0, 1, 4];
    assert_eq!(failure(labels, &one), (labels.into(), "1 labels for 2 images, expected one for each".into()));
    assert_eq!(
        failure(labels, &[0, 0, 8, 1, 0, 0, 0, 2, 4, 10]),
        (labels.into(), "label 1 is 10, expected less than 10".into())
    );
}

#[test]
fn a_broken_gzip_is_named() {
    let name = "t10k-images-idx3-ubyte.gz";
    let whole = gzip(&IMAGES);
    for bytes in [&whole[..whole.len() - 9], b"not gzip at all".as_slice(), &[]] {
        let (path, problem) = failure(name, bytes);
        assert_eq!(path, name);
        assert!(!problem.is_empty());
    }
}

#[test]
fn sets_with_images_of_different_sizes_are_refused() {
    let dir = complete_folder();
    let narrow = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 10, 20];
    write(dir.path(), "t10k-images-idx3-ubyte.gz", &gzip(&narrow));
    let message = load_mnist_dir(dir.path()).unwrap_err().to_string();
    assert!(message.contains("1 pixels, expected 2"), "{message}");
}

#[test]
fn a_single_file_is_read_plain_or_gzipped() {
    let dir = complete_folder();
    let path = |name: &str| dir.path().join(name);
    for name in ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"] {
        let images = load_images(path(name)).unwrap();
        assert_eq!((images.len(), images.images()), (2, &[10, 20, 30, 40][..]));
    }
    write(dir.path(), "labels-of-200-classes", &[0, 0, 8, 1, 0, 0, 0, 2, 0, 199]);
    assert_eq!(load_labels(path("labels-of-200-classes")).unwrap(), [0, 199]);
    assert_eq!(load_labels(path("t10k-labels.idx1-ubyte.gz")).unwrap(), [4, 9]);
    let message = load_images(path("train-labels.idx1-ubyte")).unwrap_err().to_string();
    assert!(message.contains("train-labels") && message.contains("dimensions"), "{message}");
    assert!(matches!(load_labels(path("none")), Err(Error::Io { .. })));
}
