//! What a letter says, as plain text and as HTML.

use super::{Letter, Mail, notice};

/// A letter in words. `text` and `html` say the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// The plain text; lines end in `\n`.
    pub text: String,
    /// The same as a small HTML page without pictures, scripts or outside resources.
    pub html: String,
}

/// Puts a letter into words. `product` is what people call the application.
pub fn words(mail: &Mail, product: &str) -> Words {
    let Parts { subject, lead, button, url, unasked } = match parts(&mail.letter, product) {
        Said::Asks(parts) => parts,
        Said::Tells(of) => return notice::words(of, &mail.name, product),
    };
    let greeting = greeting(&mail.name);
    let text = format!(
        "{greeting}\n\n{lead}\n\n{button}:\n{url}\n\nThe link works for a limited time.\n\n{unasked}\n\n-- \n{product}\n"
    );
    let html =
        html(&Page { subject: &subject, greeting: &greeting, lead: &lead, button, url, unasked, product });
    Words { subject, text, html }
}

/// How a letter begins.
pub(super) fn greeting(name: &str) -> String {
    match plain_name(name) {
        Some(name) => format!("Hello {name},"),
        None => "Hello,".to_owned(),
    }
}

/// The person's name if it is safe to repeat in a letter. Anybody may sign up somebody else's address, so a name that
/// carries a link or a sentence would make this server send a stranger's advertisement.
pub(super) fn plain_name(name: &str) -> Option<&str> {
    let name = name.trim();
    let mut previous = ' ';
    for character in name.chars() {
        let joins_a_host = previous == '.' && character.is_alphanumeric();
        if joins_a_host
            || character.is_control()
            || is_direction(character)
            || ":/\\@<>[]\"".contains(character)
        {
            return None;
        }
        previous = character;
    }
    (!name.is_empty() && name.chars().count() <= LONGEST_NAME).then_some(name)
}

/// Longer "names" are sentences.
const LONGEST_NAME: usize = 64;

/// Characters that reorder the text around them, or break its line.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

enum Said<'a> {
    /// The person is asked to follow a link.
    Asks(Parts<'a>),
    /// The person is told of something.
    Tells(&'a notice::Notice),
}

struct Parts<'a> {
    subject: String,
    lead: String,
    button: &'static str,
    url: &'a str,
    unasked: &'static str,
}

fn parts<'a>(letter: &'a Letter, product: &str) -> Said<'a> {
    let parts = match letter {
        Letter::Notice(notice) => return Said::Tells(notice),
        Letter::VerifyEmail { url } => Parts {
            url,
            subject: format!("Verify your e-mail address for {product}"),
            lead: format!("please confirm that this e-mail address is yours, so that you can use {product}."),
            button: "Verify e-mail address",
            unasked: "If you did not sign up, ignore this letter: nothing happens without the link.",
        },
        Letter::ResetPassword { url } => Parts {
            url,
            subject: format!("Reset your {product} password"),
            lead: format!("somebody, hopefully you, asked to reset the password of your {product} account."),
            button: "Choose a new password",
            unasked: "If it was not you, ignore this letter: your password stays as it is.",
        },
        Letter::ConfirmEmailChange { url, new_email } => Parts {
            url,
            subject: format!("Confirm the new e-mail address of your {product} account"),
            lead: format!(
                "somebody, hopefully you, asked to change the e-mail address of your {product} account to {new_email}."
            ),
            button: "Confirm the change",
            unasked: "If it was not you, do not use the link, and change your password: somebody else may know it.",
        },
        Letter::VerifyNewEmail { url } => Parts {
            url,
            subject: format!("Verify your new e-mail address for {product}"),
            lead: format!(
                "please confirm that this e-mail address is yours, to use it for your {product} account."
            ),
            button: "Verify new e-mail address",
            unasked: "If you did not ask for this, ignore this letter: nothing happens without the link.",
        },
        Letter::DeleteAccount { url } => Parts {
            url,
            subject: format!("Confirm that your {product} account shall be deleted"),
            lead: format!(
                "somebody, hopefully you, asked to delete your {product} account. This cannot be undone."
            ),
            button: "Delete the account",
            unasked: "If it was not you, do not use the link, and change your password: somebody else may know it.",
        },
    };
    Said::Asks(parts)
}

struct Page<'a> {
    subject: &'a str,
    greeting: &'a str,
    lead: &'a str,
    button: &'a str,
    url: &'a str,
    unasked: &'a str,
    product: &'a str,
}

fn html(page: &Page<'_>) -> String {
    let [lead, button, url, unasked] = [page.lead, page.button, page.url, page.unasked].map(escape);
    let body = format!(
        r#"<p>{lead}</p>
<p><a href="{url}" style="display: inline-block; padding: 0.6em 1.2em; border-radius: 6px; background: #1f4fd8; color: #ffffff; text-decoration: none">{button}</a></p>
<p style="font-size: 14px">If the button does not work, copy this address into your browser:<br><span style="word-break: break-all">{url}</span></p>
<p>The link works for a limited time.</p>
<p>{unasked}</p>
"#
    );
    self::page(page.subject, page.greeting, &body, page.product)
}

/// The page around a letter; `body` is HTML already.
pub(super) fn page(subject: &str, greeting: &str, body: &str, product: &str) -> String {
    let [subject, greeting, product] = [subject, greeting, product].map(escape);
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{subject}</title>
</head>
<body style="font-family: system-ui, sans-serif; font-size: 16px; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em">
<p>{greeting}</p>
{body}<p style="font-size: 14px">{product}</p>
</body>
</html>
"#
    )
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_carries_its_link_in_both_forms() {
        for letter in every_letter() {
            let said = words(&mail("Ada", letter), "Example");
            assert!(said.text.lines().any(|line| line == URL), "{}", said.text);
            assert!(said.html.contains("href=\"https://example.com/verify?a=1&amp;b=2\""), "{}", said.html);
            assert!(said.subject.contains("Example") && !said.subject.contains('\n'));
            assert!(said.text.starts_with("Hello Ada,"));
        }
    }

    #[test]
    fn the_present_address_is_told_the_wanted_one() {
        let letter = Letter::ConfirmEmailChange { url: URL.into(), new_email: "new@example.com".into() };
        let said = words(&mail("Ada", letter), "Example");
        assert!(said.text.contains("new@example.com") && said.html.contains("new@example.com"));
    }

    #[test]
    fn a_product_name_cannot_break_the_page() {
        let said = words(&mail("", Letter::ResetPassword { url: URL.into() }), "<script>alert('&')</script>");
        assert!(!said.html.contains("<script"));
        assert!(said.html.contains("&lt;script&gt;alert(&#39;&amp;&#39;)"));
    }

    #[test]
    fn names_of_people_are_repeated_and_advertisements_are_not() {
        for name in ["Ada Lovelace", "Zoë", "李小龍", "Dr. J. R. O'Neill-Søren", " padded ", "🙂"] {
            assert_eq!(plain_name(name), Some(name.trim()), "{name}");
        }
        for name in [
            "",
            "  ",
            "visit https://evil.example",
            "evil.example",
            "me@evil.example",
            "a\r\nBcc: x",
            "<b>x</b>",
            "a\u{202e}b",
            &"long ".repeat(20),
        ] {
            assert_eq!(plain_name(name), None, "{name}");
        }
    }

    const URL: &str = "https://example.com/verify?a=1&b=2";

    fn mail(name: &str, letter: Letter) -> Mail {
        Mail { to: "ada@example.com".into(), name: name.into(), letter }
    }

    fn every_letter() -> Vec<Letter> {
        let url = || URL.to_owned();
        vec![
            Letter::VerifyEmail { url: url() },
            Letter::ResetPassword { url: url() },
            Letter::ConfirmEmailChange { url: url(), new_email: "new@example.com".into() },
            Letter::VerifyNewEmail { url: url() },
            Letter::DeleteAccount { url: url() },
        ]
    }
}
