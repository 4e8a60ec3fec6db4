//! Many browsers, tabs and faults over the real machine and the real engine, in virtual time, from one seed.
//!
//! Each tab is one real [`stayd_core::Machine`]; the server is the real [`stayd_engine::Engine`]; in between is a world in which
//! everything goes wrong that can. After every step the promises are checked, and after the faults stop, that everybody is where they
//! belong. What has to happen among it, at any moment and together, is said in [`Situation`]. The same seed gives the same history, to the last
//! event. What it does not have: rendering, real browsers, more than one node of the server.
//!
//! ```
//! let plan = stayd_simulator::Plan::draw(1);
//! let report = stayd_simulator::run(plan, false);
//! assert_eq!(report.violation, None);
//! ```
#![allow(
    clippy::indexing_slicing,
    reason = "browsers and tabs are never removed, so that their numbers stay good"
)]

#[cfg(test)]
mod activity;
mod browser;
mod checkers;
mod clock;
mod deeds;
mod dice;
mod history;
mod host;
mod model;
mod network;
mod plan;
mod push;
mod queue;
mod server;
mod shrink;
mod situations;
mod storage;
mod tab;
mod wire;
mod world;

pub use plan::Plan;
pub use shrink::shrink;
pub use situations::{Situation, Situations};
pub use world::Report;

/// Runs a plan to its end; with its history in words where that is asked for.
pub fn run(plan: Plan, keep_history: bool) -> Report {
    match world::World::new(plan, keep_history) {
        Ok(world) => world.run(),
        Err(server::Broken(what)) => Report {
            violation: Some(format!("the world could not begin: {what}")),
            tab_ms: 0,
            steps: 0,
            requests: 0,
            situations: Situations::default(),
            history: Vec::new(),
        },
    }
}
