//! The table and its JSON.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::machine::Machine;

/// All that was measured in one run of the command.
pub(crate) struct Report {
    machine: Machine,
    rounds: usize,
    seconds_per_run: u64,
    findings: Vec<(&'static str, Finding)>,
}

/// A line of the file, which may hold several runs' lines.
#[derive(Serialize)]
struct Kept<'a> {
    /// The name of the row that it is of.
    row: &'static str,
    /// What was measured, and when.
    commit: &'a str,
    date: &'a str,
    rounds: usize,
    seconds_per_run: u64,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// One line of the table: what was asked for, and what was found.
#[derive(Serialize)]
pub(crate) struct Finding {
    /// What was measured.
    pub(crate) what: String,
    /// The figures that the result was made of, for the reader.
    pub(crate) figures: String,
    /// The figure that is held against the target.
    pub(crate) result: f64,
    /// Its unit; `x` for a ratio.
    pub(crate) unit: &'static str,
    /// What was asked for; `None` where the line only informs.
    pub(crate) target: Option<Target>,
    /// Whether the target was met.
    pub(crate) met: Option<bool>,
}

/// The side of the line on which a result must be.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Finding {
    pub(crate) fn new(
        what: impl Into<String>,
        figures: impl Into<String>,
        result: f64,
        unit: &'static str,
        target: Option<Target>,
    ) -> Self {
        let met = target.map(|target| target.is_met_by(result));
        Self { what: what.into(), figures: figures.into(), result, unit, target, met }
    }

    fn row(&self) -> [String; 5] {
        let (target, met) = match (self.target, self.met) {
            (Some(Target::AtLeast(figure)), Some(met)) => (format!(">= {figure}"), met),
            (Some(Target::AtMost(figure)), Some(met)) => (format!("<= {figure}"), met),
            _ => {
                return [
                    self.what.clone(),
                    self.figures.clone(),
                    self.measured(),
                    String::new(),
                    String::new(),
                ];
            }
        };
        let met = if met { "yes" } else { "NO" };
        [self.what.clone(), self.figures.clone(), self.measured(), target, met.to_owned()]
    }

    fn measured(&self) -> String {
        format!("{:.2} {}", self.result, self.unit)
    }
}

impl Target {
    fn is_met_by(self, result: f64) -> bool {
        match self {
            Self::AtLeast(figure) => result >= figure,
            Self::AtMost(figure) => result <= figure,
        }
    }
}

impl Report {
    pub(crate) fn new(machine: Machine, rounds: usize, run: Duration) -> Self {
        Self { machine, rounds, seconds_per_run: run.as_secs(), findings: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: &'static str, findings: Vec<Finding>) {
        self.findings.extend(findings.into_iter().map(|finding| (row, finding)));
    }

    /// Writes what was measured, in place of what an earlier run has kept of the same rows. Rows are in the order of `known`; what was kept of others
    /// goes.
    pub(crate) fn write(&self, file: &Path, known: &[&str]) -> anyhow::Result<()> {
        let folder = file.parent().context("no folder to write to")?;
        std::fs::create_dir_all(folder)?;
        let earlier: Value = match std::fs::read(file) {
            Ok(earlier) => serde_json::from_slice(&earlier).context("what was kept cannot be read")?,
            Err(_) => Value::Null,
        };
        let mut findings = Vec::new();
        for row in known {
            let now = self.findings.iter().filter(|(of, _)| of == row);
            let now = now.map(|(row, finding)| serde_json::to_value(self.kept(row, finding)));
            let now = now.collect::<Result<Vec<_>, _>>()?;
            if now.is_empty() {
                let earlier = earlier["findings"].as_array().into_iter().flatten();
                findings.extend(earlier.filter(|finding| finding["row"] == *row).cloned());
            }
            findings.extend(now);
        }
        let report = serde_json::json!({ "machine": self.machine, "findings": findings });
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")
            .with_context(|| format!("cannot write {}", file.display()))
    }

    fn kept<'a>(&'a self, row: &'static str, finding: &'a Finding) -> Kept<'a> {
        let Self { machine: Machine { commit, date, .. }, rounds, seconds_per_run, .. } = self;
        Kept { row, commit, date, rounds: *rounds, seconds_per_run: *seconds_per_run, finding }
    }
}

impl std::fmt::Display for Report {
    /// A Markdown table, to be quoted in the README.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let heading = ["what", "figures", "result", "target", "met"].map(str::to_owned);
        let rows: Vec<_> =
            std::iter::once(heading).chain(self.findings.iter().map(|(_, finding)| finding.row())).collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for (index, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                write!(out, "| {cell:<width$} ")?;
            }
            writeln!(out, "|")?;
            if index == 0 {
                writeln!(out, "|{}", widths.map(|width| format!("{}|", "-".repeat(width + 2))).concat())?;
            }
        }
        writeln!(out, "\n{}", self.machine)?;
        write!(out, "medians of {} alternating runs of {} s", self.rounds, self.seconds_per_run)
    }
}
