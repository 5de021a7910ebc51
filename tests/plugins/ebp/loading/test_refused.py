"""Rows and tables that PostgreSQL does not take: each stands alone, and stops nothing for good."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from tests.plugins.ebp.loading.erp import Erp, of
from tests.plugins.ebp.loading.test_loading import a_bit_of_everything

CHECKED = 'ALTER TABLE public."Customer" ADD CONSTRAINT ours CHECK ("Name" <> \'Durand\')'


@pytest.mark.parametrize("key", ['("Ref")', '("Id", "Ref")', '("xx_Number")'])
async def test_a_row_that_was_not_taken_is_no_obstacle_when_the_key_becomes_another(erp: Erp, key: str) -> None:
    await with_a_row_that_is_not_taken(erp)
    erp.ebp('ALTER TABLE "Customer" ADD COLUMN "xx_Number" integer GENERATED ALWAYS AS IDENTITY')
    erp.ebp(f'ALTER TABLE "Customer" DROP CONSTRAINT "Customer_pkey", ADD PRIMARY KEY {key}')
    erp.later(minutes=5)
    report = of(await erp.load(), "Customer")
    assert report.outcome == "loaded" and len(report.problems) == 1
    erp.copy('ALTER TABLE public."Customer" DROP CONSTRAINT ours')
    erp.later(minutes=5)
    assert (await erp.load()).sound
    assert erp.differences() == [] and erp.value("SELECT count(*) FROM ebp.row_problem") == 0


async def test_a_row_that_was_not_taken_is_forgotten_when_its_table_has_no_key_any_more(erp: Erp) -> None:
    await with_a_row_that_is_not_taken(erp)
    erp.ebp('ALTER TABLE "Customer" DROP CONSTRAINT "Customer_pkey"')
    erp.copy('ALTER TABLE public."Customer" DROP CONSTRAINT ours')
    erp.later(minutes=5)
    assert (await erp.load()).sound
    assert erp.differences() == [] and erp.value("SELECT count(*) FROM ebp.row_problem") == 0


async def with_a_row_that_is_not_taken(erp: Erp) -> None:
    erp.customers(range(9))
    await erp.load()
    erp.copy(CHECKED)
    erp.rename(3, "Durand", erp.later(minutes=5))
    assert len(of(await erp.load(), "Customer").problems) == 1


async def test_a_table_that_somebody_holds_is_reported_and_the_others_are_loaded(erp: Erp) -> None:
    await erp.load()
    erp.customers(range(3))
    erp.ebp("INSERT INTO \"StockItem\" VALUES ('A', gen_random_uuid(), 4, %s)", erp.later(minutes=5))
    erp.copy(f'ALTER DATABASE "{erp.target_url.rsplit("/", 1)[1]}" SET lock_timeout = 200')
    with psycopg.connect(erp.target_url) as somebody:
        somebody.execute('LOCK TABLE public."StockItem" IN SHARE MODE')
        report = await erp.load()
    assert of(report, "StockItem").outcome == "failed" and "LockNotAvailable" in of(report, "StockItem").why
    assert of(report, "Customer").inserted == 3
    await erp.load()
    assert erp.differences() == []


async def test_a_row_that_could_not_be_tried_again_is_not_forgotten(erp: Erp) -> None:
    """An extension has no date of its own: nothing but the note says that it was left behind."""
    ids = a_bit_of_everything(erp)
    await erp.load()
    erp.copy('ALTER TABLE public."SaleDocumentEx" ADD CONSTRAINT ours CHECK ("xx_Note" <> \'new\')')
    erp.ebp('UPDATE "SaleDocumentEx" SET "xx_Note" = \'new\' WHERE "Id" = %s', ids[0])
    erp.ebp('UPDATE "SaleDocument" SET "sysModifiedDate" = %s WHERE "Id" = %s', erp.later(minutes=9), ids[0])
    assert len(of(await erp.load(), "SaleDocumentEx").problems) == 1
    erp.ebp('UPDATE "SaleDocument" SET "sysModifiedDate" = %s WHERE "Id" = %s', erp.later(minutes=9), ids[1])
    await erp.load()
    erp.copy('ALTER TABLE public."SaleDocumentEx" DROP CONSTRAINT ours')
    with only_counting(erp, "SaleDocumentEx"):
        assert of(await erp.load(), "SaleDocumentEx").outcome == "failed"
    assert (await erp.load()).sound
    assert erp.differences() == []


@contextmanager
def only_counting(erp: Erp, table: str) -> Iterator[None]:
    """For a while, EBP lets the loader count the rows of a table and not read them."""
    role = f"counter_{uuid4().hex}"
    erp.ebp(f"CREATE ROLE {role} LOGIN PASSWORD 'counter'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    erp.ebp(f'REVOKE SELECT ON "{table}" FROM {role}; GRANT SELECT ("Id") ON "{table}" TO {role}')
    owner, erp.source_url = erp.source_url, f"postgresql://{role}:counter@{erp.source_url.split('@')[1]}"
    try:
        yield
    finally:
        erp.source_url = owner
        erp.ebp(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_a_table_whose_name_something_else_has_is_reported_and_the_others_are_loaded(erp: Erp) -> None:
    erp.customers(range(3))
    erp.copy('CREATE VIEW public."StockItem" AS SELECT 1 AS ours')
    report = await erp.load()
    assert of(report, "Customer").inserted == 3
    assert of(report, "StockItem").outcome == "failed" and not report.sound
    assert "StockItem" in erp.events("table_blocked")[0]
    erp.copy('DROP VIEW public."StockItem"')
    assert (await erp.load()).sound
    assert erp.differences() == []


async def test_a_table_that_a_view_holds_waits_for_a_person_and_says_so(erp: Erp) -> None:
    erp.customers(range(3))
    await erp.load()
    erp.copy('CREATE VIEW public.names AS SELECT "Name" FROM public."Customer"')
    erp.ebp('ALTER TABLE "Customer" ALTER "Name" TYPE varchar(90)')
    assert [of(await erp.load(), "Customer").outcome for _ in range(2)] == ["failed", "failed"]
    erp.copy("DROP VIEW public.names")
    assert (await erp.load()).sound
