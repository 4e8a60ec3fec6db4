//! What tells one browser from another, as coarse as it can be: family, platform and network. Of a version, a build or a single address
//! nothing is kept, so that an update of the browser or a new address from the same provider is no difference.

use crate::{Platform, UserAgent};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many leading bits of an address are one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkSize {
    /// Of IPv4; 24 by default.
    pub ipv4: u8,
    /// Of IPv6; 48 by default, what one site or household is given at most. Addresses are kept to 64 bits.
    pub ipv6: u8,
}

impl Default for NetworkSize {
    fn default() -> Self {
        Self { ipv4: 24, ipv6: 48 }
    }
}

impl NetworkSize {
    /// The first address of the network that `address` lies in.
    pub(super) fn network_of(self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.ipv4.min(32))).unwrap_or(0);
                Ipv4Addr::from(u32::from(address) & mask).into()
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.ipv6.min(128))).unwrap_or(0);
                Ipv6Addr::from(u128::from(address) & mask).into()
            }
        }
    }

    fn bits(self, network: IpAddr) -> u8 {
        if network.is_ipv4() { self.ipv4 } else { self.ipv6 }
    }
}

/// What tells one browser from another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The family of the browser, such as `Firefox`.
    pub browser: Option<String>,
    /// What it runs on.
    pub platform: Option<Platform>,
    /// The network, in the notation of `203.0.113.0/24`.
    pub network: Option<String>,
}

impl Fingerprint {
    /// Another browser is another program, and cookies do not move between programs by themselves.
    pub const BROWSER: u8 = 50;
    /// A page that is asked for as on a desktop makes an Android a Linux and an iPad a Mac: alone it proves nothing.
    pub const PLATFORM: u8 = 40;
    /// People walk out of the door.
    pub const NETWORK: u8 = 15;
    /// All three.
    pub const MOST: u8 = Self::BROWSER + Self::PLATFORM + Self::NETWORK;

    /// Reads a `User-Agent` and the network of an address.
    pub(super) fn of(user_agent: Option<&str>, address: Option<IpAddr>, size: NetworkSize) -> Self {
        let said = user_agent.map(UserAgent::parse).unwrap_or_default();
        let network = address.map(|address| size.network_of(address));
        Self {
            browser: said.browser.map(|browser| browser.family),
            platform: said.platform,
            network: network.map(|network| format!("{network}/{}", size.bits(network))),
        }
    }

    /// How much another request differs: the sum of what differs. A network that is not known differs from none.
    pub fn drift(&self, other: &Self) -> u8 {
        let networks_differ =
            matches!((&self.network, &other.network), (Some(one), Some(another)) if one != another);
        [
            (self.browser != other.browser, Self::BROWSER),
            (self.platform != other.platform, Self::PLATFORM),
            (networks_differ, Self::NETWORK),
        ]
        .into_iter()
        .filter_map(|(differs, weight)| differs.then_some(weight))
        .sum()
    }
}

/// For people and logs: `Firefox on Windows, 203.0.113.0/24`.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.browser.as_deref().unwrap_or("an unknown program"))?;
        if let Some(platform) = self.platform {
            write!(f, " on {platform}")?;
        }
        self.network.as_ref().map_or(Ok(()), |network| write!(f, ", {network}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
    const CHROME_ON_LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    fn print(user_agent: &str, address: &str) -> Fingerprint {
        Fingerprint::of(Some(user_agent), address.parse().ok(), NetworkSize::default())
    }

    // AA-10
    #[test]
    fn an_update_and_a_new_address_in_the_same_network_are_no_difference() {
        let before = print(CHROME, "203.0.113.7");
        assert_eq!(before.to_string(), "Chrome on Windows, 203.0.113.0/24");
        let after = print(&CHROME.replace("142", "199"), "203.0.113.250");
        assert_eq!(before.drift(&after), 0);
        let six = print(CHROME, "2001:db8:1:2::1");
        assert_eq!(six.to_string(), "Chrome on Windows, 2001:db8:1::/48");
        assert_eq!(six.drift(&print(CHROME, "2001:db8:1:9:7::1")), 0);
    }

    // AA-10
    #[test]
    fn what_differs_adds_up_and_a_network_alone_is_the_least() {
        let before = print(CHROME, "203.0.113.7");
        let drifts = [
            (print(CHROME, "198.51.100.1"), Fingerprint::NETWORK),
            (print(CHROME, "2001:db8::1"), Fingerprint::NETWORK),
            (print(CHROME_ON_LINUX, "203.0.113.7"), Fingerprint::PLATFORM),
            (print(FIREFOX, "203.0.113.7"), Fingerprint::BROWSER),
            (print(CHROME_ON_LINUX, "198.51.100.1"), 55),
            (print("curl/8.14.1", "198.51.100.1"), Fingerprint::MOST),
            (Fingerprint::default(), 90),
        ];
        for (other, expected) in drifts {
            assert_eq!(before.drift(&other), expected, "{other}");
            assert_eq!(other.drift(&before), expected, "{other}");
        }
    }

    #[test]
    fn networks_may_be_of_any_size() {
        let address = "203.0.113.7".parse().unwrap();
        for (ipv4, network) in [(0, "0.0.0.0"), (16, "203.0.0.0"), (32, "203.0.113.7"), (200, "203.0.113.7")]
        {
            let network: IpAddr = network.parse().unwrap();
            assert_eq!(NetworkSize { ipv4, ipv6: 48 }.network_of(address), network);
        }
    }
}
