//! What a `User-Agent` header says, as far as people and checks can use it.
//!
//! Parsed once per sign-in or list, never per check. The text is a stranger's: nothing of it is handed on but a short name made of harmless
//! characters, and only its beginning is looked at, so that its length costs nothing.

use serde::{Deserialize, Serialize};
use std::fmt;
use woothee::parser::{Parser, WootheeResult};

/// So much of a header is looked at (bytes). Real ones have 80 to 300; what tells browsers apart stands within.
const LOOKED_AT: usize = 1024;

/// A browser or program, on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserAgent {
    /// The browser or program; `None` where the header is missing or says nothing.
    pub browser: Option<Browser>,
    /// What it runs on; `None` where the header does not say, as with most programs.
    pub platform: Option<Platform>,
    /// What kind of thing a person holds.
    pub class: DeviceClass,
}

/// A browser or program by its family: the same one on a telephone and a desktop has one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Browser {
    /// Such as `Chrome` or `curl`; letters, digits and a few signs, at most 32 of them.
    pub family: String,
    /// The first number of its version.
    pub major: Option<u32>,
}

/// An operating system, without its version: browsers no longer tell the true one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Platform {
    /// Windows.
    Windows,
    /// macOS. An iPad that asks for desktop pages calls itself this, too.
    MacOs,
    /// Linux on a desktop.
    Linux,
    /// `ChromeOS`.
    ChromeOs,
    /// Android.
    Android,
    /// An iPhone.
    Ios,
    /// An iPad.
    IpadOs,
    /// Anything else that has a name of its own.
    Other,
}

/// What kind of thing a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DeviceClass {
    /// A desktop or laptop computer.
    Desktop,
    /// A telephone.
    Phone,
    /// A tablet.
    Tablet,
    /// A program that is no browser.
    Program,
    /// The header does not say.
    #[default]
    Unknown,
}

impl UserAgent {
    /// Reads a header. Anything is fine: what is not understood is absent.
    pub fn parse(header: &str) -> Self {
        let header = beginning(header);
        let known = Parser::new().parse(header);
        known.and_then(|known| Self::of_browser(header, &known)).unwrap_or_else(|| Self::of_program(header))
    }

    fn of_browser(header: &str, known: &WootheeResult<'_>) -> Option<Self> {
        if !matches!(known.category, "pc" | "smartphone" | "mobilephone" | "appliance") {
            return None;
        }
        let platform = platform(known.os);
        let browser = harmless(known.name)
            .filter(|name| *name != UNKNOWN)
            .map(|family| Browser { family: family.to_owned(), major: major(known.version) });
        let class = match (known.category, platform) {
            (_, Some(Platform::IpadOs)) => DeviceClass::Tablet,
            // Chrome and Firefox leave the word out on tablets.
            (_, Some(Platform::Android)) if !header.contains("Mobile") => DeviceClass::Tablet,
            ("pc", _) => DeviceClass::Desktop,
            ("smartphone" | "mobilephone", _) => DeviceClass::Phone,
            _ => DeviceClass::Unknown,
        };
        (browser.is_some() || platform.is_some()).then_some(Self { browser, platform, class })
    }

    /// Programs begin with their own name (RFC 9110, 10.1.5): `curl/8.14.1`.
    fn of_program(header: &str) -> Self {
        let product = header.split_ascii_whitespace().next().unwrap_or_default();
        let (name, version) = product.split_once('/').unwrap_or((product, ""));
        let Some(family) = harmless(name).filter(|name| *name != "Mozilla") else { return Self::default() };
        let browser = Some(Browser { family: family.to_owned(), major: major(version) });
        Self { browser, platform: None, class: DeviceClass::Program }
    }
}

/// For people: `Chrome 142 on Windows`; empty where nothing is known.
impl fmt::Display for UserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.browser, self.platform) {
            (Some(browser), Some(platform)) => write!(f, "{browser} on {platform}"),
            (Some(browser), None) => browser.fmt(f),
            (None, Some(platform)) => platform.fmt(f),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.major {
            Some(major) => write!(f, "{} {major}", self.family),
            None => f.write_str(&self.family),
        }
    }
}

impl Platform {
    /// The name that people know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
            Self::Linux => "Linux",
            Self::ChromeOs => "ChromeOS",
            Self::Android => "Android",
            Self::Ios => "iPhone",
            Self::IpadOs => "iPad",
            Self::Other => "another system",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl DeviceClass {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Program => "program",
            Self::Unknown => "unknown",
        }
    }
}

/// What the library says where it knows nothing.
const UNKNOWN: &str = "UNKNOWN";

fn platform(os: &str) -> Option<Platform> {
    Some(match os {
        UNKNOWN => return None,
        "Linux" => Platform::Linux,
        "Android" => Platform::Android,
        "iPhone" | "iPod" | "iOS" => Platform::Ios,
        "iPad" => Platform::IpadOs,
        "ChromeOS" => Platform::ChromeOs,
        "Mac OSX" | "Mac OS Classic" => Platform::MacOs,
        os if os.starts_with("Windows") => Platform::Windows,
        _ => Platform::Other,
    })
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// A name that may stand in a page, a letter or a terminal.
fn harmless(name: &str) -> Option<&str> {
    let is_fine = |character: char| character.is_ascii_alphanumeric() || " -_.+".contains(character);
    ((1..=32).contains(&name.len()) && name.chars().all(is_fine)).then_some(name)
}

fn beginning(header: &str) -> &str {
    header.get(..header.floor_char_boundary(LOOKED_AT)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header as browsers of these days send it, what is said of it, and what a person holds.
    const BROWSERS: &[(&str, &str, DeviceClass)] = &[
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "Chrome 142 on Linux",
            DeviceClass::Desktop,
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
            "Chrome 142 on Linux",
            DeviceClass::Desktop,
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.3595.53",
            "Edge 142 on Windows",
            DeviceClass::Desktop,
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox 145 on Windows",
            DeviceClass::Desktop,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
            "Safari 26 on macOS",
            DeviceClass::Desktop,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
            "Safari 26 on iPhone",
            DeviceClass::Phone,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1",
            "Chrome 142 on iPhone",
            DeviceClass::Phone,
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15",
            "Firefox 145 on iPad",
            DeviceClass::Tablet,
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Chrome 142 on Android",
            DeviceClass::Phone,
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "Chrome 142 on Android",
            DeviceClass::Tablet,
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
            "SamsungBrowser 29 on Android",
            DeviceClass::Phone,
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
            "Opera 124 on Windows",
            DeviceClass::Desktop,
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "Chrome 142 on ChromeOS",
            DeviceClass::Desktop,
        ),
        ("curl/8.14.1", "curl 8", DeviceClass::Program),
        ("python-requests/2.32.3", "python-requests 2", DeviceClass::Program),
        ("stayd-client/0.1.0 (linux)", "stayd-client 0", DeviceClass::Program),
        ("node", "node", DeviceClass::Program),
        ("", "", DeviceClass::Unknown),
    ];

    #[test]
    fn browsers_of_today_are_told_apart_and_a_family_has_one_name_everywhere() {
        for (header, name, class) in BROWSERS {
            let read = UserAgent::parse(header);
            assert_eq!((read.to_string().as_str(), read.class), (*name, *class), "{header}");
        }
    }

    // C-8
    #[test]
    fn a_megabyte_or_control_characters_are_harmless() {
        let long = format!("Mozilla/5.0 {}", "(a; ".repeat(250_000));
        assert_eq!(UserAgent::parse(&long), UserAgent::default());
        assert_eq!(UserAgent::parse(&"é".repeat(500_000)), UserAgent::default());
        for odd in [
            "\u{1b}[2J/1",
            "a\r\nSet-Cookie: b=c",
            "<script>/1",
            "\0",
            "Mozilla/5.0",
            "Mozilla/5.0 (\u{202e})",
            "/",
            "///",
            &"x".repeat(33),
        ] {
            let read = UserAgent::parse(odd);
            let name = read.to_string();
            assert!(
                name.chars().all(|character| character.is_ascii_graphic() || character == ' '),
                "{name:?}"
            );
            assert!(name.len() < 64);
        }
        assert_eq!(
            UserAgent::parse("x/99999999999999999999").browser.map(|browser| browser.major),
            Some(None)
        );
    }
}
