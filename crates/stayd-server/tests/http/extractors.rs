//! The router mounted in somebody else's application.

use crate::browser::{Browser, config, read};
use crate::engine::World;
use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, header};
use axum::routing::get;
use stayd_server::{FreshlySignedIn, MaybeSignedIn, SignedIn, Stayd, router};
use std::time::Duration;
use tower::ServiceExt;

#[derive(Clone)]
struct Application {
    stayd: Stayd,
}

impl FromRef<Application> for Stayd {
    fn from_ref(application: &Application) -> Self {
        application.stayd.clone()
    }
}

fn application(world: &World) -> Router {
    let stayd = Stayd::new(world.engine.clone(), config());
    Router::new()
        .route("/", get(|MaybeSignedIn(found): MaybeSignedIn| async move { format!("{}", found.is_some()) }))
        .route("/dashboard", get(|SignedIn(live): SignedIn| async move { live.user.name.clone() }))
        .route("/danger", get(|FreshlySignedIn(_): FreshlySignedIn| async { "done" }))
        .with_state(Application { stayd: stayd.clone() })
        .merge(router(stayd))
}

async fn visit(application: &Router, browser: &Browser, path: &str) -> (u16, String) {
    let cookies: Vec<_> = browser.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::get(path).header(header::COOKIE, cookies.join("; ")).body(Body::empty()).unwrap();
    let answer = read(application.clone().oneshot(request).await.unwrap()).await;
    (answer.status.as_u16(), answer.text)
}

#[tokio::test]
async fn handlers_learn_who_is_signed_in_and_how_freshly() {
    let world = World::new();
    let application = application(&world);
    let mut browser = Browser::new(&application);
    assert_eq!(visit(&application, &browser, "/").await, (200, "false".into()));
    assert_eq!(visit(&application, &browser, "/dashboard").await.0, 401);

    browser.sign_up("zoe@example.com").await;
    assert_eq!(visit(&application, &browser, "/").await, (200, "true".into()));
    assert_eq!(visit(&application, &browser, "/dashboard").await, (200, "Zoë".into()));
    assert_eq!(visit(&application, &browser, "/danger").await, (200, "done".into()));

    world.clock.forward(Duration::from_hours(24));
    assert_eq!(visit(&application, &browser, "/dashboard").await.0, 200);
    assert_eq!(visit(&application, &browser, "/danger").await.0, 403);
}
