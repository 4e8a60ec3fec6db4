//! Letters that tell of something: what, when, with what, where, and what to do. Without links on purpose: a letter that looks like
//! this one and has a link is somebody else's.

use super::words::{Words, escape, greeting, page};
use crate::SecurityEvent;
use serde::{Deserialize, Serialize};
use stayd_protocol::Timestamp;
use std::fmt::Write as _;

/// What a person is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened.
    pub event: SecurityEvent,
    /// When.
    pub at: Timestamp,
    /// With what browser or program, as far as is known.
    pub device: Option<String>,
    /// Where, as far as is known.
    pub place: Option<String>,
    /// Whether the session was ended for it.
    pub ended: bool,
}

/// Puts a notice into words.
pub(super) fn words(notice: &Notice, name: &str, product: &str) -> Words {
    let said = said(&notice.event, product);
    let subject = format!("{} your {product} account", said.subject);
    let greeting = greeting(name);
    let facts = facts(notice);
    let ended = notice.ended.then_some("For safety this session was ended; you can sign in again.");
    let paragraphs: Vec<&str> = [Some(said.lead.as_str()), ended].into_iter().flatten().collect();
    let closing =
        [said.advice, "There is no link in this letter on purpose: open the application as you always do."];

    let (mut fact_lines, mut rows) = (String::new(), String::new());
    for (label, value) in &facts {
        // Writing to a string does not fail.
        let _ = writeln!(fact_lines, "  {label}: {value}");
        let value = escape(value);
        let _ = writeln!(rows, "<tr><td style=\"padding-right: 1em\">{label}</td><td>{value}</td></tr>");
    }
    let text = format!(
        "{greeting}\n\n{}\n\n{fact_lines}\n{}\n\n-- \n{product}\n",
        paragraphs.join("\n\n"),
        closing.join("\n\n")
    );
    let paragraph = |text: &&str| format!("<p>{}</p>\n", escape(text));
    let body = format!(
        "{}<table>\n{rows}</table>\n{}",
        paragraphs.iter().map(paragraph).collect::<String>(),
        closing.iter().map(paragraph).collect::<String>()
    );
    Words { html: page(&subject, &greeting, &body, product), subject, text }
}

struct Said {
    /// Comes before "your .. account".
    subject: &'static str,
    lead: String,
    advice: &'static str,
}

const IF_NOT_YOU: &str = "If this was you, there is nothing to do. If it was not, somebody else knows your password or uses one of your devices: change the password now, and end all other sessions in your account's settings.";
const LOST: &str = "If you did not do this, somebody else has used your account: reset the password now, by \"forgot password\" on the sign-in page, and tell whoever runs the application.";

fn said(event: &SecurityEvent, product: &str) -> Said {
    let (subject, lead, advice) = match event {
        SecurityEvent::NewDevice { .. } => (
            "New device in",
            format!("your {product} account was signed in to from a device that it was not used on before."),
            IF_NOT_YOU,
        ),
        SecurityEvent::NewPlace { .. } => (
            "New place in",
            format!("your {product} account was signed in to from a place that it was not used in before."),
            IF_NOT_YOU,
        ),
        SecurityEvent::ImpossibleTravel { from, from_at, to, distance_km, .. } => (
            "Unusual sign-in to",
            format!(
                "your {product} account was signed in to in {}, and at {} in {}: {distance_km} km apart, further than anybody travels in that time. A VPN explains it, and so does a stolen password.",
                to.name,
                moment(*from_at),
                from.name
            ),
            IF_NOT_YOU,
        ),
        SecurityEvent::SessionTokenReused { .. } | SecurityEvent::RefreshTokenReused { .. } => (
            "A used-up key was shown for",
            format!(
                "somebody showed a key to your {product} account that had been replaced before. That happens when a device is restored from a backup, and when a key was stolen."
            ),
            IF_NOT_YOU,
        ),
        SecurityEvent::FingerprintChanged { before, .. } => (
            "Unusual use of",
            format!(
                "a session of your {product} account is used with another browser than it was begun with ({}).",
                before.browser.as_deref().unwrap_or("one that is not known")
            ),
            IF_NOT_YOU,
        ),
        SecurityEvent::OtherDevice { .. } => (
            "A session was refused on another device of",
            format!(
                "somebody used a session of your {product} account on a device that it was not begun on, and was refused. That happens when cookies are cleared in part, and when a session was stolen."
            ),
            IF_NOT_YOU,
        ),
        SecurityEvent::PasswordChanged => {
            ("New password for", format!("the password of your {product} account was changed."), LOST)
        }
        SecurityEvent::EmailChanged { to } => (
            "New e-mail address for",
            format!(
                "the e-mail address of your {product} account was changed to {to}. This is the last letter to the present one."
            ),
            LOST,
        ),
        SecurityEvent::SessionsEnded { count } => (
            "Sessions were ended in",
            format!("{count} sessions of your {product} account were ended from another one."),
            IF_NOT_YOU,
        ),
    };
    Said { subject, lead, advice }
}

fn facts(notice: &Notice) -> Vec<(&'static str, String)> {
    let known = [
        ("When", Some(moment(notice.at))),
        ("With", notice.device.clone()),
        ("Where", notice.place.as_ref().map(|place| format!("{place} (by the address; may be wrong)"))),
    ];
    known.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

/// To the minute: `2026-01-02 03:04 UTC`.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SignInPlace;

    fn notice(event: SecurityEvent) -> Notice {
        Notice {
            event,
            at: Timestamp::from_ms(1_767_323_045_678),
            device: Some("Firefox 145 on Windows".to_owned()),
            place: Some("Lyon, <France>".to_owned()),
            ended: true,
        }
    }

    //
    #[test]
    fn a_notice_says_what_when_with_what_where_and_what_to_do_and_has_no_link() {
        let place = |name: &str| SignInPlace { name: name.to_owned(), at: None };
        let events = [
            SecurityEvent::NewDevice { known: 1 },
            SecurityEvent::NewPlace { place: place("Lyon"), known: vec!["Quito".to_owned()] },
            SecurityEvent::ImpossibleTravel {
                from: place("Quito"),
                from_at: Timestamp::from_ms(0),
                to: place("Lyon"),
                to_at: Timestamp::from_ms(1),
                distance_km: 9000,
                speed_kmh: 9000,
            },
            SecurityEvent::SessionTokenReused { rotated_at: Timestamp::from_ms(0) },
            SecurityEvent::RefreshTokenReused { shown: 0, present: 2, rotated_at: None, client_id: None },
            SecurityEvent::FingerprintChanged {
                before: crate::Fingerprint::default(),
                after: crate::Fingerprint::default(),
                score: 90,
            },
            SecurityEvent::PasswordChanged,
            SecurityEvent::EmailChanged { to: "new@example.com".to_owned() },
            SecurityEvent::SessionsEnded { count: 3 },
        ];
        for event in events {
            let said = words(&notice(event), "Ada", "Example");
            for fact in
                ["Hello Ada,", "2026-01-02 03:04 UTC", "Firefox 145 on Windows", "password", "was ended"]
            {
                assert!(said.text.contains(fact) && said.html.contains(fact), "{fact}: {}", said.text);
            }
            assert!(said.text.contains("Lyon, <France>") && said.html.contains("Lyon, &lt;France&gt;"));
            assert!(said.subject.contains("Example") && !said.subject.contains('\n'));
            for form in [&said.text, &said.html] {
                assert!(!form.contains("http") && !form.contains("href"), "{form}");
            }
        }
    }
}
