//! What the project is built upon: licences, origins and pins of its dependencies.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::cmd;

use crate::project::Project;
use crate::tools;

/// Checks the crates by `deny.toml`, and that every npm package of every lock file is pinned: by version, and by the digest of its
/// content.
pub(crate) fn run(project: &Project) -> Result<()> {
    tools::cargo_deny(project)?;
    let sh = &project.sh;
    cmd!(sh, "cargo deny check licenses bans sources").run()?;
    let read = |name: &str| -> Result<Value> {
        let text = fs::read_to_string(project.path(name)).with_context(|| format!("reading {name}"))?;
        serde_json::from_str(&text).with_context(|| format!("parsing {name}"))
    };
    let locks = cmd!(sh, "git ls-files package-lock.json */package-lock.json").quiet().read()?;
    for lock in locks.lines() {
        let manifest = lock.replace("package-lock", "package");
        let loose = unpinned(&read(&manifest)?, &read(lock)?);
        if !loose.is_empty() {
            bail!("{lock}: npm packages that are not pinned: {}", loose.join(", "));
        }
        // Whoever installs has a registry of their own.
        if fs::read_to_string(project.path(lock))?.contains("\"resolved\"") {
            bail!("{lock} names where packages come from: make it with --omit-lockfile-registry-resolved");
        }
    }
    Ok(())
}

/// Packages that `manifest` asks for in more than one version, or whose content `lock` does not know.
fn unpinned(manifest: &Value, lock: &Value) -> Vec<String> {
    let entries = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let exact = |version: &Value| {
        let version = version.as_str().unwrap_or_default();
        version.starts_with(|first: char| first.is_ascii_digit()) && !version.contains([' ', 'x', '*', '|'])
    };
    let mut found = Vec::new();
    for list in ["dependencies", "devDependencies"] {
        found.extend(
            entries(&manifest[list]).into_iter().filter(|(_, version)| !exact(version)).map(|(name, _)| name),
        );
    }
    for (place, package) in entries(&lock["packages"]) {
        // The first is the project itself; links lead to its own folders.
        let own =
            place.is_empty() || package["link"].as_bool() == Some(true) || !place.contains("node_modules/");
        if !own && !package["integrity"].as_str().is_some_and(|digest| digest.starts_with("sha512-")) {
            found.push(place);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::unpinned;
    use serde_json::json;

    #[test]
    fn ranges_and_packages_without_a_digest_are_named() {
        let manifest = json!({ "devDependencies": { "a": "1.2.3", "b": "^1.0.0", "c": "*" } });
        let lock = json!({ "packages": {
            "": {},
            "node_modules/a": { "integrity": "sha512-abc" },
            "node_modules/b": { "version": "1.0.0" },
        } });
        assert_eq!(unpinned(&manifest, &lock), ["b", "c", "node_modules/b"]);
        assert!(unpinned(&json!({}), &json!({})).is_empty());
    }
}
