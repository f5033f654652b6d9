//! The engine's version, noted in its wasm: the JavaScript modules tell wasm of another release before they start it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// A custom section of this name, which `js/api/builds.js` reads.
const SECTION: &[u8] = b"vae-playground-version";

/// Appends the section to the wasm in `file`, unless it has it.
pub(crate) fn note(file: &Path, version: &str) -> Result<()> {
    let mut wasm = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    ensure!(wasm.starts_with(b"\0asm"), "{} is no wasm", file.display());
    if !wasm.windows(SECTION.len()).any(|bytes| bytes == SECTION) {
        wasm.extend(section(version)?);
        fs::write(file, wasm).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// Id 0, the size of what follows, the name's size, the name, the content; sizes below 128 are one byte of LEB128.
fn section(version: &str) -> Result<Vec<u8>> {
    let size = 1 + SECTION.len() + version.len();
    ensure!(size < 128, "version {version} is too long");
    let head = [0, u8::try_from(size)?, u8::try_from(SECTION.len())?];
    Ok([&head, SECTION, version.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::note;
    use std::fs;

    #[test]
    fn a_version_is_noted_once() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.wasm");
        fs::write(&file, b"\0asm\x01\0\0\0").unwrap();
        note(&file, "0.1.0").unwrap();
        let noted = fs::read(&file).unwrap();
        assert_eq!(noted[8..], *b"\0\x1c\x16vae-playground-version0.1.0");
        note(&file, "0.1.0").unwrap();
        assert_eq!(fs::read(&file).unwrap(), noted);
        fs::write(&file, "text").unwrap();
        assert!(note(&file, "0.1.0").is_err());
    }
}
