//! The server as a process: how it starts, what it shows, how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::process::ExitStatusExt,
    path::Path,
};

use rustix::process::{Resource, Rlimit};
use support::{Deployment, Server, eventually, files_in};

#[test]
fn one_line_says_where_it_is() {
    let server = Deployment::new().serve(&[]);
    assert_eq!(server.line, format!("Stayd is ready at http://{} (database stayd.db)\n", server.address));
    assert_eq!(server.get("/health/live").status, 200);
    assert_eq!(server.get("/health/ready").status, 200);
    assert_eq!(server.get("/").status, 404, "the demo is shown only when asked for");
}

#[test]
fn people_stay_signed_in_through_a_restart() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    assert!(server.is_signed_in(&cookie));
    let said = server.stop();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(deployment.serve(&[]).is_signed_in(&cookie));
}

// T-7
#[test]
fn a_restored_backup_revives_no_session_that_had_ended() {
    let deployment = Deployment::new();
    let (database, backup) = (deployment.path("stayd.db"), deployment.path("backup"));
    let server = deployment.serve(&[]);
    let (ada, eve) = (server.sign_up("ada@example.com"), server.sign_up("eve@example.com"));
    assert_eq!(server.stop().code, Some(0));
    fs::copy(&database, &backup).expect("a backup");

    let server = deployment.serve(&[]);
    let origin = format!("http://{}", server.address);
    let out = server.request("POST", "/api/auth/sign-out", &[("Cookie", &eve), ("Origin", &origin)], "{}");
    assert_eq!((out.status, server.is_signed_in(&ada)), (200, true));
    assert!(!server.stop().stderr.contains("restored"), "an ordinary start is none after a restore");

    fs::copy(&backup, &database).expect("restored");
    let server = deployment.serve(&[]);
    assert!(!server.is_signed_in(&eve), "it had ended");
    assert!(!server.is_signed_in(&ada), "nobody knows that of anybody");
    let body = "{\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}";
    let again = server.request("POST", "/api/auth/sign-in/email", &[], body);
    let cookie =
        again.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    assert!(server.stop().stderr.contains("the database was restored"));
    assert!(deployment.serve(&[]).is_signed_in(&cookie), "it happens once");
}

// T-7
#[test]
fn a_restored_backup_brings_back_no_signing_key_and_carries_no_letter_again() {
    let deployment =
        Deployment::new().with("STAYD_MAIL", "smtp://127.0.0.1:1").with("STAYD_RATE_LIMIT", "off");
    let (database, backup) = (deployment.path("stayd.db"), deployment.path("backup"));
    let keys = |server: &Server| -> Vec<String> {
        let body = server.get("/api/auth/jwks").body;
        body.split("\"kid\":\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    };
    let forget = |server: &Server, email: &str| {
        let body = format!("{{\"email\":\"{email}\"}}");
        assert_eq!(server.request("POST", "/api/auth/request-password-reset", &[], &body).status, 200);
    };
    let server = deployment.serve(&[]);
    for email in ["ada@example.com", "eve@example.com"] {
        server.sign_up(email);
    }
    eventually("a key", || !keys(&server).is_empty());
    let stolen = keys(&server);
    forget(&server, "ada@example.com");
    assert_eq!(server.stop().code, Some(0));
    fs::copy(&database, &backup).expect("a backup");
    assert_eq!(deployment.serve(&[]).stop().code, Some(0));

    fs::copy(&backup, &database).expect("restored");
    let deployment = deployment.with("STAYD_MAIL", "file:mail");
    let server = deployment.serve(&[]);
    eventually("another key", || !keys(&server).is_empty());
    assert!(keys(&server).iter().all(|key| !stolen.contains(key)), "it may have been withdrawn since");
    forget(&server, "eve@example.com");
    let said = server.stop();
    assert!(said.stderr.contains("are not carried again"), "{}", said.stderr);
    let letters = files_in(&deployment.path("mail"));
    let letters: Vec<_> =
        letters.iter().map(|letter| fs::read_to_string(letter).expect("a letter")).collect();
    assert!(letters.iter().any(|letter| letter.contains("eve@example.com")));
    assert!(!letters.iter().any(|letter| letter.contains("ada@example.com")), "it was carried long ago");
}

#[test]
fn letters_are_delivered_before_it_ends() {
    let deployment = Deployment::new().with("STAYD_MAIL", "file:mail");
    let server = deployment.serve(&[]);
    server.sign_up("ada@example.com");
    let body = "{\"email\":\"ada@example.com\"}";
    assert_eq!(server.request("POST", "/api/auth/request-password-reset", &[], body).status, 200);
    assert_eq!(server.stop().code, Some(0));
    let letters = files_in(&deployment.path("mail"));
    let resets = letters
        .iter()
        .filter(|file| fs::read_to_string(file).expect("a letter").contains("Reset your Stayd password"));
    assert_eq!(resets.count(), 1, "{letters:?}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = Deployment::new().serve(&[]);
    // A request whose body never comes keeps the orderly end waiting.
    let mut stalled = TcpStream::connect(&server.address).expect("it listens");
    let head = format!(
        "POST /api/auth/sign-in/email HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
        server.address
    );
    stalled.write_all(head.as_bytes()).expect("it reads");
    // It asks for the body: from here on the request is one that is being served.
    let mut said = [0; 12];
    stalled.read_exact(&mut said).expect("it answers");
    assert_eq!(&said, b"HTTP/1.1 100");
    server.signal("-TERM");
    eventually("it stops listening", || TcpStream::connect(&server.address).is_err());
    let said = server.stop();
    assert!(said.code == Some(130), "{:?}: {}", said.code, said.stderr);
}

#[test]
fn logs_are_json_where_wanted_and_hold_no_secret() {
    let deployment = Deployment::new()
        .with("STAYD_LOG_FORMAT", "json")
        .with("STAYD_LOG", "trace")
        .with("STAYD_MAIL", "file:mail");
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    server.request("POST", "/api/auth/request-password-reset", &[], "{\"email\":\"ada@example.com\"}");
    server.is_signed_in(&cookie);
    // The letter is sent behind the answer. To follow its link does not use it up, so whoever reads the log must not find it.
    let link = || {
        let folder = deployment.path("mail");
        let letters = if folder.exists() { files_in(&folder) } else { Vec::new() };
        let texts = letters.iter().filter_map(|file| fs::read_to_string(file).ok());
        let mut texts = texts.map(|text| text.replace("=\r\n", ""));
        texts.find_map(|text| Some(text.split_once("/reset-password/")?.1.get(..24)?.to_owned()))
    };
    eventually("the letter is there", || link().is_some());
    let link = link().expect("a link");
    server.get(&format!("/api/auth/reset-password/{link}?callbackURL=/new"));
    let said = server.stop();
    let token = cookie.split_once('=').and_then(|(_, value)| value.split('.').next()).expect("a token");
    assert!(said.stderr.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{}", said.stderr);
    for secret in [token, "correct horse", support::SECRET, &link] {
        assert!(!said.stderr.contains(secret), "{secret}");
    }
}

// C-8
#[test]
fn nothing_from_outside_breaks_or_colours_a_line_of_the_log() {
    let deployment = Deployment::new().with("STAYD_LOG", "trace").with("STAYD_MAIL", "log");
    let server = deployment.serve(&[]);
    for path in [
        "/api/auth/%0Aforged=1%1B[31m",
        "/api/auth/ok?%0D%0Aforged=1",
        "/api/auth/reset-password/%0Aforged=1",
    ] {
        server.get(path);
    }
    let body = "{\"email\":\"ada@example.com\",\"name\":\"a\\nforged=1\\u001b[31m\",\"password\":\"correct horse battery\"}";
    server.request("POST", "/api/auth/sign-up/email", &[("User-Agent", "a\tforged=1")], body);
    server.request("POST", "/api/auth/sign-in/email", &[], "{\"email\":\"x\\nforged=1\",\"password\":\"y\"}");
    server.request("POST", "/api/auth/request-password-reset", &[], "{\"email\":\"ada@example.com\"}");
    server.request(
        "GET",
        "/api/auth/ok",
        &[("Cookie", "a=\u{9b}31m; better-auth.session_token=x\u{85}forged=1")],
        "",
    );
    let said = server.stop().stderr;
    assert!(said.lines().all(|line| !line.trim_start().starts_with("forged")), "{said}");
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
}

#[test]
fn only_hosts_that_are_ours_are_answered() {
    let deployment = Deployment::new().with("BETTER_AUTH_URL", "https://app.example.com");
    let server = deployment.serve(&[]);
    for (host, status) in [("app.example.com", 200), ("127.0.0.1", 200), ("evil.example", 421)] {
        assert_eq!(server.request("GET", "/api/auth/ok", &[("Host", host)], "").status, status, "{host}");
    }
    let deployment = deployment.with("STAYD_HOSTS", "stayd.internal");
    assert_eq!(
        deployment.serve(&[]).request("GET", "/api/auth/ok", &[("Host", "stayd.internal")], "").status,
        200
    );
    let deployment = deployment.with("STAYD_HOSTS", "*");
    assert_eq!(
        deployment.serve(&[]).request("GET", "/api/auth/ok", &[("Host", "evil.example")], "").status,
        200
    );
}

#[test]
fn https_makes_cookies_secure_and_a_path_is_the_base_path() {
    let server = Deployment::new().with("BETTER_AUTH_URL", "https://app.example.com/auth").serve(&[]);
    let body = "{\"name\":\"Ada\",\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}";
    let answer = server.request("POST", "/auth/sign-up/email", &[("Host", "app.example.com")], body);
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(
        cookie.starts_with("__Secure-better-auth.session_token=") && cookie.contains("; Secure"),
        "{cookie}"
    );
}

// C-2
#[test]
fn cookies_are_the_hosts_alone_where_that_is_wanted() {
    let deployment = Deployment::new().file("stayd.toml", "[cookie]\nhost_prefix = true\n");
    let refused = deployment.run(&["serve"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("__Host-"), "{}", refused.stderr);

    let server = deployment.with("BETTER_AUTH_URL", "https://app.example.com").serve(&[]);
    let host = ("Host", "app.example.com");
    let body = "{\"name\":\"Ada\",\"email\":\"ada@example.com\",\"password\":\"correct horse battery\"}";
    let answer = server.request("POST", "/api/auth/sign-up/email", &[host], body);
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-better-auth.session_token="), "{cookie}");
    let cookie = cookie.split(';').next().expect("a value");
    let knows = |cookie: &str| {
        let answer = server.request("GET", "/api/auth/get-session", &[host, ("Cookie", cookie)], "");
        answer.body.contains("ada@example.com")
    };
    assert!(knows(cookie));
    for planted in ["__Secure-", ""] {
        assert!(!knows(&cookie.replacen("__Host-", planted, 1)), "{planted}");
    }
}

#[test]
fn the_process_leaves_no_core_dump() {
    // The server inherits the limit of this process: nothing but its own word forbids a dump.
    let limit = rustix::process::getrlimit(Resource::Core).maximum;
    rustix::process::setrlimit(Resource::Core, Rlimit { current: limit, maximum: limit })
        .expect("within the maximum");
    let server = Deployment::new().serve(&[]);
    let status = server.end_with("-ABRT");
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
}

#[test]
fn the_demo_page_is_served_with_strict_headers() {
    let server = Deployment::new().serve(&["--demo"]);
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let policy = page.header("content-security-policy").expect("a policy");
    for part in [
        "default-src 'self';",
        "script-src 'self' 'wasm-unsafe-eval';",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));

    let etag = page.header("etag").expect("a tag");
    let known = server.request("GET", "/", &[("If-None-Match", etag)], "");
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    let head = server.request("HEAD", "/", &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));

    let script = page
        .body
        .split('"')
        .find(|text| {
            text.starts_with("/assets/") && Path::new(text).extension().is_some_and(|end| end == "js")
        })
        .expect("a script");
    let script = server.get(script);
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert!(script.header("content-type").is_some_and(|kind| kind.starts_with("text/javascript")));

    for path in ["/absent", "/../Cargo.toml", "/%2e%2e/package.json", "//etc/passwd", "/assets/"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(server.request("POST", "/", &[], "{}").status, 405);
}

#[test]
fn the_documentation_is_served_beside_the_demo_and_only_from_its_folder() {
    let deployment = Deployment::new().file("secret.txt", "a secret");
    fs::create_dir_all(deployment.path("docs/rust")).unwrap();
    fs::write(deployment.path("docs/rust/index.html"), "<h1>docs</h1>").unwrap();
    assert_eq!(deployment.run(&["serve", "--docs", "docs"]).code, Some(2), "the demo's, and nobody else's");
    let refused = deployment.run(&["serve", "--demo", "--docs", "absent"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("cargo xtask docs"), "{}", refused.stderr);

    let server = deployment.serve(&["--demo", "--docs", "docs"]);
    let page = server.get("/docs/rust/index.html");
    assert_eq!((page.status, page.body.as_str()), (200, "<h1>docs</h1>"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("form-action 'none'") && policy.contains("default-src 'self'"), "{policy}");
    assert_eq!(server.get("/docs/rust/").body, "<h1>docs</h1>");
    let entrance = server.get("/docs");
    assert_eq!((entrance.status, entrance.header("location")), (308, Some("/docs/")));
    let demo = server.get("/");
    assert!(demo.header("content-security-policy").is_some_and(|policy| !policy.contains("unsafe-inline")));
    for path in ["/docs/absent", "/docs/../secret.txt", "/docs/%2e%2e/secret.txt", "/docs/..%2fsecret.txt"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_session_that_the_command_line_ends_is_told_on_its_stream_and_a_stop_ends_the_others() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let mut ended = server.events(&server.sign_up("ada@example.com"));
    let mut other = server.events(&server.sign_up("eve@example.com"));
    for stream in [&mut ended, &mut other] {
        stream.line("event: session");
    }
    let said = deployment.run(&["session", "end", "--user", "ada@example.com"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    ended.line("event: session-ended");
    ended.line("data: {\"reason\":\"administrator\",\"session\":\"");
    ended.end();
    let said = server.stop();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(!said.stderr.contains("cut off"), "{}", said.stderr);
    other.end();
}

// L-8
#[test]
fn everybodys_sessions_end_on_the_command_line_and_streams_are_told() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let cookies = [server.sign_up("ada@example.com"), server.sign_up("eve@example.com")];
    let mut stream = server.events(&cookies[0]);
    stream.line("event: session");
    let said = deployment.run(&["session", "end", "--all"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), "ended 2 sessions\n"), "{}", said.stderr);
    assert!(said.stderr.contains("everybody's sessions ended"), "the end is logged: {}", said.stderr);
    stream.line("data: {\"reason\":\"administrator\",\"session\":\"");
    stream.end();
    eventually("the server notices", || cookies.iter().all(|cookie| !server.is_signed_in(cookie)));
    assert!(server.is_signed_in(&server.sign_up("max@example.com")), "whoever comes next is not among them");
}
