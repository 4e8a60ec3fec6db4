//! The queue, the heartbeat, the back-off, the warning.

use super::Fault;

const QUEUE: &str = "crates/stayd-core/src/queue.rs";
const BACKOFF: &str = "crates/stayd-core/src/backoff.rs";
const HEARTBEAT: &str = "crates/stayd-core/src/heartbeat.rs";
const WARNING: &str = "crates/stayd-core/src/warning.rs";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "what was refused before anybody was known costs a renewal",
        file: QUEUE,
        right: "(epoch, generation) != self.moment()",
        wrong: "generation != self.generation",
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
        what: "without a network nobody is warned of the end",
        file: WARNING,
        right: "            && self.page.online\n            && !self.fixed_end",
        wrong: "            && !self.fixed_end",
    },
    Fault {
        what: "who wakes waits for what was asked before the sleep",
        file: HEARTBEAT,
        right: "        if self.under_way() == Need::Check as u8 {\n            self.abandon();\n        }\n",
        wrong: "",
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
        what: "a page that was stopped does not ask what it has missed",
        file: HEARTBEAT,
        right: "            self.effects.push(Effect::Tell(Message::Asking));\n",
        wrong: "",
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
        what: "a frozen page lets a renewal without a session go on",
        file: HEARTBEAT,
        right: "&& (self.standing.is_in() || self.owed);",
        wrong: "&& self.now < Instant::NEVER;",
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
        what: "what was refused is sent again while another tab signs in",
        file: QUEUE,
        right: "return self.request();",
        wrong: "Verdict::Admit",
    },
    Fault {
        what: "a dismissed warning comes back when the same end is named again",
        file: WARNING,
        right: "self.warning.dismissed < end)",
        wrong: "self.warning.dismissed != Instant::from_ms(end.as_ms().wrapping_add(LATENCY_MS)))",
    },
    Fault {
        what: "a dismissed warning comes back when a quicker answer names the same end",
        file: WARNING,
        right: "end.plus(LATENCY_MS)",
        wrong: "end.plus(2_000)",
    },
    Fault {
        what: "a connection that a network loss has cut off is taken for one that works",
        file: HEARTBEAT,
        right: "        if self.page.online {\n            // A connection",
        wrong: "        if false {\n            // A connection",
    },
    Fault {
        what: "what is asked as nobody is rejected beside a wrong password",
        file: QUEUE,
        right: "if self.owed {\n            // As in",
        wrong: "if self.standing.key() == 0 {\n            // As in",
    },
    Fault {
        what: "each tab asks for itself when the tab is gone that signed in",
        file: HEARTBEAT,
        right: "self.doubt_since(by);",
        wrong: "self.doubt_since(now);",
    },
];
