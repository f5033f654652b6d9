//! The shaders in one file, which browsers fetch once a GPU is to be used; `src/gpu/texts.rs` reads it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::project::Project;

#[path = "../../src/gpu/compact.rs"]
mod compact;

/// In the site and in the package, beside the wasm.
pub(crate) const FILE: &str = "vae-playground.wgsl";

/// More than any shader has.
const ROOM: usize = 1 << 15;

/// Writes the file into `directory`, for wasm of `version`.
pub(crate) fn write(project: &Project, directory: &Path, version: &str) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    let target = directory.join(FILE);
    fs::write(&target, joined(&project.path("shaders"), version)?)
        .with_context(|| format!("writing {}", target.display()))
}

/// The release, then every piece behind its path.
fn joined(folder: &Path, version: &str) -> Result<String> {
    let mut pieces = Vec::new();
    collect(folder, "", &mut pieces)?;
    ensure!(!pieces.is_empty(), "{} has no shader", folder.display());
    pieces.sort();
    let pieces: String = pieces.iter().map(|(path, text)| format!("//# {path}\n{text}")).collect();
    Ok(format!("// vae-playground {version}\n{pieces}"))
}

/// The shaders below `directory` of `folder`: their paths without the extension, and their text.
fn collect(folder: &Path, directory: &str, found: &mut Vec<(String, String)>) -> Result<()> {
    let path = folder.join(directory);
    for entry in fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a shader's name is not Unicode")?;
        if entry.file_type()?.is_dir() {
            collect(folder, &format!("{directory}{name}/"), found)?;
        } else if let Some(name) = name.strip_suffix(".wgsl") {
            let text = fs::read(entry.path()).with_context(|| format!("reading {name}"))?;
            let (kept, len) = compact::compact::<ROOM>(&text);
            ensure!(len <= ROOM, "{name} has {len} bytes, more than there is room for");
            found.push((format!("{directory}{name}"), String::from_utf8(kept[..len].to_vec())?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::joined;
    use std::fs;

    #[test]
    fn pieces_follow_their_paths_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/step.wgsl"), "// Why.\nstruct Step {\n    rows: u32,\n}\n")
            .unwrap();
        fs::write(folder.path().join("adam.wgsl"), "fn main() {}\n").unwrap();
        fs::write(folder.path().join("README.md"), "no shader").unwrap();
        let expected =
            "// vae-playground 1.2.3\n//# adam\nfn main() {}\n//# lib/step\nstruct Step {\nrows: u32,\n}\n";
        assert_eq!(joined(folder.path(), "1.2.3").unwrap(), expected);
        fs::remove_dir_all(folder.path().join("lib")).unwrap();
        fs::remove_file(folder.path().join("adam.wgsl")).unwrap();
        assert!(joined(folder.path(), "1.2.3").is_err());
    }
}
