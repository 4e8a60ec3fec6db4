"""Asking the server, where what is known here does not suffice."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from ._cookies import read_cookies
from ._refusal import Unavailable
from ._session import Session, session_of


def credential(backend: tuple[str, str] | None) -> dict[str, str]:
    """The headers by which the server knows this back end."""
    if backend is None:
        return {}
    name, secret = backend
    if not name or ":" in name or not secret or not f"{name}{secret}".isascii():
        raise ValueError("backend must be an id without `:` and a secret, both of ASCII")
    # The server takes a percent-encoded secret as well (RFC 6749, section 2.3.1), so a percent sign has to be encoded.
    pair = f"{name}:{secret.replace('%', '%25')}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


class Server:
    """The Stayd server, as it is reached from here."""

    def __init__(self, client: httpx.AsyncClient, url: str, headers: dict[str, str], prefix: str, timeout: float) -> None:
        self._client, self._url, self._headers, self._prefix, self._timeout = client, url, headers, prefix, timeout

    async def jwks(self) -> object:
        """The server's public keys."""
        return await self._json("GET", "/jwks")

    async def is_active(self, token: str) -> bool:
        """Whether the session of this access token, found genuine already, goes on (RFC 7662)."""
        if not self._headers:
            raise Unavailable("an access token can only be asked about with the credential of a back end")
        answer = await self._json("POST", "/introspect", data={"token": token}, headers=self._headers)
        active = answer.get("active") if isinstance(answer, dict) else None
        if not isinstance(active, bool):
            raise Unavailable("the answer is not one of a Stayd server")
        return active

    async def session(self, cookies: str, user_agent: str | None) -> Session | None:
        """Whose session these cookies open; `None` for nobody's."""
        # Of a request's cookies those that the server set: no other is any of its business.
        own = {name: value for name, value in read_cookies(cookies).items() if name.startswith(self._prefix)}
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in own.items())}
        if user_agent:
            headers["user-agent"] = user_agent
        # The browser would not see a renewal's cookies, so none is made; and a copy in a cookie is what is in doubt.
        query = {"disableCookieCache": "true", "disableRefresh": "true"}
        answer = await self._json("GET", "/get-session", params=query, headers=headers, nobody=True)
        if answer is None:
            return None
        try:
            return session_of(answer["session"], answer["user"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable("the answer is not one of a Stayd server") from error

    async def _json(self, method: str, path: str, *, nobody: bool = False, **how: Any) -> Any:
        try:
            response = await self._client.request(
                method, f"{self._url}{path}", timeout=self._timeout, follow_redirects=False, **how
            )
            if nobody and response.status_code == httpx.codes.UNAUTHORIZED:
                return None
            if response.status_code != httpx.codes.OK:
                raise Unavailable(f"{self._url}{path} answered {response.status_code}")
            return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"no answer from {self._url}{path}") from error
