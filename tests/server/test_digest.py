"""Digests: what the server sums is what a device sums over the rows that it was sent."""

from tests.server.depot import ANNA, TWINS, House

from twinbase_server.capture.trigger_sql import TRIGGERS, trigger_name


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
