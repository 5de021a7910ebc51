"""Lists that EBP brings along, its record of deletions, and its log."""

from collections.abc import Iterator

from twinbase_demo.erp import codes, places
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_DELETED = (("Customer", "CL9"), ("Deal", "AF9"), ("Item", "OBSOLETE-"), ("Contact", ""), ("ScheduleEvent", ""))
_DELETED_WEIGHTS = (4, 6, 12, 30, 48)


def zip_codes(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("Zipcode")
    keys = world.keys("Zipcode")
    for key, (zip_code, city) in zip(keys, places.zip_codes(len(keys)), strict=True):
        yield {
            "Id": key,
            "CountryIsoCode": "FR",
            "ZipCode": zip_code,
            "City": city[:35],
            **world.audit(chance, world.past(chance, 3000)),
        }


def deleted_records(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """What EBP remembers of rows that it deleted; no row of this database bears such a key."""
    chance = world.chance("EbpSysDeletedRecord")
    for key in world.keys("EbpSysDeletedRecord"):
        ((table, prefix),) = chance.choices(_DELETED, _DELETED_WEIGHTS)
        deleted = world.past(chance)
        yield {
            "UniqueId": key,
            "Id": f"{prefix}{chance.digits(5)}" if prefix else chance.uuid(),
            "Kind": codes.kind_of(table),
            "Version": chance.between(1, 900000),
            **world.audit(chance, deleted, deleted),
        }


def countries(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """France and its neighbours by name; the rest of the list by rule."""
    chance = world.chance("Country")
    names = {"FR": "France", "BE": "Belgique", "CH": "Suisse", "IT": "Italie", "DE": "Allemagne", "LU": "Luxembourg"}
    named = [*names.items(), *((key, f"Territoire {key}") for key in world.keys("Country") if key not in names)]
    for code, caption in named[: world.rows["Country"]]:
        yield {
            "IsoCode": code,
            "Caption": caption,
            "UniqueId": chance.uuid(),
            **world.audit(chance, world.past(chance, 3000)),
        }
