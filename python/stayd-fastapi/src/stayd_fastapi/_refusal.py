"""Why a request was not let through, and what its sender is told."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import HTTPException


class Unavailable(Exception):
    """It cannot be said now who sent a request."""


class Refused(HTTPException):
    """A request was not let through. What was wrong with a token is told nobody: all refusals look alike."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(status, {"message": message, "code": code}, {"cache-control": "no-store", **headers})
        self.code = code


def missing() -> Refused:
    """It shows nothing by which its sender could be known."""
    return Refused(401, "UNAUTHORIZED", "Unauthorized", {"www-authenticate": "Bearer"})


def invalid() -> Refused:
    """It shows something that opens no session."""
    return Refused(401, "UNAUTHORIZED", "Unauthorized", {"www-authenticate": 'Bearer error="invalid_token"'})


def not_fresh(max_age_s: float) -> Refused:
    """The sign-in is too long ago for what was asked (RFC 9470)."""
    challenge = f'Bearer error="insufficient_user_authentication", max_age="{max_age_s:.0f}"'
    return Refused(403, "SESSION_NOT_FRESH", "Session is not fresh", {"www-authenticate": challenge})


def unavailable() -> Refused:
    """It cannot be said now whether the session still goes on."""
    message = "Service unavailable. Please try again later."
    return Refused(503, "SERVICE_UNAVAILABLE", message, {"retry-after": "1"})
