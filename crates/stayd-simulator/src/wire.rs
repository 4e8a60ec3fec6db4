//! Requests on their way and answers on theirs: what the browser's network does, and what the adapter makes of an answer.

use std::rc::Rc;

use stayd_core::{Answer, Event, Outcome, Trouble, Verdict};
use stayd_engine::Rotation;

use crate::network::{Ask, PageRequest, Request};
use crate::server::{Body, Described, Response, SetCookie};
use crate::situations::Situation;
use crate::tab::{Input, TabId};
use crate::world::{Happening, World};

/// A request is given up after this long, as the machine is configured.
pub(crate) const TIMEOUT_MS: u64 = 15_000;

impl World {
    pub(crate) fn send(&mut self, id: TabId, attempt: u32, ask: Ask) {
        self.request_count += 1;
        let number = self.request_count;
        let cookie = self.browsers[id.browser].cookie.clone();
        if attempt != 0 {
            self.check_rate(id);
        }
        let fate = self.weather.fate(self.now, &ask, &mut self.network_dice[id.browser]);
        let browser = &self.browsers[id.browser];
        let reaches = !browser.is_cut_off(self.now);
        if attempt != 0 && !reaches && self.now >= browser.offline_until {
            self.situations.note(Situation::DeadNetwork);
        }
        let another = |one: &Rc<Request>| one.attempt != 0 && one.tab.browser == id.browser && one.tab != id;
        if attempt != 0 && !browser.setting.takes_turns() && self.requests.values().any(another) {
            self.situations.note(Situation::AskedWithoutTurns);
        }
        let request =
            Rc::new(Request { tab: id, attempt, ask, cookie, sent_at: self.now, back_ms: fate.back_ms });
        // A browser that knows of no network says so at once.
        let fails_after = if self.now < browser.offline_until { 5 } else { TIMEOUT_MS };
        self.queue.push(self.now + fails_after, Happening::Failed(number, Trouble::Unreachable));
        for ms in [fate.there_ms, fate.copy_ms].into_iter().flatten().filter(|_| reaches) {
            self.queue.push(self.now + ms, Happening::AtServer(number, Rc::clone(&request)));
        }
        self.note(|| {
            let (there, back) = (fate.there_ms, fate.back_ms);
            format!(
                "{id}      request {number}: {ask:?}, there {there:?} ms, back {back:?} ms, reaches {reaches}"
            )
        });
        self.requests.insert(number, request);
    }

    /// A request, or a copy of one, is at the server. That its tab has given it up meanwhile changes nothing here.
    pub(crate) fn at_server(&mut self, number: u64, request: Rc<Request>) {
        let cookie = request.cookie.as_deref();
        let response = match self.weather.intercepts(self.now) {
            Some(response) => Ok(response),
            None => match request.ask {
                Ask::Session { renewal: true } if self.declines(cookie) => {
                    self.situations.note(Situation::RenewalDeclined);
                    Ok(Response::plain(Body::Unauthorized))
                }
                Ask::Session { .. } => self.server.session_of(cookie),
                Ask::SignIn { person, granted: true } => self.server.sign_in(person, cookie),
                Ask::SignIn { granted: false, .. } => Ok(Response::plain(Body::Unauthorized)),
                Ask::SignOut => self.server.sign_out(cookie),
                Ask::Page(_) => self.server.page(cookie),
            },
        };
        let Some(response) = self.or_broken(response) else { return };
        self.note(|| format!("server   request {number}: {:?}", response.body));
        let truth = &mut self.browsers[request.tab.browser].truth;
        if matches!(request.ask, Ask::Session { .. }) {
            match response.body {
                Body::Nobody => truth.nobody_at = Some(self.now),
                Body::Superseded => truth.superseded_at = Some(self.now),
                _ => {}
            }
        }
        match request.back_ms {
            Some(_) if self.loses(&request, &response) => self.answer_is_lost(&request, &response),
            Some(ms) => self.queue.push(self.now + ms, Happening::Answered(number, request, response)),
            None => self.answer_is_lost(&request, &response),
        }
    }

    /// Whether a renewal is declined: of a session that lives, whether or not its credential has lapsed as far as the client is told.
    fn declines(&self, cookie: Option<&str>) -> bool {
        self.plan.setting.declines && self.server.holds(cookie).ok().flatten().is_some()
    }

    /// Whether an answer with the next token is lost where many are, while there are faults.
    fn loses(&mut self, request: &Request, response: &Response) -> bool {
        self.plan.setting.loses_tokens
            && self.now < self.faults_stop()
            && matches!((&request.ask, &response.cookie), (Ask::Session { .. }, SetCookie::Set(_)))
            && self.network_dice[request.tab.browser].chance(333)
    }

    /// Where tokens work once, an answer with the next one that nobody hears is the session's end, by nature.
    fn answer_is_lost(&mut self, request: &Request, response: &Response) {
        if let (Ask::Session { .. }, SetCookie::Set(token)) = (&request.ask, &response.cookie)
            && self.browsers[request.tab.browser].cookie.as_ref() != Some(token)
        {
            self.situations.note(Situation::RotationLost);
        }
        if self.brings_the_only_token(request, response) {
            self.note(|| "the next token is lost".to_owned());
            self.browsers[request.tab.browser].truth.token_lost = true;
        }
    }

    fn brings_the_only_token(&self, request: &Request, response: &Response) -> bool {
        self.plan.setting.lifetimes.rotation == Rotation::Strict
            && matches!(request.ask, Ask::Session { .. })
            && matches!(response.cookie, SetCookie::Set(_))
    }

    /// Whether an answer with the next token is on its way to somebody who has given it up.
    pub(crate) fn is_losing_a_token(&self) -> bool {
        self.queue.iter().any(|what| {
            matches!(what, Happening::Answered(number, request, response)
                if !self.requests.contains_key(number) && self.brings_the_only_token(request, response))
        })
    }

    /// An answer is back in the browser: its cookie counts, whether or not the page runs.
    pub(crate) fn answered(&mut self, number: u64, request: &Request, response: Response) {
        let waited_for = self.requests.contains_key(&number);
        if !waited_for || self.browsers[request.tab.browser].is_cut_off(self.now) {
            return self.answer_is_lost(request, &response);
        }
        self.requests.remove(&number);
        let id = request.tab;
        let signs_in = matches!(request.ask, Ask::SignIn { .. });
        if signs_in && matches!(response.body, Body::Session(_)) {
            self.browsers[id.browser].truth.sign_in_answered(request.sent_at);
        }
        if !signs_in {
            self.check_cookie(request, &response.cookie);
        }
        self.take_cookie(id.browser, &response, signs_in);
        let input = match request.ask {
            Ask::Page(page) => Input::PageAnswer { request: page, response },
            _ => Input::Answer { attempt: request.attempt, response },
        };
        self.reach(id, input);
    }

    pub(crate) fn failed(&mut self, number: u64, trouble: Trouble) {
        let Some(request) = self.requests.remove(&number) else { return };
        let input = match request.ask {
            Ask::Page(_) => Input::PageFailed,
            _ => Input::Failed { attempt: request.attempt, trouble },
        };
        self.reach(request.tab, input);
    }

    /// The machine gives a request up: its answer and its cookies come too late, if they come.
    pub(crate) fn abort(&mut self, id: TabId, attempt: u32) {
        self.requests.retain(|_, request| request.tab != id || request.attempt != attempt);
        self.tab_mut(id).gave_up = attempt;
    }

    /// A page is gone, and its question with it. What is sent to be kept alive is dropped, or still brings its cookie: browsers differ, and so
    /// does the moment.
    pub(crate) fn drop_requests(&mut self, id: TabId) {
        let kept_alive = |ask: &Ask| !matches!(ask, Ask::Session { renewal: false } | Ask::Page(_));
        self.requests.retain(|_, request| request.tab != id || kept_alive(&request.ask));
        if self.network_dice[id.browser].chance(500) {
            self.requests.retain(|_, request| request.tab != id);
        }
    }

    /// What an answer does to the cookie.
    pub(crate) fn take_cookie(&mut self, browser: usize, response: &Response, signs_in: bool) {
        let new = match &response.cookie {
            SetCookie::Keep => return,
            SetCookie::Set(token) => Some(token.clone()),
            SetCookie::Clear => None,
        };
        self.browsers[browser].cookie = new;
        if let (true, Body::Session(described)) = (signs_in, response.body) {
            self.browsers[browser].truth.own = Some((described.shown.session, self.now));
        }
    }

    /// The adapter: what an answer means to the machine.
    pub(crate) fn answer_taken(&mut self, id: TabId, attempt: u32, response: &Response) {
        let failed = |trouble| Outcome::Failed { retry_after_ms: response.retry_after_ms, trouble };
        let outcome = match response.body {
            Body::Session(described) => Outcome::Session(self.answer_of(&described)),
            Body::Nobody => Outcome::Nobody,
            Body::Unauthorized => Outcome::Declined,
            Body::Superseded => Outcome::Superseded,
            Body::TooMany => failed(Trouble::TooMany),
            Body::Unavailable => failed(Trouble::Unavailable),
            Body::Html | Body::Page(_) => failed(Trouble::Unexpected),
        };
        let data = match response.body {
            Body::Session(described) => Some(described.shown),
            _ => None,
        };
        match response.body {
            _ if self.tab(id).shows.is_none() => {}
            Body::TooMany if response.retry_after_ms > 0 => {
                self.situations.note(Situation::TooManyWithRetryAfter);
            }
            Body::Unavailable => self.situations.note(Situation::Unavailable),
            _ => {}
        }
        let signs_in = self.tab(id).wish.is_some();
        self.tell(id, Event::Answered { attempt, outcome }, data);
        // A sign-in that is refused says nothing of who is signed in, nor does what a page gives up that wakes by its answer.
        let tab = self.tab_mut(id);
        if !signs_in && attempt > tab.gave_up {
            tab.answers += 1;
        }
        if let (true, Some(data)) = (signs_in && self.tab(id).wish.is_none(), data) {
            self.signed_in(id, data.session);
        }
    }

    pub(crate) fn answer_of(&self, described: &Described) -> Answer {
        let lifetimes = &self.plan.setting.lifetimes;
        // The session's length is in the answer; when the server renews it is not.
        let renews_after = lifetimes.update_age_ms * self.plan.setting.guess_percent / 100;
        let renews_in_ms = renews_after.saturating_sub(described.updated_ago_ms).min(described.ends_in_ms);
        Answer {
            session: described.shown.session,
            person: described.shown.person,
            data: described.shown.data,
            created_s: described.created_s,
            renews_in_ms,
            lapses_in_ms: described.ends_in_ms * self.plan.setting.lapses_percent / 100,
            ends_in_ms: described.ends_in_ms,
        }
    }

    /// The page's own request is answered: given to the page, or sent again, or rejected, as the machine says.
    pub(crate) fn page_answered(&mut self, id: TabId, request: PageRequest, response: &Response) {
        let shown = self.tab(id).shows.map(|shown| shown.person);
        match response.body {
            // The page may show somebody else by now, or nobody: the host rejects what was asked for before.
            Body::Page(person) if request.person.is_none() || shown == request.person => {
                self.check_page_answer(id, &request, person);
            }
            Body::Unauthorized if !request.again && (request.person.is_none() || shown == request.person) => {
                let (epoch, generation) = request.moment;
                match self.tell(id, Event::Refused { epoch, generation }, None) {
                    Some(Verdict::Admit) => {
                        self.send_page_request(id, PageRequest { again: true, ..request });
                    }
                    Some(Verdict::Hold) => self.hold(id, PageRequest { again: true, ..request }),
                    Some(Verdict::Settle | Verdict::Reject(_)) => {}
                    _ => self.violate(Some(id), "a refused request got no verdict".to_owned()),
                }
            }
            _ => {}
        }
    }

    /// The page asks for something.
    pub(crate) fn page_asks(&mut self, id: TabId) {
        let request = self.new_request(id);
        match self.tell(id, Event::Requested, None) {
            Some(Verdict::Admit) => self.send_page_request(id, request),
            Some(Verdict::Hold) => self.hold(id, request),
            Some(Verdict::Settle | Verdict::Reject(_)) => {}
            _ => self.violate(Some(id), "a request got no verdict".to_owned()),
        }
    }

    fn hold(&mut self, id: TabId, request: PageRequest) {
        self.tab_mut(id).held.push_back(request);
        self.check_held(id);
    }
}
