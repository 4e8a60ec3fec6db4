//! `Clear-Site-Data` at a sign-out: what the browser is asked to throw away beside the cookies that are deleted by name (C-10).

use crate::app::App;
use axum::http::HeaderValue;

/// What a browser that is asked to forget throws away. The default is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClearSiteData(Option<HeaderValue>);

/// Not a kind of data that browsers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kinds of data are cache, cookies and storage")]
pub struct UnknownKind;

impl ClearSiteData {
    /// These kinds: `cache`, `cookies` (of the whole registrable domain) and `storage`.
    pub fn new<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownKind> {
        let mut list = Vec::new();
        for kind in kinds {
            if !matches!(kind, "cache" | "cookies" | "storage") {
                return Err(UnknownKind);
            }
            list.push(format!("\"{kind}\""));
        }
        if list.is_empty() {
            return Ok(Self::default());
        }
        HeaderValue::from_str(&list.join(", ")).map(|value| Self(Some(value))).map_err(|_| UnknownKind)
    }
}

impl App {
    /// What to say at a sign-out. Only over https: elsewhere browsers do not listen.
    pub(crate) fn clear_site_data(&self) -> Option<HeaderValue> {
        self.config.clear_site_data.0.clone().filter(|_| self.config.is_https())
    }
}
