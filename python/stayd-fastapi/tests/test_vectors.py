"""The list of tokens and cookies that Rust and Node read as well: all three must say the same."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import HTTPException
from starlette.requests import HTTPConnection
from support import Publisher

from stayd_fastapi import Session, Stayd
from stayd_fastapi._json import strict_object, whole_number
from stayd_fastapi._key_ring import KeyRing
from stayd_fastapi._refusal import Unavailable
from stayd_fastapi._told import Begins, CaughtUp

FILE = Path(__file__).parents[3] / "crates/stayd-verify/tests/vectors.json"
LIST: dict[str, Any] = json.loads(FILE.read_text())


def request(name: str, value: str) -> HTTPConnection:
    # As a server would hand them over, also those that no server lets pass.
    return HTTPConnection({"type": "http", "headers": [(name.encode(), value.encode())]})


def stayd(url: str, **how: Any) -> Stayd:
    return Stayd(url, issuer=LIST["issuer"], secret=LIST["secret"], now=lambda: LIST["now"] * 1000, **how)


async def check(one: Stayd, name: str, value: str) -> Session | HTTPException:
    try:
        return await one.check(request(name, value))
    except HTTPException as refused:
        return refused


# J-1 to J-5, J-8, J-9
def test_hostile_tokens_are_refused_with_one_answer_and_good_ones_are_not(publisher: Publisher) -> None:
    async def run() -> None:
        answers = set()
        async with stayd(publisher.url, without_feed=True) as one:
            for vector in LIST["tokens"]:
                # HTTP lets any number of blanks stand between the scheme and the token.
                if vector["name"] == "a blank before it":
                    continue
                found = await check(one, "authorization", f"Bearer {vector['token']}")
                assert isinstance(found, Session) == vector["accepted"], vector["name"]
                if isinstance(found, Session):
                    assert (found.user_id, found.session_id) == ("zoe", "session-1"), vector["name"]
                else:
                    answers.add((found.status_code, str(found.detail), str(found.headers)))
            assert len(answers) == 1, answers
            assert one.counts.key_fetches == 1

    publisher.jwks = LIST["jwks"]
    asyncio.run(run())


def test_cookies_are_read_as_the_server_reads_them(publisher: Publisher) -> None:
    async def run(vector: dict[str, str]) -> None:
        asked = len(publisher.seen)
        pairs = [("session_token", vector["token"]), ("session_data", vector["data"])]
        header = "; ".join(f"better-auth.{name}={value}" for name, value in pairs if value)
        async with stayd(publisher.url, without_feed=True) as one:
            found = await check(one, "cookie", header)
        # An encrypted copy is not read here.
        means = "ask" if vector["means"] == "session or ask" else vector["means"]
        assert isinstance(found, Session) == (means == "session"), vector["name"]
        assert len(publisher.seen) - asked == (1 if means == "ask" else 0), vector["name"]
        if isinstance(found, Session) and found.user is not None:
            assert (found.session_id, found.user["name"]) == ("session-1", "Zoë")

    for vector in LIST["cookies"]:
        asyncio.run(run(vector))


# C-13
def test_what_was_found_good_in_cookies_opens_nothing_as_a_bearer_token_and_the_other_way_round(publisher: Publisher) -> None:
    async def run() -> None:
        cookies = LIST["cookies"][0]
        token, data, access = unquote(cookies["token"]), cookies["data"], LIST["tokens"][0]["token"]
        header = f"better-auth.session_token={cookies['token']}; better-auth.session_data={data}"
        async with stayd(publisher.url, without_feed=True) as one:
            assert isinstance(await check(one, "cookie", header), Session)
            assert isinstance(await check(one, "authorization", f"Bearer {access}"), Session)
            assert not isinstance(await check(one, "authorization", f"Bearer {token} {data}"), Session)
            assert not isinstance(await check(one, "cookie", f"better-auth.session_token={access}"), Session)

    publisher.jwks = LIST["jwks"]
    asyncio.run(run())


# J-2, J-6
# J-8
def test_what_nobody_reads_is_read_as_strictly_as_the_server_does() -> None:
    def taken(value: str) -> bool:
        return strict_object(b'{"unread":' + value.encode() + b"}") is not None

    nested = ["[" * levels + "]" * levels for levels in (15, 16)]
    assert [taken(value) for value in ["1.5", "1e3", "-0", '{"a":1,"a":2}', nested[0]]] == [True] * 5
    assert not any(taken(value) for value in ["1e400", "9" * 400, nested[1], '{"\\ud800":1}', '["\\udfff"]', "NaN", "1,\"unread\":1"])
    assert whole_number((strict_object(b'{"iat":-0}') or {})["iat"]) is None


# C-2
def test_where_cookies_are_the_hosts_alone_no_others_are_read() -> None:
    one = Stayd("https://app.example", without_feed=True, host_prefix=True)
    assert one._token_name == "__Host-better-auth.session_token"
    assert Stayd("https://app.example", without_feed=True)._token_name == "__Secure-better-auth.session_token"
    with pytest.raises(ValueError):
        Stayd("http://127.0.0.1:3000", without_feed=True, host_prefix=True)


def test_a_storm_of_unknown_keys_causes_one_fetch_and_none_elsewhere(publisher: Publisher, trap: Publisher) -> None:
    from base64 import urlsafe_b64encode

    def encoded(part: dict[str, Any]) -> str:
        return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()

    good = LIST["tokens"][0]["token"]
    _, payload, signature = good.split(".")
    usual = {"alg": "EdDSA", "kid": LIST["jwks"]["keys"][0]["kid"], "typ": "at+jwt"}
    hostile = [{**usual, "kid": f"k{number}"} for number in range(200)]
    hostile += [{**usual, name: trap.url} for name in ("jku", "x5u", "kid")]

    async def run() -> None:
        async with stayd(publisher.url, without_feed=True) as one:
            tokens = [f"{encoded(header)}.{payload}.{signature}" for header in hostile]
            storm = [check(one, "authorization", f"Bearer {token}") for token in tokens]
            assert not any(isinstance(found, Session) for found in await asyncio.gather(*storm))
            assert isinstance(await check(one, "authorization", f"Bearer {good}"), Session)

    publisher.jwks = LIST["jwks"]
    asyncio.run(run())
    assert publisher.seen == ["/api/auth/jwks"]
    assert trap.seen == []


# AA-1: else a thief of the session's cookie alone would pass here for a minute after each time its owner came by.
def test_what_was_said_of_a_session_that_is_bound_to_its_device_holds_for_that_device_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Stayd("https://app.example", backend=("a", "b"))
    for news in (Begins(0, 60_000, 60_000), CaughtUp()):
        one._told.take(news)
    one._told.heard()

    async def server(cookies: str, _: str | None) -> Session | None:
        return Session("s", "zoe", 0, 2**52) if "device=mine" in cookies else None

    monkeypatch.setattr(one._server, "session", server)

    async def passes(rest: str) -> bool:
        return isinstance(await check(one, "cookie", f"__Secure-better-auth.session_token=t{rest}"), Session)

    async def run() -> None:
        mine = "; __Secure-better-auth.device=mine"
        assert await passes(mine) and await passes(mine)
        assert one.counts.asked == 1
        assert not await passes("")
        assert not await passes("; __Secure-better-auth.device=other")
        # Whoever is signed in can vary what stands beside their token, and must not fill the memory with it.
        long = f"{mine}; __Secure-better-auth.session_data={'x' * 8192}"
        assert await passes(long) and await passes(long)
        assert one.counts.asked == 5

    asyncio.run(run())


# J-6: what is remembered as genuine is held against the keys as well.
def test_a_key_that_was_withdrawn_is_honoured_for_five_minutes_at_most(publisher: Publisher) -> None:
    time = [0.0]

    async def run() -> None:
        async with stayd(publisher.url, without_feed=True) as one:
            one._keys._steady = lambda: time[0]
            token = f"Bearer {LIST['tokens'][0]['token']}"
            assert isinstance(await check(one, "authorization", token), Session)
            publisher.jwks = {"keys": []}
            time[0] += 300
            assert not isinstance(await check(one, "authorization", token), Session)

    publisher.jwks = LIST["jwks"]
    asyncio.run(run())


# J-6
@pytest.mark.parametrize("answers", [True, False])
def test_who_waited_for_a_slow_server_does_not_try_it_in_turn(answers: bool) -> None:
    time, fetches = [0.0], 0

    async def fetch() -> object:
        nonlocal fetches
        fetches += 1
        await asyncio.sleep(0)
        time[0] += 5
        if not answers:
            raise Unavailable("no answer")
        return LIST["jwks"]

    async def run() -> None:
        ring = KeyRing("https://app.example", [], lambda: time[0], fetch, lambda: None)
        await asyncio.gather(*(ring.look() for _ in range(20)), return_exceptions=True)
        assert fetches == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    "how",
    [{}, {"backend": ("a:b", "geheim")}, {"backend": ("a", "")}],
)
def test_options_that_cannot_work_are_refused_and_no_secret_is_told(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as error:
        Stayd("https://app.example", **how)
    assert "geheim" not in str(error.value)
