"""A real FastAPI application under uvicorn beside the real server (AA-13)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from support import SECRET, Application, StaydServer, eventually

from stayd_fastapi import CurrentUser, FreshUser, OptionalUser, Stayd

COPY = "better-auth.session_data"


def application(stayd: Stayd) -> FastAPI:
    app = FastAPI(lifespan=stayd.lifespan)

    @app.get("/me")
    async def me(user: CurrentUser) -> str:
        return user.user_id

    @app.get("/maybe")
    async def maybe(user: OptionalUser) -> str:
        return user.user_id if user else "nobody"

    @app.get("/sensitive")
    async def sensitive(user: FreshUser) -> str:
        return user.user_id

    return app


def stayd_at(server: StaydServer, *, fresh_age: float = 3600) -> Stayd:
    client = httpx.AsyncClient(trust_env=False)
    return Stayd(server.origin, backend=("orders", SECRET), secret=SECRET, client=client, fresh_age=fresh_age, timeout=1)


@pytest.fixture
def stayd(server: StaydServer) -> Stayd:
    return stayd_at(server)


@pytest.fixture
def app(stayd: Stayd) -> Iterator[Application]:
    running = Application(application(stayd))
    eventually("the feed is heard", lambda: stayd.hears)
    yield running
    running.close()


def test_a_signed_in_person_is_known_without_asking_the_server(server: StaydServer, stayd: Stayd, app: Application) -> None:
    browser = server.browser("zoe@example.com", new=True)
    answer = app.get("/me", browser)
    assert answer.status_code == 200
    assert app.get("/maybe", browser).json() == app.get("/sensitive", browser).json() == answer.json()
    assert (stayd.counts.asked, stayd.counts.seen_before) == (0, 2)


def test_nobody_is_401_and_a_visitor_where_that_is_allowed(app: Application) -> None:
    refused = app.get("/me")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["detail"]["code"] == "UNAUTHORIZED"
    assert app.get("/maybe").json() == "nobody"
    forged = "better-auth.session_token=forged.c2lnbmF0dXJl"
    assert app.get("/me", cookie=forged).status_code == 401
    assert app.get("/maybe", cookie=forged).json() == "nobody"


# J-7, P2
def test_a_session_that_was_ended_is_refused_here_without_asking(server: StaydServer, stayd: Stayd, app: Application) -> None:
    there = server.browser("ada@example.com", new=True)
    here = server.browser("ada@example.com", new=False)
    assert app.get("/me", there).status_code == app.get("/me", here).status_code == 200
    here.post("/revoke-other-sessions", json={}).raise_for_status()
    eventually("still honoured", lambda: app.get("/me", there).status_code == 401)
    assert app.get("/me", here).status_code == 200
    assert stayd.counts.asked == 0


# J-7
def test_an_access_token_is_checked_here_and_refused_when_its_session_ended(
    server: StaydServer, stayd: Stayd, app: Application
) -> None:
    browser = server.browser("joe@example.com", new=True)
    token = browser.post("/token", json={}).raise_for_status().json()["access_token"]
    shown = f"Bearer {token}"
    assert app.get("/me", authorization=shown).json() == app.get("/me", browser).json()
    assert stayd.counts.key_fetches == 1
    browser.post("/sign-out", json={}).raise_for_status()
    eventually("still honoured", lambda: app.get("/me", authorization=shown).status_code == 401)
    assert app.get("/me", authorization=shown).headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert stayd.counts.asked == 0


def test_a_token_without_a_copy_is_asked_about_once(server: StaydServer, stayd: Stayd, app: Application) -> None:
    browser = server.browser("bob@example.com", new=True)
    browser.cookies.delete(COPY)
    assert [app.get("/me", browser).status_code for _ in range(3)] == [200] * 3
    assert stayd.counts.asked == 1


def test_what_matters_needs_a_recent_sign_in(server: StaydServer) -> None:
    strict = Application(application(stayd_at(server, fresh_age=0.000001)))
    browser = server.browser("eve@example.com", new=True)
    refused = strict.get("/sensitive", browser)
    assert (refused.status_code, refused.json()["detail"]["code"]) == (403, "SESSION_NOT_FRESH")
    assert "insufficient_user_authentication" in refused.headers["www-authenticate"]
    assert strict.get("/me", browser).status_code == 200
    strict.close()


# P2: who cannot hear of ends does not believe what it knows.
def test_while_the_server_is_down_nobody_passes_and_afterwards_nobody_was_lost(
    server: StaydServer, stayd: Stayd, app: Application
) -> None:
    browser = server.browser("kay@example.com", new=True)
    assert app.get("/me", browser).status_code == 200
    server.stop()
    eventually("the feed is lost", lambda: not stayd.hears)
    refused = app.get("/me", browser)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert app.get("/maybe", browser).status_code == 503
    server.start()
    eventually("the feed is back", lambda: stayd.hears)
    assert app.get("/me", browser).status_code == 200
    assert stayd.counts.asked >= 2, "what was signed before the start is asked about"
