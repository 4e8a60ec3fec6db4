//! The engine: renewal, rotation, revocation.

use super::Fault;

const STORE: &str = "crates/stayd-engine/src/store/memory/sessions.rs";
const ROTATION: &str = "crates/stayd-engine/src/sessions/rotation.rs";
const RENEWAL: &str = "crates/stayd-engine/src/sessions/renew.rs";
const END: &str = "crates/stayd-engine/src/sessions/end.rs";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        what: "the engine renews without looking at the end that was seen",
        file: STORE,
        right: "renewal.only_if_expires_by",
        wrong: "stayd_protocol::Timestamp::from_ms(i64::MAX)",
    },
    Fault {
        what: "the engine renews what has ended by time",
        file: STORE,
        right: " && end > renewal.at;",
        wrong: ";",
    },
    Fault {
        what: "a token before works no longer although nobody was told the next",
        file: ROTATION,
        right: "None => return Standing::Honoured,",
        wrong: "None => rotation.rotated_at,",
    },
    Fault {
        what: "the grace of a token begins before the next was shown",
        file: ROTATION,
        right: "Some(shown_at) => shown_at.plus(grace),",
        wrong: "Some(_) => rotation.rotated_at.plus(grace),",
    },
    Fault {
        what: "a token that works once works on for a grace",
        file: ROTATION,
        right: "Rotation::Strict => rotation.rotated_at,",
        wrong: "Rotation::Strict => rotation.rotated_at.plus(grace),",
    },
    Fault {
        what: "a superseded token is nobody's at once",
        file: ROTATION,
        right: "} else if now < honoured_until.plus(grace) {",
        wrong: "} else if now < honoured_until {",
    },
    Fault {
        what: "a session is rotated again while the token before is honoured",
        file: ROTATION,
        right: "predecessor(&rotation, rule, grace, now) == Standing::Nothing)",
        wrong: "predecessor(&rotation, rule, grace, now) != Standing::Superseded)",
    },
    Fault {
        what: "who comes second to a renewal is told that the session has ended",
        file: RENEWAL,
        right: "Standing::Superseded => Err(Refusal::SessionSuperseded.into()),",
        wrong: "Standing::Superseded => Err(Refusal::SessionEnded.into()),",
    },
    Fault {
        what: "who comes second to a renewal is not told the token",
        file: RENEWAL,
        right: "Standing::Honoured => Ok(self.successors().of(session, token)),",
        wrong: "Standing::Honoured => Ok(None),",
    },
    Fault {
        what: "an ended session lives on in the cache",
        file: END,
        right: "        self.sessions().cache.remove(tokens.iter().copied());\n",
        wrong: "",
    },
];
