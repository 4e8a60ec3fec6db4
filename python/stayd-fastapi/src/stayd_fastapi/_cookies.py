"""Checking a session's cookies, as the server does: the signed token, and the signed copy of the session that is bound to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from ._base64 import decode_standard, decode_url, encode_url
from ._keys import mac
from ._session import Checked, Signed, session_of

MAX_SKEW_MS = 60_000
"""How far ahead of ours the server's clock may be."""
MAX_LENGTH = 16 * 1024
"""Longest copy of a session that is looked at, all pieces together."""
MAX_PIECES = 100
SIGNATURE_LENGTH = 44
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
COMPACT = re.compile(r'\{"session":(\{.+)\},"expiresAt":(\d{1,16}),"signature":"([\w-]+)"\}', re.DOTALL | re.ASCII)
JWT_HEADER = "eyJhbGciOiJIUzI1NiJ9"
"""`{"alg":"HS256"}`, the header that servers write."""


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a request by name, as sent. The first of a name counts: a later one may have been planted by a subdomain."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        name, equals, value = piece.partition("=")
        if equals:
            cookies.setdefault(name.strip(" \t"), value.strip(" \t"))
    return cookies


def cookie_text(cookies: dict[str, str], name: str) -> str | None:
    """The text that a cookie stands for: without quotes, percent-decoded; `None` where it is broken."""
    raw = cookies.get(name)
    if raw is None:
        return None
    if raw.startswith('"'):
        if len(raw) < 2 or not raw.endswith('"'):
            return None
        raw = raw[1:-1]
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        return None
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        return None
    return None if re.search(r"[\x00-\x1f\x7f]", text) else text


def join_pieces(cookies: dict[str, str], name: str) -> str | None:
    """The value of a cookie that may have come in pieces `name.0`, `name.1` and so on."""
    if whole := cookie_text(cookies, name):
        return whole if len(whole) <= MAX_LENGTH else None
    numbers = sorted(
        int(found.removeprefix(f"{name}."))
        for found in cookies
        if re.fullmatch(re.escape(name) + r"\.(0|[1-9][0-9]?)", found)
    )
    pieces = [cookie_text(cookies, f"{name}.{number}") for number in numbers[:MAX_PIECES]]
    joined = "".join(piece or "" for piece in pieces)
    return joined if joined and None not in pieces and len(joined) <= MAX_LENGTH else None


def open_token(secrets: Sequence[str], cookie: str) -> str | None:
    """The session token in a cookie `token.signature` that one of the secrets signed."""
    token, dot, signature = cookie[: -SIGNATURE_LENGTH - 1], cookie[-SIGNATURE_LENGTH - 1 : -SIGNATURE_LENGTH], cookie[-SIGNATURE_LENGTH:]
    if dot != "." or not TOKEN.fullmatch(token):
        return None
    made = decode_standard(signature)
    return token if made is not None and _any_made(secrets, token, made) else None


def open_copy(secrets: Sequence[str], text: str, token: str, version: str, now: int) -> Checked | None:
    """The session in a copy that one of the secrets signed for this token, if it still counts at `now` (ms). An encrypted copy is not
    read here: the server is asked."""
    try:
        opened = _open_compact(secrets, text) if "." not in text else _open_jwt(secrets, text, now)
        if opened is None:
            return None
        payload, expires_at = opened
        checked = session_of(payload["session"], payload["user"])
        made_at = payload["updatedAt"]
        until = min(expires_at, checked.expires_at)
        binding = payload["binding"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    expected = encode_url(hashlib.sha256(b"stayd session data\0" + token.encode()).digest())
    # What a Better Auth server wrote under the same secret is bound to no token; the server is asked about it.
    if not isinstance(binding, str) or not hmac.compare_digest(binding.encode(), expected.encode()):
        return None
    fits = payload.get("version", "1") == version and payload["user"].get("id") == checked.user_id
    if not fits or type(made_at) is not int or made_at > now + MAX_SKEW_MS or until <= now:
        return None
    return Checked(checked, Signed(made_at), until)


def _open_compact(secrets: Sequence[str], text: str) -> tuple[dict[str, Any], int] | None:
    """base64url of `{"session":P,"expiresAt":E,"signature":S}`, where S signs P with `,"expiresAt":E` before its last brace."""
    data = decode_url(text)
    parts = COMPACT.fullmatch(data.decode("utf-8")) if data is not None else None
    made = decode_url(parts[3]) if parts else None
    if parts is None or made is None:
        return None
    signed = f'{parts[1]},"expiresAt":{parts[2]}}}'
    return (json.loads(signed), int(parts[2])) if _any_made(secrets, signed, made) else None


def _open_jwt(secrets: Sequence[str], text: str, now: int) -> tuple[dict[str, Any], int] | None:
    """HS256 and nothing else (RFC 8725)."""
    parts = text.split(".")
    if len(parts) != 3 or parts[0] != JWT_HEADER:
        return None
    made, data = decode_url(parts[2]), decode_url(parts[1])
    if made is None or data is None or not _any_made(secrets, f"{parts[0]}.{parts[1]}", made):
        return None
    payload: dict[str, Any] = json.loads(data.decode("utf-8"))
    latest = (now + MAX_SKEW_MS) // 1000
    begun = payload["iat"] <= latest and payload.get("nbf", payload["iat"]) <= latest
    return (payload, payload["exp"] * 1000) if begun else None


def _any_made(secrets: Sequence[str], message: str, made: bytes) -> bool:
    found = [hmac.compare_digest(mac(secret.encode(), message.encode()), made) for secret in secrets]
    return any(found)
