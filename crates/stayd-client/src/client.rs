//! The handle that a program holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use stayd_core::{Event, Need, Status};
use tokio::sync::{mpsc, oneshot, watch};
use url::Url;

use crate::builder::Builder;
use crate::error::Error;
use crate::http::{Ask, Http};
use crate::order::{Command, Order};
use crate::session::SessionData;
use crate::view::View;

/// One person's session at one server. Clones are handles of the same session; when the last one is dropped the session rests, and
/// stays where it is kept.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) http: Arc<Http>,
    pub(crate) orders: mpsc::UnboundedSender<Order>,
    pub(crate) requests: Arc<AtomicU64>,
    view: watch::Receiver<View>,
}

impl Client {
    /// A client for the server at this address: where it is mounted, such as `https://app.example.com/api/auth`, or its origin.
    pub fn builder(address: impl Into<String>) -> Builder {
        Builder::new(address.into())
    }

    pub(crate) fn new(
        http: Arc<Http>,
        orders: mpsc::UnboundedSender<Order>,
        view: watch::Receiver<View>,
    ) -> Self {
        Self { http, orders, requests: Arc::new(AtomicU64::new(0)), view }
    }

    /// The server's address.
    pub fn server(&self) -> &Url {
        &self.http.base
    }

    /// Makes requests for [`Client::request`]. What is sent with it directly carries no credential.
    pub fn http(&self) -> &reqwest::Client {
        &self.http.client
    }

    /// How things stand now.
    pub fn view(&self) -> View {
        self.view.borrow().clone()
    }

    /// Follows how things stand.
    pub fn subscribe(&self) -> watch::Receiver<View> {
        self.view.clone()
    }

    /// Who is signed in, as far as this process knows now. [`View::identity`] says whether the server has confirmed it.
    pub fn session(&self) -> Option<Arc<SessionData>> {
        self.view.borrow().session.clone()
    }

    /// Waits until it is known who is signed in, or that the server cannot be asked now: then what is remembered is shown, and
    /// [`View::error`] says why.
    pub async fn ready(&self) -> View {
        let mut view = self.view.clone();
        match view.wait_for(|view| view.status != Status::Loading).await {
            Ok(ready) => ready.clone(),
            // The driver has ended: this is the last that it knew.
            Err(_) => self.view(),
        }
    }

    /// Signs in, in every process that shares the session.
    ///
    /// # Errors
    ///
    /// [`Error::Declined`] for a wrong password. Whoever was signed in stays so. [`Error::Storage`] where the person is signed in, and the
    /// session could not be written.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SessionData, Error> {
        let body = json!({ "email": email, "password": password });
        let ask = Ask::Begin { path: "/sign-in/email", body };
        // Granted, and yet nobody is signed in: the server wants something more.
        self.begin(ask).await?.ok_or_else(|| Error::Declined {
            status: 200,
            code: "NO_SESSION".to_owned(),
            message: "no session has begun".to_owned(),
        })
    }

    /// Makes an account. `None` where the server does not sign in with that, as where an address has to be verified first.
    ///
    /// # Errors
    ///
    /// As [`Client::sign_in`].
    pub async fn sign_up(
        &self,
        name: &str,
        email: &str,
        password: &str,
    ) -> Result<Option<SessionData>, Error> {
        let body = json!({ "name": name, "email": email, "password": password });
        self.begin(Ask::Begin { path: "/sign-up/email", body }).await
    }

    /// Signs out here and in every process that shares the session, at once; then the server is told.
    ///
    /// # Errors
    ///
    /// Where the server could not be told now. The person is signed out all the same, and the server is told later: by this
    /// process, or by the next that runs.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.ask(Need::SignOut, Event::SignOutAsked).await
    }

    /// Asks for a later end.
    ///
    /// # Errors
    ///
    /// [`Error::SessionEnded`] where nobody is signed in.
    pub async fn renew(&self) -> Result<(), Error> {
        self.ask(Need::Renewal, Event::RenewalAsked).await
    }

    /// Asks the server who is signed in; [`Client::view`] shows it then.
    ///
    /// # Errors
    ///
    /// Where the server could not be asked. Nothing has changed then.
    pub async fn check(&self) -> Result<(), Error> {
        self.ask(Need::Check, Event::CheckAsked).await
    }

    /// Closes the warning that the session ends soon.
    pub fn dismiss_warning(&self) {
        // A closed client shows no warning.
        let _ = self.orders.send(Order::DismissWarning);
    }

    /// Ends this session's work in this process, and waits for an answer that is on its way: where tokens are used once, it may hold the
    /// only one that works. A program that is about to end calls this. The person stays signed in.
    pub async fn close(self) {
        let (reply, closed) = oneshot::channel();
        if self.orders.send(Order::Close { reply }).is_ok() {
            // It ends either way.
            let _ = closed.await;
        }
    }

    async fn begin(&self, ask: Ask) -> Result<Option<SessionData>, Error> {
        let (reply, result) = oneshot::channel();
        self.order(Order::Begin(Command { ask, reply }))?;
        // Dropped unanswered: a sign-out came first.
        result.await.unwrap_or(Err(Error::SessionEnded))
    }

    async fn ask(&self, need: Need, event: Event) -> Result<(), Error> {
        let (reply, result) = oneshot::channel();
        self.order(Order::Ask { need, event, reply })?;
        result.await.unwrap_or(Err(Error::Closed))
    }

    pub(crate) fn order(&self, order: Order) -> Result<(), Error> {
        self.orders.send(order).map_err(|_| Error::Closed)
    }

    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }
}
