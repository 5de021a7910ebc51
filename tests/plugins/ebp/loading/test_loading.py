"""A load brings EBP's rows, every run only what differs, and none is missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from tests.plugins.ebp.loading.erp import Erp, of

from twinbase_ebp.loading.load import LoaderBusy, UnknownTable
from twinbase_ebp.settings import EbpSettings

EVERY_RUN = EbpSettings(page_rows_max=7, check_minutes=0)


async def test_a_first_load_brings_every_table_and_every_value(erp: Erp) -> None:
    erp.customers(range(30))
    a_bit_of_everything(erp)
    report = await erp.load()
    assert erp.differences() == []
    assert erp.value('SELECT count(*) FROM public."Customer"') == 30
    assert of(report, "Customer").inserted == 30
    assert of(report, "EbpSysLock").outcome == "skipped" and report.sound


async def test_what_is_secret_or_large_never_comes(erp: Erp) -> None:
    erp.customers(range(1))
    await erp.load()
    columns = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND column_name = %s"
    assert erp.value(columns, "UserPassword") == 0
    assert erp.value(columns, "Content") == 0


async def test_a_load_in_which_nothing_changed_changes_nothing(erp: Erp) -> None:
    erp.customers(range(30))
    a_bit_of_everything(erp)
    await erp.load()
    for table in ("Customer", "SaleDocumentEx", "StockItem", "DocumentLineAssociation"):
        await erp.capture(table)
    for options in ({}, {"full": True}, {"settings": EVERY_RUN}):
        erp.later(minutes=5)
        report = await erp.load(**options)
        assert (report.sum("inserted"), report.sum("updated"), report.sum("deleted")) == (0, 0, 0)
    assert [erp.versions(table) for table in ("Customer", "SaleDocumentEx", "StockItem")] == [0, 0, 0]
    assert erp.versions("DocumentLineAssociation") == 0


async def test_only_what_changed_is_written(erp: Erp) -> None:
    erp.customers(range(30))
    await erp.load()
    await erp.capture("Customer")
    erp.rename(3, "Durand", erp.later(minutes=10))
    erp.customers([30], erp.office_time)
    report = of(await erp.load(), "Customer")
    assert (report.inserted, report.updated, erp.versions("Customer")) == (1, 1, 2)
    assert erp.differences() == []


async def test_rows_of_one_moment_come_all_though_they_fill_many_pages(erp: Erp) -> None:
    erp.customers(range(5))
    await erp.load()
    moment = erp.later(hours=2)
    erp.customers(range(5, 40), moment)
    report = await erp.load()
    assert of(report, "Customer").inserted == 35
    assert erp.differences() == []


async def test_a_transaction_that_commits_late_is_found_by_looking_back(erp: Erp) -> None:
    erp.customers(range(5))
    await erp.load()
    erp.customers([50], erp.later(minutes=30))
    await erp.load()
    erp.customers([49], erp.office_time - timedelta(minutes=4))
    assert of(await erp.load(), "Customer").inserted == 1


async def test_a_transaction_that_commits_very_late_is_found_by_its_key(erp: Erp) -> None:
    erp.customers(range(5))
    await erp.load()
    erp.rename(1, "Late", erp.office_time - timedelta(hours=7))
    await erp.load()
    assert erp.name_of(1) == "Client n° 1"
    erp.later(hours=1)
    assert of(await erp.load(), "Customer").updated == 1
    assert erp.differences() == []


async def test_rows_without_a_date_are_followed_too(erp: Erp) -> None:
    erp.customers(range(10))
    erp.ebp('UPDATE "Customer" SET "sysModifiedDate" = NULL WHERE "Id" < \'C0003\'')
    await erp.load()
    erp.rename(1, "Nobody dated this", None)
    assert of(await erp.load(), "Customer").updated == 1
    assert erp.differences() == []


async def test_a_table_in_which_no_row_has_a_date_is_followed(erp: Erp) -> None:
    erp.customers(range(3))
    erp.ebp('UPDATE "Customer" SET "sysModifiedDate" = NULL')
    await erp.load()
    erp.customers(range(3, 5))
    await erp.load()
    assert erp.differences() == []


@pytest.mark.parametrize("hours", [1, 30])
async def test_when_clocks_go_back_nothing_is_missed(erp: Erp, hours: int) -> None:
    erp.customers(range(10), erp.office_time)
    await erp.load()
    erp.later(hours=-hours)
    erp.rename(3, "In the hour that comes twice", erp.later(minutes=1))
    await erp.load()
    assert erp.name_of(3) == "In the hour that comes twice"


async def test_a_restored_database_is_taken_as_it_is_and_said_so(erp: Erp) -> None:
    erp.customers(range(40))
    await erp.load()
    erp.ebp('CREATE SCHEMA backup; CREATE TABLE backup."Customer" AS SELECT * FROM "Customer"')
    moment = erp.later(hours=3)
    for number in range(40):
        erp.rename(number, "Work that the restore will undo", moment)
    erp.ebp('UPDATE backup."Customer" SET "Notes" = \'nobody dated this\' WHERE "Id" = \'C0001\'')
    await erp.load()
    erp.ebp('TRUNCATE "Customer"; INSERT INTO "Customer" SELECT * FROM backup."Customer"')
    erp.later(minutes=5)
    report = await erp.load()
    assert of(report, "Customer").updated == 40
    assert "older state" in erp.events("source_older")[0]
    assert erp.differences() == []


async def test_extensions_are_restored_with_the_documents_that_they_extend(erp: Erp) -> None:
    ids = a_bit_of_everything(erp)
    before = [erp.office_time - timedelta(days=number) for number in range(len(ids))]
    date_documents(erp, ids, before)
    await erp.load()
    moment = erp.later(hours=3)
    for key in ids:
        erp.ebp('UPDATE "SaleDocumentEx" SET "xx_Note" = \'undone\' WHERE "Id" = %s', key)
        erp.ebp('UPDATE "SaleDocument" SET "sysModifiedDate" = %s WHERE "Id" = %s', moment, key)
    await erp.load()
    erp.ebp('UPDATE "SaleDocumentEx" SET "xx_Note" = NULL')
    date_documents(erp, ids, before)
    erp.later(minutes=5)
    await erp.load()
    assert "older state" in erp.events("source_older")[0]
    assert erp.differences() == []


async def test_a_row_that_gets_another_key_leaves_none_behind(erp: Erp) -> None:
    erp.customers(range(10))
    await erp.load()
    erp.ebp('UPDATE "Customer" SET "Id" = \'D0001\', "sysModifiedDate" = %s WHERE "Id" = \'C0001\'', erp.later(hours=1))
    report = of(await erp.load(), "Customer")
    assert (report.inserted, report.deleted) == (1, 1)
    assert erp.differences() == []


async def test_extensions_come_with_the_documents_that_they_extend(erp: Erp) -> None:
    ids = a_bit_of_everything(erp)
    await erp.load()
    erp.ebp('UPDATE "SaleDocumentEx" SET "xx_Note" = \'new\' WHERE "Id" = %s', ids[0])
    erp.ebp('UPDATE "SaleDocument" SET "sysModifiedDate" = %s WHERE "Id" = %s', erp.later(minutes=9), ids[0])
    assert of(await erp.load(), "SaleDocumentEx").updated == 1
    assert erp.differences() == []


async def test_a_document_that_is_loaded_alone_takes_its_extension_along(erp: Erp) -> None:
    ids = a_bit_of_everything(erp)
    await erp.load()
    erp.ebp('UPDATE "SaleDocumentEx" SET "xx_Note" = \'new\' WHERE "Id" = %s', ids[0])
    erp.ebp('UPDATE "SaleDocument" SET "sysModifiedDate" = %s WHERE "Id" = %s', erp.later(minutes=9), ids[0])
    await erp.load(tables=("SaleDocument",))
    assert erp.differences() == []


async def test_tables_without_dates_are_compared_row_by_row(erp: Erp) -> None:
    a_bit_of_everything(erp)
    await erp.load()
    erp.ebp('UPDATE "DocumentLineAssociation" SET "Quantity" = 7 WHERE "Id" = 3')
    erp.ebp('DELETE FROM "DocumentLineAssociation" WHERE "Id" = 4')
    report = of(await erp.load(), "DocumentLineAssociation")
    assert (report.updated, report.deleted) == (1, 1)
    assert erp.differences() == []


async def test_a_table_without_a_key_keeps_its_twins_apart(erp: Erp) -> None:
    erp.ebp("INSERT INTO \"Journal\" SELECT 'same', 1 FROM generate_series(1, 3)")
    erp.ebp("INSERT INTO \"Journal\" VALUES ('other', 2), (NULL, NULL)")
    await erp.load()
    assert erp.differences() == []
    erp.ebp('DELETE FROM "Journal" WHERE ctid = (SELECT min(ctid) FROM "Journal" WHERE "Line" = \'same\')')
    erp.ebp("INSERT INTO \"Journal\" VALUES ('new', 3)")
    report = of(await erp.load(), "Journal")
    assert (report.inserted, report.deleted) == (1, 1)
    assert erp.differences() == []


async def test_texts_survive_whatever_they_hold(erp: Erp) -> None:
    texts = ["None", "\\N", "a\tb", "a\nb\r\nc", "\\", "\\.", "", " ", "é€🙂", "'\"", "None\t", "%s %(x)s"]
    for number, text in enumerate(texts):
        erp.customers([number])
        erp.ebp('UPDATE "Customer" SET "Notes" = %s WHERE "Id" = %s', text, f"C{number:04}")
    await erp.load()
    assert erp.differences() == []
    assert [row[0] for row in erp.copy('SELECT "Notes" FROM public."Customer" ORDER BY "Id"')] == texts


async def test_a_changed_column_means_that_every_row_is_read_again(erp: Erp) -> None:
    erp.customers(range(20))
    await erp.load()
    erp.ebp('ALTER TABLE "Customer" ADD COLUMN "xx_Loyalty" integer DEFAULT 5')
    report = await erp.load()
    assert of(report, "Customer").updated == 20
    assert erp.differences() == []


async def test_two_loaders_do_not_work_at_once(erp: Erp, held_lock: None) -> None:
    with pytest.raises(LoaderBusy):
        await erp.load()


async def test_a_misspelt_table_is_named(erp: Erp) -> None:
    with pytest.raises(UnknownTable, match="customer"):
        await erp.load(tables=("customer",))


def date_documents(erp: Erp, ids: Sequence[object], moments: Sequence[datetime]) -> None:
    for key, moment in zip(ids, moments, strict=True):
        erp.ebp('UPDATE "SaleDocument" SET "sysModifiedDate" = %s WHERE "Id" = %s', moment, key)


def a_bit_of_everything(erp: Erp) -> list[object]:
    """Some rows in every other table; answers the documents' keys."""
    ids = [uuid4() for _ in range(12)]
    for number, key in enumerate(ids):
        erp.ebp('INSERT INTO "SaleDocument" VALUES (%s, %s, %s)', key, f"FA{number}", erp.office_time)
        erp.ebp('INSERT INTO "SaleDocumentEx" VALUES (%s, %s, NULL)', key, number)
        erp.ebp('INSERT INTO "StockItem" VALUES (%s, %s, 4, %s)', f"A{number % 3}", key, erp.office_time)
        erp.ebp('INSERT INTO "DocumentLineAssociation" VALUES (%s, %s, 1.5)', number, key)
        erp.ebp("INSERT INTO \"ActivityAssociatedFiles\" VALUES (%s, 'plan.pdf', 'x', %s)", key, erp.office_time)
    return list(ids)
