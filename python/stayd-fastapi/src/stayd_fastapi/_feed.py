"""Follows the server's feed of what ended (server-sent events)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import httpx

from ._told import Begins, CaughtUp, Doubted, Ended, News, Told

log = logging.getLogger("stayd_fastapi")

LONGEST_LINE = 16 * 1024
"""Longest event that is read; the feed's have some hundred characters."""
FIRST_WORD_S = 5.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0


class NoFeed(Exception):
    """What came is no feed of ends, or it is over."""


async def follow(client: httpx.AsyncClient, url: str, headers: dict[str, str], told: Told) -> None:
    """Follows until it is cancelled."""
    follower = _Follower(client, url, headers, told)
    while True:
        try:
            await follower.listen()
        except (httpx.HTTPError, NoFeed, TimeoutError, OSError) as broken:
            follower.complain(broken)
        finally:
            told.lost()
        await asyncio.sleep(follower.pause)
        follower.pause = min(follower.pause * 2, LONGEST_PAUSE_S)


class _Follower:
    def __init__(self, client: httpx.AsyncClient, url: str, headers: dict[str, str], told: Told) -> None:
        self._client, self._url, self._headers, self._told = client, url, headers, told
        self._last_id: str | None = None
        self._complained = False
        self.pause = SHORTEST_PAUSE_S

    def complain(self, broken: Exception) -> None:
        if not self._complained:
            reason = str(broken) or type(broken).__name__
            log.warning("the feed of ends broke off (%s); sessions are asked about until it is back", reason)
        self._complained = True

    async def listen(self) -> None:
        headers = {"accept": "text/event-stream", **self._headers}
        if self._last_id is not None:
            headers["last-event-id"] = self._last_id
        # The silence that is no loss is counted here, so the client's own limits stay out of it.
        limits = httpx.Timeout(FIRST_WORD_S, read=None)
        request = self._client.build_request("GET", self._url, headers=headers, timeout=limits)
        async with asyncio.timeout(FIRST_WORD_S):
            response = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            if response.status_code != httpx.codes.OK:
                raise NoFeed(f"the server answered {response.status_code}")
            await self._read(response.aiter_bytes())
        finally:
            await response.aclose()

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        rest, patience = b"", FIRST_WORD_S
        while True:
            async with asyncio.timeout(patience):
                chunk = await anext(chunks, None)
            if chunk is None:
                raise NoFeed("the server ended it")
            *events, rest = (rest + chunk).split(b"\n\n")
            if len(rest) > LONGEST_LINE:
                raise NoFeed("what came is no feed of ends")
            for event in events:
                self._take(event)
            # After what it brought: what was heard last is known when it counts as heard.
            self._told.heard()
            patience = self._told.silence

    def _take(self, block: bytes) -> None:
        try:
            lines = block.decode("utf-8").split("\n")
            fields = dict(line.split(": ", 1) for line in lines if ": " in line)
            if "event" not in fields:
                return
            news = news_of(fields["event"], json.loads(fields["data"]))
        except (ValueError, KeyError, TypeError) as error:
            raise NoFeed("what came is no feed of ends") from error
        if isinstance(news, Begins):
            self._last_id = None
        self._told.take(news)
        self._last_id = fields.get("id", self._last_id)
        if isinstance(news, CaughtUp):
            self.pause, self._complained = SHORTEST_PAUSE_S, False


def news_of(event: str, data: dict[str, object]) -> News:
    """What an event says. Raises for a name that is not known: it may be a word of a newer server that ends something."""

    def number(name: str) -> int:
        value = data[name]
        if type(value) is not int:
            raise TypeError(name)
        return value

    def text(name: str) -> str | None:
        value = data.get(name)
        if value is not None and not isinstance(value, str):
            raise TypeError(name)
        return value

    match event:
        case "begins":
            return Begins(number("before"), number("kept"), number("heartbeat"))
        case "ended":
            sid = text("sid")
            if sid is None:
                raise KeyError("sid")
            return Ended(sid, number("at"))
        case "doubted":
            return Doubted(number("before"), text("sid"), text("sub"))
        case "caught-up":
            return CaughtUp()
    raise ValueError(event)
