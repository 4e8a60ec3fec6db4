//! The router: every route of the protocol, ready to be served or mounted in somebody else's application.

use crate::{
    app::{App, Stayd},
    edge::{edge, not_found},
    routes::{
        accounts, csrf, delete_user, devices, documents, email, events, get_session, health, introspect,
        jwks, jwt, metrics, multi_session, password, reset_password, revocations, sessions, sign_in,
        sign_out, sign_up, social, status, step_up, token, user,
    },
};
use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, any};

/// All routes of the protocol. Mount them with [`Router::merge`]: their paths begin with [`crate::ServerConfig::base_path`] already.
///
/// It serves whatever calls it; the limits on headers and connections are those of [`crate::serve`].
pub fn router(Stayd(app): Stayd) -> Router {
    let base = app.config.base_path.clone();
    let multi_session = app.config.plugins.multi_session.map(|_| multi_session_routes());
    routes()
        .into_iter()
        .chain(multi_session.into_iter().flatten())
        .fold(Router::new(), |router, (path, route)| router.route(&format!("{base}{path}"), route))
        .route(&base, any(not_found))
        .route(&format!("{base}/"), any(not_found))
        .route(&format!("{base}/{{*unknown}}"), any(not_found))
        .layer(axum::middleware::from_fn_with_state(app.clone(), edge))
        .with_state(app)
}

/// `GET /health/live` and `GET /health/ready`, for whoever starts and watches the process. Not under the base path: people need not see them.
pub fn health(Stayd(app): Stayd) -> Router {
    Router::new()
        .route("/health/live", axum::routing::get(health::live))
        .route("/health/ready", axum::routing::get(health::ready))
        .with_state(app)
}

/// `GET /metrics`: what this node has counted since its start, as Prometheus and others read it (EN-13). It names nobody, and yet is no business
/// of strangers (H-10): it belongs on an address of its own, which the network does not let them reach.
pub fn metrics(Stayd(app): Stayd) -> Router {
    Router::new().route("/metrics", axum::routing::get(metrics::metrics)).with_state(app)
}

/// The paths of all routes below the base path, those of switched-off plugins among them: for documentation, and for tests that try each.
pub fn paths() -> impl Iterator<Item = &'static str> {
    routes().into_iter().chain(multi_session_routes()).map(|(path, _)| path)
}

fn routes() -> Vec<(&'static str, MethodRouter<App>)> {
    vec![
        ("/ok", get(status::ok)),
        ("/error", get(status::error)),
        ("/sign-up/email", post(sign_up::sign_up_email)),
        ("/sign-in/email", post(sign_in::sign_in_email)),
        ("/sign-in/social", post(social::sign_in_social)),
        ("/callback/{id}", get(social::callback).post(social::post_callback)),
        ("/sign-out", post(sign_out::sign_out)),
        ("/csrf", get(csrf::csrf)),
        ("/get-session", get(get_session::get_session).post(get_session::post_get_session)),
        ("/events", get(events::events)),
        ("/revocations", get(revocations::revocations)),
        ("/jwks", get(jwks::jwks)),
        ("/token", get(jwt::token).on(MethodFilter::POST, token::token)),
        ("/token/renew", post(token::renew)),
        ("/introspect", post(introspect::introspect)),
        ("/revoke", post(introspect::revoke)),
        ("/list-sessions", get(sessions::list_sessions)),
        ("/revoke-session", post(sessions::revoke_session)),
        ("/revoke-sessions", post(sessions::revoke_sessions)),
        ("/revoke-other-sessions", post(sessions::revoke_other_sessions)),
        ("/devices", get(devices::devices)),
        ("/devices/rename", post(devices::rename)),
        ("/devices/end", post(devices::end)),
        ("/documents", get(documents::documents)),
        ("/documents/{name}", document()),
        ("/update-session", post(sessions::update_session)),
        ("/update-user", post(user::update_user)),
        ("/change-password", post(password::change_password)),
        ("/verify-password", post(password::verify_password)),
        ("/step-up", post(step_up::step_up)),
        ("/request-password-reset", post(reset_password::request_password_reset)),
        ("/reset-password", post(reset_password::reset_password)),
        ("/reset-password/{token}", get(reset_password::follow_reset_link)),
        ("/send-verification-email", post(email::send_verification_email)),
        ("/verify-email", get(email::verify_email)),
        ("/change-email", post(email::change_email)),
        ("/list-accounts", get(accounts::list_accounts)),
        ("/unlink-account", post(accounts::unlink_account)),
        ("/link-social", post(social::link_social)),
        ("/get-access-token", post(social::provider_tokens)),
        ("/refresh-token", post(social::provider_tokens)),
        ("/account-info", get(social::account_info)),
        ("/delete-user", post(delete_user::delete_user)),
        ("/delete-user/callback", get(delete_user::follow_deletion_link)),
    ]
}

fn multi_session_routes() -> [(&'static str, MethodRouter<App>); 3] {
    [
        ("/multi-session/list-device-sessions", get(multi_session::list_device_sessions)),
        ("/multi-session/set-active", post(multi_session::set_active)),
        ("/multi-session/revoke", post(multi_session::revoke)),
    ]
}

/// A document is read, put and removed under its own address.
fn document() -> MethodRouter<App> {
    get(documents::document).on(MethodFilter::PUT, documents::put).on(MethodFilter::DELETE, documents::remove)
}

/// A route by GET alone: any other method is answered like an unknown route, as the protocol does.
fn get<H: Handler<T, App>, T: 'static>(handler: H) -> MethodRouter<App> {
    any(not_found).on(MethodFilter::GET, handler)
}

/// A route by POST alone.
fn post<H: Handler<T, App>, T: 'static>(handler: H) -> MethodRouter<App> {
    any(not_found).on(MethodFilter::POST, handler)
}
