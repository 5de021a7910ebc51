"""Stock documents: parts that left a van for a visit, and transfers from the depot to a van; and EBP's own ledger."""

from collections.abc import Iterator
from datetime import datetime

from twinbase_demo.erp import codes
from twinbase_demo.erp.agenda import make_visits
from twinbase_demo.erp.catalogue import GeneratedItem
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_OUT, _TRANSFER = 2, 3  # StockDocument.DocumentType and StockMovement.MovementType: assumed


def make_documents(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("StockDocument")
    depot = world.keys_of("Storehouse")[0]
    done = [visit for visit in world.make_once(make_visits) if visit.customer and visit.state == codes.DONE]
    for number, key in enumerate(world.keys_of("StockDocument"), start=1):
        visit = chance.pick(done) if chance.happens(0.6) else None
        van = visit.appointment.technician.storehouse if visit else chance.pick(world.technicians).storehouse
        date = visit.appointment.start if visit else world.past_moment(chance)
        yield {
            "Id": key,
            "DocumentNumber": f"{'BS' if visit else 'TR'}{number:08d}",
            "NumberPrefix": "BS" if visit else "TR",
            "NumberSuffix": number,
            "DocumentDate": date,
            "DocumentType": _OUT if visit else _TRANSFER,
            "GlobalDocumentOrder": number,
            "StorehouseId": van if visit else depot,
            "TargetStorehouseId": None if visit else van,
            "ScheduleEventId": visit.key if visit else None,
            "Reference": visit.number if visit else "Réassort du véhicule",
            **world.audit_columns(chance, date),
        }


def make_lines(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("StockDocumentLine")
    parents, depot = world.keys_of("StockDocument"), world.keys_of("Storehouse")[0]
    per_document = max(1, world.rows["StockDocumentLine"] // len(parents))
    for number, key in enumerate(world.keys_of("StockDocumentLine")):
        item = chance.pick(world.goods)
        yield {
            "Id": key,
            "DocumentId": parents[min(number // per_document, len(parents) - 1)],
            "LineOrder": number % per_document + 1,
            "ItemId": item.code,
            "DescriptionClear": item.caption,
            "Quantity": chance.draw_between(1, 5),
            "UnitId": item.family.unit,
            "UnitCaption": "Unité",
            "StorehouseId": depot,
            "ToInvoice": chance.happens(0.6),
            **world.audit_columns(chance, world.past_moment(chance)),
        }


def make_movements(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """The ledger: a movement in for a purchase line, a movement out for a sale line."""
    chance = world.make_chance("StockMovement")
    storehouses = world.keys_of("Storehouse")
    sales, purchases = world.keys_of("SaleDocumentLine"), world.keys_of("PurchaseDocumentLine")
    sale_documents, purchase_documents = world.keys_of("SaleDocument"), world.keys_of("PurchaseDocument")
    dates = sorted(world.past_moment(chance, 1800) for _ in world.keys_of("StockMovement"))
    for number, (key, date) in enumerate(zip(world.keys_of("StockMovement"), dates, strict=True)):
        arrives = chance.happens(0.45)
        yield _movement(
            world,
            key,
            date,
            chance.pick(world.goods),
            document=chance.pick(purchase_documents if arrives else sale_documents),
            line=chance.pick(purchases if arrives else sales),
            storehouse=chance.pick(storehouses),
            quantity=chance.draw_between(1, 12) * (1 if arrives else -1),
            number=number,
        )


def _movement(
    world: GeneratedWorld,
    key: str,
    date: datetime,
    item: GeneratedItem,
    *,
    document: str,
    line: str,
    storehouse: str,
    quantity: int,
    number: int,
) -> GeneratedRow:
    return {
        "Id": key,
        "ItemId": item.code,
        "DocumentId": document,
        "DocumentLineId": line,
        "StorehouseId": storehouse,
        "DocumentDate": date,
        "DocumentOrder": number + 1,
        "DocumentNumber": f"{'BR' if quantity > 0 else 'BL'}{number + 1:08d}",
        "MovementType": 1 if quantity > 0 else _OUT,
        "Quantity": quantity,
        **world.audit_columns(world.make_chance("StockMovement", key), date),
    }
