//! The demo page, embedded; `packages/demo` builds it. And, where it is told to, the API's documentation from a folder.

use std::{borrow::Cow, path::Path};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::map_response,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::services::ServeDir;

#[derive(RustEmbed)]
#[folder = "../../packages/demo/dist/"]
#[allow_missing = true]
struct Demo;

const INDEX: &str = "index.html";

/// Vite puts a hash of the content into the names of files in this folder.
const HASHED: &str = "assets/";

/// On every answer. The page needs nothing from elsewhere; the session machine in it is WebAssembly, hence the one word
/// beyond `'self'`, which allows no `eval`.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        ),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    ),
];

/// The pages of rustdoc and typedoc set their theme by a script in the page, before the first paint. They send nothing anywhere: no
/// form, and no request but for their own index.
const POLICY_OF_DOCS: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
);

/// The API's documentation, as `cargo xtask docs` built it into `folder`, below `/docs`.
pub(crate) fn docs(folder: &Path) -> Router {
    let files = ServeDir::new(folder);
    // Links in its pages are relative, so that they work from a folder too: `/docs` itself has to end with a slash.
    let entrance = get(async || Redirect::permanent("/docs/"));
    Router::new().route("/docs", entrance).nest_service("/docs/", files).layer(map_response(
        async |mut response: Response| {
            response.headers_mut().extend(HEADERS);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY_OF_DOCS);
            response
        },
    ))
}

/// Whether this build has the page.
pub(crate) fn is_built_in() -> bool {
    Demo::get(INDEX).is_some()
}

/// Answers with a file of the page.
pub(crate) async fn demo(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => INDEX,
        path => path,
    };
    let mut response = match Demo::get(path) {
        Some(file) => answer(path, file, &headers),
        None => (StatusCode::NOT_FOUND, "there is no such page\n").into_response(),
    };
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response.headers_mut().extend(HEADERS);
    response
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let cache = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let etag = etag(&file);
    let described = [(header::CACHE_CONTROL, cache.to_owned()), (header::ETAG, etag.clone())];
    if is_known(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, described).into_response();
    }
    let content_type = match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let body = match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    };
    (described, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// Half of the content's SHA-256: no two versions of a page share it.
fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let [half, _] = hash.as_chunks::<16>().0 else { return String::new() };
    format!("\"{:032x}\"", u128::from_be_bytes(*half))
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known
        .flat_map(|list| list.split(','))
        .map(|entry| entry.trim().trim_start_matches("W/"))
        .any(|entry| entry == etag || entry == "*")
}
