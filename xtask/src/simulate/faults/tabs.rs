//! What one tab makes of another's word.

use super::Fault;

const FILE: &str = "crates/stayd-core/src/tabs.rs";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "a newer epoch is not adopted",
        file: FILE,
        right: "            self.adopt(stored, written_at);\n        } else if agrees {",
        wrong: "        } else if agrees {",
    },
    Fault {
        what: "another person's data stays when theirs is missing",
        file: FILE,
        right: "            session.data = 0;\n            if before.data() != 0 {\n                self.effects.push(Effect::DropData);\n            }",
        wrong: "            session.data = before.data();",
    },
    Fault {
        what: "a cool-down of another tab is not taken over",
        file: FILE,
        right: "if record.failures != self.backoff.failures {",
        wrong: "if false {",
    },
    Fault {
        what: "a request of an epoch that is over is left running",
        file: FILE,
        right: "} else if self.under_way() != 0 {",
        wrong: "} else if false {",
    },
    Fault {
        what: "a tab forgets that renewals do not move the end",
        file: FILE,
        right: "        self.fixed_end = record.fixed_end;\n",
        wrong: "",
    },
    Fault {
        what: "a sign-in at the same moment wins over a sign-out",
        file: FILE,
        right: "if !agrees && self.signed_out_at >= said_at.max(self.now.minus(HINT_SLACK_MS)) {",
        wrong: "if false {",
    },
    Fault {
        what: "a sign-in that is told again wins over the sign-out after it",
        file: FILE,
        right: "let said_at = written_at.minus(record.verified_ago_ms);",
        wrong: "let said_at = written_at;",
    },
    Fault {
        what: "what was asked before two tabs were at odds settles it",
        file: FILE,
        right: "let fresher = verified_at.since(self.verified_at) > CLOCKS_DIFFER_MS && !at_odds;",
        wrong: "let fresher = verified_at > self.verified_at || at_odds;",
    },
    Fault {
        what: "a word on the session that is being replaced lets requests go",
        file: FILE,
        right: "Switch::None => is_news,",
        wrong: "Switch::None => true,",
    },
    Fault {
        what: "a page that heard of a failure leaves it to the tab that failed",
        file: FILE,
        right: "                if record.failures > 0 {",
        wrong: "                if false {",
    },
    Fault {
        what: "a tab that was stopped passes its delay on as the server's",
        file: FILE,
        right: "let behind = self.verified_at.since(verified_at) > RETRY_FLOOR_MS;",
        wrong: "let behind = false;",
    },
    Fault {
        what: "what a tab has heard that had missed a renewal is not taken over",
        file: FILE,
        right: "if !renewed && !fresher {",
        wrong: "if !renewed && (!fresher || record.generation < self.generation) {",
    },
    Fault {
        what: "the other tabs do not ask what a sign-in that failed has left",
        file: FILE,
        right: "self.doubt_since(written_at);",
        wrong: "let _ = written_at;",
    },
    Fault {
        what: "a tab that waits for a sign-in says that all is as before",
        file: FILE,
        right: "if self.switching_since < Instant::NEVER || self.signs_in() {",
        wrong: "if self.signs_in() {",
    },
    Fault {
        what: "a question on its way outlives a tie of two sign-ins",
        file: FILE,
        right: "            self.call_back();\n            // Put off once",
        wrong: "            // Put off once",
    },
    Fault {
        what: "a page that opens while somebody signs in sends requests",
        file: FILE,
        right: "if opens && record.switch == Switch::UnderWay {",
        wrong: "if false {",
    },
    Fault {
        what: "a page that opens waits again and again for a sign-in whose tab is gone",
        file: FILE,
        right: "== Known::Nothing && self.doubt == 0 && ",
        wrong: "== Known::Nothing && ",
    },
    Fault {
        what: "a tab waits for its own sign-in, which another one tells it of",
        file: FILE,
        right: "self.doubt == 0 && !self.signs_in();",
        wrong: "self.doubt == 0;",
    },
    Fault {
        what: "a tab whose neighbour's request failed is left waiting",
        file: FILE,
        right: "                    self.leave_nobody_waiting(Need::Check);\n",
        wrong: "",
    },
    Fault {
        what: "another tab's failure lets requests go while nobody knows whose cookie is there",
        file: FILE,
        right: "self.doubt &= WHOSE;",
        wrong: "self.doubt &= !WHOSE;",
    },
    Fault {
        what: "the end of the session before ends what a page was rendered with",
        file: FILE,
        right: "record.epoch > self.epoch && record.epoch >= self.rendered {",
        wrong: "record.epoch > self.epoch {",
    },
    Fault {
        what: "two who sign out at once each say that theirs is the later",
        file: FILE,
        right: "if !agrees && self.signed_out_at",
        wrong: "if self.signed_out_at",
    },
    Fault {
        what: "a sign-out leaves alone what a page was rendered with",
        file: FILE,
        right: "return self.sign_out();",
        wrong: "return;",
    },
    Fault {
        what: "a sign-in of a tab that has yet to hear of the sign-out is not waited for",
        file: FILE,
        right: "            Message::Switching => {\n",
        wrong: "            Message::Switching if stored.record.epoch < self.epoch => {}\n            Message::Switching => {\n",
    },
    Fault {
        what: "a sign-out that the server has heard of wins over a sign-in after it",
        file: FILE,
        right: "(stored.record.owed && stored.record.session == 0)",
        wrong: "(stored.record.ending == Ending::SignedOut)",
    },
    Fault {
        what: "of two sign-ins at once the one that is told first ends the wait for the other",
        file: FILE,
        right: "            self.effects.push(Effect::Tell(Message::Switching));\n        } else if",
        wrong: "        } else if",
    },
    Fault {
        what: "the end of a session ends the wait for a sign-in",
        file: FILE,
        right: "Switch::UnderWay => false,",
        wrong: "Switch::UnderWay => is_news,",
    },
    Fault {
        what: "a page that asks while this one signs somebody in is not told so",
        file: FILE,
        right: "if message == Message::Asking && self.signs_in() {",
        wrong: "if false {",
    },
    Fault {
        what: "a sign-in that failed half way is told as if nothing had been",
        file: FILE,
        right: "} else if self.doubt & WHOSE != 0 {",
        wrong: "} else if false {",
    },
    Fault {
        what: "whoever asks is told only what the server said later",
        file: FILE,
        right: "if message == Message::Asking\n            || self.owed",
        wrong: "if self.owed",
    },
    Fault {
        what: "a tab that stood still answers everything that was said meanwhile",
        file: FILE,
        right: "(written_at >= self.verified_at && (!has_heard || agrees))",
        wrong: "!has_heard || agrees",
    },
    Fault {
        what: "each tab asks again for a renewal that was declined",
        file: FILE,
        right: "                self.renewal_declined(renews_at);\n",
        wrong: "",
    },
    Fault {
        what: "an older word that comes late is taken for a renewal that was declined",
        file: FILE,
        right: "if same_word && renews_at",
        wrong: "if renews_at",
    },
    Fault {
        what: "a doubt that is passed on begins anew in each tab",
        file: FILE,
        right: "Switch::Unsure && self.doubt < WHOSE",
        wrong: "Switch::Unsure",
    },
    Fault {
        what: "where nobody is in, a page waits for a sign-in of which it was told that its tab has left",
        file: FILE,
        right: "if record.switch == Switch::Unsure && self.doubt < WHOSE {",
        wrong: "if record.switch == Switch::Unsure && self.standing.is_in() {",
    },
];
