"""What lies in a storehouse is somewhere else now, or is another number than on paper: movements, and never a level."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import my_stock
from twinbase_mobile.reasons import Reason, make_reason
from twinbase_mobile.tables import StockMovement
from twinbase_mobile.tables.kinds import Movement
from twinbase_presentation.acts.stamp import Stamp

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class GoodsMoved:
    """What was carried from one storehouse to another."""

    product: UUID
    quantity: Decimal
    source: UUID
    target: UUID
    serial_number: str = ""


async def move_goods(session: ReplicaSession, moved: GoodsMoved, stamp: Stamp) -> Reason | None:
    """Carry it over. Answers why it cannot be, and then writes nothing."""
    if not moved.quantity:
        return make_reason("movement_without_quantity")
    session.add(
        StockMovement(
            colleague_id=stamp.me,
            product_id=moved.product,
            kind=Movement.TRANSFER,
            quantity=moved.quantity,
            from_storehouse_id=moved.source,
            to_storehouse_id=moved.target,
            serial_number=moved.serial_number or None,
            occurred_at=stamp.now,
            client_created_at=stamp.now,
        )
    )
    return None


async def count_goods(
    session: ReplicaSession, product: UUID, storehouse: UUID, counted: Decimal, stamp: Stamp
) -> Decimal:
    """Note how many there are. Answers by how much it differs from the paper; nothing is written where it does not.

    A difference goes to the storehouse with its sign: that is how the ERP is told of it, and of one that came out it
    would book the wrong way. What is on paper is read in the same transaction: counted twice, it is one difference.
    """
    vans = await my_stock(session, stamp.me)
    lines = [line for van in vans if van.storehouse_id == storehouse for line in van.lines]
    here = next((line.here for line in lines if line.product_id == product), NOTHING)
    difference = counted - here
    if difference:
        session.add(
            StockMovement(
                colleague_id=stamp.me,
                product_id=product,
                kind=Movement.INVENTORY_GAP,
                quantity=difference,
                to_storehouse_id=storehouse,
                occurred_at=stamp.now,
                client_created_at=stamp.now,
            )
        )
    return difference
