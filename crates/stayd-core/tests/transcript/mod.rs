//! Stories of a machine, one line per step.
//!
//! ```text
//! # Comments and empty lines are kept.
//! config renewal=manual heartbeat=5m warning=2m fresh=5s timeout=15s
//! let ada = session=a person=1 data=1 renews=45m lapses=1h ends=1h
//!
//! +0s started -> ask-leadership 1, publish
//!     view loading anonymous
//! +5ms leadership-gained 1 -> send 1 check
//! +20ms answered 1 ada -> keep-data, ...
//! +44m deadline renewal -> ask-leadership 2
//! ```
//!
//! Left of the arrow is what the machine is told: how long after the step before, and what, in the words of `stayd_core::words`.
//! `deadline` comes when the machine wants to be woken. Right of it is the verdict and what is asked for; a second line follows
//! where the view has changed. Running a story gives the same text where the machine does what is written.

mod parse;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use stayd_core::words::{Span, Word};
use stayd_core::{Config, Event, Instant, Machine, View};

pub(crate) const SEED: u32 = 7;
const BEGINNING: Instant = Instant::from_ms(1_000_000_000_000);

/// A step of a story: what was told, when.
pub(crate) type Told = (Instant, Event);

/// A story that has been run.
pub(crate) struct Story {
    pub(crate) config: Config,
    pub(crate) told: Vec<Told>,
    /// The story as the machine has it.
    pub(crate) text: String,
}

/// Runs a story. `Err` says which line makes no sense.
pub(crate) fn run(text: &str) -> Result<Story, String> {
    let mut names = BTreeMap::new();
    let mut story = Story { config: Config::DEFAULT, told: Vec::new(), text: String::new() };
    let mut teller: Option<Teller> = None;
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}: {line}", number + 1);
        if line.starts_with(' ') {
            continue; // A view, written anew.
        }
        if let Some(definition) = line.strip_prefix("let ") {
            let (name, words) = definition.split_once(" = ").ok_or_else(|| wrong("no definition"))?;
            names.insert(name.to_owned(), words.to_owned());
        } else if let Some(settings) = line.strip_prefix("config ") {
            story.config = parse::config(settings).ok_or_else(|| wrong("no configuration"))?;
        } else if let Some(step) = line.strip_prefix('+') {
            let told = step.split_once(" -> ").map_or(step, |(told, _)| told);
            let (after, words) = told.split_once(' ').ok_or_else(|| wrong("no step"))?;
            let after = parse::span(after).ok_or_else(|| wrong("no duration"))?;
            let teller = teller.get_or_insert_with(|| Teller::new(story.config));
            let (told, line) = teller.tell(after, words, &names).map_err(|what| wrong(&what))?;
            story.told.push(told);
            story.text.push_str(&line);
            continue;
        } else if !line.is_empty() && !line.starts_with('#') {
            return Err(wrong("not a line of a story"));
        }
        story.text.push_str(line);
        story.text.push('\n');
    }
    Ok(story)
}

/// Tells a machine a story, and writes down what it makes of it.
struct Teller {
    machine: Machine,
    now: Instant,
    seen: Option<View>,
}

impl Teller {
    fn new(config: Config) -> Self {
        Self { machine: Machine::new(config, SEED), now: BEGINNING, seen: None }
    }

    fn tell(
        &mut self,
        after: u64,
        words: &str,
        names: &BTreeMap<String, String>,
    ) -> Result<(Told, String), String> {
        let (event, words, now) = if words.split(' ').next() == Some("deadline") {
            let at = self.machine.deadline().ok_or("the machine wants no waking")?;
            let reason = self.machine.deadline_reason().ok_or("no reason")?;
            (Event::DeadlineReached, format!("deadline {}", Word(reason)), at.max(self.now))
        } else {
            let event = parse::event(words, names).ok_or("no event")?;
            (event, words.to_owned(), self.now.plus(after))
        };
        let after = now.since(self.now);
        self.now = now;
        let effects = self.machine.handle(now, event);
        let mut asked: Vec<String> = effects.verdict().iter().map(ToString::to_string).collect();
        asked.extend(effects.iter().map(|effect| effect.to_string()));
        let asked = if asked.is_empty() { "nothing".to_owned() } else { asked.join(", ") };
        let mut line = format!("+{} {words} -> {asked}\n", Span(after));
        let view = self.machine.view();
        if self.seen.replace(view) != Some(view) {
            let _ = writeln!(line, "    view {view}");
        }
        Ok(((now, event), line))
    }
}

/// Every story: its file's name, and its text.
pub(crate) fn all() -> std::io::Result<Vec<(PathBuf, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stayd-core/tests/transcripts");
    let mut stories = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.path();
        let text = std::fs::read_to_string(&file)?;
        stories.push((file, text));
    }
    stories.sort();
    Ok(stories)
}
