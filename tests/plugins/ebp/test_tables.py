"""The tables of EBP that we know by name exist as declared, in the demo's ERP and in the true schema."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, DateTime, Integer, Numeric, String, Table, TypeDecorator, Uuid

from twinbase.projection import OPTIONAL
from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_ebp.tables import TABLES

TRUE_SCHEMA = "TWINBASE_TEST_EBP_SCHEMA"
"""A file with the columns of a true EBP database. It is nobody's to publish, so it is not part of this project."""
KINDS: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Uuid, ("uuid",)),
    (Boolean, ("boolean",)),
    (Integer, ("smallint", "integer")),
    (Numeric, ("numeric",)),
    (DateTime, ("timestamp",)),
    (String, ("varchar", "character varying", "text")),
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_declared_table_is_in_the_erp_of_the_demo(table: Table) -> None:
    made = {column.name for column in ebp_tables()[table.name].columns}
    assert set(table.columns.keys()) <= made
    assert table.primary_key.columns.keys() == [column.name for column in ebp_tables()[table.name].key]


@pytest.mark.skipif(TRUE_SCHEMA not in os.environ, reason=f"{TRUE_SCHEMA} does not name a file")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_declared_table_is_in_the_true_schema_with_its_types(table: Table) -> None:
    true = json.loads(Path(os.environ[TRUE_SCHEMA]).read_text())["tables"][table.name]
    types = {column["name"]: column["type"] for column in true["columns"]}
    assert true["pk"]["columns"] == list(table.primary_key.columns.keys())
    for column in table.columns:
        assert types[column.name].partition("(")[0].startswith(_kinds(column.type)), column
        assert _width(types[column.name]) == getattr(column.type, "length", None), column


def test_what_is_lost_without_a_column_is_a_sentence() -> None:
    sentences = [item.info[OPTIONAL] for t in TABLES for item in (t, *t.columns) if OPTIONAL in item.info]
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)


def test_keys_are_always_required() -> None:
    assert not [key for table in TABLES for key in table.primary_key.columns if OPTIONAL in key.info]


def _kinds(declared: Any) -> tuple[str, ...]:
    declared = declared.impl_instance if isinstance(declared, TypeDecorator) else declared
    return next(names for kind, names in KINDS if isinstance(declared, kind))


def _width(type_: str) -> int | None:
    return int(type_.partition("(")[2].rstrip(")")) if type_.startswith(("varchar(", "character varying(")) else None
