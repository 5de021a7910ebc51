"""The catalogue as rows: items, families, units, VAT rates."""

from collections.abc import Iterator

from twinbase_demo.erp import catalogue, codes
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld


def make_items(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Item")
    suppliers, vats = world.keys_of("Supplier"), vat_keys(world)
    for item in world.items:
        vat = item.price * item.vat_rate / 100
        held = 0 if item.is_service else chance.draw_between(0, 240)
        yield {
            "Id": item.code,
            "UniqueId": chance.make_uuid(),
            "Caption": item.caption,
            "DesCom": f"<p>{item.description}</p>",
            "DesComClear": item.description,
            "ItemType": codes.SERVICE if item.is_service else codes.GOODS,
            "ActiveState": codes.ACTIVE if chance.happens(0.93) else codes.SLEEPING,
            "FamilyId": item.family.code,
            "SubFamilyId": item.sub_family or None,
            "BarCode": None if item.is_service else item.barcode,
            "UnitId": item.family.unit,
            "SalePriceVatExcluded": str(item.price),
            "SalePriceVatIncluded": f"{item.price + vat:.2f}",
            "VatAmount": f"{vat:.2f}",
            "VatId": vats[str(item.vat_rate)],
            "PurchasePrice": str(item.cost),
            "CostPrice": str(item.cost),
            "ManageStock": not item.is_service,
            "TrackingMode": 1 if item.price > 900 and not item.is_service else 0,
            "RealStock": held,
            "VirtualStock": held,
            "SupplierId": None if item.is_service else chance.pick(suppliers),
            "xx_Ref_Fabricant": None if item.is_service else f"{chance.pick('ABCDEFGH')}{chance.make_digits(7)}",
            **world.audit_columns(chance, world.past_moment(chance, 2500)),
        }


def vat_keys(world: GeneratedWorld) -> dict[str, str]:
    """The row of Vat for each rate in use."""
    return {str(rate): key for rate, key in zip(catalogue.VAT_RATES, world.keys_of("Vat"), strict=False)}


def make_vats(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """The five rates of today, then those of other territories and times, out of use."""
    chance = world.make_chance("Vat")
    for number, key in enumerate(world.keys_of("Vat")):
        rate = catalogue.VAT_RATES[number % len(catalogue.VAT_RATES)]
        in_use = number < len(catalogue.VAT_RATES)
        yield {
            "Id": key,
            "Rate": str(rate),
            "Description": f"TVA {rate} %" if in_use else f"TVA {rate} % (ancien taux n° {number})",
            "Inactive": not in_use,
            "TerritorialityId": codes.FRANCE if in_use else codes.ABROAD,
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def make_families(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("ItemFamily")
    for family in catalogue.FAMILIES[: world.rows["ItemFamily"]]:
        yield {
            "Id": family.code,
            "Caption": family.caption,
            "UniqueId": chance.make_uuid(),
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def make_sub_families(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("ItemSubFamily")
    for code, caption, family in catalogue.SUB_FAMILIES[: world.rows["ItemSubFamily"]]:
        yield {
            "Id": code,
            "Caption": caption,
            "ItemFamilyId": family,
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def make_units(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Unit")
    for code, caption, standard in catalogue.UNITS:
        yield {
            "Id": code,
            "Caption": caption,
            "Decimals": 0 if code in ("U", "F", "LOT") else 2,
            "UnitType": 0,
            "ConversionRate": 1,
            "UNECECode": standard,
            "UniqueId": chance.make_uuid(),
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }
