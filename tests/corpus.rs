//! What the fuzzer found worth keeping, and the files it began with, read as a user's would be.

mod readers;

use std::fs;
use std::path::{Path, PathBuf};

use readers::{Outcome, READERS, Reader};

/// Every file of `fuzz/<kind>/<target>`, sorted.
fn files(kind: &str, target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(kind).join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read((_, reader): Reader, path: &Path) -> Outcome {
    let bytes = fs::read(path).unwrap();
    std::panic::catch_unwind(|| reader(&bytes))
        .unwrap_or_else(|_| panic!("{} breaks its reader", path.display()))
}

#[test]
fn every_seed_is_read_or_refused_as_its_name_says() {
    for reader in READERS {
        let seeds = files("seeds", reader.0);
        for path in &seeds {
            let name = path.file_name().unwrap().to_str().unwrap();
            let expected = match name.split_once('-') {
                Some(("good", _)) => Outcome::Read,
                Some(("bad", _)) => Outcome::Refused,
                _ => panic!("{}: expected good-… or bad-…", path.display()),
            };
            assert_eq!(read(reader, path), expected, "{}", path.display());
        }
        for kind in ["good-", "bad-"] {
            let any = seeds.iter().any(|p| p.file_name().unwrap().to_str().unwrap().starts_with(kind));
            assert!(any, "{} has no {kind}… seed", reader.0);
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_read_or_refused_with_the_right_error() {
    for reader in READERS {
        let outcomes: Vec<Outcome> =
            files("corpus", reader.0).iter().map(|path| read(reader, path)).collect();
        assert!(outcomes.contains(&Outcome::Refused), "{} has a corpus of {}", reader.0, outcomes.len());
    }
}

#[test]
fn the_corpus_stays_small() {
    let size = |kind: &str| -> u64 {
        let files = READERS.iter().flat_map(|reader| files(kind, reader.0));
        files.map(|path| fs::metadata(path).unwrap().len()).sum()
    };
    let total = size("seeds") + size("corpus");
    assert!(total < 250_000, "{total} bytes");
}
