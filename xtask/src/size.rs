//! How large the site's wasm is for a visitor.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

/// The wasm of each build inside a built site.
pub(crate) const WASM: [&str; 2] = ["wasm/vae-playground_bg.wasm", "wasm/vae-playground-relaxed_bg.wasm"];

/// The most bytes that the gzipped wasm of one build may have; a visitor gets one of them. The aim is 250,000,
/// which holds; compilers differ by a little.
const LIMIT: u64 = 252_000;

/// Sizes of one file in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    raw: u64,
    gzip: u64,
}

/// Measures one of `site`'s files: its gzipped file is what visitors fetch, or what `gzip -9` makes of it where it has none.
fn measure(site: &Path, file: &str) -> Result<Size> {
    let path = site.join(file);
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let packed = site.join(format!("{file}.gz"));
    if let Ok(packed) = fs::metadata(&packed) {
        return Ok(Size { raw: bytes.len() as u64, gzip: packed.len() });
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(Size { raw: bytes.len() as u64, gzip: encoder.finish()?.len() as u64 })
}

/// Prints the size of one of `site`'s wasm files.
pub(crate) fn report(site: &Path, file: &str) -> Result<Size> {
    let size = measure(site, file)?;
    println!(
        "{file}: {:.1} KB, {:.1} KB gzipped (limit {:.0} KB)",
        size.raw as f64 / 1e3,
        size.gzip as f64 / 1e3,
        LIMIT as f64 / 1e3
    );
    Ok(size)
}

/// Fails when the gzipped wasm of one of `site`'s builds is over the limit.
pub(crate) fn check(site: &Path) -> Result<()> {
    for file in WASM {
        let size = report(site, file)?;
        if size.gzip > LIMIT {
            bail!("{file} has {} bytes gzipped, more than the limit of {LIMIT}", size.gzip);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, WASM, check};
    use std::fs;
    use std::path::Path;

    fn site(files: [&[u8]; 2]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(Path::new(WASM[0]).parent().unwrap())).unwrap();
        for (name, bytes) in WASM.iter().zip(files) {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        dir
    }

    #[test]
    fn small_builds_pass() {
        check(site([&[0; 1000], &[0; 2000]]).path()).unwrap();
    }

    #[test]
    fn either_build_over_the_limit_fails() {
        // Bytes of a linear congruential generator do not compress.
        let mut state = 1u32;
        let noise: Vec<u8> = (0..LIMIT + 1000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        for (files, name) in [([&noise, &[0; 1000][..]], WASM[0]), ([&[0; 1000][..], &noise], WASM[1])] {
            let error = check(site(files).path()).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("more than the limit"), "{error}");
        }
    }

    #[test]
    fn a_site_that_lacks_a_build_fails() {
        let site = site([&[0; 1000], &[0; 1000]]);
        fs::remove_file(site.path().join(WASM[1])).unwrap();
        assert!(check(site.path()).is_err());
    }
}
