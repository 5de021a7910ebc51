"""The pull: what a cursor's snapshot could not see, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from tests.server.depot import ANNA, BOB, NOON, TWINS, Device, House, open_house

from twinbase_server.capture import install, read_capture_status
from twinbase_server.capture.watched import captured_tables


async def synced(house: House) -> tuple[Device, str]:
    """A device after its first sync, and its cursor."""
    device = await house.device()
    return device, (await device.initial()).end["cursor"]


async def test_a_pull_with_nothing_new_sends_no_row_and_skips_every_digest(house: House) -> None:
    await house.products("boiler")
    device, cursor = await synced(house)
    answer = await device.pending(cursor)
    assert [frame["frame"] for frame in answer.frames] == ["begin", "end"]
    assert answer.end["digests"] == {}
    assert set(answer.end["proven_by_skip"]) == set(TWINS)


async def test_a_pull_brings_what_was_inserted_and_changed_and_its_proof(house: House) -> None:
    await house.products("boiler", "pipe")
    device, cursor = await synced(house)
    await house.products("valve")
    await house.office.execute("UPDATE depot.product SET label = 'new' WHERE code = 'pipe'")
    answer = await device.pending(cursor)
    assert answer.keys("product") == ["pipe", "valve"]
    assert list(answer.end["digests"]) == ["product"]
    assert answer.end["causes"] == {}, "the delta itself explains the change"
    assert (await device.pending(answer.end["cursor"])).rows("product") == []


async def test_a_write_that_changes_nothing_mirrored_is_no_change(house: House) -> None:
    await house.products("boiler")
    device, cursor = await synced(house)
    await house.office.execute("UPDATE depot.product SET secret_margin = 7, label = label")
    assert (await device.pending(cursor)).of("page") == []


async def test_deleted_rows_are_named(house: House) -> None:
    await house.products("boiler", "pipe")
    (job,) = await house.jobs(ANNA)
    device, cursor = await synced(house)
    await house.office.execute("DELETE FROM depot.product WHERE code = 'pipe'; DELETE FROM depot.job")
    answer = await device.pending(cursor)
    assert answer.removed("product") == [["pipe"]]
    assert answer.removed("job") == [[str(job)]]
    assert answer.end["causes"] == {"line": ["scope"]}


async def test_a_row_that_leaves_the_scope_is_removed_from_one_device_and_brought_to_the_other(house: House) -> None:
    (job,) = await house.jobs(ANNA)
    anna, annas = await synced(house)
    bob = await house.device("bob@depot")
    bobs = (await bob.initial()).end["cursor"]
    await house.office.execute("UPDATE depot.job SET lead_id = $1", BOB)
    assert (await anna.pending(annas)).removed("job") == [[str(job)]]
    assert (await bob.pending(bobs)).keys("job") == [str(job)]


async def test_natural_keys_of_rows_out_of_scope_are_told_to_nobody(house: House) -> None:
    await house.office.execute("INSERT INTO depot.customer VALUES (1, 'north', 'A'), (2, 'south', 'B')")
    device, cursor = await synced(house)
    await house.office.execute("UPDATE depot.customer SET name = 'X' WHERE number = 2")
    answer = await device.pending(cursor)
    assert answer.of("page") == answer.of("removed") == []
    assert answer.end["causes"]["customer"] == ["removed"], "a difference would be explained by what was not told"
    assert "customer" in answer.end["digests"]


async def test_more_removals_than_the_limit_are_left_to_repair_and_explained(depot_url: str) -> None:
    async with open_house(depot_url, removed_keys_max=3) as house:
        await house.products(*"abcdef")
        device, cursor = await synced(house)
        await house.office.execute("DELETE FROM depot.product WHERE code < 'e'")
        answer = await device.pending(cursor)
        assert answer.of("removed") == []
        assert answer.end["causes"] == {"product": ["removed"]}
        assert answer.end["digests"]["product"][0] == 2


async def test_a_transaction_that_commits_later_than_a_younger_one_is_not_missed(house: House) -> None:
    device, cursor = await synced(house)
    slow = await asyncpg.connect(house.url)
    try:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("INSERT INTO depot.product VALUES ('slow', 's', NULL, 0)")
        await house.products("fast")
        first = await device.pending(cursor)
        assert first.keys("product") == ["fast"]
        await transaction.commit()
        second = await device.pending(first.end["cursor"])
        assert second.keys("product") == ["slow"]
        assert second.end["digests"]["product"][0] == 2
        assert (await device.pending(second.end["cursor"])).of("page") == []
    finally:
        await slow.close()


async def test_while_an_old_transaction_is_open_nothing_is_sent_twice_and_skips_go_on(house: House) -> None:
    slow = await asyncpg.connect(house.url)
    try:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("SELECT pg_current_xact_id()")
        await house.products("boiler")
        device, cursor = await synced(house)
        await house.products("pipe")
        answer = await device.pending(cursor)
        assert answer.keys("product") == ["pipe"]
        again = await device.pending(answer.end["cursor"])
        assert again.of("page") == [] and again.end["digests"] == {}
        await transaction.rollback()
    finally:
        await slow.close()


async def test_a_rolled_back_write_never_shows(house: House) -> None:
    device, cursor = await synced(house)
    transaction = house.office.transaction()
    await transaction.start()
    await house.products("ghost")
    await transaction.rollback()
    assert (await device.pending(cursor)).of("page") == []


async def test_a_change_to_a_table_that_only_a_scope_reads_makes_its_twin_due_for_proof(house: House) -> None:
    site = uuid4()
    await house.office.execute("INSERT INTO depot.site VALUES ($1, 'Lyon')", site)
    device, cursor = await synced(house)
    await house.office.execute("INSERT INTO depot.assignment VALUES ($1, $2)", ANNA, site)
    answer = await device.pending(cursor)
    assert answer.end["causes"] == {"site": ["scope"]}
    assert answer.end["digests"]["site"][0] == 1
    assert "job" in answer.end["proven_by_skip"]


async def test_when_the_hour_turns_the_twins_with_a_window_are_proven(house: House) -> None:
    await house.jobs(ANNA, starts_at=NOON - timedelta(days=30) + timedelta(minutes=30))
    device, cursor = await synced(house)
    house.clock.now = NOON + timedelta(minutes=10)
    within_the_hour = await device.pending(cursor)
    assert within_the_hour.end["digests"] == {}
    await device.login("anna@depot")
    house.clock.now = NOON + timedelta(minutes=60)
    await device.login("anna@depot")
    answer = await device.pending(within_the_hour.end["cursor"])
    assert answer.end["causes"] == {"job": ["window"], "line": ["window"]}
    assert answer.end["digests"]["job"][0] == 0


async def test_once_a_day_every_twin_is_proven_and_no_cause_is_made_up(house: House) -> None:
    device, cursor = await synced(house)
    house.clock.now = NOON + timedelta(days=1)
    await device.login("anna@depot")
    answer = await device.pending(cursor)
    assert set(answer.end["digests"]) == set(TWINS)
    assert set(answer.end["causes"]) == {"job", "line"}
    assert (await device.pending(answer.end["cursor"])).end["digests"] == {}


async def test_a_device_may_ask_for_every_proof(house: House) -> None:
    device, cursor = await synced(house)
    assert set((await device.pending(cursor, prove="all")).end["digests"]) == set(TWINS)


async def test_other_claims_make_every_filtered_twin_due(house: House) -> None:
    await house.office.execute("INSERT INTO depot.customer VALUES (2, 'south', 'B')")
    device, cursor = await synced(house)
    claims = f'{{"person": "{ANNA}", "sectors": ["south"]}}'
    await house.office.execute("UPDATE twinbase.account SET claims = $1 WHERE email = 'anna@depot'", claims)
    await device.login("anna@depot")
    answer = await device.pending(cursor)
    assert answer.end["digests"]["customer"][0] == 1
    assert {twin for twin, causes in answer.end["causes"].items() if "claims" in causes} == {
        "site",
        "customer",
        "job",
        "line",
    }
    assert "product" in answer.end["proven_by_skip"]


async def test_a_gap_in_capture_makes_the_tables_twins_due(house: House) -> None:
    device, cursor = await synced(house)
    await house.office.execute(
        "INSERT INTO twinbase.capture_gap (relid, xid, reason)"
        " VALUES ('depot.product'::regclass, pg_current_xact_id(), '')"
    )
    answer = await device.pending(cursor)
    assert answer.end["causes"] == {"product": ["gap"]}
    assert "product" in answer.end["digests"]


async def test_capture_installed_anew_makes_the_tables_twins_due(house: House) -> None:
    device, cursor = await synced(house)
    await house.office.execute("UPDATE twinbase.capture SET base = pg_current_xact_id() WHERE table_name = 'gauge'")
    answer = await device.pending(cursor)
    assert answer.end["causes"] == {"gauge": ["capture"]}


async def test_a_large_delta_is_cut_and_goes_on_and_ends_at_its_first_snapshot(depot_url: str) -> None:
    async with open_house(depot_url, answer_seconds=0) as house:
        (job,) = await house.jobs(ANNA)
        await house.lines(job, 2)
        device = await house.device()
        answer = await device.initial()
        while answer.frames[-1]["frame"] == "cut":
            answer = await device.initial(resume=answer.frames[-1]["resume"])
        cursor = answer.end["cursor"]
        await house.office.execute("UPDATE depot.line SET text = 'new'; UPDATE depot.job SET title = 'new'")
        await house.lines(uuid4(), 1)
        first = await device.pending(cursor)
        assert first.keys("job") == [str(job)]
        await house.office.execute("UPDATE depot.job SET title = 'newer'")
        parts = [first]
        while parts[-1].frames[-1]["frame"] == "cut":
            parts.append(await device.pending(cursor, resume=parts[-1].frames[-1]["resume"]))
        assert [key[1] for part in parts for key in part.keys("line", 2)] == [1, 2]
        again = await device.pending(parts[-1].end["cursor"])
        assert [row[4] for row in again.rows("job")] == ["newer"]


async def test_outcomes_that_the_device_has_not_acknowledged_come_with_every_answer(house: House) -> None:
    device, cursor = await synced(house)
    await house.office.execute("UPDATE twinbase.replica SET last_n = 2 WHERE id = $1", device.replica)
    for n, mutation in ((1, uuid4()), (2, uuid4())):
        await _write_ledger(house, device, n, mutation)
    answer = await device.pending(cursor, acked=1)
    assert answer.begin["last_n"] == 2
    assert [outcome["reason"] for outcome in answer.begin["outcomes"]] == ["n is 2"]


@pytest.mark.parametrize("acked", [0, 1])
async def test_outcomes_that_came_with_the_answer_that_a_cursor_is_from_do_not_come_again(
    house: House, acked: int
) -> None:
    device, before = await synced(house)
    await house.office.execute("UPDATE twinbase.replica SET last_n = 2 WHERE id = $1", device.replica)
    for n in (1, 2):
        await _write_ledger(house, device, n, uuid4())
    answer = await device.pending(before, acked=acked)
    assert len(answer.begin["outcomes"]) == 2 - acked
    assert (await device.pending(answer.end["cursor"], acked=acked)).begin["outcomes"] == []
    # Whoever lost that answer comes with the cursor of the one before it, and has them again.
    assert len((await device.pending(before, acked=acked)).begin["outcomes"]) == 2 - acked
    await _write_ledger(house, device, 3, uuid4())
    assert [one["reason"] for one in (await device.pending(answer.end["cursor"])).begin["outcomes"]] == ["n is 3"]
    await house.office.execute("UPDATE twinbase.replica SET epoch = 2 WHERE id = $1", device.replica)
    await house.office.execute("UPDATE twinbase.ledger SET epoch = 2")
    assert len((await device.pending(answer.end["cursor"])).begin["outcomes"]) == 3


async def _write_ledger(house: House, device: Device, n: int, mutation: object) -> None:
    known = {"mutation": mutation, "replica": device.replica, "epoch": 1, "n": n, "hash": "", "status": "applied",
             "outcome": f'{{"id": "{mutation}", "status": "applied", "reason": "n is {n}"}}', "at": NOON}  # fmt: skip
    names = ", ".join(known)
    values = ", ".join(f"${i + 1}" for i in range(len(known)))
    await house.office.execute(f"INSERT INTO twinbase.ledger ({names}) VALUES ({values})", *known.values())


async def test_truncate_and_reload_with_the_same_rows_sends_nothing(house: House) -> None:
    await house.products("boiler", "pipe")
    device, cursor = await synced(house)
    async with house.office.transaction():
        await house.office.execute("TRUNCATE depot.product")
        await house.products("boiler", "pipe")
    assert (await device.pending(cursor)).of("page") == []


async def test_a_table_that_a_loader_put_in_the_place_of_another_is_compared_until_it_is_captured(house: House) -> None:
    await house.products("a", "b")
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute("""
        BEGIN;
        CREATE TABLE depot.product_new (LIKE depot.product INCLUDING ALL);
        INSERT INTO depot.product_new SELECT code, 'another label', price, secret_margin FROM depot.product;
        ALTER TABLE depot.product RENAME TO product_old;
        ALTER TABLE depot.product_new RENAME TO product;
        COMMIT
    """)
    answer = await device.pending(cursor)
    assert answer.end["causes"] == {"product": ["gap"]} and "product" in answer.end["digests"]
    again = await device.pending(answer.end["cursor"])
    assert "product" in again.end["digests"]
    tables = [one for one in captured_tables(house.plugins.registry) if one.name == "product"]
    [found] = await read_capture_status(house.office, tables)
    assert [problem.kind for problem in found.problems] == ["no-triggers"]
    await install(house.office, tables)
    assert (await device.pending(again.end["cursor"])).end["causes"] == {"product": ["capture"]}


async def test_an_answer_that_brings_little_comes_in_one_piece(house: House) -> None:
    """It says how long it is, so that a proxy that loses its end is noticed at once."""
    await house.products("boiler")
    device, cursor = await synced(house)
    little = await device.pending(cursor)
    assert int(little.headers["content-length"]) > 0
    await house.products(*(f"pipe {number}" for number in range(2_000)))
    much = await device.pending(cursor)
    assert len(much.rows("product")) == 2_000 and "content-length" not in much.headers


async def test_a_device_that_knows_of_it_hears_when_all_rows_have_come(house: House) -> None:
    """Before the digests, which take longer than the rows; the cursor that comes with it leaves the proof due."""
    device, cursor = await synced(house)
    await house.products("boiler")
    assert (await device.pending(cursor)).of("ready") == [], "an older device would not understand it"
    device.revision = 3
    answer = await device.pending(cursor)
    [ready] = answer.of("ready")
    assert [frame["frame"] for frame in answer.frames] == ["begin", "page", "ready", "end"]
    assert ready["causes"] == answer.end["causes"] == {}
    after = await device.pending(ready["cursor"])
    assert {*after.end["digests"]} == {*TWINS} and after.end["digests"]["product"] == answer.end["digests"]["product"]
    assert (await device.pending(answer.end["cursor"])).of("ready") == [], "nothing came"


async def test_what_explains_a_difference_is_said_with_the_rows_already(house: House) -> None:
    """Whoever hears no more of the answer must not take for a fault what the scope explains."""
    (job,) = await house.jobs(ANNA)
    await house.lines(job, 3)
    device, cursor = await synced(house)
    device.revision = 3
    await house.office.execute("UPDATE depot.job SET lead_id = $1", BOB)
    answer = await device.pending(cursor)
    [ready] = answer.of("ready")
    assert ready["causes"] == answer.end["causes"] and ready["causes"]["line"] == ["scope"]
