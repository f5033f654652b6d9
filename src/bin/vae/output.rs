//! What goes to standard output, and progress on a terminal.

use std::io::{ErrorKind, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
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

/// A bar of `len` steps on standard error, hidden unless that is a terminal; `quiet` hides it too.
pub(crate) fn bar(what: &'static str, len: usize, quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}");
    let style = style.expect("the template is a constant");
    ProgressBar::new(len as u64).with_style(style).with_message(what)
}
