//! How many streams each address has open (H-7). A stranger with one account could otherwise take every place of the node with one session after
//! the other.

use std::collections::{HashMap, hash_map::Entry};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The addresses that have streams open, IPv6 by its /64.
#[derive(Debug, Default)]
pub(crate) struct StreamAddresses {
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A stream's place among those of its address; given up when it is dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    addresses: Arc<StreamAddresses>,
    address: IpAddr,
}

impl StreamAddresses {
    /// A place for one more stream of this address, unless it has `at_most` already.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr, at_most: usize) -> Option<StreamPlace> {
        let address = network(address);
        let mut open = self.lock();
        if open.get(&address).copied().unwrap_or_default() >= at_most {
            return None;
        }
        *open.entry(address).or_default() += 1;
        Some(StreamPlace { addresses: Arc::clone(self), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.addresses.lock().entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // H-7
    #[test]
    fn an_address_has_so_many_places_and_gets_back_those_it_gives_up() {
        let addresses = Arc::new(StreamAddresses::default());
        let one: IpAddr = "203.0.113.7".parse().unwrap();
        let places: Vec<_> = (0..3).filter_map(|_| addresses.enter(one, 3)).collect();
        assert_eq!(places.len(), 3);
        assert!(addresses.enter(one, 3).is_none());
        assert!(addresses.enter("203.0.113.8".parse().unwrap(), 3).is_some());
        drop(places);
        assert!(addresses.lock().is_empty());
        assert!(addresses.enter(one, 3).is_some());
        assert!(
            addresses.enter(one, 0).is_none() && addresses.lock().is_empty(),
            "who is turned away leaves nothing"
        );
    }

    // H-7, H-8
    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let addresses = Arc::new(StreamAddresses::default());
        let place = addresses.enter("2001:db8:1:2::1".parse().unwrap(), 1);
        assert!(place.is_some() && addresses.enter("2001:db8:1:2:ffff::9".parse().unwrap(), 1).is_none());
        assert!(addresses.enter("2001:db8:1:3::1".parse().unwrap(), 1).is_some());
    }
}
