"""Who listens: each device with whoever is signed in on it, and all of them as a twin's scope tells them apart."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from twinbase.errors import ClaimMissing
from twinbase.identity import Identity
from twinbase_server.caller import Caller
from twinbase_server.feed.news.plan import Gates, ScopeQuestion
from twinbase_server.problems import ProblemError

NEWS, BYE, LEFT = "news", "bye", "left"
_RANKS = ("", NEWS, BYE, LEFT)
DEVICE_LISTENERS_MAX = 2
"""A device listens once; that its line broke before may be noticed late."""


@dataclass(eq=False, slots=True)
class Listener:
    """One device that listens. `twins`: those that it has; `expires_at`: when its token ends.

    `said`: what comes next: it is told that there is news, or to come again some time within `away_seconds`; or it has
    left.
    """

    caller: Caller
    twins: frozenset[str]
    expires_at: datetime
    said: str = ""
    away_seconds: float = 0.0
    wakes: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def identity(self) -> Identity:
        return self.caller.identity

    @property
    def replica(self) -> UUID:
        return self.caller.replica

    def say(self, word: str) -> None:
        """Have it told this, unless something else comes first."""
        self.said = max(self.said, word, key=_RANKS.index)
        self.wakes.set()

    def send_away(self, away_seconds: float = 0.0) -> None:
        """Have it told to go, and to come again within so many seconds: with others who are sent away, not at once."""
        self.away_seconds = away_seconds
        self.say(BYE)

    def take(self) -> str:
        """What comes next, once."""
        word, self.said = self.said, ""
        self.wakes.clear()
        return word

    def has_any(self, twins: Gates) -> bool:
        """Whether it has one of these twins, and may have rows of it."""
        return any(name in self.twins and _may(self.identity, gates) for name, gates in twins.items())


def _may(identity: Identity, gates: Iterable[str]) -> bool:
    try:
        return all(identity.may(permission) for permission in gates)
    except ClaimMissing:
        return False


@dataclass(frozen=True, slots=True)
class Groups:
    """Those who have a twin, by what its scope asks of them: `who` is JSON with a row for each of `members`.

    `outside`: those of whom the scope is not asked, since they do not have the twin, or none of its rows.
    """

    who: str
    members: tuple[tuple[Listener, ...], ...]
    outside: tuple[Listener, ...]

    def __iter__(self) -> Iterator[Listener]:
        """All members."""
        return (one for members in self.members for one in members)


class Audience:
    """All who listen to one server process: so many in all, and of one account; of one device the newest."""

    def __init__(self, most: int, account_most: int) -> None:
        self._most, self._account_most = most, account_most
        self._listeners: dict[Listener, None] = {}
        self._of_account: Counter[str] = Counter()
        self._groups: dict[str, Groups] = {}

    def __iter__(self) -> Iterator[Listener]:
        return iter(self._listeners)

    def __len__(self) -> int:
        return len(self._listeners)

    def join(self, listener: Listener) -> None:
        """One more; raises `too-busy` when there are too many."""
        subject = listener.identity.subject
        mine = [one for one in self._listeners if one.replica == listener.replica]
        if len(self) >= self._most or self._of_account[subject] >= self._account_most + len(mine):
            raise ProblemError("too-busy", "Too many devices listen at the moment.")
        for older in mine[: 1 - DEVICE_LISTENERS_MAX or None]:
            older.send_away()
        self._listeners[listener] = None
        self._of_account[subject] += 1
        self._groups.clear()

    def release(self, listener: Listener) -> None:
        """One less."""
        subject = listener.identity.subject
        del self._listeners[listener]
        self._of_account[subject] -= 1
        if not self._of_account[subject]:
            del self._of_account[subject]
        self._groups.clear()

    def list_having(self, twins: Gates, among: Iterable[Listener] | None = None) -> set[Listener]:
        """Everybody who may have rows of one of these twins."""
        return {one for one in (self._listeners if among is None else among) if one.has_any(twins)}

    def group_by_scope(self, question: ScopeQuestion) -> Groups:
        """All who listen, as the scope of a twin tells them apart."""
        name = question.twin.name
        if name not in self._groups:
            self._groups[name] = _grouped(self._listeners, question)
        return self._groups[name]


def _grouped(listeners: Iterable[Listener], question: ScopeQuestion) -> Groups:
    """Who lacks a claim is nowhere: a pull would tell them so, and no more."""
    found: dict[tuple[object, ...], list[Listener]] = {}
    outside: list[Listener] = []
    for listener in listeners:
        try:
            if listener.has_any({question.twin.name: question.twin.gates}):
                found.setdefault(question.condition.read_identity(listener.identity), []).append(listener)
            else:
                outside.append(listener)
        except ClaimMissing:
            continue
    rows = [
        {"i": number, **{f"c{part}": value for part, value in enumerate(asked)}} for number, asked in enumerate(found)
    ]
    return Groups(msgspec.json.encode(rows).decode(), tuple(map(tuple, found.values())), tuple(outside))
