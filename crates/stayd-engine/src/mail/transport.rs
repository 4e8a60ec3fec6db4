//! How letters leave the house, as an operator writes it: `smtp://...`, `smtps://...`, `file:DIR` or `log`.

use std::{net::IpAddr, path::PathBuf, str::FromStr};

use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

/// Where letters go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// To the log, link and all: for development.
    Log,
    /// One `.eml` file for each letter in this folder.
    File(PathBuf),
    /// To a mail server.
    Smtp(SmtpServer),
}

/// A mail server and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// A name or an address.
    pub host: String,
    /// 465 for `smtps`, 587 for `smtp` with STARTTLS, 25 without, unless told otherwise.
    pub port: u16,
    /// Whether and how the connection is encrypted.
    pub security: Security,
    /// The user's name and the password.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// A file of certificates (PEM) to trust besides the usual ones.
    pub authority: Option<PathBuf>,
}

/// Whether and how a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, which must succeed before anything of value is sent.
    StartTls,
    /// Not at all. The default only for servers on this machine.
    Off,
}

impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port, security, .. } = self;
        write!(f, "SmtpServer({host}:{port}, {security:?})")
    }
}

/// Why a text is not a transport.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongTransport {
    /// Neither `smtp:`, `smtps:`, `file:` nor `log`.
    #[error("it begins with none of smtp://, smtps://, file: and log")]
    Scheme,
    /// `file:` without a folder.
    #[error("file: is followed by no folder")]
    NoFolder,
    /// Not an address, or one without a host.
    #[error(
        "it is not an address of the form smtp://user:password@host:port (write special characters as %XX)"
    )]
    Address,
    /// A path where none has a meaning.
    #[error("a mail server's address has no path")]
    Path,
    /// An option that does not exist, or has a value that does not.
    #[error("the only options are tls=off, tls=starttls and ca=FILE, and tls only with smtp://")]
    UnknownOption,
    /// A password that would cross the network in clear.
    #[error("tls=off would send the password in clear to another machine")]
    PasswordInClear,
}

impl FromStr for Transport {
    type Err = WrongTransport;

    fn from_str(text: &str) -> Result<Self, WrongTransport> {
        if text == "log" {
            return Ok(Self::Log);
        }
        if let Some(folder) = text.strip_prefix("file:") {
            let folder = folder.strip_prefix("//").unwrap_or(folder);
            return if folder.is_empty() {
                Err(WrongTransport::NoFolder)
            } else {
                Ok(Self::File(folder.into()))
            };
        }
        if !(text.starts_with("smtp://") || text.starts_with("smtps://")) {
            return Err(WrongTransport::Scheme);
        }
        let url = Url::parse(text).map_err(|_| WrongTransport::Address)?;
        smtp_server(&url).map(Self::Smtp)
    }
}

fn smtp_server(url: &Url) -> Result<SmtpServer, WrongTransport> {
    let host = match url.host_str() {
        None | Some("") => return Err(WrongTransport::Address),
        Some(host) => host.trim_start_matches('[').trim_end_matches(']').to_owned(),
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(WrongTransport::Path);
    }
    let here = is_this_machine(&host);
    let mut security = match url.scheme() {
        "smtps" => Security::Tls,
        _ if here => Security::Off,
        _ => Security::StartTls,
    };
    let mut authority = None;
    for (option, value) in url.query_pairs() {
        match (option.as_ref(), value.as_ref()) {
            ("tls", "off") if security != Security::Tls => security = Security::Off,
            ("tls", "starttls") if security != Security::Tls => security = Security::StartTls,
            ("ca", file) if !file.is_empty() => authority = Some(PathBuf::from(file)),
            _ => return Err(WrongTransport::UnknownOption),
        }
    }
    let credentials = credentials(url)?;
    if security == Security::Off && !here && credentials.is_some() {
        return Err(WrongTransport::PasswordInClear);
    }
    let port = url.port().unwrap_or(match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::Off => 25,
    });
    Ok(SmtpServer { host, port, security, credentials, authority })
}

fn credentials(url: &Url) -> Result<Option<(String, Zeroizing<String>)>, WrongTransport> {
    let decode = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => Err(WrongTransport::Address),
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(WrongTransport::Address),
        (user, Some(password)) => Ok(Some((decode(user)?, Zeroizing::new(decode(password)?)))),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_and_a_folder_are_named_shortly() {
        assert_eq!("log".parse(), Ok(Transport::Log));
        assert_eq!("file:mail/out".parse(), Ok(Transport::File("mail/out".into())));
        assert_eq!("file:///var/mail".parse(), Ok(Transport::File("/var/mail".into())));
    }

    #[test]
    fn a_server_elsewhere_is_spoken_to_under_tls() {
        let server = smtp("smtp://mail.example.com");
        assert_eq!((server.port, server.security), (587, Security::StartTls));
        let server = smtp("smtps://mail.example.com");
        assert_eq!((server.port, server.security), (465, Security::Tls));
        let server = smtp("smtp://mail.example.com:2525?tls=off");
        assert_eq!((server.port, server.security), (2525, Security::Off));
    }

    #[test]
    fn a_server_on_this_machine_needs_no_tls() {
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let server = smtp(&format!("smtp://{host}"));
            assert_eq!((server.port, server.security), (25, Security::Off));
        }
        assert_eq!(smtp("smtp://localhost?tls=starttls").security, Security::StartTls);
        assert_eq!(smtp("smtp://[::1]").host, "::1");
    }

    #[test]
    fn names_and_passwords_may_hold_any_character() {
        let server = smtp("smtps://ada%40example.com:p%2Fss%3Aw%C3%B6rd@mail.example.com");
        let (user, password) = server.credentials.clone().expect("credentials");
        assert_eq!((user.as_str(), password.as_str()), ("ada@example.com", "p/ss:wörd"));
        assert!(!format!("{server:?}").contains("ss:w"), "a password is never shown");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, wrong) in [
            ("", WrongTransport::Scheme),
            ("sendmail", WrongTransport::Scheme),
            ("http://mail.example.com", WrongTransport::Scheme),
            ("file:", WrongTransport::NoFolder),
            ("smtp://", WrongTransport::Address),
            ("smtp://mail.example.com:notaport", WrongTransport::Address),
            ("smtp://user@mail.example.com", WrongTransport::Address),
            ("smtp://mail.example.com/inbox", WrongTransport::Path),
            ("smtp://mail.example.com?tsl=off", WrongTransport::UnknownOption),
            ("smtp://mail.example.com?tls=maybe", WrongTransport::UnknownOption),
            ("smtps://mail.example.com?tls=off", WrongTransport::UnknownOption),
            ("smtp://user:pass@mail.example.com?tls=off", WrongTransport::PasswordInClear),
        ] {
            assert_eq!(text.parse::<Transport>(), Err(wrong), "{text}");
        }
    }

    fn smtp(text: &str) -> SmtpServer {
        match text.parse() {
            Ok(Transport::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        }
    }
}
