//! What the machine itself must bring: browsers and a software Vulkan driver.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::cmd;

use crate::project::Project;

const CHROMIUM: [&str; 6] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

/// Mesa names the file after the architecture in some releases.
const LAVAPIPE: [&str; 3] = [
    "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
    "/usr/share/vulkan/icd.d/lvp_icd.aarch64.json",
    "/usr/share/vulkan/icd.d/lvp_icd.json",
];

/// Chromium's packages carry a second software Vulkan driver.
const SWIFTSHADER: [&str; 3] = [
    "/usr/lib/chromium/vk_swiftshader_icd.json",
    "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
    "/opt/google/chrome/vk_swiftshader_icd.json",
];

const FIREFOX: [&str; 3] = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/snap/bin/firefox"];

/// WebKitGTK's small browser, which its driver starts.
const MINI_BROWSER: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/webkit2gtk-4.1/MiniBrowser",
];
/// The driver, and the screen that WebKitGTK needs.
const WEBKIT_PROGRAMS: [&str; 2] = ["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"];

/// Debian's packages for what is missing.
const CHROMIUM_PACKAGES: [&str; 2] = ["chromium", "fonts-dejavu-core"];
const VULKAN_PACKAGES: [&str; 2] = ["mesa-vulkan-drivers", "libvulkan1"];
const FIREFOX_PACKAGES: [&str; 1] = ["firefox-esr"];
const WEBKIT_PACKAGES: [&str; 2] = ["webkit2gtk-driver", "xvfb"];

fn first_existing(candidates: &[&str]) -> Option<PathBuf> {
    candidates.iter().map(PathBuf::from).find(|path| path.exists())
}

/// A Chromium or Chrome: `CHROMIUM` in the environment, or where packages put it.
pub(crate) fn chromium() -> Option<PathBuf> {
    env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| first_existing(&CHROMIUM))
}

/// A Firefox: `FIREFOX` in the environment, or where packages put it.
pub(crate) fn firefox() -> Option<PathBuf> {
    env::var_os("FIREFOX").map(PathBuf::from).or_else(|| first_existing(&FIREFOX))
}

/// The browser that WebKitGTK's driver starts: `MINI_BROWSER` in the environment, or where packages put it.
pub(crate) fn mini_browser() -> Option<PathBuf> {
    env::var_os("MINI_BROWSER").map(PathBuf::from).or_else(|| first_existing(&MINI_BROWSER))
}

/// Only on Linux is WebKit tested, and what it needs looked for.
fn lacks_webkit() -> bool {
    let programs = WEBKIT_PROGRAMS.iter().all(|path| PathBuf::from(path).exists());
    cfg!(target_os = "linux") && !(programs && mini_browser().is_some())
}

/// The manifest of Mesa's software Vulkan driver.
pub(crate) fn lavapipe() -> Option<PathBuf> {
    first_existing(&LAVAPIPE)
}

/// The manifest of SwiftShader, the software Vulkan driver inside Chromium.
pub(crate) fn swiftshader() -> Option<PathBuf> {
    first_existing(&SWIFTSHADER)
}

/// Only on Linux does a test need a Vulkan driver: elsewhere wgpu takes Metal or DirectX.
fn lacks_vulkan() -> bool {
    cfg!(target_os = "linux") && lavapipe().is_none()
}

/// What some tests need of the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) chromium: bool,
    pub(crate) vulkan: bool,
    /// Firefox and WebKit.
    pub(crate) engines: bool,
}

/// The packages with what is needed and not there.
fn missing(needs: Needs) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if needs.chromium && chromium().is_none() {
        missing.extend(CHROMIUM_PACKAGES);
    }
    if needs.vulkan && lacks_vulkan() {
        missing.extend(VULKAN_PACKAGES);
    }
    if needs.engines && cfg!(target_os = "linux") && firefox().is_none() {
        missing.extend(FIREFOX_PACKAGES);
    }
    if needs.engines && lacks_webkit() {
        missing.extend(WEBKIT_PACKAGES);
    }
    missing
}

/// Installs what the tests need and the machine lacks, or says exactly what to install.
pub(crate) fn ensure(project: &Project, needs: Needs) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let sh = &project.sh;
    if cmd!(sh, "apt-get --version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
        bail!(
            "the tests need {}; install them with the system's package manager (or put the paths of what is there \
             into the environment variables CHROMIUM, FIREFOX and MINI_BROWSER)",
            missing.join(", ")
        );
    }
    if cmd!(sh, "id -u").quiet().read()? != "0" {
        bail!(
            "the tests need packages that only root can install; run: sudo apt-get install {}",
            missing.join(" ")
        );
    }
    let _noninteractive = sh.push_env("DEBIAN_FRONTEND", "noninteractive");
    cmd!(sh, "apt-get update -q").run()?;
    cmd!(sh, "apt-get install -q -y --no-install-recommends").args(&missing).run()?;
    let still = self::missing(needs);
    if !still.is_empty() {
        bail!("installed {}, but {} is not where it was expected", missing.join(", "), still.join(", "));
    }
    Ok(())
}
