"""An appliance: corrected, replaced by another one, or new."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.tables import CustomerEquipment, InterventionEquipment
from twinbase_presentation.acts.stamp import Stamp


async def correct_equipment(session: ReplicaSession, id_: UUID, changes: Mapping[str, Any]) -> None:
    """Write what a technician may say of it: number, place, what it burns, how strong it is."""
    appliance = await session.get_one(CustomerEquipment, id_)
    for name, value in changes.items():
        setattr(appliance, name, value)


async def replace_equipment(session: ReplicaSession, on_visit: UUID, serial_number: str, stamp: Stamp) -> None:
    """Another one stands there now: the number of the old one is kept on the visit, with that of the new one beside it,
    and the appliance has the new number from today on. Both are one transaction."""
    noted = await session.get_one(InterventionEquipment, on_visit)
    assert noted.equipment_id is not None
    appliance = await session.get_one(CustomerEquipment, noted.equipment_id)
    if appliance.serial_number == serial_number:
        return
    noted.serial_number = noted.serial_number or appliance.serial_number
    noted.replaced_by_serial = serial_number
    appliance.serial_number, appliance.installed_on = serial_number, stamp.day


async def add_equipment(
    session: ReplicaSession, id_: UUID, customer: UUID, said: Mapping[str, Any], visit: UUID | None
) -> None:
    """A new appliance of a customer, and on the visit on which somebody has found it. The code is the office's."""
    if await session.get(CustomerEquipment, id_) is not None:
        return
    session.add(CustomerEquipment(id=id_, customer_id=customer, **said))
    if visit is not None:
        await session.flush()
        session.add(InterventionEquipment(intervention_id=visit, equipment_id=id_))
