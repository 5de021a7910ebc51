"""The shape of EBP is read, whatever it is: all of it but what is secret, and what cannot be copied says so."""

import time
from collections import Counter
from typing import Any

import pytest
from sqlalchemy.dialects.mssql.base import MSDialect
from tests.plugins.ebp.schema.conftest import execute, reflected

from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_ebp.schema.canonical import canonical_type
from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.schema.names import truncate_name
from twinbase_ebp.schema.reflect import _problem, _ReflectedColumn
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.settings import EbpSettings


def by_name(specs: list[TableSpec]) -> dict[str, TableSpec]:
    return {spec.name: spec for spec in specs}


async def test_the_whole_of_ebp_is_read_in_seconds(ebp_shape: str) -> None:
    started = time.perf_counter()
    specs = await reflected(ebp_shape)
    seconds = time.perf_counter() - started
    deny = DenyList()
    allowed = sum(
        not deny.denies(table.name, column.name, amount=column.type[:3] in ("num", "dou"), blob=column.type == "bytea")
        for table in ebp_tables().values()
        for column in table.columns
    )
    assert [spec.name for spec in specs] == sorted(ebp_tables())
    assert sum(len(spec.columns) + len(spec.lobs) for spec in specs) == allowed
    assert not [spec.problem for spec in specs if spec.problem]
    assert seconds < 15


async def test_names_keys_and_types_are_those_of_the_source(ebp_shape: str) -> None:
    specs = by_name(await reflected(ebp_shape))
    assert specs["StockItem"].key == ("ItemId", "StorehouseId")
    assert specs["StockItem"].get_column("ItemId") == ColumnSpec("ItemId", "text(40)", nullable=False)
    assert specs["SaleDocument"].get_column("sysModifiedDate").type == "timestamp"
    for name, table in ebp_tables().items():
        assert specs[name].key == tuple(column.name for column in table.key)
    long = [column for spec in specs.values() for column in spec.columns if len(column.name) == 63]
    assert long and all(column.target == column.name for column in long)


async def test_every_table_has_the_kind_that_the_rules_give_it(ebp_shape: str) -> None:
    specs = by_name(await reflected(ebp_shape))
    kinds = Counter(spec.kind for spec in specs.values())
    assert kinds["files"] == sum(name.endswith("AssociatedFiles") for name in specs)
    assert kinds["watermark"] > 200
    assert specs["SaleDocument"].kind == "watermark"
    assert (specs["SaleDocumentEx"].kind, specs["SaleDocumentEx"].parent) == ("child", "SaleDocument")
    assert (specs["SaleDocumentLine"].parent, specs["SaleDocumentLine"].parent_column) == ("SaleDocument", "DocumentId")
    assert specs["DocumentLineAssociation"].kind == "hash"
    assert specs["EbpSysDeletedRecord"].kind == "watermark"
    assert specs["EbpSysUser"].kind == "system"
    assert (specs["ActivityAssociatedFiles"].lobs, specs["ActivityAssociatedFiles"].parent) == (
        ("Content",),
        "Activity",
    )


async def test_settings_overrule_the_kind_and_say_when_they_ask_for_too_much(ebp_shape: str) -> None:
    settings = EbpSettings(kinds={"Vat": "hash", "DocumentLineAssociation": "watermark"}, system_tables=("EbpSysUser",))
    specs = by_name(await reflected(ebp_shape, settings))
    assert specs["Vat"].kind == "hash"
    assert specs["EbpSysUser"].kind == "watermark"
    assert specs["EbpSysDeletedRecord"].kind == "system"
    assert specs["DocumentLineAssociation"].kind == "unsupported"
    assert "no sysModifiedDate" in specs["DocumentLineAssociation"].problem


async def test_a_type_that_cannot_be_copied_stops_one_table_only(database_url: str) -> None:
    await execute(
        database_url,
        'CREATE TABLE "Site" ("Id" int PRIMARY KEY, "Outline" polygon)',
        'CREATE TABLE "Vat" ("Id" int PRIMARY KEY, "Tags" text[])',
        'CREATE TABLE "Unit" ("Id" int PRIMARY KEY)',
    )
    specs = by_name(await reflected(database_url))
    assert [specs[name].kind for name in ("Site", "Vat", "Unit")] == ["unsupported", "unsupported", "hash"]
    assert "Outline of a type (polygon)" in specs["Site"].problem
    without = by_name(await reflected(database_url, EbpSettings(deny=("Site.Outline",))))
    assert (without["Site"].kind, [column.name for column in without["Site"].columns]) == ("hash", ["Id"])


async def test_a_key_that_may_not_be_read_stops_the_table_without_naming_it(database_url: str) -> None:
    await execute(database_url, 'CREATE TABLE "Badge" ("CodePin" int PRIMARY KEY, "Caption" text)')
    (badge,) = await reflected(database_url)
    assert badge.kind == "unsupported"
    assert "may not be read" in badge.problem
    assert "Pin" not in badge.problem


def test_names_that_postgresql_cannot_tell_apart_are_refused() -> None:
    """SQL Server has such names; PostgreSQL, which stands in for it here, cannot make them."""
    long = "A" * 63
    found = [
        _ReflectedColumn("Id", "int32", False),
        _ReflectedColumn(long + "1", "text", True),
        _ReflectedColumn(long + "2", "text", True),
    ]
    assert "cannot tell apart" in _problem(found, ["Id"])


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ("boolean", "bool"),
        ("smallint", "int16"),
        ("integer", "int32"),
        ("bigint", "int64"),
        ("numeric(28,8)", "decimal(28,8)"),
        ("numeric(12)", "decimal(12,0)"),
        ("numeric", "decimal"),
        ("double precision", "float64"),
        ("real", "float64"),
        ("varchar(40)", "text(40)"),
        ("varchar", "text"),
        ("char(3)", "text(3)"),
        ("text", "text"),
        ("uuid", "uuid"),
        ("date", "date"),
        ("time", "time"),
        ("timestamp", "timestamp"),
        ("timestamptz", "timestamptz"),
    ],
)
async def test_a_type_of_postgresql_has_its_canonical_one(declared: str, wanted: str, database_url: str) -> None:
    await execute(database_url, f'CREATE TABLE "Item" ("Id" int PRIMARY KEY, "Value" {declared})')
    (item,) = await reflected(database_url)
    assert item.get_column("Value").type == wanted


SQL_SERVER = [
    ("bit", {}, "bool"), ("tinyint", {}, "int16"), ("smallint", {}, "int16"), ("int", {}, "int32"),
    ("bigint", {}, "int64"), ("decimal", {"numericprec": 28, "numericscale": 8}, "decimal(28,8)"),
    ("numeric", {"numericprec": 12, "numericscale": 0}, "decimal(12,0)"), ("money", {}, "decimal(19,4)"),
    ("smallmoney", {}, "decimal(10,4)"), ("float", {"numericprec": 53}, "float64"), ("real", {}, "float64"),
    ("nvarchar", {"maxlen": 80}, "text(40)"), ("nvarchar", {"maxlen": -1}, "text"),
    ("varchar", {"maxlen": 8}, "text(8)"), ("nchar", {"maxlen": 6}, "text(3)"),
    ("char", {"maxlen": 3}, "text(3)"), ("ntext", {}, "text"), ("text", {}, "text"), ("xml", {}, "text"),
    ("uniqueidentifier", {}, "uuid"), ("datetime", {}, "timestamp"), ("datetime2", {}, "timestamp"),
    ("smalldatetime", {}, "timestamp"), ("datetimeoffset", {}, "timestamptz"), ("date", {}, "date"),
    ("time", {}, "time"), ("varbinary", {"maxlen": -1}, "blob"), ("binary", {"maxlen": 16}, "blob"),
    ("image", {}, "blob"), ("timestamp", {}, "blob"), ("sql_variant", {}, None), ("geography", {}, None),
    ("hierarchyid", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sizes", "wanted"), SQL_SERVER)
@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_a_type_of_sql_server_has_its_canonical_one(name: str, sizes: dict[str, int], wanted: str | None) -> None:
    """SQLAlchemy's own reading of a row of SQL Server's catalog, without a server."""
    row = {
        "name": "Value",
        "type_": name,
        "base_type": None,
        "nullable": True,
        "maxlen": None,
        "numericprec": None,
        "numericscale": None,
        "default": None,
        "collation": None,
        "definition": None,
        "is_persisted": None,
        "is_identity": None,
        "identity_start": None,
        "identity_increment": None,
        "comment": None,
    } | sizes
    dialect: Any = MSDialect()  # type: ignore[no-untyped-call]
    assert canonical_type(dialect._parse_column_info(**row)["type"]) == wanted


def test_long_names_are_stored_under_their_first_63_bytes() -> None:
    name = "CurrencyRealNetAmountVatExcludedWithDiscountAndFinancialDiscount"
    assert ColumnSpec(name, "decimal(28,8)").target == truncate_name(name) == name[:63]
