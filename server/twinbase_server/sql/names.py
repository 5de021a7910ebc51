"""Names and texts as PostgreSQL's SQL writes them."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from twinbase.quoting import quote_name

TableName = tuple[str, str]  # schema and name
_PREPARER = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]


def column_sql(column: str, alias: str = "") -> str:
    """A column, quoted, and qualified when there is something to qualify it with."""
    return f"{alias}.{quote_name(column)}" if alias else quote_name(column)


def quote_literal(text: str) -> str:
    """A text as an SQL literal, whatever standard_conforming_strings says."""
    doubled = text.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"


def qualify_name(schema: str, name: str) -> str:
    """What stands in a schema, quoted."""
    return f"{quote_name(schema)}.{quote_name(name)}"


def show_name(*names: str) -> str:
    """A name with what it stands in, as a person writes it: in quotes only where PostgreSQL would misread it."""
    return ".".join(map(_PREPARER.quote, names))


def table_sql(table: Table) -> str:
    """A table, with its schema, quoted."""
    return qualify_name(table.schema or "public", table.name)
