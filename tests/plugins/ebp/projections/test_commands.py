"""`twinbase ebp check`, `values` and `explain`: what an operator asks about what came from EBP."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from twinbase_server.cli import run

Said = Callable[..., tuple[int, Any]]


@pytest.fixture
def said(copied: str, capsys: pytest.CaptureFixture[str]) -> Said:
    """The exit status and the JSON of a command about the company's database."""

    def ask(*arguments: str) -> tuple[int, Any]:
        status = run(["ebp", *arguments, "--database-url", copied, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return ask


def fetch(url: str, query: str, *values: object) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_check_finds_nothing_to_say_of_a_whole_copy(said: Said) -> None:
    status, found = said("check")
    assert status == 0
    assert found == {"tables": 40, "off": {}, "lost": {}, "unused": []}


def test_check_says_what_is_missing_and_what_that_costs(copied: str, said: Said) -> None:
    fetch(copied, """ALTER TABLE "Item" DROP COLUMN "BarCode" """)
    fetch(copied, """ALTER TABLE "Vat" DROP COLUMN "Rate" """)
    fetch(copied, """ALTER TABLE "StockDocument" DROP COLUMN "ScheduleEventId" """)
    status, found = said("check")
    assert status == 1
    assert found["off"] == {"Vat": "It cannot run: Vat.Rate is missing."}
    assert found["lost"] == {"Item": ["Products cannot be found by bar code. Item.BarCode is missing."]}
    assert found["unused"] == [
        "Parts of a visit are not seen to come back from EBP. StockDocument.ScheduleEventId is missing."
    ]


def test_values_lists_what_is_found_how_often_and_what_it_is_taken_for(copied: str, said: Said) -> None:
    fetch(
        copied,
        """UPDATE "ScheduleEvent" SET "EventState" = 9 WHERE "Id" IN
        (SELECT "Id" FROM "ScheduleEvent" ORDER BY "Id" LIMIT 2)""",
    )
    status, found = said("values", "scheduleevent.eventstate")
    (column,) = found["columns"]
    assert status == 0
    assert (column["column"], column["verified"]) == ("ScheduleEvent.EventState", False)
    assert column["setting"] == "TWINBASE_EBP_EVENT_STATES"
    means = {value["value"]: value["means"] for value in column["values"]}
    assert means[2] == "done" and means[9] == "unknown"
    (nine,) = [value for value in column["values"] if value["value"] == 9]
    numbers = fetch(copied, """SELECT array_agg("ScheduleEventNumber") FROM "ScheduleEvent" WHERE "EventState" = 9""")
    assert nine["rows"] == 2 and set(nine["examples"]) <= set(numbers)


def test_values_of_all_columns_show_no_more_of_a_row_than_its_number(copied: str, said: Said) -> None:
    status, found = said("values")
    assert status == 0
    assert {"Customer.ActiveState", "SaleDocument.NumberPrefix"} <= {one["column"] for one in found["columns"]}
    names = set(fetch(copied, """SELECT array_agg("Name") FROM "Customer" """))
    assert not names & {example for one in found["columns"] for value in one["values"] for example in value["examples"]}


def test_explain_shows_the_rows_of_ebp_behind_a_visit(copied: str, said: Said) -> None:
    visit = fetch(copied, "SELECT id FROM mobile.interventions WHERE customer_id IS NOT NULL ORDER BY id LIMIT 1")
    fetch(copied, "UPDATE mobile.interventions SET report = 'Fait.' WHERE id = $1", visit)
    status, (answer,) = said("explain", "interventions", str(visit))
    assert status == 0 and answer["verdict"] == "It is projected."
    behind = {source["table"]: source for source in answer["sources"]}
    assert UUID(behind["ScheduleEvent"]["key"]["Id"]) == visit
    title = fetch(copied, """SELECT "Caption" FROM "ScheduleEvent" WHERE "Id" = $1""", visit)
    assert behind["ScheduleEvent"]["columns"]["Caption"] == title
    assert behind["mobile.customers"]["columns"]["source_table"] == "Customer"
    owners = {column["name"]: column["owner"] for column in answer["shared"]}
    assert owners["report"] == "device" and owners["status"] == "source"
    assert {"actual_start", "actual_end", "cancel_reason"} <= set(answer["devices"])


def test_explain_says_why_a_row_is_absent(copied: str, said: Said) -> None:
    meeting = fetch(
        copied,
        """SELECT e."Id" FROM "ScheduleEvent" e JOIN "ScheduleEventType" t ON t."Id" = e."EventType"
        WHERE t."Caption" = 'Réunion' ORDER BY 1 LIMIT 1""",
    )
    status, (answer,) = said("explain", "interventions", str(meeting))
    assert status == 1
    assert answer["verdict"] == (
        "It is not projected. It is no field work: the caption of its type is in TWINBASE_EBP_NOT_FIELD_WORK."
    )
    contact = fetch(
        copied,
        """UPDATE "Contact" SET "AssociatedCustomerId" = 'NOBODY'
        WHERE "Id" = (SELECT "Id" FROM "Contact" ORDER BY 1 LIMIT 1) RETURNING "Id" """,
    )
    _, (answer,) = said("explain", "contacts", str(contact))
    assert answer["reasons"] == {"Its customer is not in EBP.": False}


def test_explain_takes_the_key_that_a_row_has_in_ebp(copied: str, said: Said) -> None:
    code = fetch(copied, """SELECT min("Id") FROM "Customer" """)
    status, (answer,) = said("explain", "customers", code.lower())
    assert (status, answer["source_id"]) == (0, code)


def test_explain_says_what_no_source_stands_behind(copied: str, said: Said) -> None:
    customer = fetch(copied, "SELECT id FROM mobile.customers ORDER BY id LIMIT 1")
    insert = "INSERT INTO mobile.contacts (id, customer_id, is_main) VALUES (gen_random_uuid(), $1, false) RETURNING id"
    made = fetch(copied, insert, customer)
    status, (answer,) = said("explain", "contacts", str(made))
    assert (status, answer["verdict"]) == (0, "It was made on a device: no source stands behind it.")
    status, (answer,) = said("explain", "contacts", "0190a0a0-0000-7000-8000-000000000000")
    assert (status, answer["verdict"]) == (1, "Neither the source nor the table has such a row.")
