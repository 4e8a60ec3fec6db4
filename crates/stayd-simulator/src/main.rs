//! Runs seeds and says which of them break a promise.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use stayd_simulator::{Plan, Situation, run, shrink};

/// Simulates many tabs and faults from seeds.
#[derive(Parser)]
struct Arguments {
    /// How many seeds to run
    #[arg(long, default_value_t = ENOUGH_SEEDS)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Replay this seed alone, and print its history
    #[arg(long)]
    seed: Option<u64>,
    /// Stop after so many failures
    #[arg(long, default_value_t = 1)]
    failures: usize,
}

/// As many seeds as CI runs come to every situation.
const ENOUGH_SEEDS: u64 = 2_000;

/// The exit code where they did not, and no promise was broken. `cargo xtask prove` knows it.
const NOT_ALL_CAME: u8 = 3;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.seed {
        Some(seed) => replay(seed),
        None => many(&arguments),
    }
}

/// Prints what happens with one seed.
fn replay(seed: u64) -> ExitCode {
    let plan = Plan::draw(seed);
    let report = run(plan.clone(), true);
    for line in plan.lines().iter().chain(&report.history) {
        println!("{line}");
    }
    match report.violation {
        Some(violation) => {
            println!("seed {seed} FAILED {violation}");
            ExitCode::FAILURE
        }
        None => {
            println!("seed {seed}: every promise held");
            ExitCode::SUCCESS
        }
    }
}

fn many(arguments: &Arguments) -> ExitCode {
    let begun = Instant::now();
    let last = arguments.from.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.from);
    let (tab_ms, steps, requests, done) =
        (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let came: [AtomicU64; Situation::ALL.len()] = std::array::from_fn(|_| AtomicU64::new(0));
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let Ok(failed) =
                        failures.lock().map(|failures: std::sync::MutexGuard<'_, Vec<_>>| failures.len())
                    else {
                        break;
                    };
                    if seed >= last || failed >= arguments.failures {
                        break;
                    }
                    let report = run(Plan::draw(seed), false);
                    tab_ms.fetch_add(report.tab_ms, Ordering::Relaxed);
                    steps.fetch_add(report.steps, Ordering::Relaxed);
                    requests.fetch_add(report.requests, Ordering::Relaxed);
                    done.fetch_add(1, Ordering::Relaxed);
                    for (situation, seeds) in Situation::ALL.into_iter().zip(&came) {
                        seeds.fetch_add(u64::from(report.situations.include(situation)), Ordering::Relaxed);
                    }
                    if let (Some(violation), Ok(mut failures)) = (report.violation, failures.lock()) {
                        println!("seed {seed} FAILED {violation}");
                        failures.push(seed);
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let failures = failures.into_inner().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "for a reader")]
    let hours = tab_ms.into_inner() as f64 / 3_600_000.0;
    let done = done.into_inner();
    println!(
        "{done} seeds, {hours:.0} tab-hours, {} steps, {} requests in {seconds:.1} s: {:.0} tab-hours a minute",
        steps.into_inner(),
        requests.into_inner(),
        hours / seconds * 60.0,
    );
    let came = Situation::ALL.into_iter().zip(came.map(AtomicU64::into_inner));
    for (situation, seeds) in came.clone() {
        println!("{seeds:>8} of them: {situation:?}");
    }
    let Some(seed) = failures.iter().min() else {
        let missing = came.filter(|(_, seeds)| *seeds == 0).count();
        if done >= ENOUGH_SEEDS && missing > 0 {
            println!("so many seeds have to come to every situation, and to {missing} none did");
            return ExitCode::from(NOT_ALL_CAME);
        }
        return ExitCode::SUCCESS;
    };
    let (plan, report) = shrink(&Plan::draw(*seed));
    println!("\nseed {seed}, shrunk:");
    for line in plan.lines().iter().chain(&report.history) {
        println!("{line}");
    }
    println!("{}", report.violation.unwrap_or_default());
    println!("replay all of it: cargo xtask simulate --seed {seed}");
    ExitCode::FAILURE
}
