/// A source of unpredictable bytes, handed in so that tests and the simulator can replay it.
///
/// A source that cannot deliver must not return: tokens from a broken generator are worse than a stopped
/// server, so the implementor aborts the process or panics (security requirement T-1).
pub trait Random: Send + Sync {
    /// Overwrites all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;

    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Randomness that a seed replays.
    pub(crate) struct Seeded(Mutex<ChaCha12Rng>);

    impl Seeded {
        pub(crate) fn new(seed: u64) -> Self {
            Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
        }
    }

    impl super::Random for Seeded {
        fn fill(&self, bytes: &mut [u8]) {
            self.0.lock().unwrap().fill_bytes(bytes);
        }
    }
}
