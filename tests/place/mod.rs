//! A folder to run the command line in.
#![allow(dead_code, reason = "every test uses its own part")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const SPEC: &str = r#"{ "input": { "channels": 1, "height": 6, "width": 5 },
    "encoder": [ { "type": "linear", "units": 16, "activation": "relu" } ], "latent": 2,
    "decoder": [ { "type": "linear", "units": 16, "activation": "relu" } ] }"#;

/// A folder with a spec and four IDX files of 6×5 images.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("spec.json"), SPEC).unwrap();
        for (name, n) in [("train", 50_u32), ("t10k", 20)] {
            let mut images = idx(3, &[n, 6, 5]);
            images
                .extend((0..n * 30).map(|i| if (i / 5 + i / 30) % 6 < 2 { 250 - (i % 7) as u8 } else { 3 }));
            let mut labels = idx(1, &[n]);
            labels.extend((0..n).map(|i| (i % 10) as u8));
            fs::write(folder.path().join(format!("{name}-images-idx3-ubyte")), images).unwrap();
            fs::write(folder.path().join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn vae(&self, arguments: &str) -> Output {
        let words = arguments.split_whitespace();
        Command::new(env!("CARGO_BIN_EXE_vae")).current_dir(self.folder.path()).args(words).output().unwrap()
    }

    pub(crate) fn good(&self, arguments: &str) -> String {
        let output = self.vae(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "vae {arguments}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// One line on stderr, nothing on stdout, exit code 2; the line holds every one of `words`.
    pub(crate) fn refused(&self, arguments: &str, words: &[&str]) {
        let output = self.vae(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "vae {arguments}: {stderr}");
        assert!(output.stdout.is_empty());
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        for word in words {
            assert!(stderr.contains(word), "vae {arguments}: {stderr} lacks {word:?}");
        }
    }
}

pub(crate) fn idx(dimensions: u8, sizes: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions];
    sizes.iter().for_each(|s| bytes.extend(s.to_be_bytes()));
    bytes
}

pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{l}: {e}"))).collect()
}
