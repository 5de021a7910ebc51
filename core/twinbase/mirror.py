"""The declaration that makes a table a twin: which class, which way, which columns, whose rows, who wins."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, and_, false, or_
from sqlmodel import SQLModel

from twinbase.association import map_table
from twinbase.conflict.decision import Guard, Strategy
from twinbase.identity import Who
from twinbase.mutation import Operation
from twinbase.wording import says

Direction = Literal["pull", "push", "both"]
ALL_OPERATIONS: frozenset[Operation] = frozenset({"insert", "update", "delete"})
Scope = Callable[[Who], Any]


@dataclass(frozen=True, slots=True)
class Window:
    """A moving bound on a time column; `nulls` says whether rows without a time are inside."""

    column: Any
    back: timedelta
    ahead: timedelta | None
    nulls: bool = True

    def build_predicate(self, who: Who) -> ColumnElement[bool]:
        inside = [self.column >= who.as_of - self.back]
        if self.ahead is not None:
            inside.append(self.column < who.as_of + self.ahead)
        return says(or_(and_(*inside), self.column.is_(None) if self.nulls else false()), *self._words())

    def _words(self) -> tuple[str, str]:
        name = self.column.key
        ahead = "" if self.ahead is None else f" and {self.ahead.days} days ahead"
        of = f"{name.replace('_', ' ')} {{{name}}}"
        bounds = f"from {self.back.days} days ago{ahead or ' on'}"
        return f"its {of} is {bounds}", f"its {of} is not {bounds}"


def days(column: object, *, back: int, ahead: int | None = None, nulls: bool = True) -> Window:
    """A window of whole days round the server's time: `days(Job.starts_at, back=30, ahead=30)`."""
    return Window(column, timedelta(days=back), None if ahead is None else timedelta(days=ahead), nulls)


@dataclass(frozen=True, slots=True)
class ParentScope:
    """A scope that follows a parent: rows whose `column` points at a row of `parent` that the identity sees."""

    parent: type[SQLModel]
    column: Any
    nulls: bool = False


def within(parent: type[SQLModel], column: object, *, nulls: bool = False) -> ParentScope:
    """Children follow their parent: `scope=within(Job, Part.job_id)`. `nulls` lets rows without a parent in."""
    return ParentScope(parent, column, nulls)


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """One table that exists on both sides.

    `model`: the SQLModel class, or a bare `Table`, as association tables often are (a class stands for it then).
    `direction`: "pull" (read on the device), "push" or "both".
    `columns`: what travels (default: all), `hidden`: what never does; give one of the two.
    `writable`: columns that a device may change in an existing row (default: all but the key, if it writes at all).
    `insertable`: columns that a device may fill when it creates a row (default: all).
    `operations`: what a device may do; "append_only" mirrors admit inserts only.
    `scope`: which rows an identity sees: `lambda who: Job.lead_id == who["colleague_id"]`, or `within(…)`; None: all.
    `window`: a moving time bound on top of the scope.
    `conflict`: a strategy or its name. `guards`: checks on every write, whoever wins (a state machine).
    `check_after`: the row must still be in the writer's scope after the write (False where a hand-over is legal).
    `priority`: 0 first; mirrors of one priority are sent in order of their foreign keys.
    `version`: grows by one when columns are added; the server serves this one and the one before.
    `name`: what the table is called on devices and on the wire (default: as in PostgreSQL). It is for two schemas that
    have a table of one name, and never changes once devices hold the table.
    """

    model: Any = field(kw_only=False)
    direction: Direction = "pull"
    columns: Collection[str] | None = None
    hidden: Collection[str] = ()
    writable: Collection[str] | None = None
    insertable: Collection[str] | None = None
    operations: Collection[Operation] | None = None
    scope: Scope | ParentScope | None = None
    window: Window | None = None
    conflict: str | Strategy = "server_wins"
    guards: tuple[Guard, ...] = ()
    check_after: bool = False
    priority: int = 1
    page_rows: int = 2000
    version: int = 1
    name: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.model, Table):
            object.__setattr__(self, "model", map_table(self.model))
