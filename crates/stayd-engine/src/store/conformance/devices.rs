//! Promises about devices, and about ends by them.

use std::slice::from_ref;

use super::samples::{
    TestStore, assert_refused, at, found, is_live, session, sign_up, sign_up_with, sorted, token, tokens,
};
use crate::SessionKind;
use crate::store::{DEVICES_OF_ONE, DeviceRecord, Ending, Renewal, SessionFilter, SessionRecord};

/// A session of `ada` that was made on a device at a moment.
fn on(device: &str, name: &str, moment: i64) -> SessionRecord {
    SessionRecord { device_id: Some(device.to_owned()), created_at: at(moment), ..session(name, "ada") }
}

fn device(id: &str, first: i64, last: i64) -> DeviceRecord {
    DeviceRecord {
        id: id.to_owned(),
        user_id: "user-ada".to_owned(),
        name: None,
        first_seen_at: at(first),
        last_seen_at: at(last),
    }
}

async fn devices(store: &TestStore) -> Vec<DeviceRecord> {
    store.devices().devices_of("user-ada").await.unwrap()
}

pub async fn a_device_comes_with_its_first_session_and_is_seen_with_each(store: TestStore) {
    sign_up_with(&store, "ada", &["none"]).await;
    assert!(devices(&store).await.is_empty(), "a session without a device makes none");
    let session = on("laptop", "one", 5);
    store.create_session(session.clone(), None).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session, session);
    store.create_session(on("phone", "two", 7), None).await.unwrap();
    store.create_session(on("laptop", "three", 9), None).await.unwrap();
    assert_eq!(devices(&store).await, [device("laptop", 5, 9), device("phone", 7, 7)]);
    // A clock that was put back moves nothing back.
    store.create_session(on("laptop", "four", 8), None).await.unwrap();
    assert_eq!(devices(&store).await, [device("laptop", 5, 9), device("phone", 7, 7)]);
}

pub async fn a_session_that_is_refused_brings_no_device(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_refused!(store.create_session(on("laptop", "one", 5), None).await, Conflict);
    assert!(devices(&store).await.is_empty());
}

pub async fn one_browser_of_two_people_is_two_devices(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "eve").await;
    store.create_session(on("shared", "one", 1), None).await.unwrap();
    store
        .create_session(SessionRecord { device_id: Some("shared".to_owned()), ..session("two", "eve") }, None)
        .await
        .unwrap();
    let named = store.devices().rename_device("user-eve", "shared", Some("Eve's".to_owned())).await.unwrap();
    assert!(named);
    assert_eq!(devices(&store).await, [device("shared", 1, 1)]);
    store.delete_user("user-eve").await.unwrap();
    assert_eq!(devices(&store).await, [device("shared", 1, 1)]);
    assert!(store.devices().devices_of("user-eve").await.unwrap().is_empty());
}

pub async fn a_device_is_named_and_unnamed(store: TestStore) {
    sign_up(&store, "ada").await;
    store.create_session(on("laptop", "one", 1), None).await.unwrap();
    for name in [Some("Küche 🍳".to_owned()), None] {
        assert!(store.devices().rename_device("user-ada", "laptop", name.clone()).await.unwrap());
        assert_eq!(devices(&store).await, [DeviceRecord { name, ..device("laptop", 1, 1) }]);
    }
    for (user, id) in [("user-ada", "phone"), ("user-eve", "laptop"), ("nobody", "laptop")] {
        assert!(!store.devices().rename_device(user, id, Some("mine".to_owned())).await.unwrap());
    }
}

pub async fn a_name_outlives_the_sessions_of_its_device(store: TestStore) {
    sign_up(&store, "ada").await;
    store.create_session(on("laptop", "one", 1), None).await.unwrap();
    store.devices().rename_device("user-ada", "laptop", Some("Mine".to_owned())).await.unwrap();
    store.end_session(&token("one")).await.unwrap();
    store.create_session(on("laptop", "two", 8), None).await.unwrap();
    let named = DeviceRecord { name: Some("Mine".to_owned()), ..device("laptop", 1, 8) };
    assert_eq!(devices(&store).await, from_ref(&named));
}

pub async fn of_too_many_devices_the_one_unseen_for_longest_is_forgotten(store: TestStore) {
    sign_up(&store, "ada").await;
    for (number, moment) in (0..=DEVICES_OF_ONE).zip(0..) {
        let name = format!("device-{number}");
        store.create_session(on(&name, &name, moment), None).await.unwrap();
    }
    let devices = devices(&store).await;
    assert_eq!(devices.len(), DEVICES_OF_ONE);
    assert!(devices.iter().all(|device| device.id != "device-0"));
    assert!(is_live(&store, "device-0").await, "its session goes on");
}

pub async fn sessions_end_by_kind_by_device_and_but_one(store: TestStore) {
    sign_up_with(&store, "eve", &["hers"]).await;
    sign_up(&store, "ada").await;
    for (name, device, kind) in [
        ("one", "laptop", SessionKind::Remember),
        ("two", "laptop", SessionKind::Default),
        ("three", "phone", SessionKind::Default),
        ("four", "phone", SessionKind::Api),
    ] {
        store.create_session(SessionRecord { kind, ..on(device, name, 1) }, None).await.unwrap();
    }
    let end =
        async |meant: SessionFilter| sorted(store.devices().end_meant("user-ada", meant).await.unwrap());
    let nothing = SessionFilter { device: Some("none".to_owned()), ..SessionFilter::default() };
    assert_eq!(end(nothing).await, []);
    let api = SessionFilter { kind: Some(SessionKind::Api), ..SessionFilter::default() };
    assert_eq!(end(api).await, tokens(&["four"]));
    let laptop = Some("laptop".to_owned());
    let meant = SessionFilter { device: laptop, kept: Some(token("one")), kind: None };
    assert_eq!(end(meant).await, tokens(&["two"]));
    assert_eq!(end(SessionFilter::default()).await, tokens(&["one", "three"]));
    assert!(is_live(&store, "hers").await);
}

pub async fn everybodys_sessions_end_and_people_stay(store: TestStore) {
    sign_up_with(&store, "eve", &["two"]).await;
    sign_up(&store, "ada").await;
    store.create_session(on("laptop", "one", 1), None).await.unwrap();
    assert_eq!(store.devices().end_everybody().await.unwrap(), 2);
    assert!(!is_live(&store, "one").await && !is_live(&store, "two").await);
    assert_eq!(store.devices().end_everybody().await.unwrap(), 0);
    assert_eq!(devices(&store).await, [device("laptop", 1, 1)]);
    assert!(store.user_by_id("user-eve").await.unwrap().is_some());
    // Nothing of them is to be found, ended or renewed, before and after their records have gone.
    for _ in 0..2 {
        assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap(), []);
        assert!(store.sessions(at(0), 9).await.unwrap().is_empty());
        assert!(store.end_session(&token("one")).await.unwrap().is_none());
        assert!(store.end_session_by_id("session-one", None).await.unwrap().is_none());
        assert!(store.end_sessions_of("user-ada", Ending::All).await.unwrap().is_empty());
        assert!(store.show_successor(&token("one"), at(1)).await.unwrap().is_none());
        for successor in [None, Some(token("next"))] {
            let renewal = Renewal {
                token_hash: token("one"),
                successor,
                only_if_expires_by: at(60_000),
                expires_at: at(90_000),
                at: at(1),
            };
            assert!(store.renew_session(renewal).await.unwrap().is_none());
        }
        let swept = store.sweep(at(-1), 10).await.unwrap();
        assert!(swept.sessions.is_empty(), "their end was told once");
    }
    // Who signs in now is not among them, though the last of their records is gone.
    store.create_session(on("laptop", "new", 2), None).await.unwrap();
    assert!(is_live(&store, "new").await);
    assert_eq!(store.devices().end_everybody().await.unwrap(), 1);
    assert!(!is_live(&store, "new").await);
}

pub async fn the_sweep_forgets_devices_that_were_not_seen_for_long_and_have_no_session(store: TestStore) {
    sign_up(&store, "ada").await;
    for (id, moment) in [("old", 1), ("older", 0), ("used", 2), ("new", 9)] {
        store.create_session(on(id, id, moment), None).await.unwrap();
        if id != "used" {
            store.end_session(&token(id)).await.unwrap();
        }
    }
    let sweep = async |limit| store.devices().sweep_devices(at(8), limit).await.unwrap();
    assert_eq!(sweep(1).await, 1);
    let left: Vec<_> = devices(&store).await.into_iter().map(|device| device.id).collect();
    assert_eq!(left, ["new", "used", "old"]);
    assert_eq!(sweep(9).await, 1);
    assert_eq!(sweep(9).await, 0);
}
