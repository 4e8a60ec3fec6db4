//! Letters to a mail server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{Carrier, CarryError, Mail, MailSetupError, Security, SmtpServer, message::Composer};

/// For a connection. RFC 5321 4.5.3.2 allows minutes; a relay that needs them is not well.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);

/// For a whole letter: lettre waits for an answer for as long as the connection lasts.
const CARRY_WITHIN: Duration = Duration::from_mins(1);

pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    composer: Composer,
}

impl Smtp {
    pub(super) fn new(server: &SmtpServer, composer: Composer) -> Result<Self, MailSetupError> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.clone())
            .port(server.port)
            .tls(tls(server)?)
            .hello_name(ClientId::Domain(composer.domain().to_owned()))
            .timeout(Some(CONNECT_WITHIN))
            // Letters go one after the other; a connection is kept for a burst of them.
            .pool_config(PoolConfig::new().max_size(1).idle_timeout(Duration::from_secs(10)));
        if let Some((user, password)) = &server.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), String::clone(password)));
        }
        Ok(Self { transport: builder.build(), composer })
    }
}

#[async_trait]
impl Carrier for Smtp {
    async fn carry(&self, mail: &Mail) -> Result<(), CarryError> {
        let message = self.composer.compose(mail)?;
        match timeout(CARRY_WITHIN, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).map_err(sort),
            Err(late) => Err(CarryError::Down(Box::new(late))),
        }
    }

    async fn check(&self) -> Result<(), CarryError> {
        match timeout(CARRY_WITHIN, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(CarryError::Down("the server does not answer NOOP".into())),
            Ok(Err(error)) => Err(CarryError::Down(Box::new(error))),
            Err(late) => Err(CarryError::Down(Box::new(late))),
        }
    }
}

fn tls(server: &SmtpServer) -> Result<Tls, MailSetupError> {
    if server.security == Security::Off {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(file) = &server.authority {
        let pem = std::fs::read(file).map_err(|error| MailSetupError::Authority(Box::new(error)))?;
        let certificate =
            Certificate::from_pem(&pem).map_err(|error| MailSetupError::Authority(Box::new(error)))?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters.build().map_err(|error| MailSetupError::Tls(Box::new(error)))?;
    Ok(if server.security == Security::Tls { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
}

/// A 5xx answer is about this letter and final, unless it is about us (authentication, 530 and 535): then the operator
/// has to act, and letters wait. 421 says that the server is closing (RFC 5321 4.2.2).
fn sort(error: smtp::Error) -> CarryError {
    let code = error.status().map(u16::from);
    match code {
        Some(421 | 530 | 534 | 535 | 538) | None => CarryError::Down(Box::new(error)),
        Some(_) if error.is_permanent() => CarryError::Never(Box::new(error)),
        Some(_) => CarryError::Later(Box::new(error)),
    }
}
