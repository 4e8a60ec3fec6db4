//! What the figures were measured on.

use std::process::Command;

use serde::Serialize;

/// The machine and the versions of what takes part.
#[derive(Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: u64,
    system: String,
    kernel: String,
    node: String,
    /// The day of this run; in the file each line has its own, as with the commit.
    #[serde(skip)]
    pub(crate) date: String,
    /// What is measured; ends with `-dirty` where something that git knows was changed.
    #[serde(skip)]
    pub(crate) commit: String,
}

pub(crate) fn describe() -> Machine {
    let memory = field("/proc/meminfo", "MemTotal:");
    let kibibytes: u64 = memory.trim_end_matches("kB").trim().parse().unwrap_or_default();
    Machine {
        processor: field("/proc/cpuinfo", "model name").trim_start_matches([':', ' ', '\t']).to_owned(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_gib: kibibytes.div_ceil(1024 * 1024),
        system: field("/etc/os-release", "PRETTY_NAME=").trim_matches('"').to_owned(),
        kernel: said("uname", &["--kernel-release"]).split('-').next().unwrap_or_default().to_owned(),
        node: said("node", &["--version"]),
        date: said("date", &["--utc", "+%Y-%m-%d"]),
        commit: commit(),
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processor, cores, memory_gib, system, kernel, node, date, commit } = self;
        write!(
            out,
            "{processor}, {cores} cores, {memory_gib} GiB, {system}, Linux {kernel}, Node {node}; {date}, commit {commit}"
        )
    }
}

/// The commit that is checked out, and whether that is what is measured. Figures that were kept do not count as a change.
fn commit() -> String {
    let changed = Command::new("git")
        .args(["diff", "--quiet", "HEAD", "--", ":/", ":(top,exclude)bench/results"])
        .status();
    let dirty = if changed.is_ok_and(|status| status.success()) { "" } else { "-dirty" };
    said("git", &["rev-parse", "--short", "HEAD"]) + dirty
}

/// The rest of the first line that begins with `name`.
fn field(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map_or_else(String::new, |rest| rest.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "?".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
