//! What goes to standard output.

use std::io::{ErrorKind, Write};

use vae_playground::{Error, Result};

/// Prints one line. A reader that has gone away (`| head`) ends the program quietly, as it does others.
pub(crate) fn line(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => Err(Error::Io { path: "standard output".into(), problem: e.to_string() }),
    }
}
