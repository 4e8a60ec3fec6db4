//! Drives the machine: tells it what happens, one thing after the other, and carries out what it asks for.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use stayd_core::{Config, Event, Machine, Message, Need, Rendered, Verdict};
use tokio::sync::{mpsc, oneshot, watch};
use url::Url;

use crate::attempt::Running;
use crate::clock::{Clock, wall_ms};
use crate::error::{Error, StorageError};
use crate::http::{Http, Reply};
use crate::jar::Jar;
use crate::order::{Admission, Candidate, Command, Fact, HeldRequest, Moment, Offer, Order, Pass, rejection};
use crate::session::SessionData;
use crate::storage::{Entry, Mark, Vault, Written, blocking};
use crate::view::View;

/// What another process wrote is seen at each use, and after this long at the latest.
const LOOK: Duration = Duration::from_secs(1);

pub(crate) struct Driver {
    pub(crate) machine: Machine,
    pub(crate) clock: Clock,
    pub(crate) http: Arc<Http>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) jar: Jar,
    pub(crate) shown: Option<Arc<SessionData>>,
    /// The storage as this process last saw it.
    pub(crate) mark: Option<Mark>,
    /// What storage holds that is newer than what was to be written.
    pub(crate) newer: VecDeque<Entry>,
    /// What is still to be written.
    pub(crate) unwritten: Option<StorageError>,
    pub(crate) attempts: HashMap<u32, Running>,
    pub(crate) commands: VecDeque<Command>,
    pub(crate) waiting: Vec<(Need, oneshot::Sender<Result<(), Error>>)>,
    /// The request that the event being told is about.
    pub(crate) asking: Option<HeldRequest>,
    pub(crate) held: Vec<HeldRequest>,
    pub(crate) error: Option<Error>,
    pub(crate) view: watch::Sender<View>,
    pub(crate) facts: mpsc::UnboundedSender<Fact>,
}

/// Starts a driver. What is remembered is in the first view.
pub(crate) async fn start(
    config: Config,
    seed: u32,
    http: Arc<Http>,
    vault: Vault,
    remembered: Option<Entry>,
) -> (mpsc::UnboundedSender<Order>, watch::Receiver<View>) {
    let machine = Machine::new(config, seed);
    let (orders, inbox) = mpsc::unbounded_channel();
    let (facts, findings) = mpsc::unbounded_channel();
    let (view, watcher) = watch::channel(View::of(&machine, None, None));
    let mark = vault.mark();
    let mut driver = Driver {
        machine,
        clock: Clock::new(),
        http,
        vault: Arc::new(vault),
        jar: Jar::default(),
        shown: None,
        mark,
        newer: VecDeque::new(),
        unwritten: None,
        attempts: HashMap::new(),
        commands: VecDeque::new(),
        waiting: Vec::new(),
        asking: None,
        held: Vec::new(),
        error: None,
        view,
        facts,
    };
    let (stored, with) = remembered.map(Candidate::stored).unzip();
    let event = Event::Started { rendered: Rendered::Nothing, remembered: stored };
    driver.tell(event, with.unwrap_or_default()).await;
    tokio::spawn(driver.run(inbox, findings));
    (orders, watcher)
}

impl Driver {
    async fn run(
        mut self,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut facts: mpsc::UnboundedReceiver<Fact>,
    ) {
        let mut closers = Vec::new();
        let mut open = true;
        // What has been sent is waited for: its answer may hold the only token that works.
        while open || self.attempts.values().any(Running::is_sent) {
            let wait = self.until_deadline().min(LOOK);
            tokio::select! {
                order = orders.recv(), if open => match order {
                    Some(Order::Close { reply }) => {
                        closers.push(reply);
                        open = false;
                    }
                    Some(order) => self.follow(order).await,
                    None => open = false,
                },
                Some(fact) = facts.recv() => self.take_in(fact).await,
                () = tokio::time::sleep(wait) => self.look_around().await,
            }
        }
        self.write_what_is_unwritten().await;
        self.tell(Event::Disposed, Candidate::default()).await;
        self.attempts.clear();
        for closer in closers {
            // Whoever closed may not wait for it.
            let _ = closer.send(());
        }
    }

    fn until_deadline(&self) -> Duration {
        let Some(deadline) = self.machine.deadline() else { return LOOK };
        // A leap is noticed when the machine is told of the next event.
        let now = stayd_core::Instant::from_ms(self.clock.peek_ms());
        Duration::from_millis(deadline.since(now))
    }

    async fn look_around(&mut self) {
        self.look().await;
        self.write_what_is_unwritten().await;
        let now = stayd_core::Instant::from_ms(self.clock.peek_ms());
        if self.machine.deadline().is_some_and(|deadline| deadline <= now) {
            self.tell(Event::DeadlineReached, Candidate::default()).await;
        }
    }

    /// Takes in what another process has written, if any has.
    pub(crate) async fn look(&mut self) {
        let mark = self.vault.mark();
        if mark == self.mark {
            return;
        }
        self.mark = mark;
        let vault = Arc::clone(&self.vault);
        // What cannot be read now changes nothing; within a turn it is read again.
        if let Ok(Some(entry)) = blocking(move || vault.read()).await {
            self.newer.push_back(entry);
            self.hear_what_is_newer().await;
        }
    }

    async fn follow(&mut self, order: Order) {
        // What another process has done meanwhile comes first.
        self.look().await;
        match order {
            Order::Begin(command) => {
                self.commands.push_back(command);
                self.tell(Event::SignInAsked, Candidate::default()).await;
            }
            Order::Ask { need, event, reply } => {
                self.waiting.push((need, reply));
                self.tell(event, Candidate::default()).await;
            }
            Order::DismissWarning => {
                self.tell(Event::WarningDismissed, Candidate::default()).await;
            }
            Order::Admit { refused, request } => self.admit(refused, request).await,
            Order::Withdraw { id } => {
                let before = self.held.len();
                self.held.retain(|request| request.id != id);
                if self.held.len() < before {
                    self.tell(Event::Withdrawn, Candidate::default()).await;
                }
            }
            Order::Compare { sent, url, cookies, reply } => {
                self.take_new_cookies(&sent, &url, &cookies).await;
                let _ = reply.send(self.pass());
            }
            Order::Close { .. } => {}
        }
    }

    async fn admit(&mut self, refused: Option<Moment>, request: HeldRequest) {
        let event = match refused {
            Some((epoch, generation)) => Event::Refused { epoch, generation },
            None => Event::Requested,
        };
        self.asking = Some(request);
        let verdict = self.tell(event, Candidate::default()).await;
        let Some(request) = self.asking.take() else { return };
        let answer = match verdict {
            Some(Verdict::Admit) => Ok(Admission::Go(self.pass())),
            Some(Verdict::Settle) => Ok(Admission::Settle),
            Some(Verdict::Reject(why)) => Err(rejection(why)),
            // A held one has been taken out, and every request has a verdict.
            Some(Verdict::Hold) | None => Err(Error::Closed),
        };
        // Whoever asked may have given up.
        let _ = request.reply.send(answer);
    }

    /// What a request is sent with now. Who has signed out sends nothing, also while the server has yet to hear of it.
    pub(crate) fn pass(&self) -> Pass {
        let somebody = self.machine.record().session != 0;
        Pass {
            moment: self.machine.moment(),
            person: self.shown.as_ref().map(|data| data.user.id.clone()),
            jar: if somebody { self.jar.clone() } else { Jar::default() },
        }
    }

    /// Other answers than those to the machine may bring a new token. They do not take one away.
    async fn take_new_cookies(&mut self, sent: &Pass, url: &Url, cookies: &[String]) {
        if cookies.is_empty() || sent.moment != self.machine.moment() || self.machine.record().session == 0 {
            return;
        }
        // Another answer has been faster.
        if sent.jar != self.jar {
            return;
        }
        let before = self.jar.clone();
        self.jar.take_new(&self.http.base, url, cookies.iter().map(String::as_str));
        if self.jar != before {
            self.remember().await;
            self.hear_what_is_newer().await;
        }
    }

    async fn take_in(&mut self, fact: Fact) {
        match fact {
            Fact::Turn { attempt, held, found } => {
                // Cancelled meanwhile: the turn ends with what is dropped here.
                let Some(running) = self.attempts.get_mut(&attempt) else { return };
                running.held = held;
                if let Err(error) = &found {
                    self.error = Some(error.clone().into());
                }
                let (stored, with) = found.ok().flatten().map(|entry| Candidate::stored(*entry)).unzip();
                let event = Event::LeadershipGained { attempt, stored };
                self.tell(event, with.unwrap_or_default()).await;
            }
            Fact::Answered { attempt, reply } => self.answered(attempt, *reply).await,
        }
    }

    async fn answered(&mut self, attempt: u32, reply: Reply) {
        let Some(running) = self.attempts.get_mut(&attempt) else { return };
        let command = running.answered();
        let Reply { outcome, data, jar, error } = reply;
        let declined = matches!(error, Some(Error::Declined { .. }));
        self.error = error.clone().filter(|_| !declined);
        let with = Candidate { data: data.clone().map(Arc::new), jar: Offer::Answered(jar) };
        self.tell(Event::Answered { attempt, outcome }, with).await;
        if let Some(Command { reply, .. }) = command {
            let result = match (error, &self.unwritten) {
                (Some(error), _) => Err(error),
                // Signed in, and forgotten with the end of the program.
                (None, Some(unwritten)) => Err(unwritten.clone().into()),
                (None, None) => Ok(data),
            };
            // Whoever commanded may have given up.
            let _ = reply.send(result);
        }
        if !self.commands.is_empty() {
            self.tell(Event::SignInAsked, Candidate::default()).await;
        }
    }

    /// Tells the machine, and carries out all that it asks for.
    pub(crate) async fn tell(&mut self, event: Event, with: Candidate) -> Option<Verdict> {
        let (now, leapt) = self.clock.now();
        if leapt && !matches!(event, Event::Started { .. }) {
            self.step(now, Event::Woke, Candidate::default()).await;
        }
        let verdict = self.step(now, event, with).await;
        self.hear_what_is_newer().await;
        verdict
    }

    async fn hear_what_is_newer(&mut self) {
        while let Some(entry) = self.newer.pop_front() {
            let (now, _) = self.clock.now();
            let (stored, with) = Candidate::stored(entry);
            self.step(now, Event::Heard { message: Message::State, stored }, with).await;
        }
    }

    /// Writes the record with the credential and what is shown.
    pub(crate) async fn remember(&mut self) {
        let record = self.machine.record();
        if record.session == 0 && !record.owed {
            self.jar = Jar::default();
        }
        let entry = Entry {
            written_at_ms: wall_ms(),
            record,
            jar: self.jar.clone(),
            data: self.shown.as_deref().cloned(),
        };
        self.unwritten = match self.vault.write(entry).await {
            Ok(Written::Done(mark)) => {
                self.mark = mark;
                None
            }
            Ok(Written::Newer(entry)) => {
                self.newer.push_back(*entry);
                None
            }
            Err(error) => Some(error),
        };
    }

    /// Tries again what failed: a full disk may have been cleared.
    async fn write_what_is_unwritten(&mut self) {
        if self.unwritten.is_some() {
            self.remember().await;
            self.hear_what_is_newer().await;
        }
    }
}
