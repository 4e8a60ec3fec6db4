//! Runs other programs, and ends them when this one ends.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// Process groups that are running. Each child leads its own, so that its children end with it.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// From now on Ctrl-C and SIGTERM end the children before this program.
pub(crate) fn end_children_on_signal() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        for &group in running().iter() {
            end_group(group);
        }
        std::process::exit(130);
    })
    .context("cannot listen for signals")
}

/// Says what is being done, runs the program, and fails if it fails.
pub(crate) fn run(what: &str, command: &mut Command) -> anyhow::Result<()> {
    say(what);
    let status = start(command)?.0.wait().context("cannot wait for a program")?;
    if !status.success() {
        bail!("{what}: `{}` ended with {status}", line(command));
    }
    Ok(())
}

/// What the program prints on its standard output, without the last line end.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{}`", line(command)))?;
    if !output.status.success() {
        bail!("`{}` ended with {}", line(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Says what is being done.
pub(crate) fn say(what: &str) {
    println!("\n==> {what}");
}

/// A program that is ended, with all that it started, when this value goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let (Ok(None), Ok(group)) = (self.0.try_wait(), i32::try_from(self.0.id())) {
            end_group(group);
            // It was asked to end; there is nothing to do about a child that cannot be waited for.
            let _ = self.0.wait();
        }
        if let Ok(group) = i32::try_from(self.0.id()) {
            running().remove(&group);
        }
    }
}

fn start(command: &mut Command) -> anyhow::Result<Running> {
    // The lock is held so that a signal cannot come between start and note.
    let mut running = running();
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot run `{}`", line(command)))?;
    running.insert(i32::try_from(child.id()).context("a process id beyond i32")?);
    Ok(Running(child))
}

fn end_group(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::TERM);
    }
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
