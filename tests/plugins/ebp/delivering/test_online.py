"""EBP's online interface: never more calls than it allows, no file twice, no token lost, no customer in a message."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tests.plugins.ebp.delivering.ebp_online import KEY, SECRET, EbpOnline

from twinbase import DeliveryOutcome, Run, WaitingDelivery
from twinbase.testing.databases import Databases
from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.delivering.online import Rest
from twinbase_ebp.delivering.online.allowance import CALLS_A_DAY
from twinbase_ebp.settings import EbpSettings

START = datetime(2030, 5, 1, 12, tzinfo=UTC)


@dataclass
class Office:
    """The server's side, with a clock that sleeping moves. `stopped_at`: in which sleep the worker is told to end."""

    url: str
    online: EbpOnline = field(default_factory=EbpOnline)
    now: datetime = START
    slept: list[float] = field(default_factory=list)
    stopped_at: int = -1
    settings: EbpSettings = field(
        default_factory=lambda: EbpSettings.model_validate(
            {
                "export": "rest",
                "rest_client_id": "twinbase",
                "rest_client_secret": SECRET,
                "rest_subscription_key": KEY,
                "rest_refresh_token": "refresh-0",
                "rest_categories": {"Contact": "Contacts"},
            }
        )
    )

    async def send(self, *waiting: WaitingDelivery) -> list[tuple[str, str]]:
        """What becomes of each: state and sentence."""
        return [(told.state, told.said) for told in await self.deliver(*waiting)]

    async def deliver(self, *waiting: WaitingDelivery) -> list[DeliveryOutcome]:
        async def sleep(seconds: float) -> None:
            if len(self.slept) == self.stopped_at:
                raise asyncio.CancelledError
            self.slept.append(seconds)
            self.now += timedelta(seconds=seconds)

        rest = Rest(self.settings, self.online.transport, clock=lambda: self.now, sleep=sleep)
        return list(await rest.send(waiting, Run(self.url, self.now, lambda *_: None)))

    async def run(self, statement: str, *values: Any) -> Any:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()


@pytest.fixture
def office(databases: Databases, office_template: tuple[str, str]) -> Iterator[Office]:
    url = databases.create(office_template[1])
    yield Office(url)
    databases.drop(url)


def contact(name: str = "Martin", phone: str = "+33 6 12 34 56 78") -> WaitingDelivery:
    """A contact that a technician has made."""
    id = str(uuid4())
    values = {"ContactFields_Name": name, "ContactFields_Phone": phone, "AssociatedCustomerId": "C1"}
    entry = EbpEntry("Contact", "create", "contacts", id, id, values)
    return WaitingDelivery(uuid4(), "contacts", (id,), entry.action, entry.as_payload(), "anna", 0)


async def test_each_delivery_is_one_call_and_a_second_lies_between_two(office: Office) -> None:
    one, other = contact("Martin"), contact("Petit")
    assert await office.send(one, other) == [("sent", "EarlierChange over to EBP's import.")] * 2
    assert [(category, row["ContactFields_Name"]) for category, row in office.online.taken] == [
        ("Contacts", "Martin"),
        ("Contacts", "Petit"),
    ]
    assert office.online.taken[0][1]["ContactFields_Phone"] == "+33 6 12 34 56 78"
    assert office.online.calls == ["token", "import", "import"] and office.slept == [1.0, 1.0]


async def test_a_worker_that_starts_anew_counts_on_and_keeps_the_distance(office: Office) -> None:
    await office.send(contact())
    office.now += timedelta(seconds=0.25)
    await office.send(contact())
    assert office.slept == [1.0, 0.75] and await office.run("SELECT calls FROM ebp.rest_use") == 3
    assert office.online.calls.count("token") == 1


async def test_when_todays_calls_are_spent_the_rest_goes_tomorrow(office: Office) -> None:
    await office.run("INSERT INTO ebp.rest_use VALUES ($1, $2, $3)", START.date(), CALLS_A_DAY - 2, START)
    first, second = await office.deliver(contact(), contact())
    assert first.state == "sent" and second.state == "waiting"
    assert second.retry_after and office.now + second.retry_after == datetime(2030, 5, 2, tzinfo=UTC)
    office.now = datetime(2030, 5, 2, 1, tzinfo=UTC)
    assert [state for state, _ in await office.send(contact())] == ["sent"]


async def test_a_refresh_token_is_used_once_and_its_successor_is_kept_before_anything_else(office: Office) -> None:
    office.online.faults.append("down")
    assert (await office.send(contact()))[0][0] == "waiting"
    assert await office.run("SELECT refresh_token FROM ebp.rest_token") == "refresh-1"
    office.now += timedelta(hours=2)
    assert (await office.send(contact()))[0][0] == "sent"
    assert await office.run("SELECT refresh_token FROM ebp.rest_token") == "refresh-2" == office.online.refresh


async def test_when_ebp_wants_a_new_sign_in_all_are_held_until_somebody_has_signed_in(office: Office) -> None:
    office.online.refresh = "of-another-sign-in"
    told = await office.send(contact(), contact())
    assert [state for state, _ in told] == ["held", "held"] and "REFRESH_TOKEN" in told[0][1]
    assert office.online.calls == ["token"]
    changed = {**office.settings.model_dump(), "rest_refresh_token": "of-another-sign-in"}
    office.settings = EbpSettings.model_validate(changed)
    assert (await office.send(contact()))[0][0] == "sent"


async def test_a_token_that_is_not_accepted_any_more_is_replaced(office: Office) -> None:
    await office.send(contact())
    office.online.access = "revoked"
    assert (await office.send(contact()))[0][0] == "sent" and len(office.online.taken) == 2


async def test_too_many_requests_stop_the_rest_for_as_long_as_ebp_says(office: Office) -> None:
    office.online.faults.append(429)
    told = await office.deliver(contact(), contact())
    assert [(one.state, one.retry_after) for one in told] == [("waiting", timedelta(minutes=2))] * 2
    assert office.online.taken == [] and office.online.calls.count("import") == 1
    assert await office.run("SELECT count(*) FROM ebp.rest_try") == 0


@pytest.mark.parametrize("status", [400, 409, 422])
async def test_what_ebp_refuses_is_told_without_what_ebp_says_of_the_customer(office: Office, status: int) -> None:
    office.online.faults.append(status)
    ((state, said),) = await office.send(contact())
    assert state == "refused" and str(status) in said and "Durand" not in said


async def test_a_program_that_may_not_write_is_told_so(office: Office) -> None:
    office.online.faults.append(403)
    ((state, said),) = await office.send(contact())
    assert state == "held" and "right" in said


@pytest.mark.parametrize("fault", ["lost", 500, 503])
async def test_after_a_lost_answer_it_is_looked_for_and_not_sent_again(office: Office, fault: Any) -> None:
    one, office.now = contact(), START
    office.online.faults.append(fault)
    assert (await office.send(one))[0][0] == "waiting"
    others: list[dict[str, Any]] = [{"Id": str(uuid4()), "ContactFields_Name": "X"} for _ in range(130)]
    mine = {"Id": str(one.key[0]), **one.payload["values"]}
    office.online.tables["Contact"] = [*others, mine]
    assert await office.send(one) == [("sent", "EBP had taken it, though its answer was lost.")]
    assert office.online.calls.count("import") == 1
    assert [query["Offset"] for query in office.online.queries] == ["0", "100"]
    assert office.online.queries[0]["FromModifiedDate"] == "2030-05-01T13:55:01"


async def test_what_is_not_found_after_a_lost_answer_is_for_a_person_who_may_release_it(office: Office) -> None:
    one = contact()
    office.online.faults.append(502)
    await office.send(one)
    ((state, said),) = await office.send(one)
    assert state == "held" and "release" in said and office.online.calls.count("import") == 1
    assert (await office.send(one))[0][0] == "sent" and office.online.calls.count("import") == 2


async def test_a_server_that_cannot_be_reached_was_given_nothing_and_is_simply_tried_again(office: Office) -> None:
    one = contact()
    office.online.faults.append("down")
    assert (await office.send(one))[0][0] == "waiting"
    assert (await office.send(one))[0][0] == "sent" and office.online.calls.count("import") == 1


async def test_an_entity_without_a_category_is_held_and_no_call_is_made(office: Office) -> None:
    one = contact()
    other = {**one.payload, "entity": "Activity", "values": {}}
    note = WaitingDelivery(uuid4(), "intervention_notes", one.key, "create Activity", other, "anna", 0)
    ((state, said),) = await office.send(note)
    assert state == "held" and "TWINBASE_EBP_REST_CATEGORIES" in said and office.online.calls == []


@pytest.mark.parametrize("found", [False, True])
async def test_a_worker_that_is_stopped_between_two_calls_hands_over_what_is_left_and_nothing_again(
    office: Office, found: bool
) -> None:
    one, other = contact("Martin"), contact("Petit")
    if found:
        office.online.faults.append("lost")
        await office.send(one)
        office.online.tables["Contact"] = [{"Id": str(one.key[0]), **one.payload["values"]}]
    office.stopped_at = len(office.slept) + 1
    with pytest.raises(asyncio.CancelledError):
        await office.send(one, other)
    office.stopped_at = -1
    assert [state for state, _ in await office.send(one, other)] == ["sent", "sent"]
    assert [row["ContactFields_Name"] for _, row in office.online.taken] == ["Martin", "Petit"]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_where_ebp_does_not_let_us_look_a_person_does_and_the_others_go_on(office: Office, status: int) -> None:
    one, other = contact("Martin"), contact("Petit")
    office.online.faults.append("lost")
    await office.send(one)
    office.online.query_status = status
    (state, said), (other_state, _) = await office.send(one, other)
    assert (state, other_state) == ("held", "sent") and "release" in said
    assert [row["ContactFields_Name"] for _, row in office.online.taken] == ["Martin", "Petit"]
