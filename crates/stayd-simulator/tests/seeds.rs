//! A seed is all that a history comes from.

use stayd_simulator::{Plan, run};

#[test]
fn a_seed_gives_the_same_history_each_time() {
    for seed in [1, 2] {
        let [once, again] = [(), ()].map(|()| run(Plan::draw(seed), true));
        assert_eq!(once.violation, None);
        assert!(once.history.len() > 100, "{} lines", once.history.len());
        assert_eq!(once.history, again.history, "seed {seed}");
    }
}

#[test]
fn other_seeds_give_other_histories() {
    let [one, other] = [1, 2].map(|seed| run(Plan::draw(seed), true).history);
    assert_ne!(one, other);
}
