//! Where a request comes from: the peer's address, or what a trusted proxy says it is.
//!
//! Better Auth never looks at the peer and believes `X-Forwarded-For` from anybody (protocol spec 8 and 12, #6). Here the header counts
//! only when the peer itself is a trusted proxy (H-9).

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection that a request came by. Found among the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The proxies whose word on a request's origin counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that is neither an IP address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an IP address (10.0.0.1) nor a network (10.0.0.0/8)")]
pub struct InvalidProxy(pub String);

impl TrustedProxies {
    /// Reads addresses (`10.0.0.1`, `::1`) and networks (`10.0.0.0/8`). Blanks around them and empty entries are skipped.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidProxy> {
        let entries = entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(parse_network).collect::<Result<_, _>>().map(Self)
    }

    /// Whether this address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn parse_network(text: &str) -> Result<IpNet, InvalidProxy> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| InvalidProxy(text.to_owned()))
}

/// The address a request comes from, in the form it is counted and stored in; see [`normalised`].
///
/// `None` only when the peer is not known, as when a router is called without a connection.
pub(crate) fn client_address(
    headers: &HeaderMap,
    peer: Option<&Peer>,
    proxies: &TrustedProxies,
) -> Option<String> {
    let peer = peer?.0.ip();
    Some(normalised(client_ip(headers, peer, proxies)))
}

/// The address a request comes from: the peer, unless that is a trusted proxy; then the first address in `X-Forwarded-For`, from the right,
/// that is not one. Something there that is no address ends the search, and the peer's own counts.
pub(crate) fn client_ip(headers: &HeaderMap, peer: IpAddr, proxies: &TrustedProxies) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(peer) {
        return peer;
    }
    let mut client = peer;
    for line in headers.get_all(X_FORWARDED_FOR).iter().rev() {
        let Ok(line) = line.to_str() else { return peer };
        for hop in line.rsplit(',') {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { return peer };
            client = hop.to_canonical();
            if !proxies.contains(client) {
                return client;
            }
        }
    }
    client
}

/// An address as text: IPv4 as usual, also when it is mapped into IPv6; IPv6 as eight groups of four digits, with all but its /64
/// network zero, because a single household or server has all the rest (protocol spec 8).
pub(crate) fn normalised(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => network_text(address),
    }
}

fn network_text(address: Ipv6Addr) -> String {
    let [a, b, c, d, ..] = address.segments();
    let mut text = String::with_capacity(39);
    // Writing to a string does not fail.
    let _ = write!(text, "{a:04x}:{b:04x}:{c:04x}:{d:04x}:0000:0000:0000:0000");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(X_FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies = TrustedProxies::parse(proxies.iter().copied()).unwrap();
        let peer = Peer(SocketAddr::new(peer.parse().unwrap(), 1));
        client_address(&headers, Some(&peer), &proxies).unwrap()
    }

    // H-9
    #[test]
    fn a_header_from_a_stranger_does_not_count() {
        assert_eq!(client("203.0.113.9", &["6.6.6.6"], &[]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &["6.6.6.6"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn trusted_hops_are_skipped_from_the_right() {
        let chain = ["6.6.6.6, 198.51.100.7, 10.0.0.1"];
        assert_eq!(client("10.0.0.2", &chain, &["10.0.0.0/8"]), "198.51.100.7");
    }

    #[test]
    fn several_headers_are_one_list() {
        assert_eq!(
            client("10.0.0.2", &["6.6.6.6", "198.51.100.7", "10.0.0.1"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn an_odd_hop_ends_the_search_at_the_peer() {
        for odd in ["198.51.100.7, unknown", "198.51.100.7:80", "[2001:db8::1]", "198.51.100.7,", ""] {
            assert_eq!(client("10.0.0.2", &[odd], &["10.0.0.0/8"]), "10.0.0.2", "{odd:?}");
        }
    }

    #[test]
    fn a_chain_of_trusted_hops_only_begins_at_its_first() {
        assert_eq!(client("10.0.0.2", &["10.0.0.9, 10.0.0.1"], &["10.0.0.0/8"]), "10.0.0.9");
        assert_eq!(client("10.0.0.2", &[], &["10.0.0.0/8"]), "10.0.0.2");
    }

    #[test]
    fn a_mapped_address_is_the_address_it_maps() {
        assert_eq!(client("::ffff:203.0.113.9", &[], &[]), "203.0.113.9");
        assert_eq!(client("::ffff:10.0.0.2", &["::ffff:198.51.100.7"], &["10.0.0.0/8"]), "198.51.100.7");
    }

    // H-8
    #[test]
    fn an_ipv6_address_is_counted_by_its_network() {
        assert_eq!(client("2001:db8:aaaa:bbbb:1::1", &[], &[]), "2001:0db8:aaaa:bbbb:0000:0000:0000:0000");
    }

    #[test]
    fn without_a_peer_there_is_no_address() {
        assert_eq!(client_address(&HeaderMap::new(), None, &TrustedProxies::default()), None);
    }

    #[test]
    fn what_is_no_network_is_named() {
        let read = |text| TrustedProxies::parse([text]);
        assert_eq!(read("10.0.0.0/33"), Err(InvalidProxy("10.0.0.0/33".to_owned())));
        assert_eq!(read("proxy.example"), Err(InvalidProxy("proxy.example".to_owned())));
        assert_eq!(read(" "), Ok(TrustedProxies::default()));
    }

    proptest! {
        #[test]
        fn whoever_is_not_trusted_is_taken_at_the_peers_address(peer: [u8; 4], forwarded in "[0-9a-f.:, ]{0,60}") {
            let peer = IpAddr::from(peer);
            prop_assume!(peer.to_string() != "10.1.1.1");
            let proxies = TrustedProxies::parse(["10.1.1.1"]).unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(X_FORWARDED_FOR, forwarded.parse().unwrap());
            prop_assert_eq!(client_ip(&headers, peer, &proxies), peer);
        }

        #[test]
        fn the_text_of_an_ipv6_address_is_an_address_of_its_network(octets: [u8; 16]) {
            let address = Ipv6Addr::from(octets);
            prop_assume!(address.to_ipv4_mapped().is_none());
            let read: Ipv6Addr = normalised(address.into()).parse().unwrap();
            prop_assert_eq!(&read.octets()[..8], &octets[..8]);
            prop_assert_eq!(&read.octets()[8..], &[0; 8]);
        }
    }
}
