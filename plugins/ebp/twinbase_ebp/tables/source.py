"""How a table of EBP is declared: its own names, the columns that are used, and what is lost where one is missing."""

from typing import Any

from sqlmodel import Field

from twinbase.projection import OPTIONAL

SCHEMA = "public"
SOURCE = {"schema": SCHEMA}
"""The mirror of EBP: its tables are read, never written, and carry no foreign keys of ours."""


def optional_table(lost: str) -> dict[str, Any]:
    """A table that a company need not have, or that is empty there: `lost` says what it costs."""
    return {"schema": SCHEMA, "info": {OPTIONAL: lost}}


def optional_column(lost: str, max_length: int | None = None) -> Any:
    """A column that a database may lack; `lost` says what is lost then. Without this word a column is required."""
    return Field(default=None, max_length=max_length, sa_column_kwargs={"info": {OPTIONAL: lost}})


def code_column(max_length: int) -> Any:
    """A key made of letters and digits."""
    return Field(primary_key=True, max_length=max_length)
