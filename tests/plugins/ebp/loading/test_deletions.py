"""What EBP deletes is deleted here: not at once by mistake, and not late when EBP says so itself."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.plugins.ebp.loading.erp import Erp, of

from twinbase_ebp.loading.status import read_load_status

KIND = UUID("00000000-0000-0000-0000-00000000c001")


async def test_a_deleted_row_goes_at_the_next_load(erp: Erp) -> None:
    erp.customers(range(30))
    await erp.load()
    erp.ebp("DELETE FROM \"Customer\" WHERE \"Id\" IN ('C0003', 'C0029')")
    assert of(await erp.load(), "Customer").deleted == 2
    assert erp.differences() == []


async def test_a_deleted_row_is_not_hidden_by_a_new_one(erp: Erp) -> None:
    erp.customers(range(30))
    await erp.load()
    erp.ebp('DELETE FROM "Customer" WHERE "Id" = \'C0003\'')
    erp.customers([77], erp.office_time)
    assert of(await erp.load(), "Customer").deleted == 1
    assert erp.differences() == []


async def test_a_deleted_row_that_a_late_one_hides_goes_with_the_next_comparison_of_keys(erp: Erp) -> None:
    erp.customers(range(30))
    await erp.load()
    erp.ebp('DELETE FROM "Customer" WHERE "Id" = \'C0003\'')
    erp.customers([77], erp.office_time - timedelta(days=1))
    await erp.load()
    assert erp.name_of(3) == "Client n° 3"
    erp.later(hours=1)
    await erp.load()
    assert erp.differences() == []


async def test_a_table_that_lost_much_keeps_its_rows_until_a_person_confirms(erp: Erp) -> None:
    erp.customers(range(40))
    await erp.load()
    erp.ebp('DELETE FROM "Customer" WHERE "Id" >= \'C0020\'')
    for _ in range(2):
        report = await erp.load()
        assert (of(report, "Customer").deleted, of(report, "Customer").refused, report.sound) == (0, 20, False)
    sentence = of(report, "Customer").why
    assert sentence.startswith("EBP no longer has 20 of the 40 rows of Customer (50 %).")
    assert "--confirm-deletes Customer" in sentence
    assert erp.events("deletes_refused") == [sentence]
    report = await erp.load(confirmed=("Customer",))
    assert (of(report, "Customer").deleted, report.sound) == (20, True)
    assert erp.differences() == []


async def test_an_emptied_table_is_refused_too_while_the_others_go_on(erp: Erp) -> None:
    erp.customers(range(40))
    await erp.load()
    erp.ebp('TRUNCATE "Customer"')
    erp.ebp('INSERT INTO "SaleDocument" VALUES (%s, %s, %s)', uuid4(), "FA1", erp.office_time)
    report = await erp.load()
    assert of(report, "Customer").refused == 40
    assert of(report, "SaleDocument").inserted == 1


async def test_a_restore_that_loses_rows_does_not_take_them_from_devices(erp: Erp) -> None:
    erp.customers(range(40))
    await erp.load()
    erp.later(hours=2)
    erp.ebp('DELETE FROM "Customer" WHERE "Id" >= \'C0010\'')
    erp.ebp('UPDATE "Customer" SET "sysModifiedDate" = "sysModifiedDate" - interval \'1 day\'')
    report = of(await erp.load(), "Customer")
    assert (report.updated, report.deleted, report.refused) == (10, 0, 30)


async def test_rows_that_came_back_end_the_refusal(erp: Erp) -> None:
    erp.customers(range(40))
    await erp.load()
    erp.ebp('CREATE SCHEMA kept; CREATE TABLE kept."Customer" AS SELECT * FROM "Customer"; TRUNCATE "Customer"')
    await erp.load()
    erp.ebp('INSERT INTO "Customer" SELECT * FROM kept."Customer"')
    report = await erp.load()
    assert (report.sum("refused"), report.sum("changed")) == (0, 0)
    assert erp.value("SELECT refused FROM ebp.load_state WHERE table_name = 'Customer'") == 0


async def test_a_table_without_a_key_is_guarded_as_well(erp: Erp) -> None:
    erp.ebp("INSERT INTO \"Journal\" SELECT 'line', n FROM generate_series(1, 40) n")
    await erp.load()
    erp.ebp('TRUNCATE "Journal"')
    assert of(await erp.load(), "Journal").refused == 40
    assert of(await erp.load(confirmed=("Journal",)), "Journal").deleted == 40


async def test_ebps_own_notes_of_deletions_are_learnt_and_then_save_a_comparison_of_keys(erp: Erp) -> None:
    erp.customers(range(50))
    await erp.load()
    for number in (1, 2, 3):
        delete_with_note(erp, number)
    erp.later(hours=1)
    assert of(await erp.load(), "Customer").deleted == 3
    assert erp.copy("SELECT table_name, votes FROM ebp.kind_vote") == [("Customer", 3)]
    compared_at = checked_at(erp)
    delete_with_note(erp, 4)
    erp.later(minutes=10)
    assert of(await erp.load(), "Customer").deleted == 1
    assert checked_at(erp) == compared_at


async def test_a_kind_that_speaks_for_two_tables_is_not_believed(erp: Erp) -> None:
    erp.customers(range(50))
    await erp.load()
    erp.copy("INSERT INTO ebp.kind_vote (kind, table_name, votes) VALUES (%s, 'Customer', 9)", KIND)
    erp.copy("INSERT INTO ebp.kind_vote (kind, table_name, votes) VALUES (%s, 'SaleDocument', 1)", KIND)
    compared_at = checked_at(erp)
    delete_with_note(erp, 4)
    erp.later(minutes=10)
    assert of(await erp.load(), "Customer").deleted == 1
    assert checked_at(erp) > compared_at


async def test_a_note_about_a_row_that_is_there_deletes_nothing(erp: Erp) -> None:
    """Somebody deleted the customer and made it again under the same code."""
    erp.customers(range(50))
    await erp.load()
    erp.copy("INSERT INTO ebp.kind_vote (kind, table_name, votes) VALUES (%s, 'Customer', 9)", KIND)
    note(erp, "C0007")
    assert of(await erp.load(), "Customer").deleted == 0
    assert erp.name_of(7) == "Client n° 7"


@pytest.mark.parametrize(
    "other", ['ALTER "Kind" TYPE varchar(60)', 'DROP "Kind"', 'DROP "Id"', 'ALTER "Id" TYPE integer USING 0']
)
async def test_notes_of_another_shape_are_not_believed_and_stop_no_table(erp: Erp, other: str) -> None:
    erp.ebp(f'ALTER TABLE "EbpSysDeletedRecord" {other}')
    erp.customers(range(30))
    await erp.load()
    erp.ebp('DELETE FROM "Customer" WHERE "Id" = \'C0003\'')
    report = of(await erp.load(), "Customer")
    assert (report.outcome, report.deleted) == ("loaded", 1)


async def test_a_row_that_no_database_takes_is_named_and_does_not_hold_up_the_others(erp: Erp) -> None:
    erp.customers(range(30))
    await erp.load()
    erp.copy('ALTER TABLE public."Customer" ADD CONSTRAINT short CHECK (length("Name") < 30)')
    moment = erp.later(hours=1)
    erp.rename(3, "A name that is much longer than the others", moment)
    erp.rename(4, "Fits", moment)
    report = await erp.load()
    assert of(report, "Customer").problems == ["Customer C0003: PostgreSQL does not take it: CheckViolation at short."]
    assert (erp.name_of(3), erp.name_of(4), report.sound) == ("Client n° 3", "Fits", False)
    erp.later(hours=2)
    assert len(of(await erp.load(), "Customer").problems) == 1
    erp.copy('ALTER TABLE public."Customer" DROP CONSTRAINT short')
    assert (await erp.load()).sound
    assert erp.differences() == []


async def test_a_first_load_leaves_out_the_rows_that_do_not_fit_and_no_other(erp: Erp) -> None:
    erp.customers(range(5))
    await erp.load()
    erp.copy('ALTER TABLE public."Customer" ADD CHECK ("Amount" <> 13)')
    erp.copy('DELETE FROM public."Customer"; DELETE FROM ebp.load_state')
    erp.customers(range(5, 30))
    report = of(await erp.load(), "Customer")
    assert (report.inserted, len(report.problems)) == (29, 1)
    assert erp.name_of(13) is None and erp.name_of(14) is not None


async def test_deletions_of_a_table_without_a_key_wait_for_a_person_who_is_told(erp: Erp) -> None:
    erp.ebp("INSERT INTO \"Journal\" SELECT 'line', n FROM generate_series(1, 40) n")
    await erp.load()
    erp.ebp('DELETE FROM "Journal"')
    assert of(await erp.load(), "Journal").refused == 40
    assert (await read_load_status(erp.target_url)).refused == {"Journal": 40}
    await erp.load(confirmed=("Journal",))
    assert (await read_load_status(erp.target_url)).sound and erp.differences() == []


async def test_of_a_table_that_is_gone_nothing_waits_for_a_person(erp: Erp) -> None:
    erp.customers(range(40))
    await erp.load()
    erp.copy('ALTER TABLE public."Customer" ADD CHECK ("Name" <> \'Durand\')')
    erp.rename(3, "Durand", erp.later(minutes=5))
    erp.ebp('DELETE FROM "Customer" WHERE "Id" <> \'C0003\'')
    await erp.load()
    waiting = await read_load_status(erp.target_url)
    assert waiting.refused == {"Customer": 39} and len(waiting.problems) == 1
    erp.ebp('DROP TABLE "Customer"')
    await erp.load()
    assert (await read_load_status(erp.target_url)).sound


async def test_a_table_that_cannot_be_read_is_reported_and_the_others_are_loaded(erp: Erp) -> None:
    erp.customers(range(3))
    with psycopg.connect(erp.source_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reader'") if not exists(connection) else None
        connection.execute(
            'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE SELECT ON "StockItem" FROM reader'
        )
    address = erp.source_url.split("@")[1]
    owner, erp.source_url = erp.source_url, f"postgresql://reader:reader@{address}"
    report = await erp.load()
    erp.source_url = owner
    assert of(report, "StockItem").outcome == "failed"
    assert "InsufficientPrivilege" in of(report, "StockItem").why
    assert of(report, "Customer").inserted == 3


def exists(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'reader'").fetchone() is not None


def checked_at(erp: Erp) -> datetime:
    """When the keys of all customers were last compared."""
    found: datetime = erp.value("SELECT checked_at FROM ebp.load_state WHERE table_name = 'Customer'")
    return found


def delete_with_note(erp: Erp, number: int) -> None:
    erp.ebp('DELETE FROM "Customer" WHERE "Id" = %s', f"C{number:04}")
    note(erp, f"C{number:04}")


def note(erp: Erp, key: str) -> None:
    erp.ebp('INSERT INTO "EbpSysDeletedRecord" VALUES (%s, %s, %s, 1, %s)', uuid4(), key, KIND, erp.office_time)
