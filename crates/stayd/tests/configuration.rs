//! What the binary makes of good and bad configurations.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use support::{Deployment, SECRET};

#[test]
fn a_missing_secret_is_refused_with_the_command_that_makes_one() {
    let said = Deployment::bare().run(&["serve"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("BETTER_AUTH_SECRET is not set"), "{}", said.stderr);
    assert!(said.stderr.contains("export BETTER_AUTH_SECRET=\"$(stayd secret)\""), "{}", said.stderr);
}

#[test]
fn weak_secrets_are_refused_and_not_shown() {
    for weak in
        ["short-but-mine", "better-auth-secret-12345678901234567890", "abababababababababababababababababab"]
    {
        let deployment = Deployment::bare().with("BETTER_AUTH_SECRET", weak);
        let said = deployment.run(&["serve"]);
        assert_eq!(said.code, Some(2), "{weak}");
        assert!(said.stderr.contains("stayd secret"), "{}", said.stderr);
        assert!(!said.stderr.contains(weak) && !said.stdout.contains(weak), "{}", said.stderr);
        assert!(!deployment.path("stayd.db").exists(), "nothing was touched");
    }
}

#[test]
fn the_secret_that_the_command_prints_is_good() {
    let (first, second) = (Deployment::bare().run(&["secret"]), Deployment::bare().run(&["secret"]));
    assert_ne!(first.stdout, second.stdout);
    let secret = first.stdout.trim_end();
    assert!(secret.len() >= 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
    let server =
        Deployment::bare().with("BETTER_AUTH_SECRET", secret).with("STAYD_LISTEN", "127.0.0.1:0").serve(&[]);
    assert_eq!(server.stop().code, Some(0));
}

#[test]
fn a_list_of_secrets_and_a_file_are_taken_as_well() {
    let list = format!("2:{SECRET},1:Zq8vT1mK4cX7bN0sD3fG6hJ9kL2pW5eR");
    let file = format!("{SECRET}\n");
    for deployment in [
        Deployment::bare().with("BETTER_AUTH_SECRETS", &list),
        Deployment::bare().with("AUTH_SECRET", SECRET),
        Deployment::bare().file("secret", &file).with("STAYD_SECRET_FILE", "secret"),
    ] {
        let server = deployment.with("STAYD_LISTEN", "127.0.0.1:0").serve(&[]);
        assert_eq!(server.get("/api/auth/ok").body, "{\"ok\":true}");
    }
    let said = Deployment::bare().with("STAYD_SECRET_FILE", "absent").run(&["serve"]);
    assert!(said.code == Some(2) && said.stderr.contains("cannot be read from absent"), "{}", said.stderr);
    let said = Deployment::bare().with("BETTER_AUTH_SECRETS", &format!("2:{SECRET},1:weak")).run(&["serve"]);
    assert!(said.code == Some(2) && said.stderr.contains("BETTER_AUTH_SECRETS"), "{}", said.stderr);
}

#[test]
fn people_stay_signed_in_when_the_secret_changes() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    server.stop();
    let both = format!("2:Zq8vT1mK4cX7bN0sD3fG6hJ9kL2pW5eR,1:{SECRET}");
    assert!(deployment.with("BETTER_AUTH_SECRETS", &both).serve(&[]).is_signed_in(&cookie));
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_is_accepted() {
    let cases = [
        (
            "STAYD_LISTEN",
            "nowhere",
            "listen cannot be \"nowhere\" (environment variable STAYD_LISTEN)\naccepted: an address with a port",
        ),
        (
            "STAYD_SESSION_EXPIRES_IN",
            "soon",
            "session.expires_in cannot be \"soon\" (environment variable STAYD_SESSION_EXPIRES_IN)\naccepted: a duration",
        ),
        ("STAYD_SESSION_EXPIRES_IN", "500d", "session.expires_in cannot be \"500d\""),
        (
            "STAYD_SESSION_PRESET",
            "lax",
            "session.preset cannot be \"lax\" (environment variable STAYD_SESSION_PRESET)\naccepted: better-auth or strict",
        ),
        ("STAYD_SESSION_ROTATION", "on", "session.rotation cannot be \"on\""),
        ("STAYD_SESSION_ROTATION_GRACE", "1h", "session.rotation_grace cannot be \"1h\""),
        ("STAYD_RATE_LIMIT", "maybe", "rate_limit cannot be \"maybe\""),
        ("DATABASE_URL", "postgres://x/y", "database cannot be \"postgres://x/y\""),
        ("DATABASE_URL", "sqlite::memory:", "lose every session"),
        ("BETTER_AUTH_URL", "app.example.com", "url cannot be \"app.example.com\""),
        ("STAYD_TRUSTED_PROXIES", "10.0.0.0/99", "trusted_proxies cannot be \"10.0.0.0/99\""),
        ("STAYD_TRUSTED_ORIGINS", "https://a b", "trusted_origins cannot be \"https://a b\""),
        ("STAYD_LOG_FORMAT", "xml", "log.format cannot be \"xml\""),
        ("STAYD_COOKIE_CACHE", "-1", "cookie_cache.max_age cannot be \"-1\""),
    ];
    for (name, value, message) in cases {
        let said = Deployment::bare().with("BETTER_AUTH_SECRET", SECRET).with(name, value).run(&["serve"]);
        assert_eq!(said.code, Some(2), "{name}={value}: {}", said.stderr);
        assert!(said.stderr.contains(message), "{name}={value}: {}", said.stderr);
    }
}

#[test]
fn a_wrong_mail_setting_never_shows_its_password() {
    let said =
        Deployment::new().with("STAYD_MAIL", "smtp://ada:canary@mail.example.com?tls=off").run(&["serve"]);
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("mail.transport") && said.stderr.contains("in clear"), "{}", said.stderr);
    assert!(!said.stderr.contains("canary"), "{}", said.stderr);
}

#[test]
fn wrong_files_are_refused_with_the_line() {
    for (text, message) in [
        (
            "\n[session]\nexpires = \"1d\"\n",
            "stayd.toml:3: there is no setting \"session.expires\"; did you mean \"session.expires_in\"?",
        ),
        ("listen = \"127.0.0.1\"\n", "listen cannot be \"127.0.0.1\" (stayd.toml:1)"),
        ("listen = \n", "stayd.toml:1: not TOML"),
        (
            "[session.default]\nidle = \"2d\"\n",
            "session.default.idle (172800 s) is not shorter than session.default.lifetime (86400 s)",
        ),
        (
            "[session.api]\nmax_sessions = \"many\"\n",
            "session.api.max_sessions cannot be \"many\" (stayd.toml:2)",
        ),
        ("[cookie]\nprefix = \"a b\"\n", "cookie.prefix cannot be \"a b\" (stayd.toml:2)"),
    ] {
        let said =
            Deployment::bare().with("BETTER_AUTH_SECRET", SECRET).file("stayd.toml", text).run(&["serve"]);
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains(message), "{}", said.stderr);
    }
    let said = Deployment::new().run(&["serve", "--config", "absent.toml"]);
    assert!(said.code == Some(2) && said.stderr.contains("absent.toml"), "{}", said.stderr);
}

#[test]
fn flags_count_more_than_the_environment_and_that_more_than_the_file() {
    let file = "database = \"sqlite:from-file.db\"\nbase_path = \"/auth\"\n";
    let deployment = Deployment::new().file("stayd.toml", file);
    assert!(deployment.serve(&[]).line.contains("from-file.db"));
    let deployment = deployment.with("DATABASE_URL", "sqlite:from-environment.db");
    let server = deployment.serve(&[]);
    assert!(server.line.contains("from-environment.db"), "{}", server.line);
    assert_eq!(server.get("/auth/ok").status, 200, "what only the file says still counts");
    assert!(deployment.serve(&["--database", "sqlite:from-flag.db"]).line.contains("from-flag.db"));
}

#[test]
fn a_taken_address_is_named() {
    let server = Deployment::new().serve(&[]);
    let said = Deployment::new().run(&["serve", "--listen", &server.address]);
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains(&server.address) && said.stderr.contains("--listen"), "{}", said.stderr);
}

#[test]
fn the_page_of_settings_is_the_one_in_the_repository() {
    let committed = include_str!("../../../docs/configuration.md");
    let said = Deployment::bare().run(&["config-docs"]);
    assert!(said.stdout == committed, "run: stayd config-docs > docs/configuration.md");
}
