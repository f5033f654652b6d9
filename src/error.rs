//! Every way something can go wrong, each with the stable code that JavaScript and the command line see.

/// Shorthand for results with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names what was wrong and what was expected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument of a call is outside what the call accepts.
    #[error("{what}: {problem}")]
    InvalidArgument {
        /// The argument's name, as the caller wrote it.
        what: String,
        /// What was found and what was expected.
        problem: String,
    },
    /// A [`VaeSpec`](crate::spec::VaeSpec) cannot be built.
    #[error("spec, {at}: {problem}")]
    InvalidSpec {
        /// Where in the spec, as a JSON path such as `encoder[0].units`.
        at: String,
        /// What was found and what was expected.
        problem: String,
    },
    /// An IDX file is not what its format promises.
    #[error("IDX file: {0}")]
    Idx(#[from] crate::data::idx::IdxError),
    /// A checkpoint cannot be read, or does not fit the model it should be loaded into.
    #[error("checkpoint: {0}")]
    InvalidCheckpoint(String),
    /// The machine, the browser or this version cannot do what was asked.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// A file that the engine needs could not be fetched (browsers only).
    #[error("{0}")]
    Network(String),
    /// The GPU device went away; parameters on it are gone.
    #[error("the GPU device was lost: {0}")]
    DeviceLost(String),
    /// An allocation was refused.
    #[error("out of memory: {0}")]
    OutOfMemory(String),
    /// Training produced a number that is not finite; the last good parameters have been restored.
    #[error(
        "training diverged at step {step}: the {quantity} is not finite; parameters of step {restored} restored"
    )]
    Diverged {
        /// The optimiser step whose numbers were not finite, counted from 1.
        step: u64,
        /// Which quantity blew up, such as `reconstruction term` or `KL divergence`.
        quantity: String,
        /// The step whose parameters are in place now.
        restored: u64,
    },
    /// The caller asked to stop.
    #[error("aborted")]
    Aborted,
    /// The object was disposed and can do nothing any more.
    #[error("the object has been disposed")]
    Disposed,
    /// A file could not be read or written (native only).
    #[error("{path}: {problem}")]
    Io {
        /// The file.
        path: String,
        /// What the operating system said.
        problem: String,
    },
}

impl Error {
    /// Shorthand for [`Error::InvalidArgument`].
    #[cold]
    pub fn argument(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::InvalidArgument { what: brief(what), problem: brief(problem) }
    }

    /// Shorthand for [`Error::InvalidSpec`].
    #[cold]
    pub fn spec(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::InvalidSpec { at: brief(at), problem: brief(problem) }
    }

    /// Shorthand for [`Error::InvalidCheckpoint`].
    #[cold]
    pub fn checkpoint(problem: impl Into<String>) -> Self {
        Self::InvalidCheckpoint(brief(problem))
    }

    /// The stable code of this error, the `code` of JavaScript's `VaeError`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidArgument { .. } | Self::Idx(_) | Self::Io { .. } => "invalid-argument",
            Self::InvalidSpec { .. } => "invalid-spec",
            Self::InvalidCheckpoint(_) => "invalid-checkpoint",
            Self::Unsupported(_) => "unsupported",
            Self::Network(_) => "network",
            Self::DeviceLost(_) => "device-lost",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::Diverged { .. } => "diverged",
            Self::Aborted => "aborted",
            Self::Disposed => "disposed",
        }
    }
}

/// Characters of a message that are kept at its start, and as many at its end.
const KEPT: usize = 200;

/// A message that quotes a file, made [`printable`] and short: a name in a file may be a megabyte long.
fn brief(message: impl Into<String>) -> String {
    let message = message.into();
    let head = message.char_indices().nth(KEPT);
    let tail = message.char_indices().nth_back(KEPT - 1);
    match (head, tail) {
        (Some((head, _)), Some((tail, _))) if head < tail => {
            format!("{} … {}", printable(&message[..head]), printable(&message[tail..]))
        }
        _ => printable(&message),
    }
}

/// `text` as one line that does nothing to the terminal that shows it: what is not printable is escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => line.push(c),
            _ => line.extend(c.escape_debug()),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_short_line_whatever_they_quote() {
        let error = Error::checkpoint("tensor \"a\nb\u{1b}[2J\u{202e}é\\\" is missing");
        let expected = r#"checkpoint: tensor "a\nb\u{1b}[2J\u{202e}é\" is missing"#;
        assert_eq!(error.to_string(), expected);
        let error = Error::checkpoint(format!("tensor {} is missing", "é".repeat(1 << 20)));
        let message = error.to_string();
        assert!(
            message.starts_with("checkpoint: tensor éé") && message.ends_with("éé is missing"),
            "{message}"
        );
        assert!(message.chars().count() < 2 * KEPT + 20, "{message}");
        for length in [0, 1, KEPT, KEPT + 1, 2 * KEPT, 2 * KEPT + 1, 2 * KEPT + 2] {
            let text = "é".repeat(length);
            let shown = brief(text.as_str());
            assert!(shown == text || (length > 2 * KEPT && shown.contains(" … ")), "{length}: {shown}");
        }
    }
}
