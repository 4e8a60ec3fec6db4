"""Who sent a request, and since when that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was checked. Times are in milliseconds since the epoch."""

    session_id: str
    """Names the session; no secret."""
    user_id: str
    """Whose it is."""
    signed_in_at: int
    """When the person signed in."""
    expires_at: int
    """When what was shown ends: the session, or the access token."""
    client_id: str | None = None
    """The program that an access token was given to, where it is named."""
    user: Mapping[str, Any] | None = None
    """What is known of the person. Cookies say it; access tokens hold nothing personal."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The server signed it at this moment, by its own clock."""

    at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The server was asked, when so many things had been told."""

    count: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A session, since when it is known, and until when that may be believed if nothing else is heard."""

    session: Session
    known: Signed | Asked
    until: int


def session_of(session: Mapping[str, Any], user: Mapping[str, Any]) -> Session:
    """A session as the server shows it. Raises where it is none."""
    return Session(
        session_id=_text(session["id"]),
        user_id=_text(session["userId"]),
        # Without the time of the sign-in it is never a recent one.
        signed_in_at=_moment(session["createdAt"]) if "createdAt" in session else 0,
        expires_at=_moment(session["expiresAt"]),
        user=user,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def _moment(value: object) -> int:
    from datetime import datetime

    return round(datetime.fromisoformat(_text(value)).timestamp() * 1000)
