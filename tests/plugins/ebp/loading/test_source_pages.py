"""What SQL Server is asked: there is none in tests, so the statements are read as text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Select, column, select, table
from sqlalchemy.dialects import mssql

from twinbase_ebp.loading.keys import format_key, pack_key, unpack_key
from twinbase_ebp.loading.rows import copy_text
from twinbase_ebp.loading.source_pages import is_after_key, is_one_of
from twinbase_ebp.loading.watermarks import SQL_SERVER, bind_moment, exact_column, is_before, start_of_reading, text_of
from twinbase_ebp.schema import ColumnSpec, TableSpec

STOCK = table("StockItem", column("ItemId"), column("StorehouseId"), column("sysModifiedDate"))
MARK = STOCK.c.sysModifiedDate


def said(condition: ColumnElement[bool]) -> str:
    query = select(STOCK.c.ItemId).where(condition).order_by(STOCK.c.ItemId).limit(5)
    return written_out(query)


def written_out(query: Select[Any]) -> str:
    dialect = mssql.dialect()  # type: ignore[no-untyped-call]
    return " ".join(str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).split())


def test_a_page_begins_after_the_last_key_without_comparing_rows_as_a_whole() -> None:
    assert said(is_after_key([STOCK.c.ItemId, STOCK.c.StorehouseId], ["A1", 7])) == (
        "SELECT TOP 5 [StockItem].[ItemId] FROM [StockItem] WHERE [StockItem].[ItemId] >= 'A1' AND"
        " ([StockItem].[ItemId] > 'A1' OR [StockItem].[ItemId] = 'A1' AND [StockItem].[StorehouseId] > 7)"
        " ORDER BY [StockItem].[ItemId]"
    )


def test_rows_of_composite_keys_are_asked_for_without_comparing_rows_as_a_whole() -> None:
    condition = said(is_one_of([STOCK.c.ItemId, STOCK.c.StorehouseId], [("A1", 7), ("A2", 8)]))
    assert "WHERE [StockItem].[ItemId] = 'A1' AND [StockItem].[StorehouseId] = 7 OR" in condition


def test_a_watermark_of_sql_server_travels_as_text_both_ways() -> None:
    selected = written_out(select(exact_column(SQL_SERVER, MARK)))
    assert "convert(varchar(33), [StockItem].[sysModifiedDate], 126)" in selected
    assert "[sysModifiedDate] > '2026-11-23T10:00:00.003'" in said(
        MARK > bind_moment(SQL_SERVER, "2026-11-23T10:00:00.003")
    )


@pytest.mark.parametrize(
    ("high", "begin"),
    [
        ("2026-11-23T07:58:00.1234567", "2026-11-23T07:53:00"),
        ("2026-11-23T12:00:00", "2026-11-23T07:55:00"),
        ("2026-11-23T12:00:00+01:00", "2026-11-23T07:55:00+01:00"),
    ],
)
def test_reading_begins_a_while_before_the_latest_and_before_now(high: str, begin: str) -> None:
    now = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert start_of_reading(high, now, "Europe/Paris", timedelta(minutes=5)) == begin


def test_no_watermark_is_before_any() -> None:
    moment = datetime(2026, 11, 23, 7)
    assert is_before(None, text_of(moment)) and not is_before(text_of(moment), None)
    assert not is_before(None, None) and not is_before(text_of(moment), text_of(moment))


@pytest.mark.parametrize(
    ("type_", "value", "shown_as"),
    [
        ("int32", 7, "7"),
        ("text(10)", "A 1", "A 1"),
        ("timestamp", datetime(2026, 11, 23, 7, 0, 0, 123), "2026-11-23T07:00:00.000123"),
        ("bool", True, "True"),
    ],
)
def test_a_key_that_was_kept_is_the_same_again(type_: str, value: object, shown_as: str) -> None:
    spec = TableSpec("T", (ColumnSpec("Id", type_),), ("Id",))
    assert unpack_key(spec, pack_key((value,))) == (value,)
    assert format_key(pack_key((value,))) == shown_as


def test_copied_text_tells_nothing_from_the_word_for_it() -> None:
    rows = [(1, None, "None"), (2, "a\tb", None), (3, "\\", "x")]
    assert copy_text(rows, [1, 2]) == b"1\tNone\t\\None\n2\ta\\tb\tNone\n3\t\\\\\tx\n"
    assert copy_text([(None, "None")], [1]) == b"None\t\\None\n"
