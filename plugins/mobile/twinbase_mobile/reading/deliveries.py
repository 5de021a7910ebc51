"""What became of a technician's own work on its way to the systems behind the server."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import SQLModel

from twinbase.builtin.deliveries import DeliveryRow
from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, name_of
from twinbase_mobile.reading.moments import PARIS, Zone, local_time

ROWS_MAX = 500


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One thing that was handed over, or is about to be. `state`: waiting, sent, acknowledged, refused, held."""

    id: UUID
    twin: str
    row_key: str
    destination: str
    state: str
    said: str
    created_at: datetime | None
    sent_at: datetime | None
    acknowledged_at: datetime | None


async def my_deliveries(
    session: ReplicaSession, *, twin: str | None = None, rows: Collection[UUID] | None = None, zone: Zone = PARIS
) -> tuple[DeliveryLine, ...]:
    """Newest first; of one table, or of some rows, where they are given. One query.

    None where the plugin `deliveries` is not loaded: then nothing is handed over, or nobody wants to know.
    """
    if not session.has_mirror(DeliveryRow):
        return ()
    d = columns_of(DeliveryRow)
    query = select(
        d.id, d.twin, d.row_key, d.destination, d.state, d.said, d.created_at, d.sent_at, d.acknowledged_at
    ).order_by(d.created_at.desc(), d.id.desc())
    if twin is not None:
        query = query.where(d.twin == twin)
    if rows is not None:
        query = query.where(d.row_key.in_([str(row) for row in rows]))
    return tuple(
        DeliveryLine(*row[:6], *(local_time(moment, zone) for moment in row[6:]))
        for row in await session.execute(query.limit(ROWS_MAX))
    )


async def unsettled_rows(session: ReplicaSession, model: type[SQLModel]) -> set[UUID]:
    """The rows whose effect no other system has yet: unsent here, or not acknowledged there."""
    on_the_way = {one.key[0] for one in await session.pending_edits(model)}
    if not session.has_mirror(DeliveryRow):
        return on_the_way
    d = columns_of(DeliveryRow)
    query = select(d.row_key).where(d.twin == name_of(model), d.state != "acknowledged").distinct()
    return on_the_way | {UUID(key) for (key,) in await session.execute(query)}
