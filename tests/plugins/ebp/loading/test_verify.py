"""Verify finds any value that differs, and names the row; repair makes it right."""

import pytest
from tests.plugins.ebp.loading.erp import Erp
from tests.plugins.ebp.loading.test_loading import a_bit_of_everything


async def test_a_loaded_copy_is_the_same_in_every_table(erp: Erp) -> None:
    erp.customers(range(30))
    a_bit_of_everything(erp)
    erp.ebp("INSERT INTO \"Journal\" VALUES ('line', 1), ('line', 1)")
    await erp.load()
    verdicts = await erp.verify()
    assert all(verdict.same for verdict in verdicts.values())
    assert verdicts["Customer"].rows == 30 and "EbpSysLock" not in verdicts


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ('UPDATE public."Customer" SET "Name" = "Name" || \' \' WHERE "Id" = \'C0004\'', "C0004: Name"),
        ('UPDATE public."Customer" SET "Notes" = \'\' WHERE "Id" = \'C0004\'', "C0004: Notes"),
        ('UPDATE public."Customer" SET "Amount" = "Amount" + 0.00000001 WHERE "Id" = \'C0004\'', "C0004: Amount"),
        ('UPDATE public."Customer" SET "Active" = NULL WHERE "Id" = \'C0004\'', "C0004: Active"),
        ('DELETE FROM public."Customer" WHERE "Id" = \'C0004\'', "C0004: is not in the copy"),
        ('INSERT INTO public."Customer" ("Id") VALUES (\'X1\')', "X1: EBP has no such row"),
        (
            'UPDATE public."Customer" SET "sysModifiedDate" = "sysModifiedDate" + interval \'1 microsecond\''
            " WHERE \"Id\" = 'C0004'",
            "C0004: sysModifiedDate",
        ),
    ],
)
async def test_the_smallest_difference_is_found_and_repaired(erp: Erp, damage: str, said: str) -> None:
    erp.customers(range(30))
    await erp.load()
    erp.copy(damage)
    verdict = (await erp.verify("Customer"))["Customer"]
    assert (verdict.same, verdict.examples) == (False, [said])
    assert (await erp.repair("Customer")).same
    assert erp.differences() == []


async def test_what_is_not_a_number_is_the_same_as_itself(erp: Erp) -> None:
    erp.customers(range(3))
    erp.ebp('UPDATE "Customer" SET "Score" = \'NaN\'')
    await erp.load()
    assert (await erp.verify("Customer"))["Customer"].same


async def test_what_changed_since_the_load_is_waiting_and_no_fault(erp: Erp) -> None:
    erp.customers(range(10))
    await erp.load()
    erp.rename(2, "Since", erp.later(minutes=10))
    erp.customers([11], erp.office_time)
    verdict = (await erp.verify("Customer"))["Customer"]
    assert (verdict.same, verdict.waiting) == (True, 2)


async def test_a_keyless_table_tells_how_many_rows_differ(erp: Erp) -> None:
    erp.ebp("INSERT INTO \"Journal\" VALUES ('line', 1), ('line', 1)")
    await erp.load()
    erp.copy('UPDATE public."Journal" SET "Value" = 2 WHERE ctid = (SELECT min(ctid) FROM public."Journal")')
    verdict = (await erp.verify("Journal"))["Journal"]
    assert (verdict.missing, verdict.surplus) == (1, 1)


async def test_a_table_that_changed_its_shape_says_that_it_has_to_be_loaded_first(erp: Erp) -> None:
    erp.customers(range(3))
    await erp.load()
    erp.ebp('ALTER TABLE "Customer" ADD COLUMN "xx_New" integer')
    assert "load it first" in (await erp.verify("Customer"))["Customer"].why


async def test_a_table_that_came_since_the_load_has_to_be_loaded_first(erp: Erp) -> None:
    await erp.load()
    erp.ebp('CREATE TABLE "xy_New" ("Id" integer PRIMARY KEY); ALTER TABLE "StockItem" RENAME TO "xy_Away"')
    await erp.load()
    erp.ebp('ALTER TABLE "xy_Away" RENAME TO "StockItem"; CREATE TABLE "xy_Newer" ("Id" integer PRIMARY KEY)')
    verdicts = await erp.verify()
    assert "load it first" in verdicts["StockItem"].why and "load it first" in verdicts["xy_Newer"].why
    assert verdicts["xy_New"].same and "EbpSysLock" not in verdicts
    assert not (await erp.verify("StockItem"))["StockItem"].same
