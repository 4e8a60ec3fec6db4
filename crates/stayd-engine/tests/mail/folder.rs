//! Letters into a folder.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use stayd_engine::mail::{CarryError, Letter, Mailer};
use tempfile::TempDir;

use crate::support::{URL, carrier, impatient, mail, start, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_letter_is_one_file_for_its_owner_alone() {
    let folder = TempDir::new().expect("a folder");
    let inside = folder.path().join("mail/out");
    let (outbox, courier) = start(carrier(&format!("file:{}", inside.display())), impatient());
    for _ in 0..3 {
        outbox.post(mail("Zoë", Letter::ResetPassword { url: URL.into() })).expect("there is room");
    }
    let count = || fs::read_dir(&inside).map_or(0, |files| files.filter_map(is_letter).count());
    until("all were carried", || count() == 3).await;
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
    let files: Vec<_> =
        fs::read_dir(&inside).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        assert!(file.extension().is_some_and(|extension| extension == "eml"), "{file:?}");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        let message = fs::read_to_string(&file).expect("text");
        assert!(message.contains("To: =?utf-8?b?Wm/Dqw==?= <ada@example.com>\r\n"), "{message}");
    }
    assert_eq!(fs::metadata(&inside).expect("a folder").permissions().mode() & 0o777, 0o700);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_gone_keeps_letters_waiting() {
    let folder = TempDir::new().expect("a folder");
    let inside = folder.path().join("out");
    let carrier = carrier(&format!("file:{}", inside.display()));
    fs::remove_dir(&inside).expect("removed");
    let letter = mail("Ada", Letter::ResetPassword { url: URL.into() });
    assert!(matches!(carrier.carry(&letter).await, Err(CarryError::Down(_))));
    assert!(matches!(carrier.check().await, Err(CarryError::Down(_))));
    fs::create_dir(&inside).expect("made");
    assert!(carrier.carry(&letter).await.is_ok() && carrier.check().await.is_ok());
    assert_eq!(fs::read_dir(&inside).expect("a folder").count(), 1, "nothing but the letter is left behind");
}

fn is_letter(entry: std::io::Result<fs::DirEntry>) -> Option<()> {
    let path = entry.ok()?.path();
    path.extension().is_some_and(|extension| extension == "eml").then_some(())
}
