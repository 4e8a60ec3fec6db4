"""Access tokens (RFC 9068's type, our claims), checked as the server does: the key decides the algorithm, `kid` only selects among the
keys at hand, no other header is read, the signature comes before the claims, and bytes have one spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._base64 import decode_url
from ._json import strict_object, whole_number
from ._keys import TokenKey
from ._session import Checked, Session, Signed

MAX_LENGTH = 8 * 1024
"""Longest token that is looked at."""
LEEWAY_S = 30
"""How far the server's clock may be from ours."""


class UnknownKey(Exception):
    """No key of the token's id is at hand."""


def open_access_token(
    token: str, keys: Mapping[str, TokenKey], issuer: str, audience: str, now: int
) -> Checked | None:
    """The session of a token that one of the keys signed for us, at `now` (ms); `None` for any other token, whatever is wrong with it."""
    parts = token.split(".")
    if len(token) > MAX_LENGTH or len(parts) != 3 or not token.isascii():
        return None
    head, payload, signature = parts
    header, made = _object_in(head), decode_url(signature)
    if header is None or made is None or not {"alg", "kid", "typ"} == header.keys():
        return None
    if header["typ"] != "at+jwt" or not isinstance(header["kid"], str):
        return None
    key = keys.get(header["kid"])
    if key is None:
        raise UnknownKey
    if header["alg"] != key.algorithm or not key.verifies(f"{head}.{payload}".encode(), made):
        return None
    claims = _object_in(payload)
    return _session_of(claims, issuer, audience, now // 1000) if claims is not None else None


def _session_of(claims: Mapping[str, Any], issuer: str, audience: str, now: int) -> Checked | None:
    texts = [claims.get(name) for name in ("iss", "aud", "sub", "sid", "jti")]
    optional = [claims.get(name, "") for name in ("client_id", "scope")]
    if not all(isinstance(text, str) for text in texts + optional) or "nbf" in claims:
        return None
    signed_in, made, end = (whole_number(claims.get(name)) for name in ("auth_time", "iat", "exp"))
    if signed_in is None or made is None or end is None:
        return None
    begun = made <= now + LEEWAY_S and signed_in <= now + LEEWAY_S
    if claims["iss"] != issuer or claims["aud"] != audience or not begun or end < made or end + LEEWAY_S <= now:
        return None
    session = Session(
        session_id=claims["sid"],
        user_id=claims["sub"],
        signed_in_at=signed_in * 1000,
        expires_at=end * 1000,
        client_id=claims.get("client_id"),
    )
    return Checked(session, Signed(made * 1000), end * 1000)


def _object_in(text: str) -> dict[str, Any] | None:
    data = decode_url(text)
    return strict_object(data) if data is not None else None
