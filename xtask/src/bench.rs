//! Benchmarks, each of which is a program of its own below `bench/`.

use std::process::Command;

use clap::{Args, Subcommand};

use crate::setup::{self, Need};
use crate::{built, process, root};

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Subject {
    /// The server beside a bare axum handler and a Better Auth server on Node
    Server(ServerOptions),
    /// The browser client beside its peers, in Chromium
    Client(ClientOptions),
    /// `stayd/server` reading cookies in Node beside the official helpers
    Cookie(Options),
}

#[derive(Args)]
pub(crate) struct Options {
    /// A smoke run: every measurement once and short. Its figures say little and are not kept.
    #[arg(long)]
    quick: bool,
}

#[derive(Args)]
pub(crate) struct ServerOptions {
    /// A smoke run: every measurement once and short. Its figures say little and are not kept.
    #[arg(long)]
    quick: bool,

    /// Only these rows, by name and with commas between
    #[arg(long)]
    rows: Option<String>,
}

#[derive(Args)]
pub(crate) struct ClientOptions {
    /// A smoke run: few repetitions. Its figures say little and are not kept.
    #[arg(long)]
    quick: bool,

    /// Only these rows, by name and with commas between
    #[arg(long)]
    rows: Option<String>,

    /// Only these clients, by name and with commas between
    #[arg(long)]
    peers: Option<String>,
}

/// Builds what is measured, and measures.
pub(crate) fn run(subject: &Subject) -> anyhow::Result<()> {
    match subject {
        Subject::Server(options) => server(options),
        Subject::Client(options) => client(options),
        Subject::Cookie(options) => cookie(options),
    }
}

fn server(options: &ServerOptions) -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node, Need::Wrk])?;
    crate::test::build_page()?;
    setup::npm_packages("bench/better-auth")?;
    let build = ["build", "--release", "--locked", "--package", "stayd", "--package", "stayd-bench"];
    process::run("building for release", Command::new("cargo").args(build).current_dir(root()))?;
    let mut bench = Command::new(built("release", "stayd-bench")?);
    bench.current_dir(root()).env("PATH", setup::path_with_node()?);
    if options.quick {
        bench.arg("--quick");
    }
    if let Some(rows) = &options.rows {
        bench.args(["--rows", rows]);
    }
    process::run("measuring", &mut bench)
}

fn client(options: &ClientOptions) -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node, Need::Chromium])?;
    setup::npm_packages("bench/client")?;
    let build = ["build", "--release", "--locked", "--package", "stayd"];
    process::run("building for release", Command::new("cargo").args(build).current_dir(root()))?;
    let mut bench = Command::new("node");
    bench.arg("run.mjs").current_dir(root().join("bench/client")).env("PATH", setup::path_with_node()?);
    bench.env("STAYD_BIN", built("release", "stayd")?);
    if options.quick {
        bench.arg("--quick");
    }
    for (flag, names) in [("--rows", &options.rows), ("--peers", &options.peers)] {
        if let Some(names) = names {
            bench.args([flag, names]);
        }
    }
    process::run("measuring", &mut bench)
}

fn cookie(options: &Options) -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node])?;
    crate::test::build_page()?;
    setup::npm_packages("bench/better-auth")?;
    let mut bench = Command::new("node");
    bench.arg("run.mjs").current_dir(root().join("bench/cookie")).env("PATH", setup::path_with_node()?);
    if options.quick {
        bench.arg("--quick");
    }
    process::run("measuring", &mut bench)
}
