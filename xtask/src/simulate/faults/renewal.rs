//! What the machine makes of the server's answers.

use super::Fault;

const FILE: &str = "crates/stayd-core/src/renewal.rs";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "an answer to a request that was given up is believed",
        file: FILE,
        right: "self.attempt.filter(|attempt| attempt.number == number && attempt.is_sent())",
        wrong: "self.attempt.filter(|attempt| attempt.is_sent())",
    },
    Fault {
        what: "a refusal of a replaced credential ends the session",
        file: FILE,
        right: "Outcome::Nobody if generation != self.generation => self.ask_again_soon(need),",
        wrong: "Outcome::Nobody if generation > self.generation => self.ask_again_soon(need),",
    },
    Fault {
        what: "a change of a person counts as the renewal that was asked for",
        file: FILE,
        right: "                self.epoch = self.epoch.wrapping_add(1);\n                self.confirm(answer",
        wrong: "                self.epoch = self.epoch.wrapping_add(1);\n                self.generation += 1;\n                self.confirm(answer",
    },
    Fault {
        what: "a page in doubt that is told to connect does not do so later",
        file: FILE,
        right: "self.page.rejoin = self.doubt != 0;",
        wrong: "self.page.rejoin = false;",
    },
    Fault {
        what: "a superseded answer ends the session",
        file: FILE,
        right: "Outcome::Superseded => self.ask_again_soon(need),",
        wrong: "Outcome::Superseded => self.confirm_nobody(sent_at),",
    },
    Fault {
        what: "a failed request ends the session",
        file: FILE,
        right: "Outcome::Failed { retry_after_ms, trouble } => self.fail(need, retry_after_ms, trouble),\n        }\n    }\n\n    /// Whether the credential",
        wrong: "Outcome::Failed { .. } => self.confirm_nobody(sent_at),\n        }\n    }\n\n    /// Whether the credential",
    },
    Fault {
        what: "what the server says is not told to the other tabs",
        file: FILE,
        right: "        self.effects.push(Effect::Tell(Message::State));\n        // While a sign-in",
        wrong: "        // While a sign-in",
    },
    Fault {
        what: "what the server says is not written down",
        file: FILE,
        right: "if self.attempts > 0 || self.switching_since == Instant::NEVER {",
        wrong: "if self.now == Instant::NEVER {",
    },
    Fault {
        what: "the turn is not given back with the answer",
        file: FILE,
        right: "            need => self.word_given(outcome, need, attempt.generation, sent_at),\n        }\n        self.effects.push(Effect::GiveUpLeadership { attempt: number });",
        wrong: "            need => self.word_given(outcome, need, attempt.generation, sent_at),\n        }",
    },
    Fault {
        what: "an epoch does not count from the server's clock",
        file: FILE,
        right: "self.epoch.wrapping_add(1).max(created_s)",
        wrong: "self.epoch.wrapping_add(1)",
    },
    Fault {
        what: "a page that was rendered before a sign-in asks for things at once",
        file: FILE,
        right: "self.rendered = answer.created_s.max(1);\n        self.doubt_since(self.now);\n",
        wrong: "self.rendered = answer.created_s.max(1);\n        self.want(Need::Check, self.now);\n",
    },
    Fault {
        what: "nobody asks what a sign-in that failed has left",
        file: FILE,
        right: "        self.doubt_since(self.now);\n        self.share();\n",
        wrong: "        self.share();\n",
    },
    Fault {
        what: "the answer to a tab's own sign-in ends its wait for that of another",
        file: FILE,
        right: "                self.confirm(answer.borrow(), sent_at, Need::SignIn);\n",
        wrong: "                self.switching_since = Instant::NEVER;\n                self.confirm(answer.borrow(), sent_at, Need::SignIn);\n",
    },
    Fault {
        what: "what a tab has asked before another one's sign-in ends its wait for that",
        file: FILE,
        right: "        self.queue.refused = false;\n        self.beat_later();",
        wrong: "        self.queue.refused = false;\n        self.switching_since = Instant::NEVER;\n        self.beat_later();",
    },
    Fault {
        what: "an outage lets requests go while nobody knows whose cookie is there",
        file: FILE,
        right: "self.doubt &= WHOSE;",
        wrong: "self.doubt &= !WHOSE;",
    },
    Fault {
        what: "a sign-out in a rendered page counts as older than the sign-in",
        file: FILE,
        right: "self.epoch = self.epoch.max(self.rendered).wrapping_add(1);",
        wrong: "self.epoch = self.epoch.wrapping_add(1);",
    },
    Fault {
        what: "a page's rendering makes those that open after it wait anew",
        file: FILE,
        right: "if self.attempts > 0 || self.switching_since == Instant::NEVER {",
        wrong: "if self.attempts < u32::MAX {",
    },
    Fault {
        what: "a new name is not told as what came of the change",
        file: FILE,
        right: "                self.epoch = self.epoch.wrapping_add(1);\n",
        wrong: "",
    },
    Fault {
        what: "a clock that is ahead makes a declined renewal the session's end",
        file: FILE,
        right: "            until = Instant::NEVER;\n            self.want(Need::Check, self.now);\n",
        wrong: "            return self.confirm_nobody(sent_at);\n",
    },
    Fault {
        what: "a renewal that is declined leaves the failure before it standing",
        file: FILE,
        right: "        self.backoff.clear();\n        let mut until",
        wrong: "        let mut until",
    },
    Fault {
        what: "an old page goes on showing whom it was rendered for without a network",
        file: FILE,
        right: "            self.drop_rendering();\n",
        wrong: "",
    },
    Fault {
        what: "an old page tells all tabs an older profile",
        file: FILE,
        right: "(same && (before.data() == 0 || before.data() == answer.data))",
        wrong: "same",
    },
    Fault {
        what: "a check puts off a renewal that is due",
        file: FILE,
        right: "if need == Need::Renewal { until } else { until.min(old.renew_at) }",
        wrong: "until",
    },
    Fault {
        what: "a credential that has lapsed is taken for a new one",
        file: FILE,
        right: "old.lapses_at.max(lapsed)",
        wrong: "old.lapses_at",
    },
    Fault {
        what: "a renewal that is declined at the end is left at that",
        file: FILE,
        right: "if lapses_at.min(self.standing.ends_at()) <= self.now.plus(SHORTEST_LIFE_MS) {",
        wrong: "if lapses_at <= self.now.plus(SHORTEST_LIFE_MS) {",
    },
    Fault {
        what: "a credential that lapses before its renewal is due is asked for in a circle",
        file: FILE,
        right: "if lapses_at.min(",
        wrong: "if until.min(",
    },
    Fault {
        what: "a credential that lapses while it is on its way ends the session",
        file: FILE,
        right: "let soon = self.now.plus(SHORTEST_LIFE_MS);",
        wrong: "let soon = self.now;",
    },
    Fault {
        what: "a sign-out that is superseded is sent again at once",
        file: FILE,
        right: "            self.needs.owed_at = self.needs.start_at;\n",
        wrong: "",
    },
    Fault {
        what: "two renewals in a row make the end a fixed one",
        file: FILE,
        right: "self.fixed_end |= self.now.since(self.renewed_at) > slack;",
        wrong: "self.fixed_end = true;",
    },
    Fault {
        what: "what waits is rejected when the same person signs in again",
        file: FILE,
        right: "                self.effects.push(Effect::CloseChannels);\n                if before.person()",
        wrong: "                self.effects.push(Effect::CloseChannels);\n                self.reject_held();\n                if before.person()",
    },
    Fault {
        what: "a change that was under way undoes a sign-out",
        file: FILE,
        right: "if self.owed && answer.borrow().session == left =>",
        wrong: "if self.owed && answer.borrow().session == 0 =>",
    },
    Fault {
        what: "a sign-out that was told is not the server's word",
        file: FILE,
        right: "self.heard_from_server(sent_at);\n                self.share();",
        wrong: "self.backoff.clear();\n                self.share();",
    },
    Fault {
        what: "a check that is refused for a lapsed credential ends the session",
        file: FILE,
        right: "if need == Need::Check && self.is_lapsed()",
        wrong: "if need == Need::Check && self.now == Instant::LONG_AGO",
    },
    Fault {
        what: "a renewal that is declined and a check that is refused go round in a circle",
        file: FILE,
        right: "self.renewal_at < Instant::NEVER && ",
        wrong: "",
    },
    Fault {
        what: "what fails for a page that goes away counts as a failure of the server",
        file: FILE,
        right: "        if !self.page.running {\n            // What goes on",
        wrong: "        if self.page.disposed {\n            // What goes on",
    },
];
