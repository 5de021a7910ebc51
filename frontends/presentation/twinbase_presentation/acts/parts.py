"""A part on a visit: the part and what it takes out of the van are written together, or neither is."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.rules import closed_fault
from twinbase_mobile.tables import Intervention, InterventionPart, Product, StockMovement
from twinbase_mobile.tables.kinds import Movement
from twinbase_presentation.acts.stamp import Stamp


@dataclass(frozen=True, slots=True)
class PartUsed:
    """What was used. `storehouse`: where it was taken from, None where nothing is to be moved."""

    product: UUID
    quantity: Decimal
    storehouse: UUID | None
    serial_number: str = ""
    billable: bool = True


async def add_part(session: ReplicaSession, visit: UUID, used: PartUsed, stamp: Stamp) -> Reason | None:
    """Write it down. Answers why it cannot be, and then writes nothing."""
    if fault := closed_fault("intervention_parts", await session.get_one(Intervention, visit)):
        return fault
    if not used.quantity:
        return make_reason("movement_without_quantity")
    product = await session.get_one(Product, used.product)
    part = InterventionPart(
        intervention_id=visit,
        product_id=product.id,
        label=product.caption,
        quantity=used.quantity,
        unit_id=product.unit_id,
        storehouse_id=used.storehouse,
        serial_number=used.serial_number or None,
        billable=used.billable,
        client_created_at=stamp.now,
    )
    session.add(part)
    if product.stock_managed and used.storehouse is not None:
        await session.flush()
        session.add(_movement(part, used, stamp, used.quantity))
    return None


async def take_part_back(session: ReplicaSession, id_: UUID, stamp: Stamp) -> Reason | None:
    """Delete a part, and put what it took back into its storehouse: a mistake is a movement the other way."""
    part = await session.get_one(InterventionPart, id_)
    if fault := closed_fault("intervention_parts", await session.get_one(Intervention, part.intervention_id)):
        return fault
    product = None if part.product_id is None else await session.get(Product, part.product_id)
    if product is not None and product.stock_managed and part.storehouse_id is not None:
        used = PartUsed(product.id, part.quantity, part.storehouse_id, part.serial_number or "")
        movement = _movement(part, used, stamp, -part.quantity)
        movement.intervention_part_id = None
        session.add(movement)
    await session.delete(part)
    return None


def _movement(part: InterventionPart, used: PartUsed, stamp: Stamp, quantity: Decimal) -> StockMovement:
    return StockMovement(
        colleague_id=stamp.me,
        product_id=used.product,
        kind=Movement.CONSUMPTION if quantity > 0 else Movement.RETURN,
        quantity=quantity,
        from_storehouse_id=used.storehouse,
        serial_number=used.serial_number or None,
        intervention_id=part.intervention_id,
        intervention_part_id=part.id,
        occurred_at=stamp.now,
        client_created_at=stamp.now,
    )
