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

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "an answer to a request that was given up is believed",
        file: RENEWAL,
        right: "self.attempt.filter(|attempt| attempt.number == number && attempt.is_sent())",
        wrong: "self.attempt.filter(Attempt::is_sent)",
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
        right: "        self.effects.push(Effect::Tell(Message::State));\n        self.effects.push(Effect::Remember);\n    }\n",
        wrong: "        self.effects.push(Effect::Remember);\n    }\n",
    },
    Fault {
        what: "what the server says is not written down",
        file: RENEWAL,
        right: "        self.effects.push(Effect::Tell(Message::State));\n        self.effects.push(Effect::Remember);\n    }\n",
        wrong: "        self.effects.push(Effect::Tell(Message::State));\n    }\n",
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
        right: "        if record.epoch > self.epoch {\n            self.adopt(stored, written_at);\n        } else if agrees {",
        wrong: "        if record.epoch > self.epoch {\n        } else if agrees {",
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
        right: "self.until = now.plus(wait).max(floor)",
        wrong: "self.until = now.max(now.plus(wait.min(1)))",
    },
    Fault {
        what: "a page that freezes keeps its turn",
        file: HEARTBEAT,
        right: "            self.effects.push(Effect::GiveUpLeadership { attempt: attempt.number });",
        wrong: "            let _ = attempt;",
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
        right: "if self.attempt.is_some_and(|attempt| attempt.is_sent() && attempt.need != Need::SignIn) {",
        wrong: "if false {",
    },
    Fault {
        what: "a sign-out is sent while another tab signs somebody in",
        file: MACHINE,
        right: "            _ if !self.standing.is_in() && self.switching_until < Instant::NEVER => Instant::NEVER,\n",
        wrong: "",
    },
    Fault {
        what: "a tab forgets that renewals do not move the end",
        file: TABS,
        right: "        self.fixed_end = record.fixed_end;\n",
        wrong: "",
    },
];
