//! From a letter to an e-mail message: headers, and both forms of the text.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use stayd_protocol::{Random, identifier::alphanumeric};

use super::{CarryError, Letterhead, Mail, MailSetupError, words, words::plain_name};
use crate::Clock;

/// Writes messages. The clock gives their dates, the random source their ids.
pub(super) struct Composer {
    from: Mailbox,
    product: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Composer {
    pub(super) fn new(
        letterhead: &Letterhead,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, MailSetupError> {
        let address: Address =
            letterhead.from.parse().map_err(|error| MailSetupError::From(Box::new(error)))?;
        let product: String =
            letterhead.product.chars().filter(|character| !character.is_control()).collect();
        let from = Mailbox::new(Some(product.clone()), address);
        Ok(Self { from, product, clock, random })
    }

    /// The part of the sender's address behind the `@`; how this machine introduces itself.
    pub(super) fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// A fresh name for a message, ordered by time.
    pub(super) fn name(&self) -> String {
        format!("{:013}-{}", self.clock.now().as_ms(), alphanumeric(self.random.as_ref(), 16))
    }

    /// Writes the message. Neither a name nor an address can add a header: both are checked and encoded.
    pub(super) fn compose(&self, mail: &Mail) -> Result<Message, CarryError> {
        let to: Address = mail.to.parse().map_err(|error| CarryError::Never(Box::new(error)))?;
        let words = words(mail, &self.product);
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(plain_name(&mail.name).map(str::to_owned), to))
            .subject(words.subject)
            .date(self.date())
            .message_id(Some(format!("<{}@{}>", self.name(), self.domain())))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(words.text, words.html))
            .map_err(|error| CarryError::Never(Box::new(error)))
    }

    /// Now, within the years a date header can hold.
    fn date(&self) -> SystemTime {
        const YEAR_9999_S: u64 = 253_370_764_800;
        let ms = u64::try_from(self.clock.now().as_ms()).unwrap_or(0);
        SystemTime::UNIX_EPOCH + Duration::from_millis(ms).min(Duration::from_secs(YEAR_9999_S))
    }
}

/// Tells vacation responders to keep silent (RFC 3834).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

const GENERATED: &str = "auto-generated";

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        if text == GENERATED { Ok(Self) } else { Err(format!("not {GENERATED}").into()) }
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), GENERATED.to_owned())
    }
}
