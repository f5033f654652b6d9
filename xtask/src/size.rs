//! How large the site's wasm is for a visitor.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

/// The wasm inside a built site.
pub(crate) const WASM: &str = "wasm/vae-playground_bg.wasm";

/// The most bytes that the gzipped wasm of a release build may have. The aim is 250,000, which dense models alone
/// kept; this only keeps it from growing further.
const LIMIT: u64 = 285_000;

/// Sizes of one file in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) raw: u64,
    pub(crate) gzip: u64,
}

/// Measures `site`'s wasm.
pub(crate) fn measure(site: &Path) -> Result<Size> {
    let path = site.join(WASM);
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(Size { raw: bytes.len() as u64, gzip: encoder.finish()?.len() as u64 })
}

/// Prints `site`'s wasm size.
pub(crate) fn report(site: &Path) -> Result<Size> {
    let size = measure(site)?;
    println!(
        "{WASM}: {:.1} KB, {:.1} KB gzipped (limit {:.0} KB)",
        size.raw as f64 / 1e3,
        size.gzip as f64 / 1e3,
        LIMIT as f64 / 1e3
    );
    Ok(size)
}

/// Fails when `site`'s gzipped wasm is over the limit.
pub(crate) fn check(site: &Path) -> Result<()> {
    let size = report(site)?;
    if size.gzip > LIMIT {
        bail!("the wasm has {} bytes gzipped, more than the limit of {LIMIT}", size.gzip);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, WASM, check};
    use std::fs;
    use std::path::Path;

    fn site(bytes: &[u8]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(Path::new(WASM).parent().unwrap())).unwrap();
        fs::write(dir.path().join(WASM), bytes).unwrap();
        dir
    }

    #[test]
    fn a_small_wasm_passes() {
        check(site(&[0; 1000]).path()).unwrap();
    }

    #[test]
    fn a_wasm_over_the_limit_fails() {
        // Bytes of a linear congruential generator do not compress.
        let mut state = 1u32;
        let noise: Vec<u8> = (0..LIMIT + 1000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let error = check(site(&noise).path()).unwrap_err().to_string();
        assert!(error.contains("more than the limit"), "{error}");
    }

    #[test]
    fn a_site_without_wasm_fails() {
        assert!(check(tempfile::tempdir().unwrap().path()).is_err());
    }
}
