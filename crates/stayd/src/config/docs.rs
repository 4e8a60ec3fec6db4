//! `docs/configuration.md`, written from the table of settings. `stayd config-docs` prints it.

use std::fmt::Write as _;

use super::{
    setting::About,
    settings::{self, SECTIONS},
};

const HEAD: &str = "# Configuration

<!-- Written by `stayd config-docs` from crates/stayd/src/config/settings.rs; a test compares. -->

Stayd reads `stayd.toml` in the folder it is started in (or the file that `--config` names), then the environment, then its
flags; the later one counts. A variable that is empty counts as not set. Lists are separated by commas in variables, and may be lists
in the file. A key that does not exist, and a value that is not accepted, stop the start with exit code 2 and a message that names it;
`stayd doctor` looks at everything at once.

A file with everything that people usually set:

```toml
url = \"https://app.example.com\"
database = \"sqlite:/var/lib/stayd/stayd.db\"
secret_file = \"/etc/stayd/secret\"
trusted_proxies = [\"127.0.0.1\"]

[session]
expires_in = \"30d\"

[mail]
transport = \"smtps://user:password@mail.example.com\"
from = \"accounts@example.com\"
product = \"Example\"
```
";

/// The page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (title, settings) in SECTIONS {
        // Writing to a string does not fail.
        let _ = write!(page, "\n## {title}\n");
        for about in *settings {
            let _ = write!(page, "{}", Entry(about));
        }
    }
    page.push_str(FLAGS_TAIL);
    let flags: Vec<_> =
        settings::all().filter_map(|about| about.flag).map(|flag| format!("`{flag}`")).collect();
    let _ = writeln!(page, "{}; `--config FILE` names the configuration file.", flags.join(", "));
    page
}

const FLAGS_TAIL: &str = "\n## Flags\n\nSettings that are flags of `stayd serve` as well: ";

struct Entry<'a>(&'a About);

impl std::fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let About { key, environment, flag, default, otherwise, accepted, text, .. } = self.0;
        write!(f, "\n### `{key}`\n\n{text}\n\n- accepted: {accepted}\n")?;
        match default {
            Some("") => writeln!(f, "- default: none")?,
            Some(default) => writeln!(f, "- default: `{default}`")?,
            None => writeln!(f, "- when not set: {otherwise}")?,
        }
        if !environment.is_empty() {
            let names: Vec<_> = environment.iter().map(|name| format!("`{name}`")).collect();
            writeln!(f, "- environment: {}", names.join(", or "))?;
        }
        if let Some(flag) = flag {
            writeln!(f, "- flag: `{flag}`")?;
        }
        Ok(())
    }
}
