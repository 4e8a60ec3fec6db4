//! Documents in the configuration.

use stayd_engine::DocumentPolicy;

use super::{
    ConfigError,
    layers::Layers,
    read,
    setting::{About, Setting},
};

pub(crate) const MAX_BYTES: Setting<usize> = Setting {
    about: About::new(
        "documents.max_bytes",
        "a number from 1 to 64000",
        "How large a document of a person may be, in bytes of JSON without white space; beyond it the answer is 413. See [documents](documents.md).",
    )
    .variables(&["STAYD_DOCUMENTS_MAX_BYTES"])
    .default("64000"),
    parse: |text| read::count(text, 1..=64_000),
};
pub(crate) const MAX_COUNT: Setting<usize> = Setting {
    about: About::new(
        "documents.max_count",
        "a number from 0 to 1000",
        "How many documents a person may have; beyond it the answer is 403. With 0 nobody can make any.",
    )
    .variables(&["STAYD_DOCUMENTS_MAX_COUNT"])
    .default("32"),
    parse: |text| read::count(text, 0..=1000),
};

/// Reads what is said of them.
pub(super) fn read_policy(layers: &Layers) -> Result<DocumentPolicy, ConfigError> {
    Ok(DocumentPolicy { max_bytes: layers.read(&MAX_BYTES)?, max_count: layers.read(&MAX_COUNT)? })
}
