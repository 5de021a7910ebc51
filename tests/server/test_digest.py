"""Digests: what the server sums is what a device sums over the rows that it was sent."""

import msgspec
import pytest
from tests.server.depot import ANNA, NOON, TWINS, House

from twinbase_server.capture.marks import TRIGGERS, trigger_name
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.reading import BLIND_MAX, name_blind
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


_HANG_IN = "ALTER TABLE depot.old INHERIT depot.product"
_TAKE_OUT = "ALTER TABLE depot.old NO INHERIT depot.product"
_DISABLE = "ALTER TABLE depot.product DISABLE TRIGGER ALL; UPDATE depot.product SET label = 'unheard'"
_ENABLE = "UPDATE depot.product SET label = 'unheard too';" + "".join(
    f"ALTER TABLE depot.product ENABLE ALWAYS TRIGGER {trigger_name(event)};" for event in TRIGGERS
)
_SWAP = (
    "BEGIN; CREATE TABLE depot.other (LIKE depot.product INCLUDING ALL);"
    "ALTER TABLE depot.product RENAME TO aside; ALTER TABLE depot.other RENAME TO product; COMMIT"
)
_SWAP_BACK = "BEGIN; DROP TABLE depot.product; ALTER TABLE depot.aside RENAME TO product; COMMIT"


@pytest.mark.parametrize(
    ("leave", "come_back"),
    [
        pytest.param(_HANG_IN, _TAKE_OUT, id="a part"),
        pytest.param(_DISABLE, _ENABLE, id="triggers"),
        pytest.param(_SWAP, _SWAP_BACK, id="another table"),
    ],
)
async def test_what_was_unheard_for_a_while_and_is_as_it_was_explains_a_difference(
    house: House, leave: str, come_back: str
) -> None:
    """By every mark capture is what it was at its installation; only the cursor knows of the time in between."""
    await _make_part(house)
    await house.office.execute(_TAKE_OUT)
    await init_database(house.url, house.plugins, NOON)
    device = await house.device()
    first = await device.initial()
    await house.office.execute(leave)
    between = await device.pending(first.end["cursor"])
    await house.office.execute(come_back)
    pull = await device.pending(between.end["cursor"])
    assert pull.end["causes"] == {"product": ["gap"]}
    assert pull.end["digests"]["product"] != between.end["digests"]["product"]
    assert (await device.pending(pull.end["cursor"])).end["causes"] == {}


async def test_a_device_that_starts_while_a_table_is_unheard_knows_of_it_later(house: House) -> None:
    await _make_part(house)
    await house.office.execute(_TAKE_OUT)
    await init_database(house.url, house.plugins, NOON)
    await house.office.execute(_HANG_IN)
    device = await house.device()
    first = await device.initial()
    await house.office.execute(_TAKE_OUT)
    assert (await device.pending(first.end["cursor"])).end["causes"] == {"product": ["gap"]}


async def test_a_first_sync_in_several_answers_remembers_what_was_unheard_during_one_of_them(house: House) -> None:
    await _make_part(house)
    await house.office.execute(_TAKE_OUT)
    await init_database(house.url, house.plugins, NOON)
    device = await house.device()
    page = (await device.initial()).of("page")[0]
    await house.office.execute(_HANG_IN)
    first = await device.initial(resume=page["resume"])
    await house.office.execute(_TAKE_OUT)
    assert (await device.pending(first.end["cursor"])).end["causes"] == {"product": ["gap"]}


def test_a_cursor_names_few_tables_and_says_so_of_many() -> None:
    """It travels in the address of a request, whose length proxies bound."""
    some, many = [("s", str(n)) for n in range(BLIND_MAX)], [("s", str(n)) for n in range(BLIND_MAX + 1)]
    assert name_blind(frozenset(some), []) == sorted(some)
    assert name_blind(frozenset(many), []) is name_blind(frozenset(), None) is name_blind(frozenset(some), many) is None


async def test_a_cursor_that_cannot_name_the_tables_explains_every_one(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    signer, cursor = house.app.state.serving.context.signer, (await device.initial()).end["cursor"]
    unnamed = signer.seal(msgspec.structs.replace(signer.open(cursor, Cursor), blind=None))
    pull = await device.pending(unnamed)
    assert {twin for twin, causes in pull.end["causes"].items() if "gap" in causes} == {*TWINS}
    assert (await device.pending(pull.end["cursor"])).end["causes"] == {}


async def _make_part(house: House) -> None:
    await house.products("boiler")
    await house.office.execute(
        "CREATE TABLE depot.old (PRIMARY KEY (code)) INHERITS (depot.product);"
        "INSERT INTO depot.old VALUES ('pipe', 'old', 1.10, 3)"
    )
    await init_database(house.url, house.plugins, NOON)
