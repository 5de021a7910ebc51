"""The twins of an application: every mirror resolved against its table, or refused with what to do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, inspect
from sqlalchemy.exc import NoInspectionAvailable

from twinbase.codecs import Codec, NoCodec, codec_for
from twinbase.conflict import Guard, Strategy, append_only
from twinbase.errors import MirrorError, UnknownStrategy
from twinbase.mirror import ALL_OPERATIONS, Direction, Mirror
from twinbase.mutation import Operation
from twinbase.names import check_names
from twinbase.scope import ScopeReads, resolve_scope, scope_reads


@dataclass(frozen=True, eq=False)
class Twin:
    """A mirror, resolved. `name` is its table's name on the device and its name on the wire.

    `key` and `columns` are names in the order that they travel, key first. `predicate` is the scope and window as one
    SQL condition with parameters `claim_…` and `as_of` (None: every row), `reads` what that condition looks at.
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
    predicate: ColumnElement[bool] | None
    reads: ScopeReads

    @property
    def model(self) -> type[Any]:
        return self.mirror.model

    @property
    def direction(self) -> Direction:
        return self.mirror.direction

    @property
    def guards(self) -> tuple[Guard, ...]:
        return self.mirror.guards

    @property
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
    def filtered(self) -> bool:
        return self.predicate is not None

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
    """Resolve and check every mirror. Raises MirrorError or UnknownStrategy with the class, the column, what to do."""
    declared = list(mirrors)
    by_table: dict[tuple[str, str], Mirror] = {}
    by_name: dict[str, Mirror] = {}
    for mirror in declared:
        table = table_of(mirror)
        _claim(by_table, (table.schema or "public", table.name), mirror, "mirrors the same table; keep one of them")
        _claim(by_name, table.name.lower(), mirror, f"is also called {table.name!r} on the device; rename one table")
    by_model = {mirror.model: mirror for mirror in declared}
    return Registry(_resolve(mirror, by_model, strategies) for mirror in declared)


def table_of(mirror: Mirror) -> Table:
    """The table of a mirror's class."""
    try:
        table = inspect(mirror.model).local_table
    except (NoInspectionAvailable, AttributeError) as error:
        name = getattr(mirror.model, "__name__", mirror.model)
        raise MirrorError(f"{name} is no table: declare it as class {name}(SQLModel, table=True).") from error
    if not isinstance(table, Table):
        raise MirrorError(f"{mirror.model.__name__} is mapped to a query, not to a table.")
    return table


def _claim(taken: dict[Any, Mirror], key: Any, mirror: Mirror, problem: str) -> None:
    other = taken.setdefault(key, mirror)
    if other is not mirror:
        raise MirrorError(f"{mirror.model.__name__}: {other.model.__name__} {problem}.")


def _resolve(mirror: Mirror, by_model: Mapping[type[Any], Mirror], strategies: Mapping[str, Strategy]) -> Twin:
    table = table_of(mirror)
    owner = mirror.model.__name__
    key = _key(owner, table)
    check_names(owner, table, key)
    columns = _columns(owner, mirror, table, key)
    predicate = resolve_scope(mirror, by_model)
    operations = _operations(owner, mirror)
    strategy = _strategy(owner, mirror, strategies)
    if strategy is append_only:
        operations &= {"insert"}
    if "insert" in operations:
        _check_new_keys(mirror.model, table)
    return Twin(
        name=str(table.name),  # SQLAlchemy has a text type of its own for names
        mirror=mirror,
        table=table,
        key=key,
        columns=columns,
        codecs={name: _codec(owner, table.columns[name]) for name in columns},
        writable=_named(owner, "writable", mirror.writable, columns) - set(key),
        insertable=_named(owner, "insertable", mirror.insertable, columns) | set(key),
        operations=operations,
        strategy=strategy,
        predicate=predicate,
        reads=scope_reads(owner, table, predicate),
    )


def _key(owner: str, table: Table) -> tuple[str, ...]:
    key = tuple(str(column.name) for column in table.primary_key.columns)
    if not key:
        raise MirrorError(f"{owner} has no primary key: mark at least one column with Field(primary_key=True).")
    return key


def _check_new_keys(model: type[Any], table: Table) -> None:
    """A number that each device counts for itself names another row on every device."""
    counted = table.autoincrement_column
    if counted is None or counted.default is not None:
        return
    raise MirrorError(
        f"{model.__name__}.{counted.name} counts up by itself, so two devices would give one number to two rows."
        " Make the key a UUID (id: UUID = Field(default_factory=uuid4, primary_key=True)) and keep the number as a"
        " column that the server fills; or admit no new rows from devices: operations=['update', 'delete'];"
        " or, where people type the key, say so: sa_column_kwargs={'autoincrement': False}."
    )


def _columns(owner: str, mirror: Mirror, table: Table, key: tuple[str, ...]) -> tuple[str, ...]:
    if mirror.columns is not None and mirror.hidden:
        raise MirrorError(f"{owner}: give columns= or hidden=, not both.")
    sent = _named(owner, "columns", mirror.columns, table.columns.keys())
    hidden = _named(owner, "hidden", mirror.hidden, table.columns.keys())
    for name in key:
        if name in hidden or name not in sent:
            raise MirrorError(f"{owner}.{name} is part of the key and must travel: take it out of hidden=.")
    # SQLAlchemy has a text type of its own for names that are given: Column("Name", …).
    rest = [str(c.name) for c in table.columns if c.name in sent and c.name not in hidden and c.name not in key]
    return (*key, *rest)


def _named(owner: str, option: str, names: Any, known: Any) -> frozenset[str]:
    """The named columns, all known ones when none are named."""
    if names is None:
        return frozenset(known)
    for name in names:
        if name not in known:
            raise MirrorError(f"{owner} has no column {name!r} (in {option}=); it has {', '.join(sorted(known))}.")
    return frozenset(names)


def _operations(owner: str, mirror: Mirror) -> frozenset[Operation]:
    if mirror.direction not in ("pull", "push", "both"):
        raise MirrorError(f"{owner}: direction is 'pull', 'push' or 'both', not {mirror.direction!r}.")
    if mirror.direction == "pull":
        if mirror.writable or mirror.operations or mirror.insertable:
            raise MirrorError(
                f"{owner} is only pulled: take out writable=, insertable= and operations=, or set direction='both'."
            )
        return frozenset()
    operations: frozenset[Operation] = frozenset(mirror.operations if mirror.operations is not None else ALL_OPERATIONS)
    if operations - ALL_OPERATIONS:
        raise MirrorError(
            f"{owner}: operations are insert, update and delete, not {sorted(operations - ALL_OPERATIONS)[0]!r}."
        )
    return operations


def _strategy(owner: str, mirror: Mirror, strategies: Mapping[str, Strategy]) -> Strategy:
    if callable(mirror.conflict):
        return mirror.conflict
    if mirror.conflict not in strategies:
        raise UnknownStrategy(f"{owner} asks for {mirror.conflict!r}; there are {', '.join(sorted(strategies))}.")
    return strategies[mirror.conflict]


def _codec(owner: str, column: Column[Any]) -> Codec:
    try:
        return codec_for(column.type)
    except NoCodec as error:
        raise MirrorError(f"{owner}.{column.name}: {error}") from error


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
