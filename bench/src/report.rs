//! The table and its JSON.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::machine::Machine;

/// All that was measured in one run of the command.
#[derive(Serialize)]
pub(crate) struct Report {
    machine: Machine,
    rounds: usize,
    seconds_per_run: u64,
    findings: Vec<Finding>,
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

    pub(crate) fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    /// Writes what was measured, in place of what an earlier run has kept of the same questions.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let folder = file.parent().context("no folder to write to")?;
        std::fs::create_dir_all(folder)?;
        let mut report = serde_json::to_value(self)?;
        let asked = |what: &Value| self.findings.iter().any(|finding| what == finding.what.as_str());
        if let (Ok(earlier), Some(findings)) = (std::fs::read(file), report["findings"].as_array_mut()) {
            let earlier: Value = serde_json::from_slice(&earlier)?;
            let others = earlier["findings"].as_array().into_iter().flatten();
            findings.splice(0..0, others.filter(|finding| !asked(&finding["what"])).cloned());
        }
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

impl std::fmt::Display for Report {
    /// A Markdown table, to be quoted in the README.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let heading = ["what", "figures", "result", "target", "met"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(heading).chain(self.findings.iter().map(Finding::row)).collect();
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
