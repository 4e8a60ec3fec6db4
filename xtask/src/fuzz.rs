//! Fuzzing: libFuzzer through cargo-fuzz, on the stable compiler.

use std::process::Command;

use anyhow::{Context as _, bail};

use crate::{process, root};

/// Runs each target for `seconds`. A finding fails the command and is kept in `fuzz/artifacts`.
pub(crate) fn run(seconds: u32, chosen: &[String]) -> anyhow::Result<()> {
    let all = targets()?;
    if let Some(unknown) = chosen.iter().find(|target| !all.contains(target)) {
        bail!("no fuzz target {unknown:?}; there are {}", all.join(", "));
    }
    let cargo_fuzz = cargo_fuzz()?;
    for target in if chosen.is_empty() { &all } else { chosen } {
        // What is found out grows in `corpus`, which is not kept; `seeds` are kept and only read.
        let (corpus, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
        std::fs::create_dir_all(root().join(&corpus)).with_context(|| format!("cannot make {corpus}"))?;
        process::run(
            &format!("fuzzing {target} for {seconds} s"),
            Command::new(&cargo_fuzz)
                .args(["run", target, &corpus, &seeds, "--"])
                .args([&format!("-max_total_time={seconds}"), "-timeout=5"])
                // cargo-fuzz asks the compiler for coverage and the address sanitizer, which only nightly would give otherwise.
                .env("RUSTC_BOOTSTRAP", "1")
                .current_dir(root()),
        )?;
    }
    println!("{} targets, nothing found", if chosen.is_empty() { all.len() } else { chosen.len() });
    Ok(())
}

fn targets() -> anyhow::Result<Vec<String>> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

/// cargo-fuzz, installed below `.tools` where it is missing.
fn cargo_fuzz() -> anyhow::Result<std::path::PathBuf> {
    let tools = root().join(".tools");
    let program = tools.join("bin/cargo-fuzz");
    if !program.is_file() {
        process::run(
            "installing cargo-fuzz below .tools",
            Command::new("cargo").args(["install", "cargo-fuzz", "--locked", "--root"]).arg(&tools),
        )?;
    }
    Ok(program)
}
