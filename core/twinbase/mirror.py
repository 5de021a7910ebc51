"""The declaration that makes a table a twin: which class, which way, which columns, whose rows, who wins."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from zoneinfo import available_timezones

from sqlalchemy import ColumnElement, Date, DateTime, Table, and_, cast, false, func, or_
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from twinbase.association import map_table
from twinbase.attachment import Attachment
from twinbase.caption import Caption
from twinbase.codecs.resolve import server_type
from twinbase.conflict.decision import Guard, Strategy
from twinbase.errors import MirrorError
from twinbase.identity import Who
from twinbase.mutation import Operation
from twinbase.wording import says

Direction = Literal["pull", "push", "both"]
ALL_OPERATIONS: frozenset[Operation] = frozenset({"insert", "update", "delete"})
Scope = Callable[[Who], Any]


@dataclass(frozen=True, slots=True)
class Window:
    """A moving bound on a time column; `nulls` says whether rows without a time are inside.

    `zone`: where its days begin and end. A date is always of a whole day; a moment only where a zone is named, else it
    is measured from the server's time.
    """

    column: Any
    back: timedelta
    ahead: timedelta | None
    nulls: bool = True
    zone: str | None = None

    def build_predicate(self, who: Who) -> ColumnElement[bool]:
        first, end = self._bounds(who)
        inside = [self.column >= first]
        if end is not None:
            inside.append(self.column < end)
        return says(or_(and_(*inside), self.column.is_(None) if self.nulls else false()), *self._words())

    def _bounds(self, who: Who) -> tuple[Any, Any]:
        """The first value inside, and the first one that is not any more."""
        type_ = server_type(self.column.type)
        if not isinstance(type_, Date) and self.zone is None:
            return who.as_of - self.back, None if self.ahead is None else who.as_of + self.ahead
        first = self._day(who, -self.back)
        end = None if self.ahead is None else self._day(who, self.ahead + timedelta(days=1))
        if isinstance(type_, Date):
            return first, end
        return self._midnight(first, type_), None if end is None else self._midnight(end, type_)

    def _day(self, who: Who, later: timedelta) -> ColumnElement[Any]:
        """The day that it is there, so much later."""
        return cast(func.timezone(self.zone or "UTC", who.as_of) + later, Date)

    def _midnight(self, day: ColumnElement[Any], type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """When a day begins there, as the column holds moments: with their zone, or in UTC without saying so."""
        moment = func.timezone(self.zone, cast(day, DateTime()))
        return moment if getattr(type_, "timezone", False) else func.timezone("UTC", moment)

    def _words(self) -> tuple[str, str]:
        name = self.column.key
        ahead = "" if self.ahead is None else f" and {self.ahead.days} days ahead"
        of = f"{name.replace('_', ' ')} {{{name}}}"
        bounds = f"from {self.back.days} days ago{ahead or ' on'}"
        return f"its {of} is {bounds}", f"its {of} is not {bounds}"


def days(column: object, *, back: int, ahead: int | None = None, nulls: bool = True, zone: str | None = None) -> Window:
    """A window of days round the server's time: `days(Job.starts_at, back=30, ahead=30, zone="Europe/Paris")`.

    With a zone, and of a date in any case (in UTC then), days are whole: the day that it is there is day 0, from its
    midnight on, and the window turns at that midnight.
    """
    if zone is not None and zone not in available_timezones():
        raise MirrorError(f"There is no time zone {zone!r}: name one of the IANA's, 'Europe/Paris' say.")
    return Window(column, timedelta(days=back), None if ahead is None else timedelta(days=ahead), nulls, zone)


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
    `formerly`: which rows an identity has had, by what the server itself has noted: a scope that shows nothing.
    `late`: new rows may be written below such rows too; they are flagged for the office, and not shown.
    `read`, `write`: the permissions without which an identity sees no row of it, and may write none; "": it needs none.
    `conflict`: a strategy or its name. `guards`: checks on every write, whoever wins (a state machine).
    `check_after`: the row must still be in the writer's scope after the write (False where a hand-over is legal).
    `priority`: 0 first; mirrors of one priority are sent in order of their foreign keys.
    `version`: grows by one when columns are added; the server serves this one and the one before.
    `name`: what the table is called on devices and on the wire (default: as in PostgreSQL). It is for two schemas that
    have a table of one name, and never changes once devices hold the table.
    `renamed`: the names that columns had before, each with the name now: `renamed={"mass": "weight"}`. What was typed
    under an old name arrives under the new one, from apps of either age.
    `caption`: what people call its rows, `Caption("Part", ("label",))`: for a list of what is not sent yet.
    `attachments`: the columns that name content, whose bytes travel after the row: `(Attachment("sha256"),)`.
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
    formerly: Scope | None = None
    late: bool = False
    read: str = ""
    write: str = ""
    conflict: str | Strategy = "server_wins"
    guards: tuple[Guard, ...] = ()
    check_after: bool = False
    priority: int = 1
    page_rows: int = 2000
    version: int = 1
    name: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    caption: Caption | None = None
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.model, Table):
            object.__setattr__(self, "model", map_table(self.model))
