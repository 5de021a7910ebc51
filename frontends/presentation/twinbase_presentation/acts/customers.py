"""What a technician may say of a customer: a correction for the office, where he is, and how one gets in."""

from decimal import Decimal
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.tables import CustomerSite, InterventionNote
from twinbase_mobile.tables.kinds import GpsSource
from twinbase_presentation.acts.stamp import Stamp


async def suggest_correction(session: ReplicaSession, customer: UUID, title: str, body: str, stamp: Stamp) -> None:
    """Add a note to the customer: his columns are the office's, which reads it and corrects them."""
    session.add(
        InterventionNote(customer_id=customer, author_id=stamp.me, title=title, body=body, occurred_at=stamp.now)
    )


async def write_access(session: ReplicaSession, site: UUID, notes: str) -> None:
    """Say how one gets into a site; "" takes away what was said."""
    row = await session.get_one(CustomerSite, site)
    row.access_notes = notes or None


async def place_site(session: ReplicaSession, site: UUID, lat: Decimal, lon: Decimal) -> None:
    """Say where a site is, and that a technician says so: no other system knows better who was not there."""
    row = await session.get_one(CustomerSite, site)
    row.lat, row.lon, row.gps_source = lat, lon, GpsSource.TECHNICIAN
