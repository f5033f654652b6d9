//! IDX files.

/// Each way an IDX file can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// Fewer bytes than a header.
    #[error("empty")]
    Empty,
}
