//! A map that forgets.

use std::collections::HashMap;

/// A map of bounded size that forgets what has not been asked for in the longest time, roughly: it keeps two generations. When the
/// young one is full, the old one is dropped and the young one grows old; what is asked for in the old one becomes young again. So the
/// last `capacity` keys are always there, at most twice as many are held, and nothing ever has to be searched for what to drop.
#[derive(Debug)]
pub(super) struct Generations<V> {
    young: HashMap<u128, V>,
    old: HashMap<u128, V>,
    capacity: usize,
}

impl<V: Default> Generations<V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), capacity: capacity.max(1) }
    }

    /// The value of a key; a new one if it is not there, or not any more.
    pub(super) fn entry(&mut self, key: u128) -> &mut V {
        if !self.young.contains_key(&key) && self.young.len() >= self.capacity {
            // An old value of this very key must survive the change.
            let kept = self.old.remove(&key);
            self.old = std::mem::take(&mut self.young);
            self.young.extend(kept.map(|value| (key, value)));
        }
        let Self { young, old, .. } = self;
        young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_default())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_keys_are_remembered_and_twice_as_many_are_the_most(keys in prop::collection::vec(0_u128..40, 1..300)) {
            const CAPACITY: usize = 8;
            let mut map: Generations<u32> = Generations::new(CAPACITY);
            let mut counts: HashMap<u128, u32> = HashMap::new();
            for (turn, key) in keys.iter().enumerate() {
                let since = keys[..turn].iter().rposition(|other| other == key);
                let others: std::collections::HashSet<_> = since.map_or(&keys[..0], |at| &keys[at + 1..turn]).iter().collect();
                let value = map.entry(*key);
                if since.is_some() && others.len() < CAPACITY {
                    prop_assert_eq!(*value, counts[key]);
                }
                *value += 1;
                counts.insert(*key, *value);
                prop_assert!(map.len() <= 2 * CAPACITY);
            }
        }
    }
}
