"""The twins of an application: every mirror resolved against its table, or refused with what to do."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Table, inspect

from twinbase.attachment import Attachment, check_state_unwritten, find_attachments, make_guard
from twinbase.caption import check_caption
from twinbase.codecs import Codec
from twinbase.conflict import Guard, Strategy, append_only
from twinbase.declaration import (
    check_new_keys,
    check_options,
    check_renamed,
    check_writable,
    choose_strategy,
    find_codecs,
    find_key,
    read_operations,
    select_columns,
    select_generated,
    select_named,
    table_of,
)
from twinbase.errors import DeclarationError, MirrorError
from twinbase.mirror import Direction, Mirror
from twinbase.mutation import Operation
from twinbase.names import check_names
from twinbase.scope import ScopeReads, TwinScope


@dataclass(frozen=True, eq=False)
class Twin:
    """A mirror, resolved. `name` is its table's name on the device and its name on the wire.

    `key` and `columns` are names in the order that they travel, key first. `scope` is resolved when it is first asked
    for, and a MirrorError if it is wrong: `predicate`, `reads` and `gates` are of it.
    `attachments`: by the column of the hash.
    """

    name: str
    mirror: Mirror
    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    codecs: Mapping[str, Codec]
    writable: frozenset[str]
    insertable: frozenset[str]
    operations: frozenset[Operation]
    strategy: Strategy
    scope: TwinScope
    attachments: Mapping[str, Attachment]

    @property
    def model(self) -> type[Any]:
        """The class whose instances are rows."""
        model: type[Any] = self.mirror.model
        return model

    @property
    def direction(self) -> Direction:
        return self.mirror.direction

    @cached_property
    def guards(self) -> tuple[Guard, ...]:
        """Those of the mirror, and one for each of its attachments."""
        return (*self.mirror.guards, *map(make_guard, self.attachments.values()))

    @cached_property
    def schema(self) -> str:
        """The PostgreSQL schema."""
        return self.table.schema or "public"

    @property
    def pulls(self) -> bool:
        return self.direction in ("pull", "both")

    @property
    def pushes(self) -> bool:
        return self.direction in ("push", "both")

    @property
    def predicate(self) -> ColumnElement[bool] | None:
        """Scope and window as one SQL condition with parameters `claim_…` and `as_of`; None: every row."""
        return self.scope.predicate

    @property
    def formerly(self) -> ColumnElement[bool] | None:
        """The condition that an identity has had a row, which shows nothing; None where nobody notes it."""
        return self.scope.formerly

    @property
    def reads(self) -> ScopeReads:
        """What that condition looks at."""
        return self.scope.reads

    @property
    def gates(self) -> frozenset[str]:
        """The permissions without any one of which nobody sees a row."""
        return self.scope.gates

    @property
    def filtered(self) -> bool:
        return self.predicate is not None

    def newest_name_of(self, column: str) -> str:
        """What a column is called now, given a name that it has or had."""
        return column if column in self.codecs else self.mirror.renamed.get(column, column)

    def attribute_of(self, column: str) -> str:
        """The attribute of the class that holds a column: their names may differ."""
        return str(inspect(self.model).get_property_by_column(self.table.columns[column]).key)

    @cached_property
    def parents(self) -> frozenset[tuple[str, str]]:
        """(schema, table) of the tables that this one's foreign keys point at."""
        return frozenset((fk.column.table.schema or "public", fk.column.table.name) for fk in self.table.foreign_keys)


class Registry:
    """All twins by name, parents before children inside one priority (cycles are legal: order is only a help)."""

    def __init__(self, twins: Iterable[Twin]) -> None:
        self.twins: Mapping[str, Twin] = {twin.name: twin for twin in _ordered(list(twins))}

    def __iter__(self) -> Iterator[Twin]:
        return iter(self.twins.values())

    def __getitem__(self, name: str) -> Twin:
        return self.twins[name]

    def __contains__(self, name: object) -> bool:
        return name in self.twins

    def __len__(self) -> int:
        return len(self.twins)

    def find_by_model(self, model: type[Any]) -> Twin | None:
        return next((twin for twin in self if twin.model is model), None)

    def find_by_table(self, table: Table) -> Twin | None:
        return next((twin for twin in self if twin.table is table), None)


def build_registry(mirrors: Iterable[Mirror], strategies: Mapping[str, Strategy]) -> Registry:
    """Resolve and check every mirror, and its scope. Raises MirrorError or UnknownStrategy with the class, the column,
    what to do; a MirrorError with a line for each of them when several are wrong.
    """
    registry = declare_twins(mirrors, strategies)
    resolve_scopes(registry)
    return registry


def resolve_scopes(registry: Registry) -> None:
    """Raise what is wrong with any scope of these twins: a server does so at its start."""
    faults = _Faults()
    _resolve_scopes(registry, faults)
    faults.raise_kept()


def declare_twins(mirrors: Iterable[Mirror], strategies: Mapping[str, Strategy]) -> Registry:
    """The same twins, with scopes that nobody has resolved yet: what a device goes by. Where something else is wrong,
    the faults of the scopes are said with it.
    """
    declared, faults = list(mirrors), _Faults()
    by_table: dict[tuple[str, str], Mirror] = {}
    by_name: dict[str, Mirror] = {}
    by_model = {mirror.model: mirror for mirror in declared}
    twins: list[Twin] = []
    for mirror in declared:
        with faults.keep():
            table = table_of(mirror)
            name = name_of(mirror, table)
            _claim(by_table, (table.schema or "public", table.name), mirror, "mirrors the same table; keep one of them")
            _claim(by_name, name.lower(), mirror, f"is also called {name!r} on the device; {_NAME_IT}")
            twins.append(_resolve(mirror, by_model, strategies))
    if faults:
        _resolve_scopes(twins, faults)
    faults.raise_kept()
    return Registry(twins)


def _resolve_scopes(twins: Iterable[Twin], faults: "_Faults") -> None:
    for twin in twins:
        with faults.keep():
            twin.scope.check()


class _Faults:
    """What is wrong with the mirrors, one fault of each: they are said together, and not one at each start."""

    def __init__(self) -> None:
        self._kept: list[DeclarationError] = []

    def __bool__(self) -> bool:
        return bool(self._kept)

    @contextmanager
    def keep(self) -> Iterator[None]:
        """A fault inside the block is kept for later."""
        try:
            yield
        except DeclarationError as error:
            self._kept.append(error)

    def raise_kept(self) -> None:
        """Raise what was kept: the one fault as it is, several as one."""
        if len(self._kept) == 1:
            raise self._kept[0]
        if self._kept:
            lines = (error.detail if isinstance(error, MirrorError) else str(error) for error in self._kept)
            raise MirrorError("\n".join(["There are several:", *lines])) from self._kept[0]


def name_of(mirror: Mirror, table: Table) -> str:
    """What a mirror's table is called on a device and on the wire."""
    return mirror.name or str(table.name)  # SQLAlchemy has a text type of its own for names


_NAME_IT = "give one of the two another name there: Mirror(…, name='…')"


def _claim(taken: dict[Any, Mirror], key: Any, mirror: Mirror, problem: str) -> None:
    other = taken.setdefault(key, mirror)
    if other is not mirror:
        raise MirrorError(f"{mirror.model.__name__}: {other.model.__name__} {problem}.")


def _resolve(mirror: Mirror, by_model: Mapping[type[Any], Mirror], strategies: Mapping[str, Strategy]) -> Twin:
    table = table_of(mirror)
    owner = mirror.model.__name__
    check_options(owner, mirror)
    name = name_of(mirror, table)
    key = find_key(owner, table)
    check_names(owner, table, key, name)
    check_writable(owner, mirror, table)
    columns = select_columns(owner, mirror, table, key)
    check_renamed(owner, mirror, columns, key)
    check_caption(owner, mirror.caption, table)
    operations = read_operations(owner, mirror)
    strategy = choose_strategy(owner, mirror, strategies)
    if strategy is append_only:
        operations &= {"insert"}
    if "insert" in operations:
        check_new_keys(mirror.model, table)
    codecs = find_codecs(owner, table, columns)
    attachments = find_attachments(owner, mirror.attachments, table, key, codecs)
    check_state_unwritten(owner, attachments.values(), writable=mirror.writable, insertable=mirror.insertable)
    servers = select_generated(table) | {one.state for one in attachments.values() if one.state}
    return Twin(
        name=name,
        mirror=mirror,
        table=table,
        key=key,
        columns=columns,
        codecs=codecs,
        writable=select_named(owner, "writable", mirror.writable, columns) - set(key) - servers,
        insertable=(select_named(owner, "insertable", mirror.insertable, columns) - servers) | set(key),
        operations=operations,
        strategy=strategy,
        scope=TwinScope(mirror, by_model),
        attachments=attachments,
    )


def _ordered(twins: list[Twin]) -> list[Twin]:
    """By priority, then parents first; inside a cycle by declaration."""
    remaining = sorted(twins, key=lambda twin: twin.mirror.priority)
    ordered: list[Twin] = []
    while remaining:
        waiting = {
            (twin.schema, twin.table.name) for twin in remaining if twin.mirror.priority == remaining[0].mirror.priority
        }
        ready = [
            t
            for t in remaining
            if t.mirror.priority == remaining[0].mirror.priority
            and not (t.parents - {(t.schema, t.table.name)}) & waiting
        ]
        chosen = ready or remaining[:1]
        ordered += chosen
        remaining = [twin for twin in remaining if twin not in chosen]
    return ordered
