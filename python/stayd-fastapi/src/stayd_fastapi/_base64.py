"""base64 in its one spelling: no text has a second one that reads the same."""

from __future__ import annotations

import base64
import binascii


def decode_url(text: str) -> bytes | None:
    """base64url without padding (RFC 7515, section 2); `None` for any other text."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if encode_url(data) == text else None


def encode_url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_standard(text: str) -> bytes | None:
    """base64 with its padding; `None` for any other text."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
