//! The shaders' text in browsers: one file, fetched once a GPU is to be used, or kept for when there is no network.
//!
//! Its first line tells the release, `// vae-playground VERSION`; each piece follows a line `//# PATH`, its path under
//! `shaders/` without the extension.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::OnceLock;

use super::shaders::{SHADERS, Shader};
use crate::error::{Error, Result};

/// The file on its way.
pub type Fetching = Pin<Box<dyn Future<Output = Result<String>>>>;

static TEXT: OnceLock<String> = OnceLock::new();

thread_local! {
    static FETCH: RefCell<Option<Box<dyn Fn() -> Fetching>>> = const { RefCell::new(None) };
}

/// Says how the file is fetched.
pub fn fetched_by(fetch: impl Fn() -> Fetching + 'static) {
    FETCH.set(Some(Box::new(fetch)));
}

/// Fetches the file, unless it is here. What failed is tried again with the next call.
///
/// # Errors
/// Whatever fetching answers; [`Error::Unsupported`] for a file of another release, and where nobody said how it is fetched.
pub(super) async fn load() -> Result<()> {
    if TEXT.get().is_some() {
        return Ok(());
    }
    let fetching = FETCH.with_borrow(|fetch| fetch.as_ref().map(|fetch| fetch()));
    let fetching = fetching.ok_or_else(|| Error::Unsupported("nobody said where the shaders lie".into()))?;
    let text = fetching.await?;
    check(&text)?;
    // Another call may have been faster, with the same text.
    let _ = TEXT.set(text);
    Ok(())
}

fn check(text: &str) -> Result<()> {
    const OWN: &str = env!("CARGO_PKG_VERSION");
    let version = text.lines().next().and_then(|line| line.strip_prefix("// vae-playground "));
    let problem = match version {
        Some(OWN) => match SHADERS.iter().flat_map(Shader::pieces).find(|p| find(text, p.file).is_none()) {
            None => return Ok(()),
            Some(piece) => format!("the shaders' file lacks {}", piece.file),
        },
        Some(other) => {
            format!(
                "the shaders' file has version {other}, the engine has version {OWN}: both must be of one release"
            )
        }
        None => "the shaders' file is none of this engine's".into(),
    };
    Err(Error::Unsupported(problem))
}

/// A piece of the file that was fetched.
pub(super) fn of(piece: &str) -> Option<&'static str> {
    find(TEXT.get()?, piece)
}

fn find<'a>(text: &'a str, piece: &str) -> Option<&'a str> {
    text.split("//# ").find_map(|part| part.strip_prefix(piece)?.strip_prefix('\n'))
}
