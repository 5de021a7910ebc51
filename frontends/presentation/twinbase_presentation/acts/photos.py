"""A photo of a visit: the row that names it, what is said of it, and that it goes again while nobody has it."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import select

from twinbase.replica import ReplicaSession
from twinbase.replica.attachments.photo import TakenPhoto
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import closed_fault, photo_fault
from twinbase_mobile.tables import Intervention, InterventionPhoto
from twinbase_mobile.tables.kinds import PhotoPhase
from twinbase_presentation.acts.stamp import Stamp

TWIN = "intervention_photos"


async def add_photo(
    session: ReplicaSession, visit: UUID, taken: TakenPhoto, phase: PhotoPhase, stamp: Stamp
) -> Reason | bool:
    """Write the row of a picture that is kept already; False where the visit has this very picture. Answers why it
    cannot be, and then writes nothing."""
    if fault := closed_fault(TWIN, await session.get_one(Intervention, visit)):
        return fault
    same = select(InterventionPhoto).where(
        InterventionPhoto.intervention_id == visit, InterventionPhoto.sha256 == taken.sha256
    )
    if (await session.exec(same)).first() is not None:
        return False
    session.add(
        InterventionPhoto(
            intervention_id=visit,
            phase=phase,
            taken_at=stamp.now,
            lat=None if taken.lat is None else Decimal(str(round(taken.lat, 6))),
            lon=None if taken.lon is None else Decimal(str(round(taken.lon, 6))),
            mime=taken.mime,
            size_bytes=taken.size,
            width=taken.width,
            height=taken.height,
            sha256=taken.sha256,
            client_created_at=stamp.now,
        )
    )
    return True


async def describe_photo(session: ReplicaSession, id_: UUID, caption: str, phase: PhotoPhase) -> Reason | None:
    """Say what is seen on it, and when it was taken. Answers why it cannot be, and then writes nothing."""
    photo = await session.get_one(InterventionPhoto, id_)
    if fault := closed_fault(TWIN, await session.get_one(Intervention, photo.intervention_id)):
        return fault
    photo.caption, photo.phase = caption or None, phase
    return None


async def delete_photo(session: ReplicaSession, id_: UUID) -> Reason | None:
    """Take it away, as long as it was not sent. Answers why it cannot be, and then writes nothing."""
    photo = await session.get(InterventionPhoto, id_)
    if photo is None:
        return None
    fault = photo_fault(photo) or closed_fault(TWIN, await session.get_one(Intervention, photo.intervention_id))
    if fault is None:
        await session.delete(photo)
    return fault
