"""What a technician writes is in NinjaOne once, whatever breaks on the way, and stays the row that it is."""

import asyncpg
import pytest
from tests.plugins.ninjaone.office.field import Field

from twinbase_mobile.tables import TicketComment
from twinbase_ninjaone.delivering.exporter import OFF, THERE, UNSURE, USERS_ONLY
from twinbase_server.jobs.decisions import Chosen, release


async def test_from_ninjaone_to_a_device_without_network_and_back_the_comment_is_there_once(field: Field) -> None:
    id = await field.comment("Câble remplacé.", 15, public=True)
    await field.sync()
    assert await field.deliveries() == [("waiting", "")]
    assert await field.hand_over() == {"sent": 1}
    (entry,) = field.said("Câble remplacé.")
    assert (entry["timeTracked"], entry["publicEntry"]) == (900, True)
    await field.bring()
    await field.hand_over()
    assert await field.deliveries() == [("acknowledged", THERE)]
    (row,) = [row for row in await field.device.all(TicketComment) if row.body == "Câble remplacé."]
    assert (row.id, row.minutes) == (id, 15) and row.created_at_source is not None
    await field.bring()
    assert len(field.said("Câble remplacé.")) == 1


async def test_a_comment_whose_answer_was_lost_is_looked_for_and_not_sent_again(field: Field) -> None:
    await field.comment("Vu sur place.")
    await field.sync()
    field.proxy.lost = [("POST", "/comment")]
    assert await field.hand_over() == {"acknowledged": 1}
    assert len(field.said("Vu sur place.")) == 1


async def test_even_if_the_log_cannot_be_read_at_that_moment(field: Field) -> None:
    await field.comment("Vu sur place.")
    await field.sync()
    field.proxy.lost = [("POST", "/comment")]
    field.company.desk.faults.plan("500", "/log-entry", times=4)
    assert await field.hand_over() == {"waiting": 1}
    assert await field.deliveries() == [("waiting", UNSURE)]
    assert await field.hand_over() == {"acknowledged": 1}
    assert len(field.said("Vu sur place.")) == 1


async def test_a_comment_that_never_arrived_is_sent_again(field: Field) -> None:
    await field.comment("Vu sur place.")
    await field.sync()
    field.company.desk.faults.plan("500", "/comment")
    assert await field.hand_over() == {"waiting": 1}
    assert await field.hand_over() == {"sent": 1}
    assert len(field.said("Vu sur place.")) == 1


async def test_the_same_words_twice_are_two_comments_and_older_ones_are_not_mistaken_for_them(field: Field) -> None:
    field.company.desk.world.add_comment(field.number, field.company.desk.later(minutes=1), "OK", public=False)
    await field.bring()
    await field.sync()
    ids = {await field.comment("OK"), await field.comment("OK")}
    await field.sync()
    field.proxy.lost = [("POST", "/comment")]
    await field.hand_over()
    assert len(field.said("OK")) == 3
    await field.bring()
    await field.hand_over()
    await field.sync()
    rows = [row for row in await field.device.all(TicketComment) if row.body == "OK"]
    assert len(rows) == 3 and ids < {row.id for row in rows}


@pytest.mark.parametrize("fetched", [False, True], ids=["before the next fetch", "after the next fetch"])
async def test_of_two_that_say_the_same_the_one_that_never_arrived_is_not_taken_for_the_other(
    field: Field, fetched: bool
) -> None:
    await field.comment("OK")
    await field.comment("OK")
    await field.sync()
    field.company.desk.faults.plan("500", "/comment")
    assert await field.hand_over() == {"waiting": 1, "sent": 1}
    if fetched:
        await field.bring()
    await field.hand_over()
    assert len(field.said("OK")) == 2
    await field.bring()
    await field.hand_over()
    assert await field.deliveries() == [("acknowledged", THERE)] * 2
    assert len(field.said("OK")) == 2


async def test_when_only_users_may_write_everything_is_held_after_one_call_and_released_by_a_person(
    field: Field,
) -> None:
    field.company.desk.faults.writes_forbidden = True
    for number in range(3):
        await field.comment(f"Mot {number}")
    await field.sync()
    field.company.desk.calls()
    assert await field.hand_over() == {"held": 3}
    assert sum(call.endswith("/comment") for call in field.company.desk.calls()) == 1
    assert set(await field.deliveries()) == {("held", USERS_ONLY)}
    field.company.desk.faults.writes_forbidden = False
    assert await field.hand_over() == {}
    connection = await asyncpg.connect(field.world.database_url)
    assert len(await release(connection, Chosen(destination="ninjaone"), field.world.clock())) == 3
    await connection.close()
    assert await field.hand_over() == {"sent": 3}
    assert [len(field.said(f"Mot {number}")) for number in range(3)] == [1, 1, 1]


async def test_writing_may_be_switched_off(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINBASE_NINJAONE_WRITE", "false")
    await field.comment("Mot")
    await field.sync()
    assert await field.hand_over() == {"held": 1}
    assert await field.deliveries() == [("held", OFF)]


async def test_a_ticket_that_is_gone_takes_no_comment_and_the_technician_reads_why(field: Field) -> None:
    await field.comment("Trop tard")
    await field.sync()
    field.company.desk.world.delete_ticket(field.number, field.company.desk.now)
    assert await field.hand_over() == {"refused": 1}
    assert (await field.deliveries())[0][0] == "refused"
    await field.bring()
    await field.sync()
    assert not [row for row in await field.device.all(TicketComment) if row.body == "Trop tard"]
    assert await field.company.rows("SELECT body FROM mobile.ticket_comments WHERE body = 'Trop tard'")


@pytest.mark.parametrize("broken", ["payload - 'minutes'", "payload - 'ticket'", "payload || '{\"comment\": 7}'"])
async def test_what_nobody_has_thought_of_with_one_delivery_does_not_keep_the_others_back(
    field: Field, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        await field.comment(f"Mot {number}")
    await field.sync()
    await field.world.sql(f"UPDATE twinbase.deliveries SET payload = {broken} WHERE payload ->> 'body' = 'Mot 1'")
    assert await field.hand_over() == {"sent": 2, "waiting": 1}
    assert [len(field.said(f"Mot {number}")) for number in range(3)] == [1, 0, 1]
    ((_, said),) = [one for one in await field.deliveries() if one[0] == "waiting"]
    assert said.startswith("It could not be handed over (")
    assert "Mot 1" not in caplog.text and "to ninjaone failed" in caplog.text
