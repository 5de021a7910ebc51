"""A table that nobody has modelled can be asked: one row, page by page, what has changed, what is our own."""

from collections.abc import AsyncIterator

import pytest
from tests.plugins.ebp.schema.target import Target, following

from twinbase_ebp.schema.generic import EbpTable


@pytest.fixture
async def target(small_source_url: str, database_url: str) -> AsyncIterator[Target]:
    async with following(small_source_url, database_url) as made:
        await made.at_source(
            'CREATE TABLE "Stock" ("Item" varchar(9), "Place" int, "xx_Rayon" text, "sysModifiedDate" timestamp,'
            ' PRIMARY KEY ("Item", "Place"))',
            """INSERT INTO "Stock" SELECT 'A' || n / 3, n, 'R' || n, '2026-01-01'::timestamp + n / 2 * interval '1 day'
                FROM generate_series(1, 10) n""",
            'CREATE TABLE "Journal" ("Line" text)',
        )
        await made.copy_rows(await made.follow())
        yield made


async def test_one_row_by_its_key_with_what_is_this_companys_own(target: Target) -> None:
    table = await EbpTable.open(target.connection, "Stock")
    row = await table.get(target.connection, "A1", 4)
    assert row is not None
    assert (row["xx_Rayon"], row.custom, row.key) == ("R4", {"xx_Rayon": "R4"}, ("A1", 4))
    assert list(row) == ["Item", "Place", "xx_Rayon", "sysModifiedDate"]
    assert await table.get(target.connection, "A1", 99) is None
    with pytest.raises(LookupError, match=r"\(Item, Place\)"):
        await table.get(target.connection, "A1")


async def test_pages_hold_every_row_once(target: Target) -> None:
    table = await EbpTable.open(target.connection, "Stock")
    seen: list[tuple[object, ...]] = []
    page = await table.list_rows(target.connection, limit=3)
    while page:
        seen += [row.key for row in page]
        page = await table.list_rows(target.connection, after=page[-1].key, limit=3)
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 10


async def test_changes_come_in_their_order_and_go_on_from_the_cursor(target: Target) -> None:
    table = await EbpTable.open(target.connection, "Stock")
    first = await table.list_changes(target.connection, limit=4)
    second = await table.list_changes(target.connection, first.cursor or ())
    assert len(first.rows) + len(second.rows) == 10
    await target.connection.execute("""UPDATE "Stock" SET "sysModifiedDate" = '2027-01-01' WHERE "Place" = 2""")
    third = await table.list_changes(target.connection, second.cursor or ())
    assert [row["Place"] for row in third.rows] == [2]
    assert (await table.list_changes(target.connection, third.cursor or ())).cursor == third.cursor


async def test_what_cannot_be_asked_is_said(target: Target) -> None:
    with pytest.raises(LookupError, match="no copied table"):
        await EbpTable.open(target.connection, "Nothing")
    journal = await EbpTable.open(target.connection, "Journal")
    assert await journal.list_rows(target.connection) == ()
    with pytest.raises(LookupError, match="list it"):
        await journal.list_changes(target.connection)
