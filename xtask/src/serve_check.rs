//! A test of the development server: starts it, asks for the page and its wasm, stops it.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::project::Project;
use crate::web::{self, Profile};
use crate::{size, tools};

/// Trunk listens only after its first build.
const PATIENCE: Duration = Duration::from_secs(600);

/// Ends the server, however the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has reported then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `trunk serve` on a free port and checks what it answers.
pub(crate) fn run(project: &Project) -> Result<()> {
    tools::ensure(project)?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = web::trunk(project, "serve", Profile::Release);
    // The site that other stages look at stays what `cargo xtask build` made.
    let elsewhere = project.path("target/serve-check");
    command.args(["--port", &port.to_string(), "--dist"]).arg(elsewhere);
    let mut server = Server(command.spawn().context("starting trunk")?);

    let start = Instant::now();
    let page = loop {
        match get(port, "") {
            Ok(answer) => break answer,
            Err(error) if start.elapsed() > PATIENCE => return Err(error).context("waiting for the server"),
            Err(_) => thread::sleep(Duration::from_millis(200)),
        }
        if let Some(status) = server.0.try_wait()? {
            bail!("trunk serve ended by itself ({status})");
        }
    };
    expect(&page, "", "200", "text/html")?;
    let policy = policy(&fs::read_to_string(project.path("www/index.html"))?)?.to_lowercase();
    for path in ["", "js/api/worker.js"] {
        let head = get(port, path)?;
        for (header, value) in [
            ("content-security-policy", policy.as_str()),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            let sent = field(&head, header);
            ensure!(sent == value, "GET /{path}: {header} {sent:?}, expected {value:?}");
        }
    }
    for file in size::WASM {
        expect(&get(port, file)?, file, "200", "application/wasm")?;
    }
    for file in ["wasm/vae-playground.js", "wasm/vae-playground-relaxed.js", "vendor/uPlot.esm.js"] {
        expect(&get(port, file)?, file, "200", "text/javascript")?;
    }
    expect(&get(port, "data/t10k-labels-idx1-ubyte.gz")?, "data/t10k-labels-idx1-ubyte.gz", "200", "gzip")?;
    expect(&get(port, "no-such-file.js")?, "no-such-file.js", "404", "")
}

/// The head of the answer to `GET /path`, in lower case.
fn get(port: u16, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("an answer without a head")?;
    Ok(String::from_utf8_lossy(&answer[..end]).to_lowercase())
}

/// A header's value; empty where it is not there.
fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':');
    head.lines().find_map(value).unwrap_or_default().trim()
}

/// The policy that a page says it keeps.
fn policy(page: &str) -> Result<&str> {
    let (_, rest) =
        page.split_once("Content-Security-Policy\" content=\"").context("a page without a policy")?;
    Ok(rest.split_once('"').context("a policy without an end")?.0)
}

fn expect(head: &str, path: &str, status: &str, content_type: &str) -> Result<()> {
    let found = head.split_whitespace().nth(1).unwrap_or_default();
    ensure!(found == status, "GET /{path}: HTTP status {found}, expected {status}");
    let kind = field(head, "content-type");
    ensure!(kind.contains(content_type), "GET /{path}: content type {kind:?}, expected {content_type}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{expect, field, policy};

    const HEAD: &str = "http/1.1 200 ok\r\ncontent-type: application/wasm\r\ncontent-length: 3";

    #[test]
    fn a_wrong_answer_is_an_error() {
        expect(HEAD, "a", "200", "application/wasm").unwrap();
        assert!(expect(HEAD, "a", "404", "").is_err());
        assert!(expect(HEAD, "a", "200", "text/html").is_err());
    }

    #[test]
    fn a_header_is_found_by_its_whole_name() {
        assert_eq!(field(HEAD, "content-length"), "3");
        assert_eq!(field(HEAD, "content"), "");
    }

    #[test]
    fn trunk_sends_the_policy_of_the_page() {
        let said = policy(include_str!("../../www/index.html")).unwrap();
        let config: toml::Table = include_str!("../../Trunk.toml").parse().unwrap();
        assert_eq!(config["serve"]["headers"]["Content-Security-Policy"].as_str(), Some(said));
    }
}
