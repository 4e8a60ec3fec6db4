//! Measures the server beside its peers, on 127.0.0.1, in alternating runs; prints a table and writes `bench/results/server.json`.
//!
//! What is measured and why it is fair: `docs/benchmarks.md`.

mod client;
mod here;
mod machine;
mod mann_whitney;
mod peer;
mod process;
mod report;
mod rows;
mod seed;
mod turns;
mod wrk;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;

use crate::report::{Finding, Report};

/// How much to measure.
#[derive(Parser)]
struct Options {
    /// A smoke run: everything once and short, with fewer sessions; not kept.
    #[arg(long)]
    quick: bool,

    /// Only these rows, by name and with commas between.
    #[arg(long, value_delimiter = ',')]
    rows: Vec<String>,
}

/// One question's answer.
type Measure = fn(&Bench) -> anyhow::Result<Vec<Finding>>;

/// What is measured, by name and in this order.
const ROWS: [(&str, Measure); 14] = [
    ("footprint", rows::footprint::measure),
    ("peers", rows::peers::measure),
    ("checks", rows::checks::measure),
    ("million", rows::million::measure),
    ("everybody", rows::everybody::measure),
    ("storm", rows::storm::measure),
    ("revoked", rows::revoked::measure),
    ("follower", rows::follower::measure),
    ("streams", rows::streams::measure),
    ("verify", rows::verify::measure),
    ("tokens", rows::tokens::measure),
    ("timing-sign-in", rows::timing::measure_sign_ins),
    ("timing-letters", rows::timing::measure_letters),
    ("timing-tokens", rows::timing::measure_tokens),
];

/// What every measurement needs to know.
struct Bench {
    /// How many rounds of alternating runs; the median of each peer's counts.
    rounds: usize,
    /// How long one run lasts.
    run: Duration,
    /// How many sessions the large database holds.
    sessions: u32,
    /// Scratch space on the disk, not in memory: databases, cookies, recorded answers.
    folder: PathBuf,
}

fn main() -> anyhow::Result<()> {
    process::end_children_on_signal()?;
    let Options { quick, rows } = Options::parse();
    if let Some(unknown) = rows.iter().find(|name| ROWS.iter().all(|(known, _)| known != name)) {
        bail!("there is no row {unknown}; there are {}", ROWS.map(|(name, _)| name).join(", "));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no repository around this package")?;
    let folder = root.join(".bench");
    // What an earlier run left.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let bench = if quick {
        Bench { rounds: 1, run: Duration::from_secs(2), sessions: 50_000, folder }
    } else {
        Bench { rounds: 5, run: Duration::from_secs(2), sessions: 1_000_000, folder }
    };

    let mut report = Report::new(machine::describe(), bench.rounds, bench.run);
    for (row, measure) in
        ROWS.iter().filter(|(name, _)| rows.is_empty() || rows.iter().any(|row| row == name))
    {
        report.add(row, measure(&bench)?);
    }
    println!("\n{report}");
    if !quick {
        let file = root.join("bench/results/server.json");
        report.write(&file, &ROWS.map(|(name, _)| name))?;
        println!("written to {}", file.display());
    }
    std::fs::remove_dir_all(&bench.folder).context("cannot remove the scratch space")
}
