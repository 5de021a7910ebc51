"""Lists that EBP brings along, its record of deletions, and its log."""

from collections.abc import Iterator

from twinbase_demo.erp import codes, places
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_DELETED = (("Customer", "CL9"), ("Deal", "AF9"), ("Item", "OBSOLETE-"), ("Contact", ""), ("ScheduleEvent", ""))
_DELETED_WEIGHTS = (4, 6, 12, 30, 48)


def make_zip_code_rows(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Zipcode")
    keys = world.keys_of("Zipcode")
    for key, (zip_code, city) in zip(keys, places.make_zip_codes(len(keys)), strict=True):
        yield {
            "Id": key,
            "CountryIsoCode": "FR",
            "ZipCode": zip_code,
            "City": city[:35],
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def make_deleted_records(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """What EBP remembers of rows that it deleted; no row of this database bears such a key."""
    chance = world.make_chance("EbpSysDeletedRecord")
    for key in world.keys_of("EbpSysDeletedRecord"):
        ((table, prefix),) = chance.choices(_DELETED, _DELETED_WEIGHTS)
        deleted = world.past_moment(chance)
        yield {
            "UniqueId": key,
            "Id": f"{prefix}{chance.make_digits(5)}" if prefix else chance.make_uuid(),
            "Kind": codes.kind_of(table),
            "Version": chance.draw_between(1, 900000),
            **world.audit_columns(chance, deleted, deleted),
        }


def make_countries(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """France and its neighbours by name; the rest of the list by rule."""
    chance = world.make_chance("Country")
    names = {"FR": "France", "BE": "Belgique", "CH": "Suisse", "IT": "Italie", "DE": "Allemagne", "LU": "Luxembourg"}
    named = [*names.items(), *((key, f"Territoire {key}") for key in world.keys_of("Country") if key not in names)]
    for code, caption in named[: world.rows["Country"]]:
        yield {
            "IsoCode": code,
            "Caption": caption,
            "UniqueId": chance.make_uuid(),
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }
