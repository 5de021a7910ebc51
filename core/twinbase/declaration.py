"""What a mirror declares, checked against its class; every fault names the class, the column and what to do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Date, DateTime, Table, inspect
from sqlalchemy.exc import NoInspectionAvailable

from twinbase.codecs import Codec, NoCodec, codec_for
from twinbase.codecs.resolve import server_type
from twinbase.conflict import Strategy
from twinbase.errors import MirrorError, UnknownStrategy
from twinbase.mirror import ALL_OPERATIONS, Mirror, ParentScope, Window
from twinbase.mutation import Operation

COLUMNS_MAX = 999
"""Of a twin: a device keeps both sides of a change in one table, and SQLite's tables have 2,000 columns at most."""


def table_of(mirror: Mirror) -> Table:
    """The table of a mirror's class."""
    name = str(getattr(mirror.model, "__name__", mirror.model))
    try:
        mapper: Any = inspect(mirror.model)
        table = mapper.local_table
    except (NoInspectionAvailable, AttributeError) as error:
        raise MirrorError(f"{name} is no table: declare it as class {name}(SQLModel, table=True).") from error
    if not isinstance(table, Table):
        raise MirrorError(f"{name} is mapped to a query, not to a table.")
    _check_inheritance(name, mapper, table)
    return table


def _check_inheritance(owner: str, mapper: Any, table: Table) -> None:
    """A row of joined inheritance is a row in each of several tables, and a twin is one table."""
    for other in (*mapper.iterate_to_root(), *mapper.self_and_descendants):
        if other.local_table is not table:
            raise MirrorError(
                f"{owner} shares its rows with {other.class_.__name__}, which is another table (joined inheritance):"
                f" mirror each of the two tables by a class of its own that inherits nothing,"
                f" class {owner}Row(SQLModel, table=True) with __tablename__ = {table.name!r}."
            )


def find_key(owner: str, table: Table) -> tuple[str, ...]:
    """The names of the key's columns."""
    key = tuple(str(column.name) for column in table.primary_key.columns)
    if not key:
        raise MirrorError(f"{owner} has no primary key: mark at least one column with Field(primary_key=True).")
    return key


def check_new_keys(model: type[Any], table: Table) -> None:
    """A number that each device counts for itself names another row on every device."""
    counted = table.autoincrement_column
    if counted is None or counted.default is not None or not _is_counted(model, counted):
        return
    raise MirrorError(f"{model.__name__}.{counted.name} {COUNTED}")


COUNTED = (
    "counts up by itself, so two devices would give one number to two rows."
    " Make the key a UUID (id: UUID = Field(default_factory=uuid4, primary_key=True)) and keep the number as a"
    " column that the server fills; or admit no new rows from devices: operations=['update', 'delete'];"
    " or, where people type the key, declare it without a default (number: int = Field(primary_key=True)) over a"
    " column without a sequence or an identity."
)


def _is_counted(model: type[Any], column: Column[Any]) -> bool:
    """Whether the class says so: it leaves the number out, or names who counts. Of any other key of whole numbers the
    server looks at the table, which alone knows.
    """
    field = getattr(model, "model_fields", {}).get(inspect(model).get_property_by_column(column).key)
    left_out = field is not None and not field.is_required() and field.default is None and not field.default_factory
    given = column.identity is not None or column.server_default is not None
    return left_out or given or column.autoincrement is True


_NAMES = ("columns", "hidden", "writable", "insertable", "operations")


def check_options(owner: str, mirror: Mirror) -> None:
    """Refuse an option that is of another kind than it can be, with what it is."""
    for option in _NAMES:
        if (given := getattr(mirror, option)) is not None and not _are_names(given):
            raise MirrorError(f"{owner}: {option}= is a list of names: {option}=['…', '…'].")
    if not isinstance(mirror.guards, Sequence) or not all(map(callable, mirror.guards)):
        raise MirrorError(f"{owner}: guards= is a tuple of functions: guards=(check,).")
    if not isinstance(mirror.attachments, Sequence) or isinstance(mirror.attachments, str):
        raise MirrorError(f"{owner}: attachments= is a tuple: attachments=(Attachment('sha256'),).")
    for option in ("priority", "page_rows", "version"):
        if not isinstance(getattr(mirror, option), int):
            raise MirrorError(f"{owner}: {option}= is a whole number.")
    for option in ("read", "write"):
        if not isinstance(getattr(mirror, option), str):
            raise MirrorError(f"{owner}: {option}= is the name of a permission: {option}='jobs.{option}'.")
    if mirror.scope is not None and not callable(mirror.scope) and not isinstance(mirror.scope, ParentScope):
        raise MirrorError(f"{owner}: scope= is a function, scope=lambda who: …, or within(…).")
    if mirror.formerly is not None and not callable(mirror.formerly):
        raise MirrorError(f"{owner}: formerly= is a function, formerly=lambda who: ….")
    if mirror.window is not None and not _is_of_time(mirror.window):
        raise MirrorError(f"{owner}: window= is days({owner}.column, back=…) of a column that holds dates or moments.")


def _are_names(given: object) -> bool:
    return isinstance(given, Collection) and not isinstance(given, str) and all(isinstance(one, str) for one in given)


def _is_of_time(window: object) -> bool:
    column = getattr(window, "column", None)
    type_ = getattr(column, "type", None)
    return isinstance(window, Window) and type_ is not None and isinstance(server_type(type_), (Date, DateTime))


def select_columns(owner: str, mirror: Mirror, table: Table, key: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that travel, the key first."""
    if mirror.columns is not None and mirror.hidden:
        raise MirrorError(f"{owner}: give columns= or hidden=, not both.")
    sent = select_named(owner, "columns", mirror.columns, table.columns.keys())
    hidden = select_named(owner, "hidden", mirror.hidden, table.columns.keys())
    for name in key:
        if name in hidden or name not in sent:
            raise MirrorError(f"{owner}.{name} is part of the key and must travel: take it out of hidden=.")
    # SQLAlchemy has a text type of its own for names that are given: Column("Name", …).
    rest = [str(c.name) for c in table.columns if c.name in sent and c.name not in hidden and c.name not in key]
    if len(key) + len(rest) > COLUMNS_MAX:
        raise MirrorError(
            f"{owner} has {len(key) + len(rest)} columns that travel, and a device keeps {COLUMNS_MAX}: name those that"
            " are needed there (columns={…}), or leave some out (hidden={…})."
        )
    return (*key, *rest)


def select_named(owner: str, option: str, names: Collection[str] | None, known: Collection[str]) -> frozenset[str]:
    """The named columns, all known ones when none are named."""
    if names is None:
        return frozenset(known)
    for name in names:
        if name not in known:
            raise MirrorError(f"{owner} has no column {name!r} (in {option}=); it has {', '.join(sorted(known))}.")
    return frozenset(names)


def select_generated(table: Table) -> frozenset[str]:
    """The columns that PostgreSQL computes from others: nobody can write them."""
    return frozenset(str(column.name) for column in table.columns if column.computed is not None)


def check_writable(owner: str, mirror: Mirror, table: Table) -> None:
    """Refuse a declaration that lets a device write what PostgreSQL computes."""
    for option in ("writable", "insertable"):
        for name in select_generated(table).intersection(getattr(mirror, option) or ()):
            raise MirrorError(f"{owner}.{name} is computed by PostgreSQL (Computed): take it out of {option}=.")


def check_renamed(owner: str, mirror: Mirror, columns: Collection[str], key: Collection[str]) -> None:
    """Refuse a renaming that leads nowhere, or that would name a row anew."""
    select_named(owner, "renamed", mirror.renamed.values(), columns)
    for old, new in mirror.renamed.items():
        if old in columns:
            raise MirrorError(f"{owner} has a column {old!r} still: take it out of renamed=.")
        if new in key:
            raise MirrorError(
                f"{owner}.{new} is part of the key, whose columns keep their names: take it out of renamed=."
            )


def read_operations(owner: str, mirror: Mirror) -> frozenset[Operation]:
    """What a device may do; nothing in a mirror that is only pulled."""
    if mirror.direction not in ("pull", "push", "both"):
        raise MirrorError(f"{owner}: direction is 'pull', 'push' or 'both', not {mirror.direction!r}.")
    if mirror.direction == "pull":
        if mirror.writable or mirror.operations or mirror.insertable or mirror.write:
            raise MirrorError(
                f"{owner} is only pulled: take out writable=, insertable=, operations= and write=, or set"
                " direction='both'."
            )
        return frozenset()
    operations: frozenset[Operation] = frozenset(mirror.operations if mirror.operations is not None else ALL_OPERATIONS)
    if operations - ALL_OPERATIONS:
        raise MirrorError(
            f"{owner}: operations are insert, update and delete, not {sorted(operations - ALL_OPERATIONS)[0]!r}."
        )
    return operations


def choose_strategy(owner: str, mirror: Mirror, strategies: Mapping[str, Strategy]) -> Strategy:
    """The mirror's conflict strategy, by itself or by its name."""
    if callable(mirror.conflict):
        return mirror.conflict
    if mirror.conflict not in strategies:
        raise UnknownStrategy(f"{owner} asks for {mirror.conflict!r}; there are {', '.join(sorted(strategies))}.")
    return strategies[mirror.conflict]


def find_codecs(owner: str, table: Table, columns: Iterable[str]) -> dict[str, Codec]:
    """How each column travels; raises MirrorError with a sentence for each that cannot."""
    codecs, faults = {}, []
    for name in columns:
        try:
            codecs[name] = codec_for(table.columns[name].type)
        except NoCodec as error:
            faults.append(f"{owner}.{name}: {error}")
    if faults:
        raise MirrorError(" ".join(faults))
    return codecs
