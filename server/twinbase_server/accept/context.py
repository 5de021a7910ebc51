"""One batch while it is accepted: what stays the same meanwhile, and what becomes known on the way."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any

from twinbase.clock import cut_to_hour
from twinbase.plugins import Plugins
from twinbase.registry import Registry, Twin
from twinbase_server.accept.batch import RowId
from twinbase_server.accept.reasons import Refusal
from twinbase_server.caller import Caller
from twinbase_server.sql.scope import Condition, compile_condition

REPEATED_MAX = 3


@dataclass(frozen=True, slots=True)
class AcceptContext:
    """What stays the same while one batch is accepted. `xid`: the transaction that it is accepted in.

    `isolated`: an error of the moment has come at every try before, so the row that it may be of is looked for.
    `ends_at`: when, by the event loop's time, the rest is put off.
    """

    plugins: Plugins
    caller: Caller
    xid: int
    now: datetime
    isolated: bool = False
    ends_at: float = inf

    @property
    def is_over(self) -> bool:
        """Whether the time for the batch is used up."""
        return asyncio.get_running_loop().time() >= self.ends_at

    @property
    def registry(self) -> Registry:
        return self.plugins.registry

    def bind_scope(self, twin: Twin) -> list[Any]:
        """The first parameters of a query over `scoped_rows_sql(twin, …)`: windows move by the hour, as in the feed.

        Raises ClaimMissing (H10).
        """
        return self.bind(compile_condition(twin))

    def bind(self, condition: Condition) -> list[Any]:
        """The parameters of a condition over a twin's rows. Raises ClaimMissing (H10)."""
        return condition.bind(self.caller.identity, cut_to_hour(self.now))


@dataclass(frozen=True, slots=True)
class Origin:
    """What a row was before this batch: its version, whether this replica wrote it, when, and whose device did."""

    version: int | None
    own: bool
    at: datetime | None
    by: str = ""


@dataclass(slots=True)
class BatchProgress:
    """What is known of a batch so far, whichever of its parts were undone meanwhile.

    `origins`: what its rows were when it began. `blocked`: rows whose insert was not accepted, each with the mutation
    that later work on it waits for. `doomed`: mutations that are refused whatever they are tried with, and why. `held`:
    rows that work which was put off, `deferred`, is about, and since which local transaction: what comes after it is
    put off too, to stay in order.
    """

    origins: dict[RowId, Origin] = field(default_factory=dict)
    blocked: dict[RowId, str] = field(default_factory=dict)
    doomed: dict[str, Refusal] = field(default_factory=dict)
    held: dict[RowId, int] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    repeated: int = 0
    _replaced: list[tuple[RowId, str | None]] = field(default_factory=list)

    def block(self, row_id: RowId, behind: str) -> None:
        """Later work on the row waits for this mutation."""
        self._replaced.append((row_id, self.blocked.get(row_id)))
        self.blocked[row_id] = behind

    def block_since_earlier(self, behind: Mapping[RowId, str]) -> None:
        """Work on these rows waits since an earlier batch; what this batch says of a row counts more."""
        for row_id, id in behind.items():
            if row_id not in self.blocked:
                self.block(row_id, id)

    def mark_blocked(self) -> int:
        """What is blocked now, to go back to when a part is undone."""
        return len(self._replaced)

    def restore_blocked(self, mark: int) -> None:
        """Block what was blocked then, and nothing else."""
        while len(self._replaced) > mark:
            row_id, before = self._replaced.pop()
            if before is None:
                del self.blocked[row_id]
            else:
                self.blocked[row_id] = before

    def hold_rows(self, row_ids: Iterable[RowId], *, since: int) -> None:
        """Work on these rows is put off, from the local transaction at this position on."""
        for row_id in row_ids:
            self.held[row_id] = min(since, self.held.get(row_id, since))

    def holds(self, row_id: RowId, position: int) -> bool:
        """Whether the local transaction at this position waits for the row."""
        return position >= self.held.get(row_id, inf)

    def count_repeated(self, error: BaseException) -> None:
        """An error of the moment is taken for a row's. Raises it when it is so of too many: then it is the moment's."""
        self.repeated += 1
        if self.repeated > REPEATED_MAX:
            raise error

    def doom(self, refusals: Mapping[str, Refusal]) -> None:
        """These mutations are refused from now on."""
        self.doomed |= refusals
