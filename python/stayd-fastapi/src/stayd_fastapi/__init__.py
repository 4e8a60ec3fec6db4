"""Who sent this request? Checks Stayd's cookies and access tokens in FastAPI applications beside a Stayd server.

It signs nobody in and renews nothing; that is the server's. The names to know: `Stayd`, the settings and what follows the server;
`CurrentUser`, `FreshUser` and `OptionalUser`, what handlers take.
"""

from ._dependencies import (
    CurrentUser,
    FreshUser,
    OptionalUser,
    get_current_user,
    optional_user,
    require_fresh,
)
from ._refusal import Refused, Unavailable
from ._session import Session
from ._stayd import Counts, Stayd

__all__ = [
    "Counts",
    "CurrentUser",
    "FreshUser",
    "OptionalUser",
    "Refused",
    "Session",
    "Stayd",
    "Unavailable",
    "get_current_user",
    "optional_user",
    "require_fresh",
]
