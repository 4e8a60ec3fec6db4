//! The session machine for browsers: a WebAssembly module as small as it gets, the same as plain JavaScript, and its numbers.
//!
//! ```text
//! stayd-wasm --cargo--> .wasm --wasm-opt--> the module --> src/module.ts     (as text: the shell carries it inline)
//!                                                \--wasm2js--> src/module-js.ts  (for pages whose CSP forbids WebAssembly)
//! stayd_core::codec::names --> src/codes.ts  (committed, for it is read; the other two are built)
//! ```

mod check;
mod codes;
mod script;
mod stack;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::setup::{self, Need, WASM};
use crate::{built, process, root};

/// The package that carries the module.
const PACKAGE: &str = "packages/stayd";

/// What the module may use: what every browser has had since 2021, and nothing younger.
const FEATURES: [&str; 6] = [
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
];

/// The linker exports what no host uses.
const CLEANING: [&str; 4] =
    ["--remove-exports=__*", "--strip-debug", "--strip-producers", "--strip-target-features"];

/// Found by trying: the whole package is 50 bytes smaller under gzip than with `-Oz --converge` on either side of a flattening. Nothing in the module
/// traps (`check`), so no trap need be kept.
const SHRINKING: [&str; 10] = [
    "--converge",
    "-Oz",
    "--flatten",
    "--rereloop",
    "--precompute-propagate",
    "--always-inline-max-function-size=5",
    "--reorder-functions",
    "-O1",
    "--ignore-implicit-traps",
    "-Oz",
];

/// Builds the modules and says how large they are.
pub(crate) fn run() -> anyhow::Result<()> {
    setup::require(&[Need::Node])?;
    build()?;
    sizes()
}

/// Builds what `packages/stayd` carries of the machine, and checks it.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::npm_packages(PACKAGE)?;
    setup::wasm_target()?;
    let arguments = ["build", "--package", "stayd-wasm", "--target", WASM];
    process::run(
        "building the machine for browsers",
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(root())
            .args(arguments)
            .args(["--profile", "wasm", "--locked"]),
    )?;
    let linked = built(&format!("{WASM}/wasm"), "stayd_wasm.wasm")?;
    let read = |file: &Path| std::fs::read(file).with_context(|| format!("cannot read {}", file.display()));
    check::leaves_room(&read(&linked)?).context("the event log has no room in the module")?;
    stack::fits(&read(&linked)?).context("the machine has no room beside the module's stack")?;
    let module = linked.with_file_name("module.wasm");
    binaryen("wasm-opt", &linked, &module, &[&SHRINKING[..], &CLEANING].concat())?;
    let bytes = read(&module)?;
    check::check(&bytes).context("the module is not what the shell relies on")?;

    // What JavaScript has no operator for, in operators that it has.
    let lowered = linked.with_file_name("lowered.wasm");
    let lowering = ["--llvm-nontrapping-fptoint-lowering", "--llvm-memory-copy-fill-lowering"];
    binaryen("wasm-opt", &module, &lowered, &lowering)?;
    let translated = linked.with_file_name("module.js");
    binaryen("wasm2js", &lowered, &translated, &["-Oz"])?;
    let script = std::fs::read_to_string(&translated)
        .with_context(|| format!("cannot read {}", translated.display()))?;

    write("codes.ts", &codes::text())?;
    write("module.ts", &format!("{MODULE_HEAD}export const module = {};\n", text(&bytes)))?;
    write("module-js.ts", &script::as_function(&script)?)
}

const MODULE_HEAD: &str = "// Made by `cargo xtask wasm`: the machine of crates/stayd-core as WebAssembly, as text (src/bytes.ts reads it).\n";

/// The characters of the bytes from 255 and 0 upwards: what is frequent in a module is what is frequent in a script, so that one
/// code of gzip's does for both. `}` and `~` leave out 8 and 128 bytes, which are rare. Found by swapping places for as long as the whole
/// package got smaller (`npm run alphabet` in the package): by 140 bytes than with the characters in their order. A change of the machine or of the
/// shell may cost ten bytes more or less than it should until that is done again.
const ALPHABET: &[u8; 95] = include_bytes!("wasm/alphabet.txt");

/// What stands in the text for so much more than the next character does.
const MORE: [(u8, u8); 2] = [(b'}', 8), (b'~', 128)];

/// The module as a JavaScript string: its alphabet, and then each byte as a character, or as one for less and what is added. Under gzip that is
/// 2 % more than the bytes themselves, where hexadecimal is 12 % and base64 30 %: what repeats stays visible.
fn text(bytes: &[u8]) -> String {
    let mut written = vec![String::new(); 256];
    let mut known = Vec::new();
    let mut place = 254_u8;
    for letter in ALPHABET {
        if let Some((_, more)) = MORE.iter().find(|(mark, _)| mark == letter) {
            place = place.wrapping_add(*more);
        } else {
            place = place.wrapping_add(1);
            written[usize::from(place)].push(char::from(*letter));
            known.push(place);
        }
    }
    // In the order of how many marks it takes.
    let mut next = 0;
    while let Some(&byte) = known.get(next) {
        next += 1;
        for (mark, more) in MORE {
            let further = byte.wrapping_add(more);
            if written[usize::from(further)].is_empty() {
                written[usize::from(further)] = format!("{}{}", char::from(mark), written[usize::from(byte)]);
                known.push(further);
            }
        }
    }
    let alphabet = ALPHABET.iter().map(|letter| char::from(*letter));
    let places = bytes.iter().map(|byte| written[usize::from(*byte)].as_str());
    format!("\"{}{}\"", alphabet.collect::<String>(), places.collect::<String>())
}

/// Runs a program of binaryen's from one file to another.
fn binaryen(program: &str, from: &Path, to: &Path, options: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(root().join(PACKAGE).join("node_modules/.bin").join(program));
    command.args(FEATURES).args(options).arg(from).arg("-o").arg(to);
    process::output(command.env("PATH", setup::path_with_node()?)).map(drop)
}

/// Writes a file of the package, unless it says that already: what watches it is not woken for nothing.
fn write(name: &str, text: &str) -> anyhow::Result<()> {
    let file = root().join(PACKAGE).join("src").join(name);
    if std::fs::read_to_string(&file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn sizes() -> anyhow::Result<()> {
    let module = built(&format!("{WASM}/wasm"), "module.wasm")?;
    let bytes = std::fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    let script = std::fs::read(root().join(PACKAGE).join("src/module-js.ts"))?;
    println!("{:<28} {:>7} {:>7}", "bytes", "raw", "gzip");
    for (what, bytes) in [
        ("module", &bytes),
        ("module as text", &text(&bytes).into_bytes()),
        ("module as JavaScript", &script),
    ] {
        println!("{what:<28} {:>7} {:>7}", bytes.len(), gzip(bytes)?);
    }
    Ok(())
}

/// The size after `gzip -9`.
fn gzip(bytes: &[u8]) -> anyhow::Result<usize> {
    let mut gzip = Command::new("gzip")
        .args(["-9", "--stdout", "--no-name"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run gzip")?;
    let mut input = gzip.stdin.take().context("gzip has no input")?;
    let bytes = bytes.to_owned();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = gzip.wait_with_output().context("cannot wait for gzip")?;
    if !matches!(writer.join(), Ok(Ok(()))) || !output.status.success() {
        bail!("gzip ended with {}", output.status);
    }
    Ok(output.stdout.len())
}
