//! Letters to the log, for development: whoever reads it can open every link.

use async_trait::async_trait;

use super::{Carrier, CarryError, Mail, words};

pub(super) struct Log {
    product: String,
}

impl Log {
    pub(super) fn new(product: String) -> Self {
        Self { product }
    }
}

#[async_trait]
impl Carrier for Log {
    async fn carry(&self, mail: &Mail) -> Result<(), CarryError> {
        let subject = words(mail, &self.product).subject;
        tracing::info!(
            to = mail.to,
            subject,
            link = mail.letter.url(),
            "a letter (shown for development only)"
        );
        Ok(())
    }

    async fn check(&self) -> Result<(), CarryError> {
        Ok(())
    }
}
