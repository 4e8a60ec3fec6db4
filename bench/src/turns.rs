//! Two ways of doing nearly the same beside each other in this thread, in turns of a few milliseconds and by the thread's own processor time:
//! whatever slows the machine down slows both, and what other programs take is not counted.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rustix::time::{ClockId, clock_gettime};

use crate::wrk::middle;

/// How often something is done in one turn.
const TURN: usize = 32;

/// What came of it.
pub(crate) struct Beside {
    /// The first way's rate as a part of the second's: the middle of all rounds.
    pub(crate) ratio: f64,
    /// What a quarter of the rounds were below, and a quarter above.
    pub(crate) quartiles: [f64; 2],
    /// The middle rates of both, per second of this thread's time.
    pub(crate) rates: [f64; 2],
    /// How many rounds there were.
    pub(crate) rounds: usize,
}

impl Beside {
    /// The figures behind the ratio, for the reader.
    pub(crate) fn figures(&self) -> String {
        let Self { quartiles: [low, high], rates: [first, second], rounds, .. } = self;
        format!(
            "{first:.0} : {second:.0} /s of one core; the middle half of {rounds} rounds {low:.3} to {high:.3}"
        )
    }
}

/// Takes turns for `time`. Each way is told which turn it is, and does all of that turn's work; the first is first in every other round.
pub(crate) fn beside(
    time: Duration,
    mut first: impl FnMut(std::ops::Range<usize>) -> anyhow::Result<()>,
    mut second: impl FnMut(std::ops::Range<usize>) -> anyhow::Result<()>,
) -> anyhow::Result<Beside> {
    let begun = Instant::now();
    let (mut ratios, mut rates) = (Vec::new(), [Vec::new(), Vec::new()]);
    let mut round = 0;
    while begun.elapsed() < time || round < 2 {
        let work = round * TURN..(round + 1) * TURN;
        let [one, other] = if round % 2 == 0 {
            let one = rate(work.clone(), &mut first)?;
            [one, rate(work, &mut second)?]
        } else {
            let other = rate(work.clone(), &mut second)?;
            [rate(work, &mut first)?, other]
        };
        ratios.push(one / other);
        rates[0].push(one);
        rates[1].push(other);
        round += 1;
    }
    ratios.sort_by(f64::total_cmp);
    let at = |part: usize| ratios.get(ratios.len() * part / 4).copied().unwrap_or_default();
    Ok(Beside { ratio: at(2), quartiles: [at(1), at(3)], rates: rates.map(middle), rounds: round })
}

/// A way that does its work piece by piece; each piece has to come out well.
pub(crate) fn each(
    mut holds: impl FnMut(usize) -> bool,
) -> impl FnMut(std::ops::Range<usize>) -> anyhow::Result<()> {
    move |work| {
        for piece in work {
            ensure!(std::hint::black_box(holds(piece)), "what is genuine was refused");
        }
        Ok(())
    }
}

/// How often in a second of this thread's time.
#[expect(clippy::cast_precision_loss, reason = "some dozens")]
pub(crate) fn rate(
    work: std::ops::Range<usize>,
    way: &mut impl FnMut(std::ops::Range<usize>) -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    let count = work.len();
    let begun = spent()?;
    way(work)?;
    let took = spent()?.saturating_sub(begun);
    ensure!(!took.is_zero(), "the clock of this thread stands");
    Ok(count as f64 / took.as_secs_f64())
}

/// The processor time of this thread.
fn spent() -> anyhow::Result<Duration> {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Ok(Duration::new(u64::try_from(time.tv_sec)?, u32::try_from(time.tv_nsec)?))
}
