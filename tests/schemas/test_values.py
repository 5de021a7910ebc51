"""Every value of three whole databases is on a device as it is in PostgreSQL; what is left out has its reason."""

from tests.schemas.ground import Ground, read_rows
from tests.schemas.values import held_rows, printed_rows

from twinbase.testing import World
from twinbase.testing.device import Device

# Of what is no view, partition, child or keyless table: why no device has it.
LEFT = {
    "erp": {
        "erp.legacy_import": "it has no primary key",
        "erp.basket": "it is unlogged: PostgreSQL empties it after a crash, and nobody is told",
        "erp.loose": "it has no primary key",
        "erp.said": "it has no primary key",
        "erp.switch": "address is part of its key, and no device can hold its type, inet",
        "erp.invoice": "it is a child of erp.document, which is mirrored instead",
        "erp.reminder": "it is a child of erp.invoice, which is mirrored instead",
    },
    "shop": {},
    "places": {
        "places.cell": "at is part of its key, and no device can hold its type, places.coordinate",
        "places.track": "device is part of its key, and no device can hold its type, macaddr",
    },
}
VIEWS = ("it is a view", "it is a materialized view", "it is a partition of")


async def check_values(url: str, ground: Ground, device: Device) -> int:
    """Every value that can travel is there, and nothing else; answers how many values were compared."""
    compared = 0
    for twin in ground.both:
        wanted, apart = await printed_rows(url, twin)
        assert await held_rows(url, device, twin) == wanted, twin.name
        (quarantined,) = await device.sql(
            f'SELECT count(*) FROM "_twinbase_meta_{twin.name}" WHERE quarantined IS NOT NULL'
        )
        unnamed = await _without_a_name(url, twin.name)
        assert quarantined[0] == apart - unnamed, twin.name
        compared += len(wanted) * len(twin.columns)
    return compared


async def _without_a_name(url: str, twin: str) -> int:
    """Rows whose key itself cannot travel stay on the server: there is nothing to call them by."""
    query = {
        "tariff": "SELECT FROM erp.tariff WHERE step = 'NaN'",
        "holiday": "SELECT FROM erp.holiday WHERE day = 'infinity' OR day < '0001-01-01'",
        "reading": "SELECT FROM erp.reading WHERE at = 'infinity'",
        "entry": "SELECT FROM erp.entry WHERE booked = 'infinity'",
    }.get(twin)
    return len(await read_rows(url, query)) if query else 0


async def test_a_device_has_every_value_of_every_table(ground: Ground, world: World) -> None:
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven
    assert await check_values(world.database_url, ground, anna) > 1000


def test_what_is_left_out_is_left_out_for_its_reason(ground: Ground) -> None:
    left = {label: why for label, why in ground.not_mirrored.items() if not why.startswith(VIEWS)}
    assert left == LEFT[ground.name]


async def test_of_the_tables_with_a_key_all_but_those_are_in_both(ground: Ground) -> None:
    """What is no table of its own (a partition, a child) does not count; the figure is said for the log."""
    keyed = {row["label"] for row in await read_rows(ground.plain, _KEYED)}
    mirrored = {f"{twin.schema}.{twin.table.name}" for twin in ground.both if twin.pushes}
    print(f"{ground.name}: {len(mirrored)} of {len(keyed)} tables with a key are in both")
    assert mirrored == keyed - LEFT[ground.name].keys()


_KEYED = """
SELECT format('%s.%s', n.nspname, c.relname) AS label FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisprimary AND NOT n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)
"""
