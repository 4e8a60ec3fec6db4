"""The list of tokens and cookies that Rust and Node read as well: all three must say the same."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import HTTPException
from starlette.requests import HTTPConnection
from support import Publisher

from stayd_fastapi import Session, Stayd

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


# J-2, J-6
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


@pytest.mark.parametrize(
    "how",
    [{}, {"backend": ("a:b", "geheim")}, {"backend": ("a", "")}],
)
def test_options_that_cannot_work_are_refused_and_no_secret_is_told(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as error:
        Stayd("https://app.example", **how)
    assert "geheim" not in str(error.value)
