//! Where the project is and what its lock file pins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::Shell;

/// The repository, with a shell whose working directory is its root.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) sh: Shell,
}

impl Project {
    /// Finds the repository from the manifest that cargo runs.
    pub(crate) fn open() -> Result<Self> {
        // Read at run time, because checkouts that share a target directory share this binary.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask/ has no parent directory")?.to_path_buf();
        let sh = Shell::new()?;
        sh.change_dir(&root);
        Ok(Self { root, sh })
    }

    /// A path inside the repository.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The version of `package` in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.path("Cargo.lock");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        version_in_lock(&text, package)
    }
}

fn version_in_lock(text: &str, package: &str) -> Result<String> {
    let lock: toml::Table = text.parse().context("parsing Cargo.lock")?;
    lock.get("package")
        .and_then(|packages| packages.as_array())
        .into_iter()
        .flatten()
        .find(|entry| entry.get("name").and_then(|name| name.as_str()) == Some(package))
        .and_then(|entry| entry.get("version")?.as_str().map(str::to_owned))
        .with_context(|| format!("Cargo.lock has no package {package}"))
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    const LOCK: &str = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n";

    #[test]
    fn a_locked_version_is_found() {
        assert_eq!(version_in_lock(LOCK, "a").unwrap(), "1.2.3");
    }

    #[test]
    fn a_package_that_is_not_locked_is_named() {
        assert_eq!(version_in_lock(LOCK, "b").unwrap_err().to_string(), "Cargo.lock has no package b");
    }
}
