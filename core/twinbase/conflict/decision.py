"""What a strategy is asked and what it answers: pure values, no session, no clock, no socket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from twinbase.mutation import Operation
from twinbase.protocol import WireValue

Guard = Callable[[Mapping[str, WireValue] | None, Mapping[str, WireValue]], str | None]
"""A guard gets the row as the server has it (None: not there) and the values to write; it says why not, or None."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One mutation that met a row which had changed since the device read it.

    `base`: what the device had read of the columns that it changed (for a delete: of all columns; for an insert: none).
    `mine`: what the device wrote. `theirs`: the row as the server has it now, None when it is gone.
    `mine_at` is the device's time corrected by the offset measured at sync; `theirs_at` the server's.
    """

    operation: Operation
    base: Mapping[str, WireValue]
    mine: Mapping[str, WireValue]
    theirs: Mapping[str, WireValue] | None
    mine_at: datetime
    theirs_at: datetime

    def contested_columns(self) -> tuple[str, ...]:
        """The columns that both sides changed, to different values."""
        theirs = self.theirs or {}
        return tuple(
            column
            for column, value in self.mine.items()
            if theirs.get(column) != value and theirs.get(column) != self.base.get(column)
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the mutation.

    `write`: the columns to write on the server (empty: nothing). `delete`: the row goes.
    `decided`: per contested column who won: "device", "server" or "both" (a sum, say).
    `status`: "merged" when all that the device wrote has found its place, "conflict" when something was set aside.
    `ask`: a person should look at it. What was set aside goes to the journal in any case.
    """

    status: Literal["applied", "merged", "conflict"]
    write: Mapping[str, WireValue] = field(default_factory=dict)
    delete: bool = False
    decided: Mapping[str, str] = field(default_factory=dict)
    ask: bool = False


class Strategy(Protocol):
    """Decides one conflict. Pure: the same conflict gives the same decision, for ever."""

    def __call__(self, conflict: Conflict, /) -> Decision: ...
