"""What an application keeps: the settings, what is known, and the task that follows the server."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from starlette.requests import HTTPConnection

from . import _refusal
from ._access_token import UnknownKey, open_access_token
from ._cookies import cookie_text, join_pieces, open_copy, open_token, read_cookies
from ._feed import follow
from ._key_ring import KeyRing
from ._refusal import Refused, Unavailable
from ._server import Server, credential
from ._session import Asked, Checked, Session, Signed
from ._told import Belief, Told

log = logging.getLogger("stayd_fastapi")

LONGEST_REMEMBERED = 8 * 1024
"""What is longer, token and cookies together, is looked at afresh each time: whoever is signed in can vary what stands beside their own
token, and must not fill the memory with it."""
ANSWER_HOLDS_MS = 60_000
"""How long an answer of the server is believed while the feed is heard: no longer than the feed remembers."""


Shown = tuple[bool, str, str, str]
"""Whether it is a bearer token; the token; the copy and the device's cookie beside it."""


@dataclass(slots=True)
class Counts:
    """How often what happened since the start; for metrics."""

    accepted: int = 0
    seen_before: int = 0
    refused: int = 0
    unavailable: int = 0
    asked: int = 0
    key_fetches: int = 0


class Stayd:
    """Checks what the Stayd server at `url` signed, and follows what it ends.

    `url`: `https://app.example`, or with the path where it is mounted if that is not `/api/auth`. `backend`: the id and secret by which
    the server knows this back end. `secret`: what the server signs cookies with, or several; without it the server is asked about
    every cookie that is not known. `when_deaf`: while the feed of ends is not heard, `ask` the server about each request, `refuse` each
    at once, or go on to believe what is known for so many seconds. `host_prefix`: the server's cookies have `__Host-` before their names
    (its setting `cookie.host_prefix`). `fresh_age` and `timeout` are in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        backend: tuple[str, str] | None = None,
        without_feed: bool = False,
        secret: str | Sequence[str] = (),
        issuer: str | None = None,
        audience: str | None = None,
        prefix: str = "better-auth",
        secure: bool | None = None,
        host_prefix: bool = False,
        version: str = "1",
        fresh_age: float = 86_400,
        when_deaf: Literal["ask", "refuse"] | float = "ask",
        remember: int = 10_000,
        timeout: float = 5.0,
        client: httpx.AsyncClient | None = None,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("url must be http or https, without user, query and fragment")
        if backend is None and not without_feed:
            raise ValueError("give the credential by which the server knows this back end (backend), or without_feed=True")
        origin = f"{parts.scheme}://{parts.netloc}"
        self._url = f"{origin}{parts.path.rstrip('/') or '/api/auth'}"
        self._headers = credential(backend)
        self._follows = not without_feed
        self._secrets = [secret] if isinstance(secret, str) else list(secret)
        self._issuer = issuer or origin
        self._audience = audience or self._issuer
        if host_prefix and not (parts.scheme == "https" or secure):
            raise ValueError("cookies of the host alone (host_prefix) need https")
        guard = "__Host-" if host_prefix else "__Secure-" if (parts.scheme == "https" if secure is None else secure) else ""
        names = f"{guard}{prefix}."
        self._prefix, self._token_name, self._data_name = names, f"{names}session_token", f"{names}session_data"
        self._device_name = f"{names}device"
        self._version, self._now, self._remember = version, now, remember
        self.fresh_age = fresh_age
        self._asks = when_deaf != "refuse"
        self._patience = 0.0 if isinstance(when_deaf, str) else float(when_deaf)
        self._client = client or httpx.AsyncClient()
        self._owns_client = client is None
        self._server = Server(self._client, self._url, self._headers, names, timeout)
        self._told = Told(time.monotonic, now)
        self._remembered: OrderedDict[Shown, Checked] = OrderedDict()
        self._keys = KeyRing(self._issuer, self._secrets, time.monotonic, self._fetch_keys, self._remembered.clear)
        self._following: asyncio.Task[None] | None = None
        self.counts = Counts()

    async def __aenter__(self) -> Stayd:
        if self._follows:
            self._following = asyncio.create_task(
                follow(self._client, f"{self._url}/revocations", self._headers, self._told)
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        if self._owns_client:
            await self._client.aclose()

    @asynccontextmanager
    async def lifespan(self, _app: Any) -> AsyncIterator[dict[str, Any]]:
        """For `FastAPI(lifespan=stayd.lifespan)`: follows the feed while the application runs."""
        async with self:
            yield {"stayd": self}

    @property
    def hears(self) -> bool:
        """Whether the feed of ends is heard now, so that sessions are checked without asking the server."""
        return self._told.is_heard()

    def now(self) -> int:
        """The time, in ms since the epoch."""
        return self._now()

    async def check(self, request: HTTPConnection) -> Session:
        """Who sent this request. Raises `Refused`: 401 for nobody, 503 where it cannot be said."""
        try:
            session = await self._look(request)
        except Unavailable as reason:
            self.counts.unavailable += 1
            log.warning("it cannot be said who this is: %s", reason)
            raise _refusal.unavailable() from reason
        except Refused as refused:
            self.counts.refused += "error" in (refused.headers or {}).get("www-authenticate", "")
            raise
        self.counts.accepted += 1
        return session

    async def _look(self, request: HTTPConnection) -> Session:
        headers = request.headers
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        if is_bearer:
            token, beside, device = bearer.lstrip(" "), "", ""
            if not token or len(headers.getlist("authorization")) > 1:
                raise _refusal.invalid()
        else:
            cookies = read_cookies("; ".join(headers.getlist("cookie")))
            token, beside = cookie_text(cookies, self._token_name) or "", join_pieces(cookies, self._data_name) or ""
            device = cookies.get(self._device_name, "")
            if not token:
                raise _refusal.missing()
        if is_bearer:
            # Where they are old, and one is gone, what it signed is remembered no more.
            await self._keys.current()
        # What is genuine in one place is nothing in the other, and what was said of one device of no other.
        shown = (is_bearer, token, beside, device)
        found = self._recall(shown)
        if found is None:
            found = await self._check_token(token) if is_bearer else self._check_cookies(token, beside)
            if found is not None:
                self._keep(shown, found)
        if found is not None:
            belief = self._belief(found)
            if belief is Belief.ENDED:
                raise _refusal.invalid()
            if belief is Belief.HOLDS:
                return found.session
        answer = await self._ask(request, token, found if is_bearer else None)
        if answer is None or self._told.has_ended(answer.session.session_id):
            self._remembered.pop(shown, None)
            raise _refusal.invalid()
        self._keep(shown, answer)
        return answer.session

    def _belief(self, found: Checked) -> Belief:
        if self._follows:
            return self._told.belief(found.session, found.known, self._patience)
        # Nothing tells when an answer does not hold any more.
        return Belief.HOLDS if isinstance(found.known, Signed) else Belief.DOUBTED

    async def _check_token(self, token: str) -> Checked:
        """A session whose access token the server signed for us."""
        expected = (self._issuer, self._audience, self._now())
        try:
            found = open_access_token(token, await self._keys.current(), *expected)
        except UnknownKey:
            await self._keys.look()
            try:
                found = open_access_token(token, await self._keys.current(), *expected)
            except UnknownKey:
                found = None
        if found is None:
            raise _refusal.invalid()
        return found

    def _check_cookies(self, token: str, data: str) -> Checked | None:
        """A session that the server signed; `None` where only the server knows."""
        if not self._secrets:
            return None
        opened = open_token(self._secrets, token)
        if opened is None:
            raise _refusal.invalid()
        return open_copy(self._secrets, data, opened, self._version, self._now()) if data else None

    async def _ask(self, request: HTTPConnection, token: str, genuine: Checked | None) -> Checked | None:
        if self._follows and not self._asks and not self.hears:
            raise Unavailable("the feed of ends is not heard")
        self.counts.asked += 1
        asked_at, known = self._now(), Asked(self._told.count)
        if genuine is not None:
            session = genuine.session if await self._server.is_active(token) else None
        else:
            cookies = "; ".join(request.headers.getlist("cookie"))
            session = await self._server.session(cookies, request.headers.get("user-agent"))
        if session is None:
            return None
        return Checked(session, known, min(session.expires_at, asked_at + ANSWER_HOLDS_MS))

    async def _fetch_keys(self) -> object:
        self.counts.key_fetches += 1
        return await self._server.jwks()

    def _recall(self, shown: Shown) -> Checked | None:
        found = self._remembered.get(shown)
        if found is None or found.until <= self._now():
            return None
        self._remembered.move_to_end(shown)
        self.counts.seen_before += 1
        return found

    def _keep(self, shown: Shown, found: Checked) -> None:
        if sum(len(text) for text in shown[1:]) > LONGEST_REMEMBERED:
            return
        self._remembered[shown] = found
        if len(self._remembered) > self._remember:
            self._remembered.popitem(last=False)
