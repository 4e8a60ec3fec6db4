//! The signing secret changes, and nobody is signed out who comes by meanwhile.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use support::{Answer, Deployment, SECRET, Server, eventually, files_in};

const NEW: &str = "Zq8vT1mK4cX7bN0sD3fG6hJ9kL2pW5eR";
const PASSWORD: &str = "correct horse battery";
const CSRF: &str = "better-auth.csrf_token";

/// A browser that keeps what it is given, for one server after another.
struct Browser {
    jar: BTreeMap<String, String>,
    /// So long that the session's data does not fit into one cookie.
    agent: String,
}

impl Browser {
    fn new() -> Self {
        Self { jar: BTreeMap::new(), agent: format!("Mozilla/5.0 {}", "x".repeat(6000)) }
    }

    fn send(&mut self, server: &Server, method: &str, path: &str, body: &str) -> Answer {
        let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let token = self.jar.get(CSRF).cloned().unwrap_or_default();
        let origin = format!("http://{}", server.address);
        let mut headers = vec![("User-Agent", self.agent.as_str()), ("Cookie", &cookies)];
        if method == "POST" {
            headers.extend([("Origin", origin.as_str()), ("X-CSRF-Token", &token)]);
        }
        let answer = server.request(method, &format!("/api/auth{path}"), &headers, body);
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("; Max-Age=0;") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Signs up, and in again if it is not to be remembered.
    fn sign_up(&mut self, server: &Server, name: &str, remember: bool) {
        self.send(server, "GET", "/csrf", "");
        let body = format!(
            "{{\"name\":\"{name}\",\"email\":\"{name}@example.com\",\"password\":\"{PASSWORD}\",\"rememberMe\":{remember}}}"
        );
        let answer = self.send(server, "POST", "/sign-up/email", &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    fn name(&mut self, server: &Server) -> Option<String> {
        let body = self.send(server, "GET", "/get-session", "").body;
        let (_, rest) = body.split_once("\"name\":\"")?;
        rest.split('"').next().map(str::to_owned)
    }

    fn change_name(&mut self, server: &Server, name: &str) -> u16 {
        self.send(server, "POST", "/update-user", &format!("{{\"name\":\"{name}\"}}")).status
    }
}

/// The token in the link of the only letter.
fn letter(deployment: &Deployment) -> String {
    let folder = deployment.path("mail");
    eventually("the letter", || {
        folder.exists() && files_in(&folder).iter().any(|f| f.extension().is_some_and(|e| e == "eml"))
    });
    let text = fs::read_to_string(&files_in(&folder)[0]).unwrap().replace("=\r\n", "");
    let (_, rest) = text.split_once("/reset-password/").expect("a link");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

// C-12
#[test]
fn a_new_secret_signs_nobody_out_who_comes_by_before_the_old_one_goes() {
    for strategy in ["compact", "jwe"] {
        let deployment = Deployment::bare()
            .with("STAYD_LISTEN", "127.0.0.1:0")
            .with("STAYD_COOKIE_CACHE", "300")
            .with("STAYD_CSRF_MODE", "required")
            .with("STAYD_MAIL", "file:mail")
            .with("STAYD_RATE_LIMIT", "off")
            .file("stayd.toml", &format!("[cookie_cache]\nstrategy = \"{strategy}\"\n"))
            .with("BETTER_AUTH_SECRETS", &format!("1:{SECRET}"));
        let (mut ada, mut bob, mut eve) = (Browser::new(), Browser::new(), Browser::new());
        let server = deployment.serve(&[]);
        ada.sign_up(&server, "ada", true);
        bob.sign_up(&server, "bob", false);
        eve.sign_up(&server, "eve", true);
        ada.send(&server, "POST", "/request-password-reset", "{\"email\":\"bob@example.com\"}");
        let link = letter(&deployment);
        assert!(
            ada.jar.len() > 3 && bob.jar.contains_key("better-auth.dont_remember"),
            "{:?}",
            ada.jar.keys()
        );
        server.stop();

        let signed_by_old = [ada.jar.clone(), bob.jar.clone()];
        let deployment = deployment.with("BETTER_AUTH_SECRETS", &format!("2:{NEW},1:{SECRET}"));
        let server = deployment.serve(&[]);
        assert_eq!(
            ada.change_name(&server, "Ada of old"),
            200,
            "the page's CSRF token of before is still good"
        );
        assert_eq!(bob.name(&server).as_deref(), Some("bob"));
        for (browser, old) in [(&ada, &signed_by_old[0]), (&bob, &signed_by_old[1])] {
            assert_eq!(browser.jar.keys().collect::<Vec<_>>(), old.keys().collect::<Vec<_>>());
            let pieces = |jar: &BTreeMap<String, String>| -> String {
                jar.iter()
                    .filter(|(name, _)| name.contains("session_data"))
                    .map(|(_, value)| value.clone())
                    .collect()
            };
            assert_ne!(pieces(&browser.jar), pieces(old), "the data is signed anew");
            for (name, value) in old.iter().filter(|(name, _)| !name.contains("session_data")) {
                // The id of a visitor is worth nothing once somebody has signed in.
                let may_stay = name.ends_with(".visitor");
                assert_eq!(browser.jar.get(name) == Some(value), may_stay, "{name} is signed anew");
            }
        }
        server.stop();

        let deployment = deployment.with("BETTER_AUTH_SECRETS", &format!("2:{NEW}"));
        let server = deployment.serve(&[]);
        assert_eq!(ada.name(&server).as_deref(), Some("Ada of old"));
        assert_eq!(bob.name(&server).as_deref(), Some("bob"));
        assert_eq!((ada.change_name(&server, "ada"), bob.change_name(&server, "bob")), (200, 200));
        assert_eq!(eve.name(&server), None, "who did not come by in between is signed out");
        let reset = format!("{{\"newPassword\":\"another password\",\"token\":\"{link}\"}}");
        let answer = ada.send(&server, "POST", "/reset-password", &reset);
        assert_eq!(answer.status, 200, "a link that the store keeps outlives every secret: {}", answer.body);
    }
}

// C-12
#[test]
fn the_command_puts_a_new_secret_before_those_in_use_and_keeps_two() {
    let list = |deployment: &Deployment| deployment.run(&["secret", "rotate"]).stdout.trim_end().to_owned();
    let first = list(&Deployment::bare().with("BETTER_AUTH_SECRET", SECRET));
    assert!(first.starts_with("2:") && first.ends_with(&format!(",1:{SECRET}")), "{first}");
    let second = list(&Deployment::bare().with("BETTER_AUTH_SECRETS", &first));
    let third = list(&Deployment::bare().with("BETTER_AUTH_SECRETS", &second));
    assert!(second.starts_with("3:") && second.ends_with(&first), "{second}");
    assert!(third.starts_with("4:") && third.split(',').count() == 3, "{third}");
    assert!(!third.contains(SECRET), "the oldest of four goes");
    let server = Deployment::bare().with("BETTER_AUTH_SECRETS", &third).with("STAYD_LISTEN", "127.0.0.1:0");
    assert_eq!(server.serve(&[]).stop().code, Some(0));
    let said =
        Deployment::bare().with("BETTER_AUTH_SECRET", &format!("{SECRET},{NEW}")).run(&["secret", "rotate"]);
    assert!(
        said.code == Some(1) && said.stderr.contains("comma") && !said.stderr.contains(SECRET),
        "{}",
        said.stderr
    );
    let said = Deployment::bare().with("BETTER_AUTH_SECRET", "weak").run(&["secret", "rotate"]);
    assert_eq!(said.code, Some(2));
}

// C-12
#[test]
fn a_file_of_secrets_gets_the_new_one_at_its_top_and_stays_its_owners_alone() {
    let deployment = Deployment::bare()
        .file("secret", &format!("{SECRET}\n"))
        .with("STAYD_SECRET_FILE", "secret")
        .with("STAYD_LISTEN", "127.0.0.1:0");
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    server.stop();
    let said = deployment.run(&["secret", "rotate"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), ""), "{}", said.stderr);
    let text = fs::read_to_string(deployment.path("secret")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() == 2 && lines[1] == SECRET && !said.stderr.contains(lines[0]), "{}", said.stderr);
    let mode = fs::metadata(deployment.path("secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(deployment.run(&["doctor"]).stdout.contains("1 earlier accepted too"));
    assert!(deployment.serve(&[]).is_signed_in(&cookie));
}
