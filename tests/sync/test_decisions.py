"""What the server decided about an edit comes back to whoever typed it, is kept, and can be taken back."""

from uuid import UUID, uuid4

import pytest
from tests.sync.shop import Job, Part

from twinbase.replica import CannotPutBack, NoSuchDecision, ServerDecision
from twinbase.replica.outbox.kept_decisions import DECISIONS_KEPT, DECISIONS_MAX
from twinbase.testing import World
from twinbase.testing.device import Device

ANNA = {"lead": "anna"}


async def quarrel(world: World, device: Device) -> UUID:
    """Anna and the office both wrote the report of a job; the office won. The id of the job."""
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', 'None yet.', 0, false)")
    await device.sync()
    await world.sql(f"UPDATE workshop.job SET report = 'Office.' WHERE id = '{job}'")
    await device.change(Job, job, report="Anna.", done=True)
    await device.sync()
    return job


async def only(device: Device) -> ServerDecision:
    (decision,) = await device.replica.decisions()
    return decision


async def test_a_conflict_tells_both_sides_who_and_by_which_rule(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job = await quarrel(world, anna)
    decision = await only(anna)
    assert (decision.twin, decision.key, decision.op, decision.status) == ("job", (job,), "update", "conflict")
    (name, column) = next(iter(decision.columns.items()))
    assert (name, column.base, column.mine, column.theirs, column.kept) == (
        "report", "None yet.", "Anna.", "Office.", "server",
    )  # fmt: skip
    assert (decision.by, decision.strategy, decision.at) == ("", "merge", world.clock())
    assert list(decision.columns) == ["report"] and not decision.asks and decision.office is None


async def test_it_says_whose_device_had_written_what_the_edit_met(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    tablet = await world.device("tablet", account="anna", claims=ANNA)
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 0, false)")
    await anna.sync(), await tablet.sync()
    await tablet.change(Job, job, report="On the tablet.")
    await tablet.sync()
    await anna.change(Job, job, report="On the phone.")
    await anna.sync()
    assert (await only(anna)).by == "anna@example.org"
    assert await tablet.replica.decisions() == []


async def test_numbers_that_were_added_up_are_told_too(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 5, false)")
    await anna.sync()
    await world.sql("UPDATE workshop.job SET visits = 7")
    await anna.change(Job, job, visits=6)
    await anna.sync()
    decision = await only(anna)
    assert decision.status == "merged"
    column = decision.columns["visits"]
    assert (column.base, column.mine, column.theirs, column.kept) == (5, 6, 7, "both")


async def test_a_value_is_taken_back_by_an_edit_that_names_what_it_restores(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job = await quarrel(world, anna)
    decision = await only(anna)
    edit = await anna.replica.put_back(decision.id)
    assert (await anna.read(Job, job)).report == "Anna."  # type: ignore[union-attr]
    assert (await only(anna)).put_back == edit
    assert await anna.replica.waiting_edits() == []  # A person has decided.
    report = await anna.sync()
    assert report.outcomes == {"applied": 1} and report.is_proven
    assert await world.sql("SELECT report, done FROM workshop.job") == [("Anna.", True)]
    lines = await world.sql("SELECT kind, mutation, restores, restored_by FROM twinbase.journal ORDER BY id")
    assert lines == [("conflict", decision.id, None, "anna@example.org"), ("restore", edit, decision.id, None)]


async def test_what_the_server_had_is_taken_back_where_the_device_won(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 5, false)")
    await anna.sync()
    await world.sql("UPDATE workshop.job SET visits = 7")
    await anna.change(Job, job, visits=6)
    await anna.sync()
    decision = await only(anna)
    await anna.replica.put_back(decision.id, side="theirs", columns=["visits"])
    await anna.sync()
    assert await world.sql("SELECT visits FROM workshop.job") == [(7,)]


async def test_a_value_that_the_row_has_already_needs_no_edit_and_the_person_has_decided(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    await world.sql("UPDATE workshop.job SET report = 'Anna.'")
    await anna.sync()
    assert await anna.replica.put_back((await only(anna)).id) is None
    assert await anna.replica.waiting_edits() == []
    assert (await anna.sync()).pushed == 0


@pytest.mark.parametrize("away", ["DELETE FROM workshop.job", "UPDATE workshop.job SET lead = 'bob'"])
async def test_a_row_that_is_gone_or_is_not_hers_is_told_and_the_value_is_kept(world: World, away: str) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    await world.sql(away)
    await anna.sync()
    decision = await only(anna)
    with pytest.raises(CannotPutBack, match="deleted, or is not yours"):
        await anna.replica.put_back(decision.id)
    assert await only(anna) == decision
    assert decision.columns["report"].mine == "Anna."


@pytest.mark.parametrize("away", ["DELETE FROM workshop.job", "UPDATE workshop.job SET lead = 'bob'"])
async def test_a_row_that_goes_on_the_way_leaves_what_was_taken_back_with_the_person(world: World, away: str) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    await anna.replica.put_back((await only(anna)).id)
    await world.sql(away)
    await anna.sync()
    (waiting,) = await anna.replica.waiting_edits()
    assert (waiting.state, waiting.reason, waiting.new) == ("refused", "gone", {"report": "Anna."})
    assert (await only(anna)).columns["report"].mine == "Anna."


async def test_nothing_is_taken_back_that_was_not_set_aside(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    decision = await only(anna)
    with pytest.raises(NoSuchDecision):
        await anna.replica.put_back(uuid4())
    with pytest.raises(CannotPutBack, match="Nothing was set aside"):
        await anna.replica.put_back(decision.id, side="theirs")
    with pytest.raises(ValueError, match=r"'done'.*report"):
        await anna.replica.put_back(decision.id, columns=["done"])
    assert (await anna.sync()).pushed == 0


async def test_a_deletion_that_was_not_done_is_done_after_all(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job, part = uuid4(), uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 0, false)")
    await world.sql(f"INSERT INTO workshop.part VALUES ('{part}', '{job}', 3)")
    await anna.sync()
    await world.sql("UPDATE workshop.part SET quantity = 4")
    await anna.delete(Part, part)
    await anna.sync()
    decision = await only(anna)
    assert (decision.op, decision.status) == ("delete", "conflict")
    assert (decision.columns["quantity"].base, decision.columns["quantity"].theirs) == (3, 4)
    await anna.replica.put_back(decision.id)
    assert (await anna.sync()).outcomes == {"applied": 1}
    assert await world.sql("SELECT * FROM workshop.part") == []


async def test_decisions_survive_a_restart_a_copy_of_the_file_and_the_end_of_the_edit(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    decision = await only(anna)
    await anna.replica.discard(decision.id)
    await anna.close()
    await anna.reopen()
    assert await only(anna) == decision
    copy = await world.clone(anna, "copy")
    assert await only(copy) == decision
    await copy.replica.put_back(decision.id)
    await copy.sync()
    await anna.sync()
    assert await world.sql("SELECT report FROM workshop.job") == [("Anna.",)]


async def test_an_answer_that_is_lost_brings_its_decision_with_the_next_pull(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job = uuid4()
    await world.sql(f"INSERT INTO workshop.job VALUES ('{job}', 'anna', 'boiler', NULL, 0, false)")
    await anna.sync()
    await world.sql("UPDATE workshop.job SET report = 'Office.'")
    await anna.change(Job, job, report="Anna.")
    await anna.sync()
    before = await only(anna)
    await anna.sql("DELETE FROM _twinbase_decision")
    await anna.sql("UPDATE _twinbase_outbox SET state = 'sent', outcome = NULL")
    await anna.sync()
    assert await only(anna) == before


async def test_the_row_may_change_again_and_the_decision_says_what_was_decided_then(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    decision = await only(anna)
    await world.sql("UPDATE workshop.job SET report = 'Third.'")
    await anna.sync()
    assert await only(anna) == decision
    await anna.replica.put_back(decision.id)
    assert (await anna.sync()).outcomes == {"applied": 1}
    assert await world.sql("SELECT report FROM workshop.job") == [("Anna.",)]


async def test_old_decisions_go_after_ninety_days_and_not_before(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    world.clock.advance(days=DECISIONS_KEPT.days - 1)
    await world.sign_in(anna, "anna")
    await anna.sync()
    assert len(await anna.replica.decisions()) == 1
    world.clock.advance(days=3)
    await world.sign_in(anna, "anna")
    await anna.sync()
    assert await anna.replica.decisions() == []


async def test_a_file_that_was_destroyed_has_no_decisions_for_whoever_comes_next(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    await anna.replica.sign_out(lose_unsent=True)
    assert not anna.path.exists()
    await anna.reopen()
    await world.account("bob", lead="bob")
    await world.sign_in(anna, "bob")
    await anna.sync()
    assert await anna.replica.decisions() == []


async def test_no_more_are_kept_than_there_is_room_for_and_the_newest_stay(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    newest = await only(anna)
    copied = "SELECT twin, op, author, wrote_at, '2020-01-01T00:00:00+00:00', said FROM _twinbase_decision"
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {DECISIONS_MAX + 50})"
    asked = "json_set(said, '$.outcome.ask', json('true'))"  # Nobody has answered: only for want of room they go.
    await anna.sql(
        f"{many} INSERT INTO _twinbase_decision (id, twin, op, author, wrote_at, at, said)"
        f" SELECT printf('00000000-0000-4000-8000-%012d', i), d.* FROM n, ({copied.replace('said', asked)} LIMIT 1) d"
    )
    world.clock.advance(days=1)
    await world.sign_in(anna, "anna")
    await anna.sync()
    kept = await anna.replica.decisions()
    assert len(kept) == DECISIONS_MAX and kept[0] == newest


async def test_a_file_of_before_there_were_decisions_has_them_from_its_next_start(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await anna.sql("DROP TABLE _twinbase_decision")
    await anna.sql("ALTER TABLE _twinbase_outbox DROP COLUMN restores")
    job = Job(lead="anna", title="Typed before the update")
    async with anna.replica.session() as session:
        session.add(job)
        await session.commit()
    await anna.close()
    await anna.reopen()
    assert (await anna.sync()).outcomes == {"applied": 1}
    await quarrel(world, anna)
    await anna.replica.put_back((await only(anna)).id)
    assert (await anna.sync()).outcomes == {"applied": 1}


async def test_an_app_that_lacks_a_column_shows_the_others_and_one_that_renamed_it_its_new_name(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    await quarrel(world, anna)
    said = "UPDATE _twinbase_decision SET said = replace(said, '\"report\"', '\"gone\"')"
    await anna.sql(said)
    decision = await only(anna)
    assert dict(decision.columns) == {}
    with pytest.raises(CannotPutBack):
        await anna.replica.put_back(decision.id)


async def test_a_server_that_was_restored_and_took_the_edit_whole_leaves_nothing_set_aside(world: World) -> None:
    anna = await world.device("anna", claims=ANNA)
    job = await quarrel(world, anna)
    decision = await only(anna)
    await world.sql("UPDATE workshop.job SET report = 'None yet.'")
    await world.sql("DELETE FROM twinbase.ledger")
    await anna.sql("UPDATE _twinbase_outbox SET state = 'pending', n = NULL, outcome = NULL, base = 0")
    await anna.sync()
    assert await anna.replica.decisions() == []
    assert await world.sql(f"SELECT report FROM workshop.job WHERE id = '{job}'") == [("Anna.",)]
    assert decision.status == "conflict"
