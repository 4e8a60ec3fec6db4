//! Carries out what the machine orders.

use std::sync::Arc;

use stayd_core::{Effect, Event, Instant, Need, Settlement, Verdict};
use tokio::task::AbortHandle;

use crate::driver::Driver;
use crate::error::Error;
use crate::http::Ask;
use crate::order::{Admission, Candidate, Command, Fact, Offer, rejection};
use crate::storage::{Held, blocking};
use crate::view::View;

/// An attempt: its wait for a turn, the turn, its request. Dropping it ends all three.
#[derive(Default)]
pub(crate) struct Running {
    task: Option<AbortHandle>,
    sent: bool,
    command: Option<Command>,
    /// The turn, once it is this process's.
    pub(crate) held: Option<Held>,
}

impl Running {
    pub(crate) fn is_sent(&self) -> bool {
        self.sent
    }

    /// Its answer has come: the command that it was for, if any.
    pub(crate) fn answered(&mut self) -> Option<Command> {
        self.sent = false;
        self.command.take()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Driver {
    /// One step of the machine.
    pub(crate) async fn step(&mut self, now: Instant, event: Event, with: Candidate) -> Option<Verdict> {
        let effects = self.machine.handle(now, event);
        let verdict = effects.verdict();
        // A request that is held is among those that the same step may release.
        if verdict == Some(Verdict::Hold)
            && let Some(request) = self.asking.take()
        {
            self.held.push(request);
        }
        let Candidate { data, jar } = with;
        match jar {
            Offer::Answered(jar) if effects.contains(Effect::Remember) => self.jar = jar,
            Offer::Stored(moment, jar) if moment == self.machine.moment() => self.jar = jar,
            _ => {}
        }
        for effect in effects.iter() {
            match effect {
                Effect::KeepData => self.shown.clone_from(&data),
                other => self.perform(other).await,
            }
        }
        // Those who wait hear of it when all is written.
        for effect in effects.iter() {
            self.answer(effect);
        }
        verdict
    }

    /// Tells those who wait for the effect.
    fn answer(&mut self, effect: Effect) {
        match effect {
            Effect::ReleaseHeld => {
                for request in std::mem::take(&mut self.held) {
                    // Whoever asked may have given up.
                    let _ = request.reply.send(Ok(Admission::Go(self.pass())));
                }
            }
            Effect::RejectHeld(why) => {
                for request in self.held.drain(..) {
                    let _ = request.reply.send(Err(rejection(why)));
                }
            }
            Effect::Settled { need, result } => self.settle(need, result),
            _ => {}
        }
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::AskLeadership { attempt } => self.ask_for_turn(attempt),
            Effect::GiveUpLeadership { attempt } | Effect::Cancel { attempt } => {
                // What was to be remembered is written by now: effects are carried out in their order.
                self.attempts.remove(&attempt);
            }
            Effect::Send { attempt, need } => self.send(attempt, need),
            Effect::DropData => self.shown = None,
            Effect::Remember => self.remember().await,
            Effect::Publish => {
                self.view.send_replace(View::of(&self.machine, self.shown.clone(), self.error.clone()));
            }
            // Some are for later in the step. Other processes read what is remembered; there are no channels, and who listens
            // compares views.
            Effect::KeepData
            | Effect::ReleaseHeld
            | Effect::RejectHeld(_)
            | Effect::Settled { .. }
            | Effect::Tell(_)
            | Effect::Notify(_)
            | Effect::CloseChannels
            | Effect::OpenChannels => {}
        }
    }

    fn ask_for_turn(&mut self, attempt: u32) {
        let (vault, facts) = (Arc::clone(&self.vault), self.facts.clone());
        let task = tokio::spawn(async move {
            let (held, found) = match vault.turn().await {
                // Read within the turn: nobody else renews meanwhile.
                Ok(held) => (held, blocking(move || Ok(vault.read()?.map(Box::new))).await),
                // Without locks each acts alone, which is safe where the server repeats a renewal.
                Err(error) => (None, Err(error)),
            };
            // The driver may have ended.
            let _ = facts.send(Fact::Turn { attempt, held, found });
        });
        self.attempts.entry(attempt).or_default().task = Some(task.abort_handle());
    }

    fn send(&mut self, attempt: u32, need: Need) {
        let command = if need == Need::SignIn { self.commands.pop_front() } else { None };
        let ask = match (need, &command) {
            (Need::SignIn, Some(command)) => command.ask.clone(),
            (Need::Renewal, _) => Ask::Renewal,
            (Need::SignOut, _) => Ask::SignOut,
            // A sign-in that nobody waits for any more asks who is signed in.
            (Need::Check | Need::SignIn, _) => Ask::Check,
        };
        let (http, jar, facts) = (Arc::clone(&self.http), self.jar.clone(), self.facts.clone());
        let task = tokio::spawn(async move {
            let reply = Box::new(http.ask(ask, jar).await);
            let _ = facts.send(Fact::Answered { attempt, reply });
        });
        let running = self.attempts.entry(attempt).or_default();
        // Where it acts alone it still waits for its turn.
        if let Some(waiting) = running.task.replace(task.abort_handle()) {
            waiting.abort();
        }
        running.sent = true;
        running.command = command;
    }

    fn settle(&mut self, need: Need, result: Settlement) {
        let overtaken = need == Need::SignIn && result == Settlement::Overtaken;
        if overtaken {
            // A sign-out came first: what has not been sent is not sent any more. Whoever waits hears that its command is gone.
            self.commands.clear();
        }
        // Where one request has failed nobody's can be sent, for a while.
        let fails_all = result == Settlement::Failed && need != Need::SignIn;
        let (settled, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(wanted, _)| *wanted == need || fails_all);
        self.waiting = waiting;
        let cooling_down = Error::CoolingDown { trouble: self.machine.view().trouble };
        for (_, reply) in settled {
            let _ = reply.send(match result {
                Settlement::Met => self.unwritten.clone().map_or(Ok(()), |error| Err(error.into())),
                Settlement::Refused | Settlement::Overtaken => Err(Error::SessionEnded),
                Settlement::Failed => Err(self.error.clone().unwrap_or(cooling_down.clone())),
            });
        }
    }
}
