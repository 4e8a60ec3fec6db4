//! Makes a failing history short: leaves out whatever it fails without.

use crate::plan::Plan;
use crate::{Report, run};

/// The shortest plan found that still breaks the same promise, and how it went.
pub fn shrink(plan: &Plan) -> (Plan, Report) {
    let mut best = plan.clone();
    let mut report = run(best.clone(), false);
    let promise = kind(&report);
    let mut count = best.len().max(1);
    while count > 0 {
        let mut first = 0;
        while first < best.len() {
            let less = best.without(first, count);
            let tried = run(less.clone(), false);
            if tried.violation.is_some() && kind(&tried) == promise {
                (best, report) = (less, tried);
            } else {
                first += count;
            }
        }
        count /= 2;
    }
    drop(report);
    let report = run(best.clone(), true);
    (best, report)
}

/// Which promise was broken, without the when and the numbers.
fn kind(report: &Report) -> Option<String> {
    let text = report.violation.as_ref()?;
    let what = text.split_once(": ").map_or(text.as_str(), |(_, what)| what);
    Some(what.chars().filter(|letter| !letter.is_ascii_digit()).take(40).collect())
}
