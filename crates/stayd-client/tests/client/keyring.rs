//! The session in a keyring: the one that `keyring-core` has for tests, for a test machine has no other that is open to it.

#![cfg(all(unix, feature = "keyring"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::support::{EMAIL, Server};
use stayd_client::{Error, Identity, Storage, StorageError};
use stayd_engine::Rotation;

#[tokio::test]
async fn a_session_in_the_keyring_is_shared_and_outlives_the_program() {
    let server = Server::start(Rotation::Strict).await;
    let folder = tempfile::tempdir().unwrap();
    let storage = || Storage::keyring("my-program", EMAIL, folder.path().join("turns"));

    let refused = server.client(storage()).build().await.expect_err("no keyring has been chosen");
    assert!(matches!(refused, Error::Storage(StorageError::Keyring(_))), "{refused}");

    keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
    let here = server.signed_up(storage()).await;
    let there = server.client(storage()).build().await.unwrap();
    assert_eq!(there.ready().await.identity, Identity::Active);
    here.sign_out().await.unwrap();
    there.check().await.unwrap();
    assert!(there.session().is_none(), "what one process does the other sees");

    there.sign_in(EMAIL, crate::support::PASSWORD).await.unwrap();
    there.close().await;
    here.close().await;
    let again = server.client(storage()).build().await.unwrap();
    assert_eq!(again.session().unwrap().user.email, EMAIL);
    // No secret lies in a file.
    for file in std::fs::read_dir(folder.path()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().len(), 0);
    }
}
