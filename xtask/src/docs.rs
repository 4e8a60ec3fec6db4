//! The documentation of the API: rustdoc of the crates that are published, typedoc of the browser package, and a page that leads to both.
//!
//! It lies in `target/docs`; the demo serves it at `/docs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::setup::{self, Need};
use crate::{built, process, root, wasm};

/// The libraries that are published, in the order in which they are of use to a reader.
const CRATES: [&str; 5] = ["stayd-server", "stayd-client", "stayd-engine", "stayd-protocol", "stayd-core"];

/// Where it lies: beside what Cargo builds.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    built("docs", "")
}

/// Builds all of it.
pub(crate) fn run() -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node])?;
    // Two of the package's sources are built.
    wasm::build()?;
    let folder = folder()?;
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    rust(&folder)?;
    let mut npm = setup::npm(&root().join("packages/stayd"))?;
    let out = folder.join("js");
    process::run("documentation of the browser package", npm.args(["run", "docs", "--", "--out"]).arg(&out))?;
    let index = folder.join("index.html");
    std::fs::write(&index, page()).with_context(|| format!("cannot write {}", index.display()))?;
    process::say(&format!(
        "the documentation is in {}; `cargo xtask demo` shows it at /docs/",
        folder.display()
    ));
    Ok(())
}

/// Documents the crates alone, without what they are built on, into a folder that holds nothing else; what is compiled for it is
/// shared with every other build.
fn rust(folder: &Path) -> anyhow::Result<()> {
    let target = folder.parent().context("the folder is in a target directory")?;
    let own = target.join("rustdoc");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["doc", "--no-deps", "--lib", "--locked", "--target-dir"]).arg(&own);
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    cargo.env("CARGO_BUILD_BUILD_DIR", target).env("RUSTDOCFLAGS", "--deny warnings");
    process::run("documentation of the crates", &mut cargo)?;
    let shown = folder.join("rust");
    if shown.exists() {
        std::fs::remove_dir_all(&shown).with_context(|| format!("cannot empty {}", shown.display()))?;
    }
    let mut copy = Command::new("cp");
    process::output(copy.arg("-r").arg(own.join("doc")).arg(&shown)).map(drop)
}

fn page() -> String {
    let crates = CRATES.map(|name| {
        format!("<li><a href=\"rust/{}/index.html\"><code>{name}</code></a></li>", name.replace('-', "_"))
    });
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\"><title>Stayd: documentation</title>\
         <body style=\"font: 1rem/1.6 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem\"><main><h1>Stayd</h1>\
         <h2>In browsers, and in JavaScript on servers</h2><ul><li><a href=\"js/index.html\"><code>stayd</code></a> and its entries</li></ul>\
         <h2>In Rust</h2><ul>{}</ul></main></body></html>\n",
        crates.concat()
    )
}
