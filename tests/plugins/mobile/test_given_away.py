"""Work on a visit that was given to somebody else meanwhile: what he did who was on it is taken and flagged."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.attachments.pictures import make_picture

from twinbase import Plugins
from twinbase.testing import Device, World
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.world import prepare
from twinbase_mobile.tables import (
    ChecklistAnswer,
    Customer,
    Intervention,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    StockMovement,
    Timesheet,
)
from twinbase_mobile.tables.kinds import Movement, Signer, VisitStatus

PLUGINS = Plugins("accounts", "mobile")
ANNA, BOB, CARL, CUSTOMER, VISIT, PRODUCT, STRANGER = (UUID(int=n, version=4) for n in range(1, 8))
NO_TARGET = ("no-target", "intervention_id points at a row that does not exist or is not yours.")
TODAY = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
SETUP = (
    "INSERT INTO mobile.colleagues (id, code, state)"
    f" VALUES ('{ANNA}', 'A', 'active'), ('{BOB}', 'B', 'active'), ('{CARL}', 'C', 'active')",
    f"INSERT INTO mobile.customers (id, code, state, is_person) VALUES ('{CUSTOMER}', 'C1', 'active', true)",
    "INSERT INTO mobile.products (id, code, kind, stock_managed, state)"
    f" VALUES ('{PRODUCT}', 'P1', 'goods', true, 'active')",
    "INSERT INTO mobile.interventions (id, lead_id, customer_id, status, priority, scheduled_start, to_invoice,"
    f" follow_up_needed) VALUES ('{VISIT}', '{ANNA}', '{CUSTOMER}', 'planned', 'normal', :start, false, false)",
)


@pytest.fixture(scope="module")
def template(databases: Databases) -> Iterator[str]:
    """The name of a database with the tables of `mobile`, captured."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
    yield database_name(url)
    databases.drop(url)


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    url = databases.create(template)
    yield url
    databases.drop(url)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, PLUGINS, tmp_path, prepared=True, files=str(tmp_path / "shelf")) as world:
        for statement in SETUP:
            await world.sql(statement, **({"start": TODAY} if ":start" in statement else {}))
        yield world
        world.raise_crashes()


@pytest.fixture
async def anna(world: World) -> Device:
    """She has the visit on her phone."""
    return await technician(world, "anna", ANNA)


async def technician(world: World, name: str, id: UUID) -> Device:
    device = await world.device(name, claims={"colleague_id": str(id)})
    assert (await device.sync()).is_proven
    return device


async def give_away(world: World) -> None:
    await world.sql(f"UPDATE mobile.interventions SET lead_id = '{BOB}'")


async def sync(device: Device) -> list[tuple[str, str]]:
    """Sync; what waits, and in which words."""
    assert (await device.sync()).is_proven
    return [(one.reason, one.detail) for one in await device.replica.waiting_edits()]


async def flagged(device: Device) -> set[tuple[str, str]]:
    return {(one.twin, flag.reason) for one in await device.replica.decisions() for flag in one.flags}


async def count(world: World, table: str) -> int:
    ((found,),) = await world.sql(f"SELECT count(*) FROM mobile.{table}")
    return int(found)


async def test_what_was_done_on_a_visit_before_it_was_given_away_is_taken_and_flagged(
    world: World, anna: Device
) -> None:
    part = InterventionPart(intervention_id=VISIT, product_id=PRODUCT, quantity=Decimal(2))
    used = StockMovement(
        colleague_id=ANNA, product_id=PRODUCT, kind=Movement.CONSUMPTION, quantity=Decimal(2), intervention_id=VISIT
    )
    await anna.save(part)
    await anna.save(used, ChecklistAnswer(intervention_id=VISIT, item_key="smell", value_text="None."))
    await anna.save(InterventionNote(intervention_id=VISIT, customer_id=CUSTOMER, author_id=ANNA, body="Gate: 4711"))
    await anna.save(
        Timesheet(colleague_id=ANNA, day=date.today(), minutes=60, intervention_id=VISIT, customer_id=CUSTOMER)
    )
    await give_away(world)
    assert await sync(anna) == []
    written = {"intervention_parts", "stock_movements", "checklist_answers", "intervention_notes", "timesheets"}
    assert {table: await count(world, table) for table in written} == dict.fromkeys(written, 1)
    assert await flagged(anna) == {(table, "given-away") for table in written}
    waiting = await world.sql("SELECT twin, author FROM twinbase.journal WHERE kind = 'flag' AND asks")
    assert sorted(waiting) == [(table, "anna@example.org") for table in sorted(written)]

    # What hangs on the visit is whose the visit is, and no more on her phone; hours and movements are hers.
    assert await anna.read(InterventionPart, part.id) is None
    assert await anna.read(StockMovement, used.id) is not None
    bob = await technician(world, "bob", BOB)
    assert await bob.read(InterventionPart, part.id) is not None


async def test_a_photo_comes_with_its_bytes_though_its_row_is_on_the_phone_no_more(world: World, anna: Device) -> None:
    content = make_picture()
    sha256 = await anna.replica.attachments.put(content)
    photo = InterventionPhoto(intervention_id=VISIT, sha256=sha256, size_bytes=len(content), mime="image/jpeg")
    await anna.save(photo)
    await give_away(world)
    assert await sync(anna) == []
    await anna.reopen()
    await anna.sync()
    assert await anna.read(InterventionPhoto, photo.id) is None
    assert (await anna.replica.attachments.state(sha256)).where == "stored"
    assert await world.sql("SELECT sha256, blob_state FROM mobile.intervention_photos") == [(sha256, "stored")]
    bob = await technician(world, "bob", BOB)
    await bob.replica.attachments.fetch(sha256)
    with await bob.replica.attachments.open(sha256) as file:
        assert file.read() == content


async def test_what_would_contradict_whoever_has_the_visit_now_is_refused(world: World, anna: Device) -> None:
    part = InterventionPart(intervention_id=VISIT, product_id=PRODUCT)
    await anna.save(part)
    await anna.sync()
    await anna.change(Intervention, VISIT, status=VisitStatus.TRAVELLING)
    await anna.save(InterventionSignature(intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="Mme Petit"))
    await anna.change(InterventionPart, part.id, quantity=Decimal(9))
    await give_away(world)
    refused = await sync(anna)
    assert [reason for reason, _ in refused] == ["gone", "no-target", "gone"] and refused[1] == NO_TARGET
    assert await world.sql("SELECT quantity FROM mobile.intervention_parts") == [(Decimal(1),)]
    assert (await count(world, "intervention_signatures"), await flagged(anna)) == (0, set())


async def test_a_visit_made_on_site_at_a_customer_whom_the_office_took_away_is_taken_and_flagged(
    world: World, anna: Device
) -> None:
    """She had him until nine, and stood before a leak there at ten, without a network."""
    site, contact, visit = uuid4(), uuid4(), uuid4()
    await world.sql(
        "INSERT INTO mobile.customer_sites (id, customer_id, is_main_delivery, is_main_invoicing)"
        f" VALUES ('{site}', '{CUSTOMER}', true, true)"
    )
    await world.sql(f"INSERT INTO mobile.contacts (id, customer_id) VALUES ('{contact}', '{CUSTOMER}')")
    await anna.sync()
    await anna.save(make_visit(visit, site_id=site, contact_id=contact))
    await anna.change(Intervention, visit, status=VisitStatus.IN_PROGRESS, actual_start=TODAY)
    await anna.save(InterventionPart(intervention_id=visit, product_id=PRODUCT))
    await anna.save(InterventionSignature(intervention_id=visit, role=Signer.CUSTOMER, signer_name="Mme Petit"))
    await give_away(world)

    assert await sync(anna) == []

    assert await flagged(anna) == {("interventions", "given-away")}
    assert await world.sql(f"SELECT lead_id, status FROM mobile.interventions WHERE id = '{visit}'") == [
        (ANNA, "in_progress")
    ]
    assert (await count(world, "intervention_parts"), await count(world, "intervention_signatures")) == (1, 1)
    # She leads a visit there: it is shown, and so is whom it is for.
    await anna.sync()
    assert await anna.read(Intervention, visit) is not None and await anna.read(Intervention, VISIT) is None
    assert await anna.read(Customer, CUSTOMER) is not None


async def test_at_a_customer_who_is_a_stranger_or_gone_none_is_made(world: World, anna: Device) -> None:
    await world.sql(
        f"INSERT INTO mobile.customers (id, code, state, is_person) VALUES ('{STRANGER}', 'C2', 'active', true)"
    )
    for customer in (STRANGER, uuid4()):
        await anna.sql("UPDATE _twinbase_state SET applying = 1")
        await anna.sql("INSERT INTO customers (id, code, state, is_person) VALUES (?, 'X', 'active', 1)", str(customer))
        await anna.sql("UPDATE _twinbase_state SET applying = 0")
        await anna.save(make_visit(uuid4(), customer_id=customer))
    await anna.sync()
    assert [(one.reason, one.detail) for one in await anna.replica.waiting_edits()] == [
        ("no-target", "customer_id points at a row that does not exist or is not yours.")
    ] * 2
    assert await count(world, "interventions") == 1


def make_visit(id: UUID, **values: Any) -> Intervention:
    own: dict[str, Any] = {"customer_id": CUSTOMER, **values}
    return Intervention(id=id, made_on_site=True, lead_id=ANNA, scheduled_start=TODAY, title="Fuite", **own)


async def test_on_a_strangers_visit_it_is_refused_as_if_there_were_none(world: World, anna: Device) -> None:
    """Whatever a file claims to hold: the answer does not tell a visit that is somebody else's from none at all."""
    carl = await technician(world, "carl", CARL)
    for visit in (VISIT, uuid4()):
        await claim_to_have(carl, visit)
        await carl.save(InterventionPart(intervention_id=visit, product_id=PRODUCT))
        await carl.save(Timesheet(colleague_id=CARL, day=date.today(), minutes=60, intervention_id=visit))
    await give_away(world)
    await carl.sync()
    assert [(one.reason, one.detail) for one in await carl.replica.waiting_edits()] == [NO_TARGET] * 4
    assert await count(world, "intervention_parts") + await count(world, "timesheets") == 0


async def claim_to_have(device: Device, visit: UUID) -> None:
    """Put a visit into a device's file that no server has sent."""
    await device.sql("UPDATE _twinbase_state SET applying = 1")
    await device.sql(
        "INSERT INTO interventions (id, status, priority, to_invoice, follow_up_needed, made_on_site)"
        " VALUES (?, 'planned', 'normal', 0, 0, 0)",
        str(visit),
    )
    await device.sql("UPDATE _twinbase_state SET applying = 0")


async def test_a_helper_who_was_taken_off_the_team_loses_nothing_either(world: World) -> None:
    await world.sql(
        "INSERT INTO mobile.intervention_assignments (id, intervention_id, colleague_id, role)"
        f" VALUES ('{uuid4()}', '{VISIT}', '{BOB}', 'helper')"
    )
    bob = await technician(world, "bob", BOB)
    await bob.save(InterventionPart(intervention_id=VISIT, product_id=PRODUCT))
    await world.sql("DELETE FROM mobile.intervention_assignments")
    assert await sync(bob) == []
    assert await flagged(bob) == {("intervention_parts", "given-away")}


async def test_after_a_week_it_is_too_late(world: World, anna: Device) -> None:
    await anna.save(InterventionPart(intervention_id=VISIT, product_id=PRODUCT))
    await give_away(world)
    world.clock.advance(days=8)
    assert await sync(anna) == [NO_TARGET]


async def test_a_visit_that_is_deleted_with_its_team_is_no_obstacle(world: World) -> None:
    await world.sql(
        "INSERT INTO mobile.intervention_assignments (id, intervention_id, colleague_id, role)"
        f" VALUES ('{uuid4()}', '{VISIT}', '{BOB}', 'helper')"
    )
    await give_away(world)
    await world.sql("WITH gone AS (DELETE FROM mobile.intervention_assignments) DELETE FROM mobile.interventions")
    assert await count(world, "interventions") == 0


async def test_who_was_on_a_visit_long_ago_is_forgotten(world: World) -> None:
    await give_away(world)
    await world.sql("UPDATE mobile.former_team SET until = until - interval '40 days'")
    await world.sql(f"UPDATE mobile.interventions SET lead_id = '{ANNA}'")
    assert await world.sql("SELECT colleague_id FROM mobile.former_team") == [(BOB,)]
