"""Colleagues, the vans they drive and what is in them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from twinbase_demo.erp import catalogue, codes, places
from twinbase_demo.erp.sizes import DEPOTS
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_MIDNIGHT = datetime(1753, 1, 1)  # EBP writes a time of day on this date
_DEPOT_SHARES = (0.36, 0.06, 0.03)


def make_colleagues(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Colleague")
    families = world.keys_of("ColleagueFamily")
    for number, colleague in enumerate(world.colleagues, start=1):
        person = colleague.person
        yield {
            "Id": colleague.key,
            "UniqueId": chance.make_uuid(),
            "Contact_Civility": person.civility,
            "Contact_Name": person.last_name,
            "Contact_FirstName": person.first_name,
            "Contact_Phone": person.phone,
            "Contact_CellPhone": person.mobile,
            "Contact_Email": person.email,
            "Contact_ColleagueFunction": person.function,
            "GeographicSector": colleague.sector.code,
            "ColleagueFamilyId": chance.pick(families),
            "StorehouseId": colleague.storehouse,
            "ActiveState": codes.ACTIVE,
            "EmployeeRegistrationNumber": f"{number:05d}",
            "HourlyCostPrice": f"{chance.draw_between(2400, 4200) / 100:.2f}",
            "CifNif": f"{chance.draw_between(1, 2)}{chance.make_digits(14)}",
            "Address_Address1": colleague.home.street,
            "Address_ZipCode": colleague.home.commune.zip_code,
            "Address_City": colleague.home.commune.name,
            "Address_CountryIsoCode": "FR",
            **_week(works_saturday=chance.happens(0.1)),
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def _week(*, works_saturday: bool) -> GeneratedRow:
    """Monday to Friday from 8:00 to 17:30 with a lunch at noon; Friday ends at 16:30."""
    week: GeneratedRow = {}
    for day in range(7):
        works = day < 5 or (day == 5 and works_saturday)
        end = timedelta(hours=16.5 if day == 4 else 12 if day == 5 else 17.5)
        week |= {
            f"DaySchedule{day}_StartTime": _MIDNIGHT + timedelta(hours=8),
            f"DaySchedule{day}_EndTime": _MIDNIGHT + end,
            f"DaySchedule{day}_LunchStartTime": _MIDNIGHT + timedelta(hours=12) if works and day < 5 else None,
            f"DaySchedule{day}_LunchEndTime": _MIDNIGHT + timedelta(hours=13.5) if works and day < 5 else None,
            f"DaySchedule{day}_Active": works,
            f"DaySchedule{day}_Duration": (end.total_seconds() / 3600 - 8 - (1.5 if day < 5 else 0)) if works else 0.0,
        }
    return week


def make_sectors(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("GeographicSector")
    for sector in places.SECTORS:
        yield {
            "Code": sector.code,
            "Name": sector.name,
            "UniqueId": chance.make_uuid(),
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def make_storehouses(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """Three depots, then a van for each technician."""
    chance = world.make_chance("Storehouse")
    depots = ("Dépôt principal", "Dépôt de Grenoble", "Stock des retours")
    for number, key in enumerate(world.keys_of("Storehouse")):
        driver = world.technicians[number - DEPOTS] if number >= DEPOTS else None
        commune = driver.home.commune if driver else places.SECTORS[number % 2].communes[0]
        caption = f"Véhicule {driver.key} {driver.person.last_name}" if driver else depots[number]
        yield {
            "Id": key,
            "Caption": caption[:40],
            "Main": number == 0,
            "Asleep": False,
            "Contact_Name": driver.person.last_name if driver else None,
            "Contact_FirstName": driver.person.first_name if driver else None,
            "Address_Address1": None if driver else "12 rue de l'Industrie",
            "Address_ZipCode": commune.zip_code,
            "Address_City": commune.name,
            "Address_CountryIsoCode": "FR",
            **world.audit_columns(chance, world.past_moment(chance, 2500)),
        }


def make_stock_items(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """What each storehouse holds: the main depot most of the catalogue, a van what its driver needs."""
    chance = world.make_chance("StockItem")
    storehouses = world.keys_of("Storehouse")
    for storehouse, count in zip(storehouses, _stock_counts(world), strict=True):
        for item in chance.sample(world.goods, count):
            yield _stock_item(world, item, storehouse, is_van=storehouse not in storehouses[:DEPOTS])


def _stock_counts(world: GeneratedWorld) -> list[int]:
    total, vans = world.rows["StockItem"], len(world.technicians)
    depots = [min(int(total * share), len(world.goods)) for share in _DEPOT_SHARES]
    per_van, rest = divmod(total - sum(depots), vans)
    return [*depots, *(per_van + (1 if number < rest else 0) for number in range(vans))]


def _stock_item(world: GeneratedWorld, item: catalogue.GeneratedItem, storehouse: str, *, is_van: bool) -> GeneratedRow:
    chance = world.make_chance("StockItem", item.code, storehouse)
    held = chance.draw_between(0, 6) if is_van else chance.draw_between(0, 180)
    booked = chance.draw_between(0, held // 3)
    return {
        "ItemId": item.code,
        "StorehouseId": storehouse,
        "RealStock": held,
        "VirtualStock": held - booked,
        "BookedQuantity": booked,
        "MinStock": 1 if is_van else 10,
        "MaxStock": 8 if is_van else 200,
        **world.audit_columns(chance, world.past_moment(chance, 400)),
    }


def make_tracking_stock_items(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("TrackingStockItem")
    storehouses = world.keys_of("Storehouse")
    for number in range(world.rows["TrackingStockItem"]):
        item = chance.pick(world.goods)
        yield {
            "ItemId": item.code,
            "StorehouseId": chance.pick(storehouses),
            "TrackingNumber": f"{item.family.code[:3]}{number:08d}",
            "LocationId": "",
            "LastMovementDate": world.past_moment(chance, 700),
            **world.audit_columns(chance, world.past_moment(chance, 700)),
        }
