//! Benchmarks, each of which is a program of its own below `bench/`.

use std::process::Command;

use clap::{Args, Subcommand};

use crate::setup::{self, Need};
use crate::{built, process, root};

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Subject {
    /// The server beside a bare axum handler and a Better Auth server on Node
    Server(Options),
}

#[derive(Args)]
pub(crate) struct Options {
    /// A smoke run: every measurement once and short. Its figures say little and are not kept.
    #[arg(long)]
    quick: bool,
}

/// Builds what is measured, and measures.
pub(crate) fn run(Subject::Server(options): &Subject) -> anyhow::Result<()> {
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
    process::run("measuring", &mut bench)
}
