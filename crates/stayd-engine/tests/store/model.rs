//! Random stories, told to `SqliteStore` and to `MemoryStore`: every answer is the same, and so is what is kept in the end.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![cfg(feature = "sqlite")]

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use stayd_engine::store::conformance::model::{NAMES, Operation, Which, contents, perform};
use stayd_engine::store::conformance::samples::at;
use stayd_engine::store::sqlite::{Durability, SqliteOptions};
use stayd_engine::store::{MemoryStore, SqliteStore, Store};

fn name() -> impl Strategy<Value = u8> {
    0..NAMES
}

fn moment() -> impl Strategy<Value = i64> {
    // Few moments, so that they meet as well.
    (0_i64..12).prop_map(|moment| moment * 10_000)
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![Just(Which::None), Just(Which::All), name().prop_map(Which::AllBut)]
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation as Op;
    prop_oneof![
        4 => (name(), name(), any::<bool>(), of(name()), moment()).prop_map(
            |(user, email, provided, session, created)| Op::CreateUser { user, email, provided, session, created }
        ),
        1 => name().prop_map(|email| Op::UserByEmail { email }),
        1 => (of(name()), 0_usize..8).prop_map(|(after, limit)| Op::Users { after, limit }),
        2 => (name(), of(name()), of(of(name())), of(name()), of(name()), which(), moment()).prop_map(
            |(user, name, image, email, only_if, ending, at)| {
                Op::UpdateUser { user, name, image, email, only_if, ending, at }
            }
        ),
        1 => name().prop_map(|user| Op::DeleteUser { user }),
        2 => (name(), name(), which(), of(name()), of(prop::result::maybe_ok(name(), moment())), moment()).prop_map(
            |(user, account, ending, session, proof, at)| {
                Op::SetPassword { user, account, ending, session, proof, at }
            }
        ),
        1 => (name(), name(), any::<bool>(), any::<bool>()).prop_map(
            |(user, account, provided, allow_last)| Op::DeleteAccount { user, account, provided, allow_last }
        ),
        6 => (name(), name(), name(), of(name()), moment(), moment()).prop_map(
            |(user, id, token, replaced, created, end)| Op::CreateSession { user, id, token, replaced, created, end }
        ),
        2 => name().prop_map(|token| Op::SessionByToken { token }),
        4 => (name(), of(name()), moment(), moment(), moment()).prop_map(
            |(token, successor, only_if_by, end, at)| Op::Renew { token, successor, only_if_by, end, at }
        ),
        2 => (name(), moment()).prop_map(|(token, at)| Op::Show { token, at }),
        1 => name().prop_map(|token| Op::EndSession { token }),
        1 => (name(), of(name())).prop_map(|(id, user)| Op::EndSessionById { id, user }),
        1 => (name(), moment()).prop_map(|(token, end)| Op::Shorten { token, end }),
        1 => (name(), name(), 0_usize..4, moment()).prop_map(
            |(user, kind, at_most, now)| Op::EndSurplus { user, kind, at_most, now }
        ),
        1 => (name(), which()).prop_map(|(user, ending)| Op::EndSessionsOf { user, ending }),
        1 => vec((name(), moment()), 0..5).prop_map(|seen| Op::RecordActivity { seen }),
        2 => (name(), name(), moment()).prop_map(|(key, about, end)| Op::CreateVerification { key, about, end }),
        1 => name().prop_map(|key| Op::TakeVerification { key }),
        1 => (moment(), 0_usize..4).prop_map(|(before, limit)| Op::Sweep { before, limit }),
        1 => (name(), moment()).prop_map(|(user, at)| Op::Disable { user, at }),
        1 => name().prop_map(|user| Op::Enable { user }),
        4 => (name(), 0_u8..3, of(name()), of((moment(), 0_u8..3)), 0_usize..4, moment()).prop_map(
            |(user, name, value, expected, at_most, at)| {
                Op::ChangeDocument { user, name, value, expected, at_most, at }
            }
        ),
        1 => (name(), moment()).prop_map(|(user, now)| Op::SessionsOf { user, now }),
        1 => (moment(), 0_usize..8).prop_map(|(now, limit)| Op::Sessions { now, limit }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_and_memory_tell_the_same_story(story in vec(operation(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (_directory, path) = crate::support::place();
            // The disk need not confirm each of these thousands of writes.
            let options = SqliteOptions { durability: Durability::ProcessCrash, readers: 1, ..SqliteOptions::default() };
            let sqlite: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, &options, at(0)).unwrap());
            let memory: Arc<dyn Store> = Arc::new(MemoryStore::new());
            for operation in &story {
                let (expected, answer) = (perform(&memory, operation).await, perform(&sqlite, operation).await);
                prop_assert_eq!(answer, expected, "{:?}", operation);
            }
            prop_assert_eq!(contents(&sqlite).await, contents(&memory).await);
            Ok(())
        })?;
    }
}
