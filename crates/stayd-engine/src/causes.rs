//! Errors in one line, for logs and operators.

use std::error::Error;

/// An error and its causes in one line; a cause whose text its error ends with is not said twice.
pub fn causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !line.ends_with(&inner_text) {
            line = format!("{line}: {inner_text}");
        }
        cause = inner.source();
    }
    line
}
