"""Names and texts as SQL writes them, on both sides: PostgreSQL and SQLite agree on these."""

from collections.abc import Iterable


def quote_name(name: str) -> str:
    """A name as an identifier, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def quote_names(names: Iterable[str], prefix: str = "") -> str:
    """Names as identifiers, comma-separated; `prefix` stands before each of them ("NEW.")."""
    return ", ".join(prefix + quote_name(name) for name in names)


def quote_text(text: str) -> str:
    """A text as a literal. (PostgreSQL may have been told to read backslashes:
    `twinbase_server.sql.names.quote_literal`.)"""
    return "'" + text.replace("'", "''") + "'"
