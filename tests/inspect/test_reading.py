"""What the inspector reads of a file, and that it writes nothing."""

import hashlib
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from tests.inspect.conftest import BOILER, CANARY, PRODUCTS, PUMP
from tests.sync.shop import Job, Product

from twinbase.errors import WrongKey
from twinbase.testing import Device
from twinbase_textual.inspect.contents import list_contents, list_uploads
from twinbase_textual.inspect.edits import list_decisions, list_edits, list_edits_of_row, read_changed_values
from twinbase_textual.inspect.opened_file import InspectedFile, open_inspected
from twinbase_textual.inspect.proof import read_proof
from twinbase_textual.inspect.query import run_query
from twinbase_textual.inspect.twins import PAGE_ROWS, list_twins, read_row, read_rows
from twinbase_textual.inspect.values import LONGEST, read_shape, word_value
from twinbase_textual.inspect.words import describe_row


def contents_of(path: Path) -> dict[str, str]:
    """The file and all that lies beside it, as it is on the disk."""
    files = (file for file in path.parent.rglob("*") if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.name != "-shm"}


def test_each_twin_says_how_many_rows_it_has_and_how_many_edits_wait_in_it(inspected: InspectedFile) -> None:
    twins = {twin.name: twin for twin in inspected.read(list_twins)}
    assert {name: twin.rows for name, twin in twins.items()} == {"product": PRODUCTS, "job": 2, "part": 0}
    assert {name: twin.unsent for name, twin in twins.items()} == {"product": 0, "job": 3, "part": 0}
    assert all(twin.is_loaded and twin.is_active and not twin.backfill for twin in twins.values())


async def test_a_page_has_a_hundred_rows_in_the_order_of_their_key(inspected: InspectedFile, anna: Device) -> None:
    pages = [inspected.read(read_rows, "product", offset) for offset in (0, PAGE_ROWS, 2 * PAGE_ROWS)]
    assert [len(page.rows) for page in pages] == [100, 100, 50] and pages[0].total == PRODUCTS
    shown = {
        row[0]: (row[1], Decimal(word_value(row[2], pages[0].shape.forms["price"])))
        for page in pages
        for row in page.rows
    }
    assert shown == {product.id: (product.name, product.price) for product in await anna.all(Product)}


def test_a_search_looks_into_every_column_whatever_its_letters(inspected: InspectedFile) -> None:
    assert [row[0] for row in inspected.read(read_rows, "product", having="TUBE 24").rows] == [24, *range(240, 250)]
    assert inspected.read(read_rows, "product", having="%").rows == []


async def test_a_row_says_what_the_server_has_beneath_an_edit_that_waits(
    anna: Device, inspected: InspectedFile
) -> None:
    row = inspected.read(read_row, "job", (str(BOILER),))
    assert row.here and row.image and row.version is not None
    assert (row.here["title"], row.image["title"]) == (f"unsent {CANARY}", "old")
    said = dict(describe_row(row))
    assert said["title"] == f"unsent {CANARY}   (server: old)" and "not taken" in said["from"]
    clean = inspected.read(read_row, "job", (str(PUMP),))
    assert dict(describe_row(clean))["from"] == "the server"
    assert dict(describe_row(inspected.read(read_row, "job", ("nobody's",))))["from"] == "it is not in this file"
    await anna.save(Job(id=UUID(int=4), lead="anna"))
    own = inspected.read(read_row, "job", (str(UUID(int=4)),))
    assert dict(describe_row(own))["from"].startswith("this device")


def test_each_edit_says_what_became_of_it_and_what_it_changes(inspected: InspectedFile) -> None:
    unsent, refused, conflict = inspected.read(list_edits)
    assert (unsent.twin, unsent.op, unsent.state, unsent.author) == ("job", "update", "pending", "anna@example.org")
    assert (refused.twin, refused.op, refused.state) == ("job", "insert", "refused") and refused.detail
    assert (conflict.twin, conflict.state) == ("job", "conflict")
    _, changed = inspected.read(read_changed_values, unsent)
    assert {(one.column, one.old, one.new) for one in changed} == {
        ("id", str(BOILER), str(BOILER)), ("title", "old", f"unsent {CANARY}"), ("visits", 1, 4),
    }  # fmt: skip
    assert len(inspected.read(list_edits, taken=True)) == 3
    assert inspected.read(list_edits_of_row, "job", (str(BOILER),)) == [unsent]


def test_what_the_server_decided_is_listed(inspected: InspectedFile) -> None:
    (decision,) = inspected.read(list_decisions)
    assert (decision.twin, decision.op) == ("job", "update") and decision.status in ("merged", "conflict")


async def test_the_sums_are_counted_again_and_one_that_is_wrong_is_seen(anna: Device, inspected: InspectedFile) -> None:
    proof = inspected.read(read_proof)
    assert all(twin.agrees for twin in proof.twins) and proof.state.account == "anna@example.org"
    assert {twin.twin: twin.rows for twin in proof.twins} == {"product": PRODUCTS, "job": 2, "part": 0}
    await anna.sql("UPDATE _twinbase_meta_product SET hash = hash + 1 WHERE id = 7")
    assert [twin.twin for twin in inspected.read(read_proof).twins if not twin.agrees] == ["product"]


@pytest.mark.parametrize("is_open", [True, False])
async def test_no_question_writes_anything(anna: Device, inspected: InspectedFile, is_open: bool) -> None:
    if not is_open:
        await anna.close()
    before = contents_of(anna.path)
    for question in (list_twins, list_edits, list_decisions, list_contents, list_uploads, read_proof):
        inspected.read(question)
    inspected.read(read_rows, "product")
    inspected.read(run_query, "SELECT count(*) FROM product")
    assert contents_of(anna.path) == before
    if not is_open:
        await anna.reopen()


async def test_what_an_app_writes_meanwhile_is_seen_by_the_next_question(
    anna: Device, inspected: InspectedFile
) -> None:
    before = len(inspected.read(list_edits))
    await anna.change(Job, PUMP, visits=9)
    assert len(inspected.read(list_edits)) == before + 1


def test_another_key_opens_nothing(anna: Device) -> None:
    with pytest.raises(WrongKey):
        open_inspected(anna.path, b"x" * 32)


def test_a_value_is_worded_as_what_it_means() -> None:
    assert word_value(None) == "NULL" and word_value(b"abc") == "3 bytes"
    assert (word_value(1, "boolean"), word_value(-1250, "numeric, 2 decimals")) == ("true", "-12.50")
    assert word_value("x" * (LONGEST + 600)) == "x" * LONGEST + "… (1,000 letters)"


def test_a_twin_that_the_file_has_not_is_no_answer(inspected: InspectedFile) -> None:
    with pytest.raises(LookupError):
        inspected.read(read_shape, "nothing")
