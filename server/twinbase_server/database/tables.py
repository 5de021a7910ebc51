"""Tables made from their classes: the twins' own, for plugins that own them, and those that stay on the server."""

from collections.abc import Callable, Iterable

from sqlalchemy import Column, Connection, Table, inspect, literal, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.schema import CreateColumn, CreateSchema
from sqlmodel import SQLModel

from twinbase.errors import DeclarationError, TwinbaseError
from twinbase.registry import Registry
from twinbase_server.database.connection import USE_PUBLIC, open_engine
from twinbase_server.database.migrations import SCHEMA

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase tables', 0))"


class ColumnMissing(TwinbaseError):
    """A table that exists lacks a column of its class, and the rows in it have no value for it."""


async def create_twin_tables(url: str, registry: Registry, beside: Iterable[type[SQLModel]] = ()) -> None:
    """Create every table of a twin, and its schema, that does not exist; what exists is left as it is.

    The engine's own come by migrations. `beside`: tables that stay on the server, which a twin's may refer to.
    """
    tables = list(dict.fromkeys([twin.table for twin in registry if twin.schema != SCHEMA] + _checked(beside)))
    await _in_one_transaction(url, lambda connection: _create(connection, tables))


async def create_server_tables(url: str, models: Iterable[type[SQLModel]]) -> None:
    """Create what plugins keep on the server; a table that exists gets the columns and indexes that are new.

    Raises ColumnMissing, and changes nothing, when a new column can be neither NULL nor filled by its default.
    """
    tables = _checked(models)

    def make(connection: Connection) -> None:
        _create(connection, tables)
        for table in tables:
            _complete(connection, table)

    if tables:
        await _in_one_transaction(url, make)


async def _in_one_transaction(url: str, work: Callable[[Connection], None]) -> None:
    """Two processes that set up one database take turns."""
    async with open_engine(url) as database, database.begin() as connection:
        await connection.execute(text(_LOCK))
        await connection.execute(text(USE_PUBLIC))
        await connection.run_sync(work)


def _create(connection: Connection, tables: list[Table]) -> None:
    for schema in sorted({table.schema or "public" for table in tables}):
        connection.execute(CreateSchema(schema, if_not_exists=True))
    for metadata in {table.metadata for table in tables}:
        metadata.create_all(connection, tables=[table for table in tables if table.metadata is metadata])


def _checked(models: Iterable[type[SQLModel]]) -> list[Table]:
    """The tables of these classes; two of one name, and any of the engine's own schema, are refused."""
    taken: dict[tuple[str, str], type[SQLModel]] = {}
    for model in models:
        table = _table(model)
        if table.schema == SCHEMA:
            raise DeclarationError(f"{model.__name__}: schema {SCHEMA!r} is the engine's; give the table another.")
        other = taken.setdefault((table.schema or "public", table.name), model)
        if other is not model:
            raise DeclarationError(f"{model.__name__}: {other.__name__} is table {table.fullname} already; rename one.")
    return [_table(model) for model in taken.values()]


def _table(model: type[SQLModel]) -> Table:
    try:
        table = inspect(model).local_table
    except (NoInspectionAvailable, AttributeError):
        table = None
    if not isinstance(table, Table):
        name = getattr(model, "__name__", model)
        raise DeclarationError(f"{name} is no table: declare it as class {name}(SQLModel, table=True).")
    return table


def _complete(connection: Connection, table: Table) -> None:
    """Columns and indexes that the class has and the table has not."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name, schema=table.schema)}
    for column in table.columns:
        if column.name not in there:
            _add(connection, table, column)
    for index in table.indexes:
        index.create(connection, checkfirst=True)


def _add(connection: Connection, table: Table, column: Column[object]) -> None:
    """A default of the class fills the rows that are there, and is then Python's again."""
    name = connection.dialect.identifier_preparer.quote(column.name)
    table_name = connection.dialect.identifier_preparer.format_table(table)
    definition = str(CreateColumn(column).compile(dialect=connection.dialect))
    filled = None if column.nullable or column.server_default is not None else _default(column)
    if not column.nullable and column.server_default is None and filled is None and _has_rows(connection, table_name):
        raise ColumnMissing(
            f"{table.fullname} has rows and no column {column.name!r}, which may not be empty: let it be empty"
            f" ({column.name}: … | None = None), give it a default, or add it by hand with the values it should have."
        )
    default = "" if filled is None else f" DEFAULT {filled}"
    connection.exec_driver_sql(f"ALTER TABLE {table_name} ADD COLUMN {definition}{default}")
    if filled is not None:
        connection.exec_driver_sql(f"ALTER TABLE {table_name} ALTER COLUMN {name} DROP DEFAULT")


def _default(column: Column[object]) -> str | None:
    """The class's own default as SQL, where it is a value and no function."""
    if column.default is None or not column.default.is_scalar:
        return None
    value = literal(column.default.arg, column.type)  # type: ignore[attr-defined]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(value.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _has_rows(connection: Connection, table_name: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {table_name})").scalar_one())
