"""JSON objects that no two readers understand differently (RFC 8725)."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

MAX_MEMBERS = 64
"""Most members of an object, as the server's own reader has it."""
MAX_DEPTH = 16
"""Most levels of objects and lists within each other, likewise."""


class _Object(dict[str, Any]):
    """An object that remembers whether a name was there twice."""

    is_doubtful = False


def strict_object(data: bytes) -> dict[str, Any] | None:
    """
    The members of an object; `None` for anything else, for a name of it that is there twice, and for depths, numbers and texts that the
    server's own reader does not take.
    """
    try:
        text = data.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_members, parse_int=_whole, parse_float=_finite, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, _Object) or found.is_doubtful or len(found) > MAX_MEMBERS:
        return None
    return found if _is_plain(found, MAX_DEPTH) else None


def whole_number(value: object) -> int | None:
    """A whole number that JavaScript counts exactly as well."""
    return value if type(value) is int and abs(value) < 2**53 else None


def _members(pairs: list[tuple[str, Any]]) -> _Object:
    members = _Object(pairs)
    members.is_doubtful = len(members) != len(pairs)
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number beyond all measure")
    return number


def _whole(text: str) -> int | float:
    # A minus before nothing is no whole number to the server's reader.
    number = _finite(text)
    return number if text == "-0" else int(text)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_plain(value: object, levels: int) -> bool:
    """Whether a value is not too deep, and all its texts are Unicode."""
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if not isinstance(value, (dict, list)):
        return True
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return levels > 0 and all(_is_plain(part, levels - 1) for part in parts)
