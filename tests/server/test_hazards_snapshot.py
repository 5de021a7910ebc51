"""One answer is one moment, its request can be found in PostgreSQL, and it names nothing that one may not see."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from tests.server.depot import ANNA, Device, House, open_house, read_frames
from tests.server.test_repair import hashes, sums

from twinbase.digest import digest_of
from twinbase.identity import Identity
from twinbase.protocol import RepairRequest
from twinbase_server.caller import Caller
from twinbase_server.capture.tombstones import collect_tombstones
from twinbase_server.feed import repair
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.delta import Delta, stream_delta
from twinbase_server.feed.reading import Reading
from twinbase_server.feed.schemas import FeedShapes

SECRET_NUMBER = 987_654_321


def _lines(house: House, device: Device, cursor: str, kind: str, held: Any = None) -> AsyncGenerator[bytes, None]:
    """An answer line by line, so that something may happen in the office between two of them."""
    serving = house.app.state.serving
    since = serving.context.signer.open(cursor, Cursor)
    claims = {"person": str(ANNA), "sectors": ["north", "west"]}
    caller = Caller(Identity("anna@depot", claims), device.replica, 1, device.schema, "request-7")

    async def answer(reading: Reading, wires: FeedShapes) -> AsyncIterator[bytes]:
        delta = Delta(since, prove_all=True)
        asked = RepairRequest.model_validate({"cursor": cursor, "twins": held or {}}).twins
        whole = repair.stream_repair(serving.context, reading, wires, since, asked) if held else None
        async for line in whole or stream_delta(serving.context, reading, wires, delta):
            yield line

    lines: AsyncGenerator[bytes, None] = serving.stream_lines(caller, since, 0, kind, answer)
    return lines


async def _write_behind_its_back(house: House, device: Device) -> None:
    await house.products("late")
    await house.office.execute("DELETE FROM depot.product WHERE code = 'pipe'")
    await house.office.execute("UPDATE depot.product SET label = 'late' WHERE code = 'boiler'")
    await house.office.execute("UPDATE twinbase.replica SET last_n = 5 WHERE id = $1", device.replica)


@pytest.mark.parametrize("kind", ["delta", "repair"])
async def test_rows_digests_last_batch_and_cursor_are_of_one_moment_whatever_commits_meanwhile(
    house: House, kind: str
) -> None:
    """H22: a write between any two lines of an answer is in the next answer, and no part of it in this one."""
    await house.products("boiler", "pipe")
    device = await house.device()
    first = await device.initial()
    await house.office.execute("UPDATE depot.product SET label = 'new'")
    held = {"product": sums(hashes(first, "product"))} if kind == "repair" else None
    lines = _lines(house, device, first.end["cursor"], kind, held)
    body = await anext(lines)
    await _write_behind_its_back(house, device)
    async for line in lines:
        body += line

    frames = read_frames(body)
    rows = [row for frame in frames if frame["frame"] == "page" for row in frame["content"]]
    assert {row[2]: row[3] for row in rows} == {"boiler": "new", "pipe": "new"}
    assert frames[0]["last_n"] == 0
    assert frames[-1]["digests"]["product"] == digest_of({row[2]: row[1] for row in rows}.values()).as_list()
    later = await device.pending(frames[-1]["cursor"])
    assert later.keys("product") == ["boiler", "late"] and later.removed("product") == [["pipe"]]
    assert later.begin["last_n"] == 5


async def test_a_slow_answer_is_found_among_the_sessions_of_postgresql_by_its_request(house: House) -> None:
    """H41: what a device calls its request is the application's name while it is answered, and not longer."""
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    lines = _lines(house, device, cursor, "delta")
    named = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'twinbase request-7'"
    await anext(lines)
    assert await house.office.fetchval(named) == 1
    await lines.aclose()
    assert await house.office.fetchval(named) == 0


async def test_a_natural_key_outside_the_scope_is_in_no_byte_of_any_answer(house: House) -> None:
    """H31: changed, deleted, renumbered or repaired, a row of somebody else is named to nobody."""
    await house.office.execute("INSERT INTO depot.customer VALUES ($1, 'south', 'B'), (1, 'north', 'A')", SECRET_NUMBER)
    device = await house.device()
    first = await device.initial()
    answers = [first]
    for change in (
        f"UPDATE depot.customer SET name = 'X' WHERE number = {SECRET_NUMBER}",
        f"UPDATE depot.customer SET number = {SECRET_NUMBER} + 1 WHERE number = {SECRET_NUMBER}",
        "DELETE FROM depot.customer WHERE number > 1",
    ):
        await house.office.execute(change)
        answers.append(await device.pending(answers[-1].end["cursor"], prove="all"))
    answers.append(await device.repair(first.end["cursor"], {"customer": sums([])}))

    assert all(str(SECRET_NUMBER)[:8] not in str(answer.frames) for answer in answers)
    assert answers[-1].keys("customer") == [1]


async def test_tombstones_of_any_age_may_go_and_a_device_of_any_age_learns_why_it_must_compare(house: House) -> None:
    """T9: after a collection the digest is due, and the difference has its cause; younger cursors notice nothing."""
    await house.products("boiler", "pipe", "valve")
    device = await house.device()
    first = await device.initial()
    await house.office.execute("DELETE FROM depot.product WHERE code = 'pipe'")
    after = (await device.pending(first.end["cursor"])).end["cursor"]
    await house.office.execute("INSERT INTO twinbase.salt (salt, at, xid) VALUES ('x', now(), pg_current_xact_id())")
    assert await collect_tombstones(house.office, await house.office.fetchval("SELECT now()")) == 1

    old = await device.pending(first.end["cursor"])

    assert old.removed("product") == [] and old.end["digests"]["product"][0] == 2
    assert old.end["causes"]["product"] == ["tombstones"]
    young = await device.pending(after)
    assert young.of("page") == young.of("removed") == []
    assert (await device.pending(young.end["cursor"])).end["digests"] == {}


async def test_a_scope_is_asked_of_claims_that_are_parameters_and_never_of_a_setting(house: House) -> None:
    """H10: a pooled connection remembers no claim of the one before; without claims there is a problem and no set."""
    await house.jobs(ANNA)
    async with open_house(house.url, pool_min=1, pool_max=1) as narrow:
        anna, bob = await narrow.device(), await narrow.device("bob@depot")
        assert len((await anna.initial()).keys("job")) == 1
        assert (await bob.initial()).keys("job") == []
        await narrow.office.execute("UPDATE twinbase.account SET claims = '{}' WHERE email = 'bob@depot'")
        await bob.login("bob@depot")
        answer = await bob.initial()
        assert answer.frames == [] and answer.problem["type"].endswith("claim-missing")


async def test_what_an_operator_watches_is_counted_from_the_first_day(house: House) -> None:
    """H41: answers, digests done and skipped, quarantined rows, forks, ages of outbox and of transactions."""
    await house.office.execute("INSERT INTO depot.gauge VALUES (1, 'NaN', NULL, NULL)")
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    cursor = (await device.pending(cursor)).end["cursor"]
    await device.pending(cursor, prove="all")
    await house.office.execute("UPDATE twinbase.replica SET oldest_outbox = now() - interval '1 day'")

    text = (await house.http.get("metrics")).text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")

    assert values['twinbase_quarantined_rows_total{twin="gauge"}'] == "1.0"
    assert float(values["twinbase_digests_skipped_total"]) >= 5
    assert float(values['twinbase_digests_total{twin="product"}']) == 1
    assert float(values["twinbase_oldest_outbox_seconds"]) >= 86_000
    assert float(values["twinbase_oldest_transaction_seconds"]) >= 0
    assert float(values["twinbase_history_bytes"]) > 8192
    assert {"twinbase_forks_total", "twinbase_capture_gaps", "twinbase_oldest_prepared_seconds"} <= values.keys()
    assert "# TYPE twinbase_unexplained_repairs_total counter" in text


async def test_the_name_of_a_request_can_end_no_statement(house: House) -> None:
    """H41: it goes to PostgreSQL as the application's name, so only letters and digits of it do."""
    device = await house.device()
    name = "'; DROP TABLE depot.job; --"
    answer = await house.http.post("sync/initial", json={}, headers={**device.headers(), "Twinbase-Request": name})
    assert answer.status_code == 200
    assert await house.office.fetchval("SELECT count(*) FROM depot.job") == 0
