//! Parts side by side. Compilers keep every processor busy, browsers mostly wait: each kind has a lane of its own, and the compilers
//! step back, so that what is asked of a page is not slower than on a machine that does nothing else.

use std::fmt::{Display, Formatter};
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};

use super::{Part, build_page, programs};
use crate::{built, process, root, setup};

/// What this program is called where it runs its parts: a copy, for Cargo builds it anew with its tests.
const ME: &str = "xtask";

/// How much the compilers step back (`nice`).
const STEP_BACK: &str = "19";

/// How a part went.
pub(super) struct Outcome {
    part: Part,
    pub(super) error: Option<anyhow::Error>,
    took: Duration,
}

/// Runs parts in two lanes, each part as a program of its own, whose words are shown when it has ended.
pub(super) fn run(parts: &[Part]) -> anyhow::Result<Vec<Outcome>> {
    let logs = built("check", "")?;
    std::fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;
    let begun = Instant::now();
    // What comes from npm is waited for; the page is in the server, and nothing else needs it.
    std::thread::scope(|scope| {
        let page = scope.spawn(|| {
            build_page()?;
            // Both lanes use these.
            setup::npm_packages("conformance")
        });
        programs::build_libraries()?;
        page.join().map_err(|_| anyhow!("the build of the page has broken off"))?
    })?;
    programs::build(&logs)?;
    let me = std::env::current_exe().context("cannot tell where this program is")?;
    std::fs::copy(me, logs.join(ME)).context("cannot copy this program")?;
    println!("the page and the programs took {:.0} s", begun.elapsed().as_secs_f64());

    let run_all =
        |lane: Vec<Part>| -> Vec<Outcome> { lane.into_iter().map(|part| Outcome::of(part, &logs)).collect() };
    let (browsers, compilers) = parts.iter().copied().partition(|part| part.waits());
    std::thread::scope(|scope| {
        let browsers = scope.spawn(|| run_all(browsers));
        let mut results = run_all(compilers);
        results.extend(browsers.join().map_err(|_| anyhow!("the browsers' lane has broken off"))?);
        Ok(results)
    })
}

impl Part {
    /// Whether it waits for browsers and servers most of the time.
    fn waits(self) -> bool {
        matches!(self, Self::Page | Self::Package | Self::Conformance | Self::Python | Self::E2e)
    }

    /// The part as a program of its own.
    fn alone(self, logs: &Path) -> Command {
        let me = logs.join(ME);
        let mut command = if self.waits() {
            Command::new(me)
        } else {
            let mut nice = Command::new("nice");
            nice.args(["-n", STEP_BACK]).arg(me);
            nice
        };
        command.arg("test").arg(self.name()).current_dir(root());
        programs::tell(&mut command, logs);
        command
    }
}

impl Outcome {
    fn of(part: Part, logs: &Path) -> Self {
        let begun = Instant::now();
        let log = logs.join(format!("{}.log", part.name()));
        let error = run_into(part, logs, &log).err();
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        println!("\n==> {}\n{}", part.name(), said.trim_end());
        if let Some(error) = &error {
            println!("FAILED: {error:#}");
        }
        Self { part, error, took: begun.elapsed() }
    }
}

fn run_into(part: Part, logs: &Path, log: &Path) -> anyhow::Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let errors = file.try_clone().context("cannot write to a log twice")?;
    process::run(&format!("{} begins", part.name()), part.alone(logs).stdout(file).stderr(errors))
}

impl Display for Outcome {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        let word = if self.error.is_some() { "FAILED" } else { "ok" };
        write!(out, "{:<12} {word:<7} {:>5.0} s", self.part.name(), self.took.as_secs_f64())?;
        self.error.as_ref().map_or(Ok(()), |error| write!(out, "  {error:#}"))
    }
}
