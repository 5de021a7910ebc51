"""The copy follows the source, whatever EBP does to its tables: nothing copied is lost, and what happened is said."""

import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.plugins.ebp.schema.target import Target, following

from twinbase_ebp.schema.drift import SchemaChange
from twinbase_ebp.settings import EbpSettings

VAT = (
    'CREATE TABLE "Vat" ("Id" varchar(8) PRIMARY KEY, "Rate" numeric(6,3), "Caption" varchar(20),'
    ' "sysModifiedDate" timestamp)'
)


@pytest.fixture
async def target(small_source_url: str, database_url: str) -> AsyncIterator[Target]:
    """A source with one table of two rows, and its copy."""
    async with following(small_source_url, database_url) as made:
        await made.at_source(VAT, """INSERT INTO "Vat" VALUES ('20', 20, 'Normal'), ('55', 5.5, 'Réduit')""")
        await made.copy_rows(await made.follow())
        yield made


async def test_the_whole_of_ebp_is_copied_and_a_second_time_changes_nothing(ebp_shape: str, database_url: str) -> None:
    async with following(ebp_shape, database_url) as target:
        started = time.perf_counter()
        first = await target.follow()
        assert time.perf_counter() - started < 30
        assert len(first.specs) == len(first.backfill) == 319 - 59
        again = await target.follow()
        assert again.changes == []
        assert again.specs == first.specs
        assert (await target.columns("StockItem"))["ItemId"] == "character varying(40)"


async def test_a_new_column_is_added_and_all_rows_are_read_again(target: Target) -> None:
    await target.connection.execute("UPDATE ebp.table_spec SET backfill = false")
    await target.at_source('ALTER TABLE "Vat" ADD COLUMN "xx_Note" text')
    evolved = await target.follow()
    assert evolved.backfill == {"Vat"}
    assert (await target.columns("Vat"))["xx_Note"] == "text"
    assert (await target.events())[-1] == ("Vat", "column_new")
    assert (await target.follow()).changes == []


async def test_a_removed_column_keeps_what_it_had_and_goes_on_when_it_is_back(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" DROP COLUMN "Caption"')
    await target.copy_rows(await target.follow())
    assert await target.rows('SELECT "Caption" FROM "Vat" ORDER BY 1') == [("Normal",), ("Réduit",)]
    await target.at_source('ALTER TABLE "Vat" ADD COLUMN "Caption" varchar(30)')
    evolved = await target.follow()
    assert evolved.backfill == {"Vat"}
    assert (await target.columns("Vat"))["Caption"] == "character varying(30)"
    assert [kind for _, kind in await target.events()] == ["table_new", "column_removed", "column_back"]


async def test_a_widened_column_is_widened_and_a_narrowed_one_stays_wide(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" ALTER COLUMN "Caption" TYPE varchar(80), ALTER "Rate" TYPE numeric(4,1)')
    await target.copy_rows(await target.follow())
    assert await target.columns("Vat") == {
        "Id": "character varying(8)",
        "Rate": "numeric(6,3)",
        "Caption": "character varying(80)",
        "sysModifiedDate": "timestamp without time zone",
    }
    assert sorted(kind for _, kind in (await target.events())[1:]) == ["column_narrowed", "column_widened"]
    assert (await target.follow()).changes == []


async def test_a_column_of_another_type_goes_on_in_a_new_one(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" ALTER COLUMN "Rate" TYPE varchar(10) USING "Rate"::text')
    evolved = await target.follow()
    await target.copy_rows(evolved)
    assert evolved.specs[0].get_column("Rate").target == "Rate__2"
    assert await target.rows('SELECT "Rate", "Rate__2" FROM "Vat" ORDER BY "Id"') == [(20, "20.000"), (5.5, "5.500")]
    await target.at_source('ALTER TABLE "Vat" ALTER COLUMN "Rate" TYPE numeric(6,3) USING "Rate"::numeric')
    assert (await target.follow()).specs[0].get_column("Rate").target == "Rate"


async def test_another_key_is_taken_over(target: Target) -> None:
    await target.at_source(
        'ALTER TABLE "Vat" DROP CONSTRAINT "Vat_pkey", ADD COLUMN "Country" varchar(2) DEFAULT \'FR\','
        ' ADD PRIMARY KEY ("Id", "Country")',
        "INSERT INTO \"Vat\" VALUES ('20', 20, 'TVA', NULL, 'BE')",
    )
    evolved = await target.follow()
    assert evolved.backfill == {"Vat"}
    await target.copy_rows(evolved)
    assert await target.rows('SELECT "Id", "Country" FROM "Vat" ORDER BY 1, 2') == [
        ("20", "BE"),
        ("20", "FR"),
        ("55", "FR"),
    ]
    assert ("Vat", "key_changed") in await target.events()


async def test_a_key_of_another_type_goes_on_in_a_new_column(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" ALTER COLUMN "Id" TYPE int USING "Id"::int')
    evolved = await target.follow()
    assert evolved.specs[0].key_columns[0].target == "Id__2"
    await target.copy_rows(evolved)
    assert await target.rows('SELECT "Id__2", "Caption" FROM "Vat" ORDER BY 1') == [(20, "Normal"), (55, "Réduit")]


async def test_a_key_that_is_renamed_is_another_key(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" RENAME COLUMN "Id" TO "Code"')
    await target.copy_rows(await target.follow())
    assert await target.rows('SELECT "Code", "Caption" FROM "Vat" ORDER BY 1') == [("20", "Normal"), ("55", "Réduit")]


async def test_a_key_that_is_dropped_leaves_a_table_without_one(target: Target) -> None:
    await target.at_source(
        'ALTER TABLE "Vat" DROP CONSTRAINT "Vat_pkey", ALTER "Id" DROP NOT NULL',
        'INSERT INTO "Vat" VALUES (NULL, 1), (NULL, 1)',
    )
    evolved = await target.follow()
    assert evolved.specs[0].kind == "keyless"
    await target.copy_rows(evolved)
    assert await target.rows('SELECT count(*) FROM "Vat"') == [(4,)]


async def test_a_vanished_table_is_kept_and_goes_on_when_it_is_back(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" RENAME TO "Elsewhere"')
    evolved = await target.follow()
    assert [spec.name for spec in evolved.specs] == ["Elsewhere"]
    assert await target.rows('SELECT count(*) FROM "Vat"') == [(2,)]
    await target.at_source('ALTER TABLE "Elsewhere" RENAME TO "Vat"')
    evolved = await target.follow()
    assert "Vat" in evolved.backfill
    assert [one for one in await target.events() if one[0] == "Vat"] == [
        ("Vat", "table_new"),
        ("Vat", "table_gone"),
        ("Vat", "table_back"),
    ]


async def test_a_lost_copy_is_made_anew(target: Target) -> None:
    await target.connection.execute('DROP TABLE "Vat"')
    evolved = await target.follow()
    assert evolved.backfill == {"Vat"}
    assert [change.kind for change in evolved.changes] == ["table_lost"]
    assert "Rate" in await target.columns("Vat")


async def test_a_table_that_was_there_before_is_taken_over(target: Target) -> None:
    """A database that somebody filled by hand: what fits is used, what is missing is added, what is more is kept."""
    await target.connection.execute(
        'CREATE TABLE "Unit" ("Id" varchar(2) NOT NULL, "Mine" point, "Caption" text NOT NULL)'
    )
    await target.connection.execute("INSERT INTO \"Unit\" VALUES ('h', '(1,1)', 'heure'), ('h', NULL, 'heure')")
    await target.at_source(
        'CREATE TABLE "Unit" ("Id" varchar(4) PRIMARY KEY, "Caption" varchar(9), "Rate" numeric(9,2))',
        "INSERT INTO \"Unit\" VALUES ('hour', NULL, 2)",
    )
    await target.copy_rows(await target.follow())
    assert await target.columns("Unit") == {
        "Id": "character varying(4)",
        "Mine": "point",
        "Caption": "text",
        "Rate": "numeric(9,2)",
    }
    assert await target.rows('SELECT "Id" FROM "Unit" ORDER BY 1') == [("h",), ("hour",)]


async def test_a_table_that_cannot_be_copied_stops_alone_and_goes_on_later(target: Target) -> None:
    await target.at_source(
        'ALTER TABLE "Vat" ADD COLUMN "Outline" polygon', 'CREATE TABLE "Unit" ("Id" int PRIMARY KEY)'
    )
    evolved = await target.follow()
    assert [spec.name for spec in evolved.specs] == ["Unit"]
    assert await target.rows('SELECT count(*) FROM "Vat"') == [(2,)]
    assert (await target.follow()).changes == []
    await target.at_source('ALTER TABLE "Vat" DROP COLUMN "Outline"')
    evolved = await target.follow()
    assert "Vat" in evolved.backfill
    assert [spec.name for spec in evolved.specs] == ["Unit", "Vat"]


async def test_what_is_denied_from_now_on_is_emptied_and_its_name_is_in_no_event(target: Target) -> None:
    await target.follow(EbpSettings(deny=("Vat.Caption",)))
    assert await target.rows('SELECT DISTINCT "Caption" FROM "Vat"') == [(None,)]
    (said,) = await target.rows("SELECT sentence || details::text FROM ebp.event ORDER BY id DESC LIMIT 1")
    assert "1 columns of Vat" in said[0]
    assert "Caption" not in said[0]
    remembered = await target.rows("SELECT spec::text FROM ebp.table_spec WHERE name = 'Vat'")
    assert "Caption" not in remembered[0][0]


async def test_a_table_that_is_denied_from_now_on_is_emptied(target: Target) -> None:
    await target.follow(EbpSettings(deny=("Vat.*",)))
    assert await target.rows('SELECT count(*) FROM "Vat"') == [(0,)]
    assert (await target.events())[-1] == ("Vat", "table_denied")


async def test_a_busy_table_is_left_for_the_next_time_and_the_others_go_on(target: Target) -> None:
    await target.at_source('ALTER TABLE "Vat" ADD COLUMN "More" int', 'CREATE TABLE "Unit" ("Id" int PRIMARY KEY)')
    other = await asyncpg.connect(target.url)
    async with other.transaction():
        await other.execute('SELECT FROM "Vat"')
        evolved = await target.follow(lock_timeout=0.01, attempts=1)
        assert [spec.name for spec in evolved.specs] == ["Unit"]
        await target.follow(lock_timeout=0.01, attempts=1)
    await other.close()
    assert [kind for table, kind in await target.events() if table == "Vat"] == ["table_new", "table_blocked"]
    assert [spec.name for spec in (await target.follow()).specs] == ["Unit", "Vat"]


async def test_a_view_that_holds_a_column_stops_this_table_only(target: Target) -> None:
    await target.connection.execute('CREATE VIEW rates AS SELECT "Caption" FROM "Vat"')
    await target.at_source('ALTER TABLE "Vat" ALTER COLUMN "Caption" TYPE text')
    evolved = await target.follow()
    assert (evolved.specs, [change.kind for change in evolved.changes]) == ([], ["table_blocked"])
    await target.connection.execute("DROP VIEW rates")
    assert [spec.name for spec in (await target.follow()).specs] == ["Vat"]


async def test_whoever_listens_hears_of_an_event(target: Target) -> None:
    heard: list[SchemaChange] = []
    notes: list[str] = []
    listener = await asyncpg.connect(target.url)
    await listener.add_listener("ebp_event", lambda *arguments: notes.append(arguments[-1]))
    await target.at_source('ALTER TABLE "Vat" ADD COLUMN "More" int')
    await target.follow(hear=heard.append)
    await listener.fetchval("SELECT 1")
    await listener.close()
    assert [change.kind for change in heard] == ["column_new"]
    assert notes == [str(n) for (n,) in await target.rows("SELECT max(id) FROM ebp.event")]
