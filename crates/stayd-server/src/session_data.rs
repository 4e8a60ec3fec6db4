//! The session-data cookie of a request: checked once, then known by its bytes.

use crate::{app::App, cookies::cookie_header, who::SignedToken};
use axum::http::HeaderMap;
use bytes::Bytes;
use quick_cache::sync::Cache;
use stayd_protocol::{RawSessionData, SessionDataCodec, Timestamp, TokenHash, join_chunks};
use std::sync::Arc;
use std::time::Duration;

/// The resolution of the protocol's times.
const TICK: Duration = Duration::from_millis(1);

/// How many checked cookies are remembered, of some 3 kB each.
const REMEMBERED: usize = 5_000;

/// Reads session-data cookies. A browser sends the same one for minutes, and checking its signature costs more than all the
/// rest of the request; so a cookie that was found genuine is remembered with its bytes, and the same bytes are genuine again.
/// Whether they still say the truth is asked every time.
pub(crate) struct SessionDataReader {
    pub(crate) codec: SessionDataCodec,
    genuine: Cache<TokenHash, Arc<Genuine>>,
}

/// A cookie that we made for the session token it is remembered under.
struct Genuine {
    text: Box<str>,
    made_at: Timestamp,
    expires_at: Timestamp,
    session_expires_at: Timestamp,
    user_id: Box<str>,
    /// The answer it holds to "who am I".
    body: Bytes,
}

impl SessionDataReader {
    pub(crate) fn new(codec: SessionDataCodec) -> Self {
        Self { codec, genuine: Cache::new(REMEMBERED) }
    }

    fn read(&self, text: &str, token: &SignedToken, now: Timestamp) -> Option<Arc<Genuine>> {
        if let Some(known) = self.genuine.get(&token.hash).filter(|known| *known.text == *text) {
            return Some(known);
        }
        let mut buffer = Vec::with_capacity(text.len());
        let data = self.codec.decode_raw(text, now, &mut buffer).ok()?;
        let ours = data.by_current
            // What a Better Auth server wrote under the same secret shows the token, and our answers never do (P7).
            && data.binding.is_some()
            && data.belongs_to(&token.token);
        ours.then(|| {
            let genuine = Arc::new(Genuine::new(text, &data));
            self.genuine.insert(token.hash, Arc::clone(&genuine));
            genuine
        })
    }
}

impl Genuine {
    fn new(text: &str, data: &RawSessionData<'_>) -> Self {
        let body = ["{\"session\":", data.session_json, ",\"user\":", data.user_json, "}"].concat();
        Self {
            text: text.into(),
            made_at: Timestamp::from_ms(data.updated_at),
            expires_at: data.expires_at,
            session_expires_at: data.session_expires_at,
            user_id: data.user_id.as_ref().into(),
            body: body.into(),
        }
    }
}

impl App {
    /// The answer that the session-data cookie holds, if it is ours, belongs to this token, and nothing has ended or changed since it
    /// was made. Neither the store nor the sessions in memory are asked.
    pub(crate) fn answer_in_cookie(
        &self,
        request: &HeaderMap,
        token: &SignedToken,
        now: Timestamp,
    ) -> Option<Bytes> {
        let reader = self.session_data.as_ref()?;
        let header = cookie_header(request);
        let text = join_chunks(&header, &self.names.session_data)?;
        let data = reader.read(&text, token, now)?;
        let true_still = data.expires_at > now
            && data.session_expires_at > now
            // A cookie from the future was made by a clock that was wrong.
            && data.made_at <= now.plus(TICK)
            && self.engine.trusts_cookie(&token.hash, &data.user_id, data.made_at);
        true_still.then(|| data.body.clone())
    }

    /// The time to write into a session-data cookie that shows a person's new state. A cookie of the very millisecond of the change
    /// could be from before it and is not believed, so this one is a millisecond younger.
    pub(crate) fn just_after_change(&self) -> Timestamp {
        self.engine.now().plus(TICK)
    }
}
