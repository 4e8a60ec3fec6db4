"""The server's keys: fetched when they are needed, and at most once a minute for a key that is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from ._keys import TokenKey, public_keys, shared_keys
from ._refusal import Unavailable

REFETCH_S = 60.0
"""A key that is not known has the keys fetched at most so often."""
FIRST_FETCH_S = 1.0
"""The same where none could be fetched yet: the server may just be starting."""
REFRESH_S = 300.0
"""How often keys are fetched although all are known: a key that was withdrawn is honoured for so long."""


class KeyRing:
    """The keys that access tokens of one issuer may be signed with."""

    def __init__(
        self,
        issuer: str,
        secrets: Sequence[str],
        steady: Callable[[], float],
        fetch: Callable[[], Awaitable[object]],
        withdrawn: Callable[[], None],
    ) -> None:
        self._shared = shared_keys(secrets, issuer)
        self._keys: dict[str, TokenKey] = self._shared
        self._steady, self._fetch, self._withdrawn = steady, fetch, withdrawn
        self._tried_at: float | None = None
        self._succeeded = False
        self._turn = asyncio.Lock()

    async def current(self) -> Mapping[str, TokenKey]:
        """The keys, fetched again where they are old. Where that fails, those that are there go on."""
        if self._succeeded and self._tried_before(REFRESH_S):
            try:
                await self._look(lambda: REFRESH_S)
            except Unavailable:
                pass
        return self._keys

    async def look(self) -> None:
        """Looks for a key that is not known. Raises where it cannot be said whether there is one."""
        await self._look(lambda: REFETCH_S if self._succeeded else FIRST_FETCH_S)

    def _tried_before(self, age: float) -> bool:
        return self._tried_at is None or self._steady() - self._tried_at >= age

    async def _look(self, age: Callable[[], float]) -> None:
        async with self._turn:
            # Asked here: whoever waited comes after somebody who may have succeeded.
            if not self._tried_before(age()):
                # Whoever waited here may find the key now; where there never were keys, nothing can be said of any.
                if not self._succeeded:
                    raise Unavailable("the server's keys could not be fetched")
                return
            # Who comes meanwhile goes on with the keys that there are.
            self._tried_at = self._steady()
            try:
                found = public_keys(await self._fetch())
            finally:
                # Counted from its end: those who waited for one that took long do not try one after the other.
                self._tried_at = self._steady()
            if found is None:
                raise Unavailable("what came is no JWKS")
            keys = self._shared | found
            gone = self._keys.keys() - keys.keys()
            self._keys, self._succeeded = keys, True
            if gone:
                self._withdrawn()
