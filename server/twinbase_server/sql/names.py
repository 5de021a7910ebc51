"""Names and texts as PostgreSQL's SQL writes them."""


def column_sql(column: str, alias: str = "") -> str:
    """A column, quoted, and qualified when there is something to qualify it with."""
    return f"{alias}.{quoted(column)}" if alias else quoted(column)


def quoted(name: str) -> str:
    """A name as a PostgreSQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, whatever standard_conforming_strings says."""
    doubled = text.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"
