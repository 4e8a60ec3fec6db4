//! `stayd doctor`: looks at everything a deployment depends on, and says what to do.

mod checks;

use std::process::ExitCode;

use tokio::runtime;

use crate::{cli::Common, config::Config, failure::Failure};

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    grade: Grade,
    subject: &'static str,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Ok,
    /// It works, and something should be done.
    Warn,
    /// It does not work.
    Fail,
}

impl Finding {
    fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, subject, text: text.into() }
    }

    fn warn(subject: &'static str, text: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, subject, text: text.into() }
    }

    fn fail(subject: &'static str, text: impl Into<String>) -> Self {
        Self { grade: Grade::Fail, subject, text: text.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let grade = match self.grade {
            Grade::Ok => "ok",
            Grade::Warn => "warn",
            Grade::Fail => "fail",
        };
        // Advice on lines of its own stands under the text.
        write!(f, "{grade:<5} {:<14} {}", self.subject, self.text.replace('\n', "\n                     "))
    }
}

/// Prints a line for each finding. Exit code 1 if something does not work.
pub(crate) fn run(common: &Common) -> Result<ExitCode, Failure> {
    let findings = match common.load() {
        Err(error) => vec![Finding::fail("configuration", error.to_string())],
        Ok(config) => runtime::Builder::new_current_thread().enable_all().build()?.block_on(examine(&config)),
    };
    for finding in &findings {
        println!("{finding}");
    }
    let failed = findings.iter().any(|finding| finding.grade == Grade::Fail);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = checks::configuration(config);
    findings.extend(checks::secret(config));
    match config.place(config.listen) {
        Err(error) => findings.push(Finding::fail("address", error.to_string())),
        Ok(place) => {
            findings.extend(checks::address(config, &place).await);
            findings.extend(checks::cookies(config, &place));
            findings.extend(checks::mail(config, &place).await);
        }
    }
    findings.extend(checks::database_and_clock(config).await);
    findings
}
