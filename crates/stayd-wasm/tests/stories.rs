//! The machine's stories, told to it as WebAssembly and as JavaScript: both do what the machine in Rust does.
//!
//! The package carries both forms; `cargo xtask wasm` builds them and `cargo xtask test rust` before these tests.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../../stayd-core/tests/transcript/mod.rs"]
mod transcript;

use std::path::{Path, PathBuf};
use std::process::Command;

use stayd_core::codec::names::Coded as _;
use stayd_core::codec::recording::{self, Beginning};
use stayd_core::codec::{self, EFFECT_LEN, RECORD_LEN, VIEW_LEN};
use stayd_core::{Effects, Machine, Verdict};
use transcript::Story;

#[test]
fn every_story_goes_in_webassembly_as_it_goes_in_rust() {
    compare("wasm");
}

#[test]
fn every_story_goes_in_javascript_as_it_goes_in_rust() {
    compare("js");
}

fn compare(kind: &str) {
    let stories: Vec<(PathBuf, Story)> = transcript::all()
        .expect("the stories can be read")
        .into_iter()
        .map(|(file, text)| (file, transcript::run(&text).expect("a story")))
        .collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(kind);
    std::fs::create_dir_all(&folder).expect("a folder");
    let recordings: Vec<PathBuf> = stories
        .iter()
        .map(|(file, story)| {
            let recording = folder.join(file.file_stem().expect("a name"));
            std::fs::write(&recording, recorded(story)).expect("a recording");
            recording
        })
        .collect();
    let output =
        Command::new("node").arg(bundled(&folder)).arg(kind).args(&recordings).output().expect("node runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8(output.stdout).expect("text");
    let mut told = output.split("\n\n");
    for (file, story) in &stories {
        let steps: Vec<&str> = told.next().expect("a story").lines().collect();
        assert_eq!(steps.len(), story.told.len(), "{}", file.display());
        let mut machine = Machine::new(story.config, transcript::SEED);
        for (number, ((now, event), step)) in story.told.iter().zip(steps).enumerate() {
            let effects = machine.handle(*now, *event);
            assert_eq!(
                read(step),
                words(&machine, &effects),
                "{}, step {}: {event} (or was the module built before? `cargo xtask wasm`)",
                file.display(),
                number + 1
            );
        }
    }
}

/// The story as the recording that a page would have made of it.
fn recorded(story: &Story) -> Vec<u8> {
    let beginning = Beginning { config: story.config, seed: transcript::SEED };
    let mut bytes = recording::encode_beginning(&beginning).to_vec();
    for (now, event) in &story.told {
        let (entry, len) = recording::encode_entry(*now, event);
        bytes.extend_from_slice(&entry[..len]);
    }
    bytes
}

/// The script that tells recordings, with the modules that the package carries.
fn bundled(folder: &Path) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/stayd");
    assert!(package.join("src/module-js.ts").is_file(), "the modules are not built: run `cargo xtask wasm`");
    let bundle = folder.join("machines.bundle.mjs");
    let status = Command::new(package.join("node_modules/.bin/esbuild"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machines.mjs"))
        .args(["--bundle", "--format=esm", "--platform=node", "--log-level=warning"])
        .arg(format!("--outfile={}", bundle.display()))
        .status()
        .expect("esbuild runs");
    assert!(status.success(), "esbuild ended with {status}");
    bundle
}

/// What a step gave, in words.
fn words(machine: &Machine, effects: &Effects) -> String {
    let verdict = effects.verdict().map(|verdict| verdict.to_string()).unwrap_or_default();
    let effects: Vec<String> = effects.iter().map(|effect| effect.to_string()).collect();
    #[expect(clippy::cast_precision_loss, reason = "as the module has it")]
    let deadline = machine.due_at().as_ms() as f64;
    format!("{} | {} | {deadline} | {verdict} | {}", machine.view(), machine.record(), effects.join(", "))
}

/// The same of a line that the script printed.
fn read(line: &str) -> String {
    let parts: Vec<&str> = line.split(' ').collect();
    let [view, record, deadline, verdict, effects] = parts.as_slice() else { panic!("{line:?}") };
    let view = codec::decode_view(&bytes::<VIEW_LEN>(view)).expect("a view");
    let record = codec::decode_record(&bytes::<RECORD_LEN>(record)).expect("a record");
    let deadline: f64 = deadline.parse().expect("a number");
    let effects: Vec<String> = (0..effects.len() / (2 * EFFECT_LEN))
        .map(|place| bytes::<EFFECT_LEN>(&effects[2 * EFFECT_LEN * place..][..2 * EFFECT_LEN]))
        .map(|effect| codec::decode_effect(&effect).expect("an effect").to_string())
        .collect();
    let verdict = verdict_of(bytes::<2>(verdict)).map(|verdict| verdict.to_string()).unwrap_or_default();
    format!("{view} | {record} | {deadline} | {verdict} | {}", effects.join(", "))
}

fn verdict_of([verdict, why]: [u8; 2]) -> Option<Verdict> {
    use codec::names::verdict::CODES;
    let (name, _) = CODES.iter().find(|(_, code)| *code == verdict).expect("a verdict");
    match *name {
        "ADMIT" => Some(Verdict::Admit),
        "HOLD" => Some(Verdict::Hold),
        "SETTLE" => Some(Verdict::Settle),
        "REJECT" => Some(Verdict::Reject(stayd_core::Rejection::from_code(why).expect("a reason"))),
        _ => None,
    }
}

fn bytes<const LEN: usize>(hexadecimal: &str) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    assert_eq!(hexadecimal.len(), 2 * LEN);
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hexadecimal[2 * place..][..2], 16).expect("hexadecimal");
    }
    bytes
}
