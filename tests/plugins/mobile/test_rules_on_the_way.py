"""What a technician writes arrives at the server: the rules hold there too, with the rows that stand beside it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import SQLModel

from twinbase import Plugins
from twinbase.testing import Device, World
from twinbase.testing.databases import Databases
from twinbase.testing.world import prepare
from twinbase_mobile.rules import answer_id, is_out_of_range
from twinbase_mobile.tables import (
    ChecklistAnswer,
    CustomerEquipment,
    Expense,
    Incident,
    Intervention,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    Timesheet,
)
from twinbase_mobile.tables.kinds import Claim, Signer, VisitStatus

PLUGINS = Plugins("accounts", "mobile")
ME, OTHER, CUSTOMER, TEMPLATE, VISIT = (UUID(int=n, version=4) for n in range(1, 6))
CO = {"key": "co_ppm", "label": "CO", "kind": "number", "required": True, "warn_max": 10, "max": 50}
NINE = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
SETUP = f"""
INSERT INTO mobile.colleagues (id, code, state) VALUES ('{ME}', 'ME', 'active'), ('{OTHER}', 'OTHER', 'active');
INSERT INTO mobile.customers (id, code, state, is_person) VALUES ('{CUSTOMER}', 'C1', 'active', true);
INSERT INTO mobile.checklist_templates (id, code, version, active, items)
VALUES ('{TEMPLATE}', 'boiler', 1, true, '[{{"key": "co_ppm", "label": "CO", "kind": "number", "required": true,
    "warn_max": 10, "max": 50}}]');
INSERT INTO mobile.interventions
    (id, lead_id, customer_id, template_id, status, priority, scheduled_start, to_invoice, follow_up_needed)
VALUES ('{VISIT}', '{ME}', '{CUSTOMER}', '{TEMPLATE}', 'in_progress', 'normal', '{NINE.isoformat()}', false, false);
"""


@pytest.fixture(scope="module")
def template(databases: Databases) -> Iterator[str]:
    """The name of a database with the tables of `mobile`, captured."""
    url = databases.create()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(prepare(url, PLUGINS, datetime.now(UTC)))
    loop.close()
    yield url.rsplit("/", 1)[1]
    databases.drop(url)


@pytest.fixture
def url(databases: Databases, template: str) -> Iterator[str]:
    url = databases.create(template)
    yield url
    databases.drop(url)


@pytest.fixture
async def world(url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(url, PLUGINS, tmp_path, prepared=True) as world:
        for statement in filter(str.strip, SETUP.split(";\n")):
            await world.sql(statement.replace(":", r"\:"))
        yield world


@pytest.fixture
async def anna(world: World) -> Device:
    device = await world.device("anna", claims={"colleague_id": str(ME)})
    assert (await device.sync()).is_proven
    return device


def answer(ppm: int, **columns: Any) -> ChecklistAnswer:
    made = ChecklistAnswer(
        id=answer_id(VISIT, None, TEMPLATE, "co_ppm"),
        intervention_id=VISIT,
        template_id=TEMPLATE,
        item_key="co_ppm",
        value_number=Decimal(ppm),
        **columns,
    )
    made.out_of_range = columns.get("out_of_range", is_out_of_range(CO, made))
    return made


def signature(role: Signer = Signer.CUSTOMER) -> InterventionSignature:
    return InterventionSignature(intervention_id=VISIT, role=role, signer_name="Mme Petit")


async def refusals(device: Device) -> list[tuple[str, str]]:
    """Sync; what was refused, and in which words."""
    await device.sync()
    waiting = await device.sql("SELECT reason, detail FROM _twinbase_outbox WHERE state = 'refused' ORDER BY seq")
    return [(row[0], row[1]) for row in waiting]


async def close(device: Device) -> None:
    await device.change(
        Intervention,
        VISIT,
        status=VisitStatus.DONE,
        actual_start=NINE,
        actual_end=NINE + timedelta(hours=1),
        report="Done.",
    )


async def codes(device: Device, *rows: SQLModel) -> list[str]:
    await device.save(*rows)
    return [code for code, _ in await refusals(device)]


async def test_a_whole_visit_is_accepted(world: World, anna: Device) -> None:
    await anna.save(InterventionPart(intervention_id=VISIT, label="Seal", quantity=Decimal(2)))
    await anna.save(answer(3), signature())
    await close(anna)
    assert await refusals(anna) == []
    assert await world.sql("SELECT status FROM mobile.interventions") == [("done",)]


async def test_a_visit_without_its_checklist_is_not_done(anna: Device) -> None:
    await anna.save(signature())
    await close(anna)
    assert await refusals(anna) == [
        ("done_without_answers", "Answer what the checklist requires before you close the visit: CO.")
    ]


async def test_an_illegal_step_is_refused_and_explained(world: World, anna: Device) -> None:
    await world.sql("UPDATE mobile.interventions SET status = 'cancelled'")
    await anna.change(Intervention, VISIT, status=VisitStatus.PAUSED)
    assert await refusals(anna) == [
        ("status_transition", "A visit that is cancelled cannot become paused. Only the office can make it: planned.")
    ]


async def test_a_step_that_is_legal_from_where_the_office_put_the_visit_is_taken(world: World, anna: Device) -> None:
    await world.sql("UPDATE mobile.interventions SET status = 'paused'")
    await anna.change(Intervention, VISIT, status=VisitStatus.CANCELLED, cancel_reason="Nobody at home.")
    assert await refusals(anna) == []
    assert await world.sql("SELECT status FROM mobile.interventions") == [("cancelled",)]


async def test_only_the_office_opens_a_visit_again(world: World, anna: Device) -> None:
    await world.sql("UPDATE mobile.interventions SET status = 'done'")
    await anna.sync()
    await anna.change(Intervention, VISIT, status=VisitStatus.IN_PROGRESS)
    assert [code for code, _ in await refusals(anna)] == ["status_office_only"]
    boss = await world.device("boss", claims={"colleague_id": str(ME), "role": "office"})
    await boss.sync()
    await boss.change(Intervention, VISIT, status=VisitStatus.IN_PROGRESS)
    assert await refusals(boss) == []


@pytest.mark.parametrize("status", ["done", "cancelled"])
async def test_parts_photos_and_answers_that_come_late_are_taken_and_flagged(
    world: World, anna: Device, status: str
) -> None:
    part = InterventionPart(intervention_id=VISIT, label="Seal")
    await anna.save(part)
    await anna.sync()
    await world.sql(f"UPDATE mobile.interventions SET status = '{status}'")
    await anna.change(InterventionPart, part.id, quantity=Decimal(3))
    assert await codes(anna, InterventionPhoto(intervention_id=VISIT), answer(3)) == []
    for table, rows in (("parts", 1), ("photos", 1)):
        assert await world.sql(f"SELECT count(*) FROM mobile.intervention_{table}") == [(rows,)]
    assert await world.sql("SELECT quantity FROM mobile.intervention_parts") == [(Decimal(3),)]
    flagged = {one.twin: one.flags[0] for one in await anna.replica.decisions()}
    assert set(flagged) == {"intervention_parts", "intervention_photos", "checklist_answers"}
    assert {flag.reason for flag in flagged.values()} == {"visit_closed_already"}
    assert flagged["intervention_parts"].detail == (
        f"The visit was {status} when this came. Its parts are taken, and the office looks at it."
    )


async def test_what_a_visit_was_closed_with_is_not_taken_away(world: World, anna: Device) -> None:
    part = InterventionPart(intervention_id=VISIT, label="Seal")
    await anna.save(part)
    await anna.sync()
    await world.sql("UPDATE mobile.interventions SET status = 'done'")
    await anna.delete(InterventionPart, part.id)
    assert [code for code, _ in await refusals(anna)] == ["visit_closed"]
    assert await world.sql("SELECT count(*) FROM mobile.intervention_parts") == [(1,)]


async def test_what_came_before_the_visit_was_closed_is_flagged_in_no_batch(world: World, anna: Device) -> None:
    """Of one batch each edit is judged by the rows as they are when it is its turn."""
    await anna.save(InterventionPart(intervention_id=VISIT, label="Seal"))
    await anna.save(answer(3), signature())
    await close(anna)
    assert await refusals(anna) == []
    assert await world.sql("SELECT status FROM mobile.interventions") == [("done",)]
    assert await anna.replica.decisions() == []


async def test_the_first_of_two_technicians_closes_the_visit_and_the_second_loses_no_work(
    world: World, anna: Device
) -> None:
    """His parts, his photo, his own answer and his hours are taken; his signature and his status contradict. What both
    have answered is a conflict, and his answer is in his list.
    """
    await world.sql(
        "INSERT INTO mobile.intervention_assignments (id, intervention_id, colleague_id, role)"
        f" VALUES ('{uuid4()}', '{VISIT}', '{OTHER}', 'helper')"
    )
    bob = await world.device("bob", claims={"colleague_id": str(OTHER)})
    await bob.sync()
    await anna.save(answer(3))
    await anna.save(signature())
    await close(anna)
    assert await refusals(anna) == []

    await bob.change(Intervention, VISIT, status=VisitStatus.PAUSED)
    await bob.save(InterventionPart(intervention_id=VISIT, label="Seal"))
    smell = ChecklistAnswer(intervention_id=VISIT, item_key="smell", value_text="None.")
    await bob.save(InterventionPhoto(intervention_id=VISIT), smell, answer(4))
    await bob.save(Timesheet(colleague_id=OTHER, day=date.today(), minutes=60, intervention_id=VISIT))
    await bob.save(signature())
    assert sorted(code for code, _ in await refusals(bob)) == ["signed_already", "status_transition"]
    written = (
        "SELECT (SELECT count(*) FROM mobile.intervention_parts), (SELECT count(*) FROM mobile.intervention_photos)"
    )
    assert await world.sql(f"{written}, (SELECT count(*) FROM mobile.timesheets)") == [(1, 1, 1)]
    flagged = [one.twin for one in await bob.replica.decisions() if one.flags]
    assert sorted(flagged) == ["checklist_answers", "intervention_parts", "intervention_photos"]
    assert await anna.replica.decisions() == []
    (both,) = [one for one in await bob.replica.decisions() if not one.flags]
    assert (both.columns["value_number"].mine, both.columns["value_number"].theirs, both.by) == (
        Decimal(4), Decimal(3), "anna@example.org",
    )  # fmt: skip
    waiting = await world.sql("SELECT author FROM twinbase.journal WHERE kind = 'flag' AND asks")
    assert waiting == [("bob@example.org",)] * 3


async def test_a_role_signs_once_whichever_device_sends_first(world: World, anna: Device) -> None:
    second = await world.device("tablet", account="anna", claims={"colleague_id": str(ME)})
    await second.sync()
    assert await codes(anna, signature()) == []
    assert await codes(second, signature()) == ["signed_already"]
    assert await codes(anna, signature(Signer.TECHNICIAN)) == []


async def test_two_signatures_of_one_batch_are_one_too_many(anna: Device) -> None:
    await anna.save(signature())
    assert await codes(anna, signature()) == ["signed_already"]


async def test_two_devices_that_answer_one_item_write_one_row(world: World, anna: Device) -> None:
    second = await world.device("tablet", account="anna", claims={"colleague_id": str(ME)})
    await second.sync()
    assert await codes(anna, answer(3)) == []
    await second.save(answer(60))
    await second.sync()
    assert await world.sql("SELECT count(*) FROM mobile.checklist_answers") == [(1,)]


async def test_the_threshold_is_judged_again_on_the_server(anna: Device) -> None:
    await anna.save(answer(60, out_of_range=False))
    assert await refusals(anna) == [("answer_flag", "CO is marked as normal, but the checklist says danger.")]


async def test_a_checklist_with_a_bound_that_is_no_number_stops_nobody(world: World, anna: Device) -> None:
    await world.sql("""UPDATE mobile.checklist_templates SET items = jsonb_set(items, '{0,max}', '"fifty"')""")
    assert await codes(anna, answer(3)) == []
    assert await world.sql("SELECT count(*) FROM mobile.checklist_answers") == [(1,)]


@pytest.mark.parametrize(
    "row",
    [
        lambda: InterventionNote(intervention_id=VISIT, author_id=OTHER, body="x"),
        lambda: Incident(customer_id=CUSTOMER, creator_id=OTHER, caption="x"),
    ],
)
async def test_nobody_writes_in_another_name(anna: Device, row: Any) -> None:
    assert await codes(anna, row()) == ["not_your_name"]


@pytest.mark.parametrize(
    "row",
    [lambda: InterventionNote(intervention_id=VISIT, body="x"), lambda: Incident(customer_id=CUSTOMER, caption="x")],
)
async def test_nobody_writes_in_nobodys_name(world: World, anna: Device, row: Any) -> None:
    assert await codes(anna, row()) == ["nobodys_name"]
    assert await world.sql("SELECT id FROM mobile.intervention_notes UNION SELECT id FROM mobile.incidents") == []


HERS, HIS, NOBODYS = (UUID(int=n, version=4) for n in range(21, 24))


@pytest.mark.parametrize(
    ("named", "refused"),
    [
        (None, False),
        ([], False),
        ([str(HERS)], False),
        ([str(HERS).upper(), str(HERS)], False),
        ([str(HIS)], True),
        ([str(HERS), str(NOBODYS)], True),
        (["x"], True),
        ([None], True),
        ([7], True),
        ({"id": str(HERS)}, True),
        ("x", True),
    ],
)
async def test_an_incident_names_equipment_of_its_customer_and_no_other(
    world: World, anna: Device, named: Any, refused: bool
) -> None:
    other = uuid4()
    await world.sql(
        "INSERT INTO mobile.customers (id, code, state, is_person) VALUES (:id, 'C2', 'active', true)", id=other
    )
    for id, customer in ((HERS, CUSTOMER), (HIS, other)):
        await world.sql(
            "INSERT INTO mobile.customer_equipment (id, customer_id, caption, state)"
            " VALUES (:id, :customer, 'x', 'active')",
            id=id,
            customer=customer,
        )
    incident = Incident(customer_id=CUSTOMER, creator_id=ME, caption="x", equipment_ids=named)
    assert await codes(anna, incident) == (["equipment_unknown"] if refused else [])


async def test_equipment_and_the_incident_that_names_it_may_be_new_together(anna: Device) -> None:
    boiler = CustomerEquipment(customer_id=CUSTOMER, caption="Boiler")
    incident = Incident(customer_id=CUSTOMER, creator_id=ME, caption="x", equipment_ids=[str(boiler.id)])
    assert await codes(anna, boiler, incident) == []


async def test_a_manager_sees_the_hours_of_his_team_and_does_not_change_them(world: World, anna: Device) -> None:
    sheet = Timesheet(colleague_id=ME, day=date.today(), minutes=60)
    key = sheet.id
    assert await codes(anna, sheet) == []
    boss = await world.device("boss", claims={"colleague_id": str(OTHER), "team": [str(ME)]})
    assert (await boss.sync()).is_proven
    assert [one.id for one in await boss.all(Timesheet)] == [key]
    await boss.change(Timesheet, key, minutes=0)
    assert [code for code, _ in await refusals(boss)] == ["not_your_name"]


async def test_what_is_submitted_stays_as_it_is(anna: Device) -> None:
    expense = Expense(colleague_id=ME, expense_on=date.today(), amount_ttc=Decimal(12))
    key = expense.id
    await anna.save(expense)
    await anna.change(Expense, key, state=Claim.SUBMITTED)
    assert await refusals(anna) == []
    await anna.change(Expense, key, amount_ttc=Decimal(13))
    assert [code for code, _ in await refusals(anna)] == ["submitted"]


async def test_what_the_office_decides_is_not_for_a_device_to_fill(anna: Device) -> None:
    assert await codes(anna, Timesheet(colleague_id=ME, day=date.today(), approved_by=ME)) == ["read-only"]


async def test_an_incident_is_proposed_and_the_office_goes_on_from_there(world: World, anna: Device) -> None:
    key = uuid4()
    assert await codes(anna, Incident(id=key, customer_id=CUSTOMER, creator_id=ME, caption="Leak")) == []
    assert await world.sql("SELECT status FROM mobile.incidents") == [("proposed",)]
    await world.sql("UPDATE mobile.incidents SET status = 'closed', code = 'I-1'")
    await anna.sync()
    found = await anna.read(Incident, key)
    assert found is not None and found.code == "I-1"


async def test_a_report_that_two_wrote_is_kept_whole(world: World, anna: Device) -> None:
    await world.sql("UPDATE mobile.interventions SET report = 'The office: see the contract.'")
    await anna.change(Intervention, VISIT, report="Boiler cleaned.")
    await anna.sync()
    ((report,),) = await world.sql("SELECT report FROM mobile.interventions")
    assert report == "The office: see the contract.\n\n-----\n\nBoiler cleaned."
