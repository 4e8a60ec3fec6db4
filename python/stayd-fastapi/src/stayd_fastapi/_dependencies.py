"""What handlers take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from . import _refusal
from ._refusal import Refused
from ._session import Session
from ._stayd import Stayd


async def get_current_user(request: HTTPConnection) -> Session:
    """Somebody who is signed in; anybody else is answered 401."""
    return await _stayd_of(request).check(request)


async def optional_user(request: HTTPConnection) -> Session | None:
    """Somebody who may be signed in. Where that cannot be said, the answer is 503."""
    try:
        return await _stayd_of(request).check(request)
    except Refused as refused:
        if refused.status_code == 401:
            return None
        raise


async def require_fresh(request: HTTPConnection) -> Session:
    """Somebody who signed in a short while ago; 403 for whoever did so longer ago. For what matters: changing an address, deleting things."""
    stayd = _stayd_of(request)
    session = await stayd.check(request)
    if stayd.now() - session.signed_in_at >= stayd.fresh_age * 1000:
        raise _refusal.not_fresh(stayd.fresh_age)
    return session


CurrentUser = Annotated[Session, Depends(get_current_user)]
OptionalUser = Annotated[Session | None, Depends(optional_user)]
FreshUser = Annotated[Session, Depends(require_fresh)]


def _stayd_of(request: HTTPConnection) -> Stayd:
    found = getattr(request.state, "stayd", None)
    if not isinstance(found, Stayd):
        raise RuntimeError("the application has no Stayd: FastAPI(lifespan=stayd.lifespan)")
    return found
