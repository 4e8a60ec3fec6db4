//! The order of work, and who may ask when.

use super::Fault;

const FILE: &str = "crates/stayd-core/src/machine.rs";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "a sign-out is not told to the other tabs",
        file: FILE,
        right: "        self.share();\n        self.fail_fast(Need::SignOut);",
        wrong: "        self.effects.push(Effect::Remember);\n        self.fail_fast(Need::SignOut);",
    },
    Fault {
        what: "a sign-out is forgotten before the server has heard of it",
        file: FILE,
        right: "        self.owed = true;\n",
        wrong: "",
    },
    Fault {
        what: "a tab that is never given its turn waits for ever",
        file: FILE,
        right: "        } else {\n            self.send();\n        }",
        wrong: "        }",
    },
    Fault {
        what: "what storage says within the turn is not looked at",
        file: FILE,
        right: "        if let Some(stored) = stored {\n            self.absorb(stored);\n            self.drop_met_needs();\n        }\n",
        wrong: "        let _ = stored;\n",
    },
    Fault {
        what: "a sign-out is sent while another tab signs somebody in",
        file: FILE,
        right: "            _ if self.switching_since < Instant::NEVER => Instant::NEVER,\n",
        wrong: "",
    },
    Fault {
        what: "a page that goes away tells nobody that its sign-in is given up",
        file: FILE,
        right: "            if signs_in {\n",
        wrong: "            if signs_in && self.page.disposed {\n",
    },
    Fault {
        what: "storage keeps its word while somebody signs in",
        file: FILE,
        right: "            self.effects.push(Effect::Remember);\n        }\n        self.effects.push(Effect::Send",
        wrong: "        }\n        self.effects.push(Effect::Send",
    },
    Fault {
        what: "a page that opens believes storage and asks no other tab",
        file: FILE,
        right: "        self.effects.push(Effect::Tell(Message::Asking));\n        if let Some(stored) = remembered {",
        wrong: "        if let Some(stored) = remembered {",
    },
    Fault {
        what: "the word on one session is taken for one on the next",
        file: FILE,
        right: "if known && complete && self.standing.is_settled() {",
        wrong: "if known && complete {",
    },
    Fault {
        what: "a tab loses patience with its turn while it sleeps",
        file: FILE,
        right: "                    attempt.patience_ends_at = self.now.plus(self.config.patience_ms());\n",
        wrong: "                    let _ = attempt;\n",
    },
    Fault {
        what: "each tab sends a sign-out whose answer is slow",
        file: "crates/stayd-core/src/leadership.rs",
        right: "let asked_now = need == Need::SignIn || self.now == self.signed_out_at;",
        wrong: "let asked_now = need >= Need::SignIn;",
    },
    Fault {
        what: "a person who signs in or out waits for the turn of a tab that stands still",
        file: "crates/stayd-core/src/leadership.rs",
        right: "if asked_now { COMMAND_PATIENCE_MS }",
        wrong: "if false { COMMAND_PATIENCE_MS }",
    },
    Fault {
        what: "a session that is disposed of sets out for what is due",
        file: FILE,
        right: "        self.page.started = false;\n",
        wrong: "",
    },
    Fault {
        what: "after a sleep requests wait for a server that has asked to be left alone",
        file: FILE,
        right: "let may_ask = self.backoff.floor <= self.now;",
        wrong: "let may_ask = true;",
    },
    Fault {
        what: "a sign-in in an old page writes down whom that was rendered for",
        file: FILE,
        right: "            self.drop_rendering();\n",
        wrong: "",
    },
    Fault {
        what: "a sign-out that was only heard of, late, undoes the sign-in after it",
        file: FILE,
        right: "Event::SignOutAsked => self.sign_out(),",
        wrong: "Event::SignOutAsked => {\n                self.sign_out();\n                if self.owed {\n                    self.signed_out_at = self.now;\n                }\n            }",
    },
    Fault {
        what: "whoever signs out after a sign-in whose answer was lost is signed in",
        file: FILE,
        right: "self.standing.known == Known::Out && self.doubt < WHOSE",
        wrong: "self.standing.known == Known::Out",
    },
    Fault {
        what: "a sign-in that a page has left behind is asked again",
        file: FILE,
        right: "                self.meet(Need::SignIn, Settlement::Overtaken);\n                // It may",
        wrong: "                // It may",
    },
    Fault {
        what: "a renewal in the turn of a check does not wait for a sign-in of another tab",
        file: FILE,
        right: "if self.attempt.is_none_or(|attempt| self.may_start_at(attempt.need) > self.now) {",
        wrong: "if self.attempt.is_none() {",
    },
];
