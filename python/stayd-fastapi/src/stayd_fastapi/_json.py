"""JSON objects that no two readers understand differently (RFC 8725)."""

from __future__ import annotations

import json
from typing import Any

MAX_MEMBERS = 64
"""Most members of an object, as the server's own reader has it."""


def strict_object(data: bytes) -> dict[str, Any] | None:
    """The members of an object; `None` for anything else, for a name that is there twice, and for texts that are no Unicode."""
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or len(found) > MAX_MEMBERS:
        return None
    return found if all(_is_unicode(value) for value in found.values()) else None


def whole_number(value: object) -> int | None:
    """A whole number that JavaScript counts exactly as well."""
    return value if type(value) is int and abs(value) < 2**53 else None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is there twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_unicode(value: object) -> bool:
    try:
        return not isinstance(value, str) or bool(value.encode("utf-8")) or value == ""
    except UnicodeEncodeError:
        return False
