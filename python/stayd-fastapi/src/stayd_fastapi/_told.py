"""What the feed has told: which sessions are over, and what is in doubt."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from ._session import Asked, Session, Signed

REMEMBERED = 100_000
"""How many sessions and people are remembered at most. Beyond it everything from before is in doubt, and asked about."""


@dataclass(frozen=True, slots=True)
class Begins:
    """Forget what was told: what was made up to `before` is in doubt. Times are in ms."""

    before: int
    kept: int
    heartbeat: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A session is over."""

    sid: str
    at: int


@dataclass(frozen=True, slots=True)
class Doubted:
    """What was made up to `before` of a session, a person or anybody is in doubt."""

    before: int
    sid: str | None = None
    sub: str | None = None


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """That was all there is."""


News = Begins | Ended | Doubted | CaughtUp


class Belief(enum.Enum):
    """Whether what is known of a session may be believed without asking."""

    HOLDS = enum.auto()
    ENDED = enum.auto()
    DOUBTED = enum.auto()


@dataclass(frozen=True, slots=True)
class _Doubt:
    before: int
    count: int

    def covers(self, known: Signed | Asked) -> bool:
        return known.at <= self.before if isinstance(known, Signed) else known.count < self.count


class Told:
    """`steady`: a clock that nobody sets, in s; `now`: the time, in ms since the epoch."""

    def __init__(self, steady: Callable[[], float], now: Callable[[], int]) -> None:
        self._steady, self._now = steady, now
        self._ended: dict[str, int] = {}
        self._sessions: dict[str, _Doubt] = {}
        self._people: dict[str, _Doubt] = {}
        self._everybody = _Doubt(0, 0)
        self._caught_up = False
        self._heard_at: float | None = None
        self._heartbeat = 1.0
        self._kept, self._swept_at = 3_600_000, 0
        self.count = 0
        """How many things were told."""

    @property
    def silence(self) -> float:
        """The longest silence that is no loss, in s: three signs of life missing, and the connection is dead."""
        return self._heartbeat * 3

    def is_heard(self, patience: float = 0.0) -> bool:
        """Whether the feed is heard, or was within so many seconds."""
        if self._heard_at is None or not (self._caught_up or patience):
            return False
        return self._steady() - self._heard_at < self.silence + patience

    def belief(self, session: Session, known: Signed | Asked, patience: float) -> Belief:
        """Whether this may be believed now."""
        if session.session_id in self._ended:
            return Belief.ENDED
        doubts = (self._everybody, self._sessions.get(session.session_id), self._people.get(session.user_id))
        doubted = not self.is_heard(patience) or any(doubt is not None and doubt.covers(known) for doubt in doubts)
        return Belief.DOUBTED if doubted else Belief.HOLDS

    def has_ended(self, session_id: str) -> bool:
        """Whether this session is known to be over."""
        return session_id in self._ended

    def heard(self) -> None:
        """Something was heard, if only a sign of life."""
        self._heard_at = self._steady()

    def lost(self) -> None:
        """The feed broke off."""
        self._caught_up = False

    def take(self, news: News) -> None:
        """Takes a piece of news."""
        self.count += 1
        match news:
            case Begins(before, kept, heartbeat):
                # Ends are ends, whoever tells of them; what was in doubt is covered by this.
                self._everybody = _Doubt(before, self.count)
                self._kept, self._caught_up = kept, False
                self._heartbeat = min(max(heartbeat / 1000, 0.1), 60.0)
            case Ended(sid, at):
                self._ended[sid] = at
            case Doubted(before, sid, sub):
                doubt = _Doubt(before, self.count)
                if sid is not None:
                    self._sessions[sid] = doubt
                elif sub is not None:
                    self._people[sub] = doubt
                else:
                    self._everybody = doubt
            case CaughtUp():
                self._caught_up = True
        self._keep_within_bounds()

    def _size(self) -> int:
        return len(self._ended) + len(self._sessions) + len(self._people)

    def _keep_within_bounds(self) -> None:
        if self._size() <= REMEMBERED and self._now() - self._swept_at < 60_000:
            return
        self._swept_at = self._now()
        oldest = self._swept_at - self._kept
        self._ended = {sid: at for sid, at in self._ended.items() if at >= oldest}
        self._sessions = {sid: doubt for sid, doubt in self._sessions.items() if doubt.before >= oldest}
        self._people = {sub: doubt for sub, doubt in self._people.items() if doubt.before >= oldest}
        if self._size() > REMEMBERED:
            self._ended, self._sessions, self._people = {}, {}, {}
            self._everybody = _Doubt(max(self._everybody.before, self._swept_at), self.count)
