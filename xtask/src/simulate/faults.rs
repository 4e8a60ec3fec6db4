//! Deliberate faults in the machine and the engine. Each must be found: `cargo xtask prove`.

/// One fault: a place in a file, and what stands there instead.
pub(super) struct Fault {
    /// What goes wrong, in words.
    pub(super) what: &'static str,
    /// The file, from the repository's root.
    pub(super) file: &'static str,
    /// What stands there, once.
    pub(super) right: &'static str,
    /// What is put in its place.
    pub(super) wrong: &'static str,
}

const MACHINE: &str = "crates/stayd-core/src/machine.rs";
const RENEWAL: &str = "crates/stayd-core/src/renewal.rs";
const TABS: &str = "crates/stayd-core/src/tabs.rs";
const QUEUE: &str = "crates/stayd-core/src/queue.rs";
const BACKOFF: &str = "crates/stayd-core/src/backoff.rs";
const HEARTBEAT: &str = "crates/stayd-core/src/heartbeat.rs";
const WARNING: &str = "crates/stayd-core/src/warning.rs";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "an answer to a request that was given up is believed",
        file: RENEWAL,
        right: "self.attempt.filter(|attempt| attempt.number == number && attempt.is_sent())",
        wrong: "self.attempt.filter(|attempt| attempt.is_sent())",
    },
    Fault {
        what: "a refusal of a replaced credential ends the session",
        file: RENEWAL,
        right: "Outcome::Nobody if generation != self.generation => self.ask_again_soon(need),",
        wrong: "Outcome::Nobody if generation > self.generation => self.ask_again_soon(need),",
    },
    Fault {
        what: "a superseded answer ends the session",
        file: RENEWAL,
        right: "Outcome::Superseded => self.ask_again_soon(need),",
        wrong: "Outcome::Superseded => self.confirm_nobody(sent_at),",
    },
    Fault {
        what: "a failed request ends the session",
        file: RENEWAL,
        right: "Outcome::Failed { retry_after_ms, trouble } => self.fail(need, retry_after_ms, trouble),\n        }\n    }\n\n    /// The server says: this session.",
        wrong: "Outcome::Failed { .. } => self.confirm_nobody(sent_at),\n        }\n    }\n\n    /// The server says: this session.",
    },
    Fault {
        what: "what the server says is not told to the other tabs",
        file: RENEWAL,
        right: "        self.effects.push(Effect::Tell(Message::State));\n        // While a sign-in",
        wrong: "        // While a sign-in",
    },
    Fault {
        what: "what the server says is not written down",
        file: RENEWAL,
        right: "if self.attempts > 0 || self.switching_since == Instant::NEVER {",
        wrong: "if self.now == Instant::NEVER {",
    },
    Fault {
        what: "the turn is not given back with the answer",
        file: RENEWAL,
        right: "            need => self.word_given(outcome, need, attempt.generation, sent_at),\n        }\n        self.effects.push(Effect::GiveUpLeadership { attempt: number });",
        wrong: "            need => self.word_given(outcome, need, attempt.generation, sent_at),\n        }",
    },
    Fault {
        what: "a newer epoch is not adopted",
        file: TABS,
        right: "            self.adopt(stored, written_at);\n        } else if agrees {",
        wrong: "        } else if agrees {",
    },
    Fault {
        what: "another person's data stays when theirs is missing",
        file: TABS,
        right: "            session.data = 0;\n            if before.data() != 0 {\n                self.effects.push(Effect::DropData);\n            }",
        wrong: "            session.data = before.data();",
    },
    Fault {
        what: "a cool-down of another tab is not taken over",
        file: TABS,
        right: "if record.failures != self.backoff.failures {",
        wrong: "if false {",
    },
    Fault {
        what: "a sign-out is not told to the other tabs",
        file: MACHINE,
        right: "        self.share();\n        self.fail_fast(Need::SignOut);",
        wrong: "        self.effects.push(Effect::Remember);\n        self.fail_fast(Need::SignOut);",
    },
    Fault {
        what: "a sign-out is forgotten before the server has heard of it",
        file: MACHINE,
        right: "        self.owed = true;\n",
        wrong: "",
    },
    Fault {
        what: "a tab that is never given its turn waits for ever",
        file: MACHINE,
        right: "        } else if self.may_start_at(attempt.need) <= self.now {\n            self.send();\n        } else {\n            self.abandon();\n        }",
        wrong: "        }",
    },
    Fault {
        what: "what storage says within the turn is not looked at",
        file: MACHINE,
        right: "                    self.absorb(stored);\n                    self.drop_met_needs();",
        wrong: "                    let _ = stored;",
    },
    Fault {
        what: "what one person asked for is sent again for another",
        file: QUEUE,
        right: "if epoch != self.epoch {",
        wrong: "if epoch > self.epoch {",
    },
    Fault {
        what: "held requests are never let go",
        file: QUEUE,
        right: "            self.effects.push(Effect::ReleaseHeld);",
        wrong: "",
    },
    Fault {
        what: "an outage is answered without a wait",
        file: BACKOFF,
        right: "self.until = tried_at.plus(wait).max(floor)",
        wrong: "self.until = tried_at.plus(wait.min(1))",
    },
    Fault {
        what: "a page that freezes keeps its turn",
        file: HEARTBEAT,
        right: "self.effects.push(Effect::GiveUpLeadership { attempt: attempt.number });",
        wrong: "let _ = attempt;",
    },
    Fault {
        what: "a frozen page leaves its question on the way",
        file: HEARTBEAT,
        right: "            _ => self.abandon(),\n",
        wrong: "            Some(attempt) => {\n                self.attempt = None;\n                self.effects.push(Effect::GiveUpLeadership { attempt: attempt.number });\n            }\n            None => {}\n",
    },
    Fault {
        what: "a page that goes on leaves its sign-out on the way",
        file: HEARTBEAT,
        right: "        self.abandon();\n        if let Some(stored) = remembered {\n",
        wrong: "        self.attempt = None;\n        if let Some(stored) = remembered {\n",
    },
    Fault {
        what: "the engine renews without looking at the end that was seen",
        file: "crates/stayd-engine/src/store/memory/sessions.rs",
        right: "renewal.only_if_expires_by",
        wrong: "stayd_protocol::Timestamp::from_ms(i64::MAX)",
    },
    Fault {
        what: "a page that was stopped does not ask what it has missed",
        file: HEARTBEAT,
        right: "            self.effects.push(Effect::Tell(Message::Asking));\n",
        wrong: "",
    },
    Fault {
        what: "a request of an epoch that is over is left running",
        file: TABS,
        right: "} else if self.under_way() != 0 {",
        wrong: "} else if false {",
    },
    Fault {
        what: "a sign-out is sent while another tab signs somebody in",
        file: MACHINE,
        right: "            _ if self.switching_since < Instant::NEVER => Instant::NEVER,\n",
        wrong: "",
    },
    Fault {
        what: "a tab forgets that renewals do not move the end",
        file: TABS,
        right: "        self.fixed_end = record.fixed_end;\n",
        wrong: "",
    },
    Fault {
        what: "an epoch does not count from the server's clock",
        file: RENEWAL,
        right: "self.epoch.wrapping_add(1).max(created_s)",
        wrong: "self.epoch.wrapping_add(1)",
    },
    Fault {
        what: "a sign-in at the same moment wins over a sign-out",
        file: TABS,
        right: "if !agrees && self.signed_out_at >= said_at.max(self.now.minus(HINT_SLACK_MS)) {",
        wrong: "if false {",
    },
    Fault {
        what: "a sign-in that is told again wins over the sign-out after it",
        file: TABS,
        right: "let said_at = written_at.minus(record.verified_ago_ms);",
        wrong: "let said_at = written_at;",
    },
    Fault {
        what: "what was asked before two tabs were at odds settles it",
        file: TABS,
        right: "let fresher = verified_at > self.verified_at && !at_odds;",
        wrong: "let fresher = verified_at > self.verified_at || at_odds;",
    },
    Fault {
        what: "a word on the session that is being replaced lets requests go",
        file: TABS,
        right: "Switch::None => is_news,",
        wrong: "Switch::None => true,",
    },
    Fault {
        what: "a page that heard of a failure leaves it to the tab that failed",
        file: TABS,
        right: "                if record.failures > 0 {",
        wrong: "                if false {",
    },
    Fault {
        what: "a tab that was stopped passes its delay on as the server's",
        file: TABS,
        right: "let behind = self.verified_at.since(verified_at) > RETRY_FLOOR_MS;",
        wrong: "let behind = false;",
    },
    Fault {
        what: "what a tab has heard that had missed a renewal is not taken over",
        file: TABS,
        right: "if !renewed && !fresher {",
        wrong: "if !renewed && (!fresher || record.generation < self.generation) {",
    },
    Fault {
        what: "a page that was rendered before a sign-in asks for things at once",
        file: RENEWAL,
        right: "self.rendered = answer.created_s.max(1);\n        self.doubt_since(self.now);\n",
        wrong: "self.rendered = answer.created_s.max(1);\n        self.want(Need::Check, self.now);\n",
    },
    Fault {
        what: "a page that signs somebody in sends requests meanwhile",
        file: QUEUE,
        right: "self.doubt >= WHOSE || self.under_way() > Need::Check as u8 {",
        wrong: "self.doubt >= WHOSE || self.under_way() == Need::Renewal as u8 {",
    },
    Fault {
        what: "a signed-out page asks as the person who has left",
        file: QUEUE,
        right: "} else if self.owed {",
        wrong: "} else if false {",
    },
    Fault {
        what: "nobody asks what a sign-in that failed has left",
        file: RENEWAL,
        right: "        self.doubt_since(self.now);\n        self.share();\n",
        wrong: "        self.share();\n",
    },
    Fault {
        what: "the other tabs do not ask what a sign-in that failed has left",
        file: TABS,
        right: "self.doubt_since(written_at);",
        wrong: "let _ = written_at;",
    },
    Fault {
        what: "a tab that waits for a sign-in says that all is as before",
        file: TABS,
        right: "if self.switching_since < Instant::NEVER || self.signs_in() {",
        wrong: "if self.signs_in() {",
    },
    Fault {
        what: "a frozen page lets a renewal without a session go on",
        file: HEARTBEAT,
        right: "&& (self.standing.is_in() || self.owed);",
        wrong: "&& self.now < Instant::NEVER;",
    },
    Fault {
        what: "a question on its way outlives a tie of two sign-ins",
        file: TABS,
        right: "            self.call_back();\n            // Put off once",
        wrong: "            // Put off once",
    },
    Fault {
        what: "a page that goes away tells nobody that its sign-in is given up",
        file: MACHINE,
        right: "            if signs_in {\n",
        wrong: "            if signs_in && self.page.disposed {\n",
    },
    Fault {
        what: "storage keeps its word while somebody signs in",
        file: MACHINE,
        right: "            self.effects.push(Effect::Remember);\n        }\n        self.effects.push(Effect::Send",
        wrong: "        }\n        self.effects.push(Effect::Send",
    },
    Fault {
        what: "a page that opens while somebody signs in sends requests",
        file: TABS,
        right: "if opens && record.switch == Switch::UnderWay {",
        wrong: "if false {",
    },
    Fault {
        what: "a page that opens waits again and again for a sign-in whose tab is gone",
        file: TABS,
        right: "== Known::Nothing && self.doubt == 0 && ",
        wrong: "== Known::Nothing && ",
    },
    Fault {
        what: "a tab waits for its own sign-in, which another one tells it of",
        file: TABS,
        right: "self.doubt == 0 && !self.signs_in();",
        wrong: "self.doubt == 0;",
    },
    Fault {
        what: "a page that is away lets requests go while nobody knows whose cookie is there",
        file: QUEUE,
        right: "if self.doubt >= WHOSE || self.under_way()",
        wrong: "if self.under_way()",
    },
    Fault {
        what: "requests wait for a renewal that nobody asks for without a network",
        file: QUEUE,
        right: "wanted && self.page.online && (",
        wrong: "wanted && (",
    },
    Fault {
        what: "the answer to a tab's own sign-in ends its wait for that of another",
        file: RENEWAL,
        right: "                self.confirm(answer.borrow(), sent_at, Need::SignIn);\n",
        wrong: "                self.switching_since = Instant::NEVER;\n                self.confirm(answer.borrow(), sent_at, Need::SignIn);\n",
    },
    Fault {
        what: "a tab whose neighbour's request failed is left waiting",
        file: TABS,
        right: "                    self.leave_nobody_waiting(Need::Check);\n",
        wrong: "",
    },
    Fault {
        what: "what was refused is sent again while another tab signs in",
        file: QUEUE,
        right: "return self.request();",
        wrong: "Verdict::Admit",
    },
    Fault {
        what: "what a tab has asked before another one's sign-in ends its wait for that",
        file: RENEWAL,
        right: "        self.queue.refused = false;\n        self.beat_later();",
        wrong: "        self.queue.refused = false;\n        self.switching_since = Instant::NEVER;\n        self.beat_later();",
    },
    Fault {
        what: "an outage lets requests go while nobody knows whose cookie is there",
        file: RENEWAL,
        right: "self.doubt &= WHOSE;",
        wrong: "self.doubt &= !WHOSE;",
    },
    Fault {
        what: "another tab's failure lets requests go while nobody knows whose cookie is there",
        file: TABS,
        right: "self.doubt &= WHOSE;",
        wrong: "self.doubt &= !WHOSE;",
    },
    Fault {
        what: "a page that opens believes storage and asks no other tab",
        file: MACHINE,
        right: "        self.effects.push(Effect::Tell(Message::Asking));\n        if let Some(stored) = remembered {",
        wrong: "        if let Some(stored) = remembered {",
    },
    Fault {
        what: "a sign-out in a rendered page counts as older than the sign-in",
        file: RENEWAL,
        right: "self.epoch = self.epoch.max(self.rendered).wrapping_add(1);",
        wrong: "self.epoch = self.epoch.wrapping_add(1);",
    },
    Fault {
        what: "the end of the session before ends what a page was rendered with",
        file: TABS,
        right: "record.epoch > self.epoch && record.epoch >= self.rendered {",
        wrong: "record.epoch > self.epoch {",
    },
    Fault {
        what: "two who sign out at once each say that theirs is the later",
        file: TABS,
        right: "if !agrees && self.signed_out_at",
        wrong: "if self.signed_out_at",
    },
    Fault {
        what: "a sign-out leaves alone what a page was rendered with",
        file: TABS,
        right: "return self.sign_out();",
        wrong: "return;",
    },
    Fault {
        what: "a sign-in of a tab that has yet to hear of the sign-out is not waited for",
        file: TABS,
        right: "            Message::Switching => {\n",
        wrong: "            Message::Switching if stored.record.epoch < self.epoch => {}\n            Message::Switching => {\n",
    },
    Fault {
        what: "a sign-out that the server has heard of wins over a sign-in after it",
        file: TABS,
        right: "(stored.record.owed && stored.record.session == 0)",
        wrong: "(stored.record.ending == Ending::SignedOut)",
    },
    Fault {
        what: "of two sign-ins at once the one that is told first ends the wait for the other",
        file: TABS,
        right: "            self.effects.push(Effect::Tell(Message::Switching));\n        } else if",
        wrong: "        } else if",
    },
    Fault {
        what: "the end of a session ends the wait for a sign-in",
        file: TABS,
        right: "Switch::UnderWay => false,",
        wrong: "Switch::UnderWay => is_news,",
    },
    Fault {
        what: "a page's rendering makes those that open after it wait anew",
        file: RENEWAL,
        right: "if self.attempts > 0 || self.switching_since == Instant::NEVER {",
        wrong: "if self.attempts < u32::MAX {",
    },
    Fault {
        what: "a new name is not told as what came of the change",
        file: RENEWAL,
        right: "                self.epoch = self.epoch.wrapping_add(1);\n",
        wrong: "",
    },
    Fault {
        what: "a page that asks while this one signs somebody in is not told so",
        file: TABS,
        right: "if message == Message::Asking && self.signs_in() {",
        wrong: "if false {",
    },
    Fault {
        what: "a sign-in that failed half way is told as if nothing had been",
        file: TABS,
        right: "} else if self.doubt & WHOSE != 0 {",
        wrong: "} else if false {",
    },
    Fault {
        what: "whoever asks is told only what the server said later",
        file: TABS,
        right: "if message == Message::Asking\n            || self.owed",
        wrong: "if self.owed",
    },
    Fault {
        what: "a tab that stood still answers everything that was said meanwhile",
        file: TABS,
        right: "(written_at >= self.verified_at && (!has_heard || agrees))",
        wrong: "!has_heard || agrees",
    },
    Fault {
        what: "the word on one session is taken for one on the next",
        file: MACHINE,
        right: "if known && complete && self.standing.is_settled() {",
        wrong: "if known && complete {",
    },
    Fault {
        what: "a tab loses patience with its turn while it sleeps",
        file: MACHINE,
        right: "                    attempt.begun_at = self.now;\n",
        wrong: "                    let _ = attempt;\n",
    },
    Fault {
        what: "a session that is disposed of sets out for what is due",
        file: MACHINE,
        right: "        self.page.started = false;\n",
        wrong: "",
    },
    Fault {
        what: "after a sleep requests wait for a server that has asked to be left alone",
        file: MACHINE,
        right: "let may_ask = self.backoff.floor <= self.now;",
        wrong: "let may_ask = true;",
    },
    Fault {
        what: "a dismissed warning comes back when the same end is named again",
        file: WARNING,
        right: "self.warning.dismissed < end)",
        wrong: "self.warning.dismissed != Instant::from_ms(end.as_ms().wrapping_add(END_SLACK_MS)))",
    },
];

#[cfg(test)]
mod tests {
    use super::FAULTS;

    #[test]
    fn the_place_of_every_fault_is_there_once() {
        for fault in FAULTS {
            let text = std::fs::read_to_string(crate::root().join(fault.file)).expect("the file is there");
            assert_eq!(text.matches(fault.right).count(), 1, "{}", fault.what);
        }
    }
}
