"""A batch in parts: those that wait, and those that were written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from twinbase.registry import Registry
from twinbase_server.accept.local_transaction import LocalTransaction
from twinbase_server.accept.rights import split_by_rights

LEVELS = 3
KEPT_MAX = 16
"""How many parts each level counts before they become one of the level above; beyond the last they are not counted."""


@dataclass(slots=True)
class BatchPart:
    """Local transactions that are written together. Above level 0: they were written before, in more parts."""

    transactions: list[LocalTransaction]
    level: int = 0


@dataclass(slots=True)
class Parts:
    """`waiting`: the next one last. `has_settled`: something of the batch has got its last word."""

    registry: Registry
    waiting: list[BatchPart] = field(default_factory=list)
    has_settled: bool = False
    _size: int = 1 << 62
    _kept: list[list[BatchPart]] = field(default_factory=lambda: [[] for _ in range(LEVELS)])

    def begin(self, transactions: Sequence[LocalTransaction], level: int = 0) -> None:
        """These come next, in as many parts as the rights of their writer need."""
        self.waiting += [BatchPart(part, level) for part in reversed(split_by_rights(self.registry, transactions))]

    def take_next(self) -> BatchPart:
        """The next part, as large as the last ones let hope for."""
        part = self.waiting.pop()
        if part.level == 0 and len(part.transactions) > self._size:
            self.waiting.append(BatchPart(part.transactions[self._size :]))
            return BatchPart(part.transactions[: self._size])
        return part

    def take_all(self) -> list[LocalTransaction]:
        """All that waits, in order."""
        waiting = [transaction for part in reversed(self.waiting) for transaction in part.transactions]
        self.waiting.clear()
        return waiting

    def halve(self, part: BatchPart) -> None:
        """Each half for itself, in order."""
        middle = len(part.transactions) // 2
        self._size = max(1, middle)
        for half in (part.transactions[middle:], part.transactions[:middle]):
            self.waiting.append(BatchPart(half, part.level))

    def note_settled(self, part: BatchPart, *, stands: bool, deferred: bool) -> None:
        """What comes next may be twice as large, unless this was the culprit, alone."""
        self.has_settled = self.has_settled or not deferred
        alone = len(part.transactions) == 1 and not stands
        self._size = 1 if alone else max(self._size, 2 * len(part.transactions))

    def keep(self, part: BatchPart) -> bool:
        """Count a part that was written; whether its level is full."""
        if part.level == LEVELS:
            return False
        self._kept[part.level].append(part)
        return len(self._kept[part.level]) > KEPT_MAX

    def merge_level(self, level: int) -> None:
        """What the level counts is one part of the level above, as far as rights let it be, and comes next."""
        merged = [transaction for part in self._kept[level] for transaction in part.transactions]
        self._kept[level] = []
        self.begin(merged, level + 1)
