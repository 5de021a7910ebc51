"""Digests: what the server sums is what a device sums over the rows that it was sent."""

import pytest
from tests.server.depot import ANNA, NOON, TWINS, House

from twinbase_server.capture.trigger_sql import TRIGGERS, trigger_name
from twinbase_server.setup import init_database


async def test_after_any_writes_the_digest_is_the_sum_over_a_fresh_first_sync(house: House) -> None:
    await house.products("boiler", "pipe", "valve")
    (job,) = await house.jobs(ANNA)
    await house.lines(job, 20)
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute(
        "UPDATE depot.line SET text = NULL WHERE position % 3 = 0; DELETE FROM depot.line WHERE position % 5 = 0;"
        "UPDATE depot.product SET code = 'tap' WHERE code = 'pipe'"
    )
    proven = (await device.pending(cursor, prove="all")).end["digests"]
    fresh = await device.initial()
    assert proven == {twin: fresh.digest(twin) for twin in TWINS}


async def test_equal_text_of_unequal_numbers_is_unequal_content(house: House) -> None:
    await house.office.execute("INSERT INTO depot.gauge VALUES (1, 0.1, NULL, '1 day')")
    device = await house.device()
    first = await device.initial()
    await house.office.execute("UPDATE depot.gauge SET lasted = '24 hours'")
    pull = await device.pending(first.end["cursor"], prove="all")
    assert pull.end["digests"]["gauge"] == first.digest("gauge"), "24 hours is a day on the device: no difference"
    await house.office.execute("UPDATE depot.gauge SET lasted = '25 hours'")
    pull = await device.pending(first.end["cursor"])
    assert pull.end["digests"]["gauge"] != first.digest("gauge")


async def test_a_change_that_capture_missed_is_found_by_the_daily_proof(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    first = await device.initial()
    await house.office.execute(
        "ALTER TABLE depot.product DISABLE TRIGGER ALL; UPDATE depot.product SET label = 'behind its back';"
        + "".join(f"ALTER TABLE depot.product ENABLE ALWAYS TRIGGER {trigger_name(event)};" for event in TRIGGERS)
    )
    pull = await device.pending(first.end["cursor"], prove="all")
    assert pull.of("page") == []
    assert pull.end["digests"]["product"] != first.digest("product")
    assert pull.end["causes"] == {}, "nothing explains it: the device must raise an alarm"


async def test_triggers_that_were_enabled_again_but_not_as_installed_explain_a_difference(house: House) -> None:
    """ENABLE TRIGGER ALL, which pg_dump writes, lets a session that replicates pass by: capture is not what it was."""
    await house.products("boiler")
    device = await house.device()
    first = await device.initial()
    await house.office.execute(
        "ALTER TABLE depot.product DISABLE TRIGGER ALL; UPDATE depot.product SET label = 'behind its back';"
        "ALTER TABLE depot.product ENABLE TRIGGER ALL"
    )
    pull = await device.pending(first.end["cursor"], prove="all")
    assert pull.end["digests"]["product"] != first.digest("product")
    assert pull.end["causes"] == {"product": ["uncaptured"]}


@pytest.mark.parametrize("go", ["ALTER TABLE depot.old NO INHERIT depot.product", "DROP TABLE depot.old"])
async def test_a_part_that_is_taken_out_takes_its_rows_along_and_nothing_is_skipped(house: House, go: str) -> None:
    """No statement writes a row of it, so no trigger fires."""
    await _make_part(house)
    device = await house.device()
    first = await device.initial()
    assert (await device.pending(first.end["cursor"])).end["causes"] == {}
    await house.office.execute(go)
    pull = await device.pending(first.end["cursor"])
    assert pull.end["causes"] == {"product": ["uncaptured"]}
    assert pull.end["digests"]["product"] != first.digest("product")


async def test_a_part_that_was_out_and_is_in_again_is_not_what_it_was(house: House) -> None:
    """A device that was repaired in between lacks its rows, and everything looks as it did at its installation."""
    await _make_part(house)
    device = await house.device()
    first = await device.initial()
    await house.office.execute("ALTER TABLE depot.old NO INHERIT depot.product")
    between = await device.pending(first.end["cursor"])
    await house.office.execute("ALTER TABLE depot.old INHERIT depot.product")
    pull = await device.pending(between.end["cursor"])
    assert pull.end["causes"] == {"product": ["uncaptured"]}
    assert pull.end["digests"]["product"] == first.digest("product")
    await init_database(house.url, house.plugins, NOON)
    pull = await device.pending(pull.end["cursor"])
    assert pull.end["causes"] == {"product": ["capture"]}
    assert (await device.pending(pull.end["cursor"])).end["causes"] == {}


async def _make_part(house: House) -> None:
    await house.products("boiler")
    await house.office.execute(
        "CREATE TABLE depot.old (PRIMARY KEY (code)) INHERITS (depot.product);"
        "INSERT INTO depot.old VALUES ('pipe', 'old', 1.10, 3)"
    )
    await init_database(house.url, house.plugins, NOON)
