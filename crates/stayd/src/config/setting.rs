//! What a setting is: its names, its meaning, and how its text is read.

/// A setting whose value is a `T`.
pub(crate) struct Setting<T> {
    /// What stands in the documentation.
    pub(crate) about: About,
    /// Reads the text, wherever it comes from.
    pub(crate) parse: fn(&str) -> Result<T, Wrong>,
}

/// What is said of a setting, in the documentation and in messages about wrong values.
pub(crate) struct About {
    /// The key in `stayd.toml`, with its section: `session.expires_in`.
    pub(crate) key: &'static str,
    /// Variables that set it; the first that is set counts.
    pub(crate) environment: &'static [&'static str],
    /// The flag that sets it.
    pub(crate) flag: Option<&'static str>,
    /// The value in use when nothing else is said, as it would be written; `None` where `otherwise` says what happens.
    pub(crate) default: Option<&'static str>,
    /// What holds when there is no default.
    pub(crate) otherwise: &'static str,
    /// What a value looks like.
    pub(crate) accepted: &'static str,
    /// What it does.
    pub(crate) text: &'static str,
    /// Whether the value is never shown.
    pub(crate) secret: bool,
}

impl About {
    /// A plain setting; the rest is filled in with struct update syntax.
    pub(crate) const fn new(key: &'static str, accepted: &'static str, text: &'static str) -> Self {
        Self {
            key,
            environment: &[],
            flag: None,
            default: None,
            otherwise: "not set",
            accepted,
            text,
            secret: false,
        }
    }

    pub(crate) const fn variables(mut self, names: &'static [&'static str]) -> Self {
        self.environment = names;
        self
    }

    pub(crate) const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    pub(crate) const fn default(mut self, text: &'static str) -> Self {
        self.default = Some(text);
        self
    }

    pub(crate) const fn otherwise(mut self, text: &'static str) -> Self {
        self.otherwise = text;
        self
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// A text that is no value of its setting; with a reason where what is accepted does not say enough.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong(pub(crate) Option<String>);

impl Wrong {
    pub(crate) fn because(reason: impl std::fmt::Display) -> Self {
        Self(Some(reason.to_string()))
    }
}

/// For texts that are simply of another form.
pub(crate) const WRONG: Wrong = Wrong(None);
