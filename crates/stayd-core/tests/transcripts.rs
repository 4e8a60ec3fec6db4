//! The machine's stories, told to it: `transcripts/`, named by the number of the scenario that they play.
//!
//! A story that has been changed on purpose is written anew by `STAYD_TRANSCRIPTS=write cargo test -p stayd-core --test transcripts`;
//! what has changed is then read as carefully as code.

mod transcript;

#[test]
fn every_story_goes_as_it_is_written() {
    let write = std::env::var("STAYD_TRANSCRIPTS").is_ok_and(|wish| wish == "write");
    let stories = transcript::all().expect("the stories can be read");
    assert!(stories.len() >= 30, "{} stories", stories.len());
    let mut different = Vec::new();
    for (file, text) in stories {
        let story = transcript::run(&text).unwrap_or_else(|wrong| panic!("{}: {wrong}", file.display()));
        if write {
            std::fs::write(&file, &story.text).expect("the story can be written");
        } else if let Some((number, (written, happened))) = first_difference(&text, &story.text) {
            different.push(format!(
                "{}:{}\n  written  {written}\n  happened {happened}",
                file.display(),
                number + 1
            ));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn first_difference<'a>(written: &'a str, happened: &'a str) -> Option<(usize, (&'a str, &'a str))> {
    let lines = written.lines().count().max(happened.lines().count());
    let padded = |text: &'a str| text.lines().chain(std::iter::repeat("")).take(lines);
    padded(written).zip(padded(happened)).enumerate().find(|(_, (written, happened))| written != happened)
}

#[test]
fn a_story_is_read_in_the_words_in_which_it_is_written() {
    let told = "+0s started rendered session=a person=b data=c renews=1h30m lapses=2h ends=1d \
                stored 3.4 session=a person=b data=c owed verified=250ms renews=1m tried=2s retry=1s failures=2 \
                trouble=too-many age=5s with-data";
    let story = transcript::run(told).expect("a story");
    let [(_, event)] = story.told.as_slice() else { panic!("one step") };
    assert_eq!(format!("+0s {event}"), told);
}
