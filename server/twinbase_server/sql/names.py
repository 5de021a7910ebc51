"""Names and texts as PostgreSQL's SQL writes them."""

from sqlalchemy import Table

from twinbase.quoting import quote_name

TableName = tuple[str, str]  # schema and name


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


def table_sql(table: Table) -> str:
    """A table, with its schema, quoted."""
    return qualify_name(table.schema or "public", table.name)
