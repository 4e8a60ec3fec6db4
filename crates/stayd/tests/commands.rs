//! `stayd user`, `session`, `migrate` and `doctor` on real databases, alone and beside a running server.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs;

use support::{Deployment, SECRET, eventually};

const PASSWORD: &str = "correct horse battery\n";

#[test]
fn people_are_added_listed_and_removed() {
    let deployment = Deployment::bare();
    assert_eq!(deployment.run(&["migrate"]).code, Some(0));
    let added = deployment
        .run_with_input(&["user", "add", "Ada@Example.com", "--name", "Ada", "--password-stdin"], PASSWORD);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(added.stdout.starts_with("added ada@example.com with the id "), "{}", added.stdout);

    let again = deployment.run_with_input(&["user", "add", "ada@example.com", "--password-stdin"], PASSWORD);
    assert!(again.code == Some(1) && again.stderr.contains("already"), "{}", again.stderr);

    let list = deployment.run(&["user", "list"]).stdout;
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.contains("ada@example.com") && list.contains("yes") && list.contains("Ada"), "{list}");

    assert_eq!(deployment.run(&["user", "remove", "ada@example.com"]).stdout, "removed ada@example.com\n");
    assert_eq!(deployment.run(&["user", "list"]).stdout.lines().count(), 1);
    let nobody = deployment.run(&["user", "remove", "ada@example.com"]);
    assert!(nobody.code == Some(1) && nobody.stderr.contains("nobody"), "{}", nobody.stderr);
}

#[test]
fn bad_people_are_refused_in_words() {
    let deployment = Deployment::bare();
    deployment.run(&["migrate"]);
    for (email, password, message) in [
        ("not an address", PASSWORD, "not an e-mail address"),
        ("ada@example.com", "short\n", "too short"),
        ("ada@example.com", "\n", "no password"),
        ("ada@example.com", "", "no password"),
    ] {
        let said = deployment.run_with_input(&["user", "add", email, "--password-stdin"], password);
        assert!(said.code == Some(1) && said.stderr.contains(message), "{email}: {}", said.stderr);
    }
    let said = deployment.run(&["user", "add", "ada@example.com"]);
    assert!(said.code == Some(1) && said.stderr.contains("--password-stdin"), "{}", said.stderr);
}

#[test]
fn a_mistyped_path_is_no_new_database() {
    let deployment = Deployment::bare();
    let said = deployment.run(&["user", "list", "--database", "sqlite:absent.db"]);
    assert!(said.code == Some(1) && said.stderr.contains("stayd migrate"), "{}", said.stderr);
    assert!(!deployment.path("absent.db").exists());
}

#[test]
fn somebody_added_on_the_command_line_signs_in() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    deployment.run_with_input(&["user", "add", "ada@example.com", "--password-stdin"], PASSWORD);
    let body = "{\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}";
    assert_eq!(server.request("POST", "/api/auth/sign-in/email", &[], body).status, 200);
}

#[test]
fn a_session_ended_on_the_command_line_is_over_in_the_running_server() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let (ada, bob) = (server.sign_up("ada@example.com"), server.sign_up("bob@example.com"));
    assert!(server.is_signed_in(&ada) && server.is_signed_in(&bob));

    let list = deployment.run(&["session", "list", "--user", "ada@example.com"]).stdout;
    let id =
        list.lines().nth(1).and_then(|line| line.split_whitespace().next()).expect("a session").to_owned();
    assert_eq!(deployment.run(&["session", "end", &id]).stdout, "ended 1 session\n");
    eventually("the server notices", || !server.is_signed_in(&ada));
    assert!(server.is_signed_in(&bob), "nobody else is affected");

    assert_eq!(deployment.run(&["session", "list"]).stdout.lines().count(), 2);
    assert_eq!(deployment.run(&["session", "end", "--user", "bob@example.com"]).stdout, "ended 1 session\n");
    eventually("the server notices", || !server.is_signed_in(&bob));
    let unknown = deployment.run(&["session", "end", &id]);
    assert!(unknown.code == Some(1) && unknown.stderr.contains(&id), "{}", unknown.stderr);
}

// L-7
#[test]
fn a_person_disabled_on_the_command_line_is_out_of_the_running_server_until_enabled() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let (ada, bob) = (server.sign_up("ada@example.com"), server.sign_up("bob@example.com"));
    let said = deployment.run(&["user", "disable", "ada@example.com"]);
    assert_eq!(said.stdout, "disabled ada@example.com; 1 session ended\n", "{}", said.stderr);
    eventually("the server notices", || !server.is_signed_in(&ada));
    assert!(server.is_signed_in(&bob), "nobody else is affected");
    let body = "{\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}";
    let refused = server.request("POST", "/api/auth/sign-in/email", &[], body);
    assert!(refused.status == 403 && refused.body.contains("BANNED_USER"), "{}", refused.body);

    let said = deployment.run(&["user", "enable", "ada@example.com"]);
    assert_eq!(said.stdout, "enabled ada@example.com\n", "{}", said.stderr);
    assert_eq!(server.request("POST", "/api/auth/sign-in/email", &[], body).status, 200);
    assert!(!server.is_signed_in(&ada), "what ended stays ended");
    let nobody = deployment.run(&["user", "disable", "nobody@example.com"]);
    assert!(nobody.code == Some(1) && nobody.stderr.contains("nobody"), "{}", nobody.stderr);
}

#[test]
fn no_list_shows_a_token() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    let token = cookie.split_once('=').and_then(|(_, value)| value.split('.').next()).expect("a token");
    let said = deployment.run(&["session", "list"]);
    assert!(!said.stdout.contains(token), "{}", said.stdout);
}

#[test]
fn a_file_that_is_no_database_of_ours_is_refused_and_not_touched() {
    let text = "my diary\n".repeat(1000);
    for command in [&["serve"][..], &["migrate"], &["user", "list"], &["session", "list"]] {
        let deployment = Deployment::new().file("stayd.db", &text);
        let said = deployment.run(command);
        assert_eq!(said.code, Some(1), "{command:?}: {}", said.stderr);
        assert!(said.stderr.contains("stayd.db") && said.stderr.contains("a text file"), "{}", said.stderr);
        assert_eq!(fs::read_to_string(deployment.path("stayd.db")).expect("still there"), text);
    }
}

#[test]
fn a_corrupt_database_is_refused_and_not_touched() {
    let deployment = Deployment::new();
    deployment.run(&["migrate"]);
    let path = deployment.path("stayd.db");
    let mut bytes = fs::read(&path).expect("a database");
    for byte in bytes.iter_mut().skip(100) {
        *byte ^= 0x5a;
    }
    fs::write(&path, &bytes).expect("written");
    let said = deployment.run(&["serve"]);
    assert!(said.code == Some(1) && said.stderr.contains("stayd.db"), "{}", said.stderr);
    assert_eq!(fs::read(&path).expect("still there"), bytes);
    let doctor = deployment.run(&["doctor"]);
    assert!(doctor.code == Some(1) && doctor.stdout.contains("fail  database"), "{}", doctor.stdout);
    assert_eq!(fs::read(&path).expect("still there"), bytes);
}

#[test]
fn the_doctor_finds_a_good_deployment_good() {
    let deployment = Deployment::new();
    deployment.run(&["migrate"]);
    let said = deployment.run(&["doctor"]);
    assert_eq!(said.code, Some(0), "{}", said.stdout);
    for line in [
        "ok    configuration",
        "ok    secret",
        "ok    address",
        "ok    listen",
        "ok    cookies",
        "ok    mail",
        "ok    database",
        "ok    clock",
    ] {
        assert!(said.stdout.contains(line), "{line}: {}", said.stdout);
    }
    assert!(!said.stdout.contains(SECRET));
}

#[test]
fn the_doctor_takes_no_offence_at_what_our_guides_have_other_programs_read() {
    // `docs/other-back-ends.md`, `docs/server-side.md`
    let deployment = Deployment::new()
        .with("STAYD_BACKEND_SECRET", "anything")
        .with("STAYD_URL", "http://127.0.0.1:3000/api/auth");
    let said = deployment.run(&["doctor"]);
    assert!(!said.stdout.contains("warn  configuration"), "{}", said.stdout);
}

#[test]
fn the_doctor_makes_no_database() {
    let deployment = Deployment::new();
    let said = deployment.run(&["doctor"]);
    assert!(said.stdout.contains("will be made at the first start"), "{}", said.stdout);
    assert!(!deployment.path("stayd.db").exists());
    let said = Deployment::new().with("DATABASE_URL", "sqlite:no/such/folder/x.db").run(&["doctor"]);
    assert!(said.code == Some(1) && said.stdout.contains("fail  database"), "{}", said.stdout);
}

#[test]
fn the_doctor_says_what_to_do() {
    let cases = [
        (Deployment::bare(), 1, "fail  secret", "stayd secret"),
        (Deployment::new().with("STAYD_LISTEN", "nowhere"), 1, "fail  configuration", "accepted: an address"),
        (
            Deployment::new().with("BETTER_AUTH_URL", "http://app.example.com"),
            0,
            "warn  address",
            "without TLS",
        ),
        (
            Deployment::new().with("BETTER_AUTH_URL", "https://app.example.com"),
            0,
            "warn  address",
            "STAYD_TRUSTED_PROXIES",
        ),
        (Deployment::new().with("BETTER_AUTH_URL", "https://app.example.com"), 0, "warn  mail", "STAYD_MAIL"),
        (
            Deployment::new().with("STAYD_COOKIE_CAHCE", "5"),
            0,
            "warn  configuration",
            "did you mean STAYD_COOKIE_CACHE?",
        ),
        (Deployment::new().with("STAYD_MAIL", "smtp://127.0.0.1:1"), 1, "fail  mail", "127.0.0.1:1"),
        (
            Deployment::new()
                .with("BETTER_AUTH_URL", "https://app.example.com")
                .file("stayd.toml", "[account]\nrequire_email_verification = true\n"),
            1,
            "fail  mail",
            "verify addresses",
        ),
        (
            Deployment::new()
                .with("BETTER_AUTH_URL", "https://app.example.com")
                .file("stayd.toml", "[cookie]\ndomain = \"example.com\"\n"),
            0,
            "warn  cookies",
            "every subdomain of example.com",
        ),
        (
            Deployment::bare().file("secret", SECRET).with("STAYD_SECRET_FILE", "secret"),
            0,
            "warn  secret",
            "chmod 600",
        ),
    ];
    for (deployment, code, line, advice) in cases {
        let said = deployment.run(&["doctor"]);
        assert!(said.stdout.contains(line) && said.stdout.contains(advice), "{line}: {}", said.stdout);
        assert_eq!(said.code, Some(code), "{line}: {}", said.stdout);
    }
}
