"""A visit that nobody has planned: a technician makes it on his phone, without a network, and EBP gives it a number.

EBP's import is ours here: it does with the file what EBP is said to do, in plain SQL on EBP's own tables.
"""

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from twinbase.replica import Replica
from twinbase_demo.company import Company
from twinbase_demo.day import TechnicianDay
from twinbase_mobile.tables import Intervention, InterventionNote
from twinbase_mobile.tables.kinds import VisitStatus

TITLE = "Fuite trouvée sur place"
HOUR = 16.5


async def make_visit(replica: Replica, worker: TechnicianDay, leaving: UUID) -> dict[str, str]:
    """At the customer of the next visit there is a leak: it is stopped at once. Answers the id, which is for life, and
    the customer.

    `leaving`: a visit that the office takes away meanwhile. Its customer may leave the phone with it, and a visit at a
    customer who is not one's own is refused.
    """
    async with replica.session() as session:
        left = select(Intervention.customer_id).where(Intervention.id == leaving)
        mine = select(Intervention).where(
            Intervention.lead_id == worker.me,
            col(Intervention.customer_id).is_not(None),
            col(Intervention.customer_id).not_in(left.where(col(Intervention.customer_id).is_not(None))),
            col(Intervention.scheduled_start) >= worker.time_at(0),
        )
        beside = (await session.exec(mine.order_by(col(Intervention.scheduled_start)))).first()
        assert beside is not None
        start = worker.time_at(HOUR)
        visit = Intervention(
            made_on_site=True,
            title=TITLE,
            lead_id=worker.me,
            customer_id=beside.customer_id,
            site_id=beside.site_id,
            type_id=beside.type_id,
            scheduled_start=start,
            expected_minutes=45,
            status=VisitStatus.IN_PROGRESS,
            actual_start=start,
        )
        session.add(visit)
        await session.flush()
        note = "Joint du robinet d'arrêt remplacé."
        session.add(
            InterventionNote(
                intervention_id=visit.id,
                customer_id=visit.customer_id,
                author_id=worker.me,
                body=note,
                occurred_at=start,
            )
        )
        await session.commit()
        return {"id": str(visit.id), "customer": str(visit.customer_id)}


async def read_number(replica: Replica, visit: UUID) -> str:
    """The number that EBP has given, as the phone shows it; nothing before that."""
    async with replica.read() as session:
        return (await session.get_one(Intervention, visit)).number or ""


async def import_visit(company: Company, folder: Path) -> str:
    """EBP takes the file of new visits, and gives the only one that is in it the next number."""
    (file,) = folder.glob("NewScheduleEvent-*.csv")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened, delimiter=";")
    said = json.dumps({**_values(row), **dict.fromkeys(_NOTHING)})
    number: str = await company.erp.fetchval(_IMPORT, said, row["CustomerId"])
    file.unlink()
    return number


def _values(row: Mapping[str, str]) -> dict[str, str | None]:
    """The cells as PostgreSQL reads them."""
    return {name: _value(name, cell) for name, cell in row.items() if name != "TwinbaseDelivery"}


def _value(name: str, cell: str) -> str | None:
    if name.endswith("DateTime"):
        return datetime.strptime(cell, "%d/%m/%Y %H:%M:%S").isoformat()
    return cell or ("0" if name in _COUNTED else None)


_COUNTED = frozenset(
    {
        "AchievedDuration_DurationInHours", "Maintenance_TravelDuration", "GlobalPercentComplete",
        "Maintenance_NextEventToForesee",
    }
)  # fmt: skip
"""Columns that are never empty in EBP."""
_NOTHING = (
    "ParentEventId", "DealId", "ConstructionSiteId", "Maintenance_ContractId", "Maintenance_IncidentId",
    "Maintenance_CustomerProductId",
)  # fmt: skip
_IMPORT = """
WITH next AS (
    SELECT 'TB' || lpad((count(*) + 1)::text, 6, '0') AS number, max("sysModifiedDate") + interval '1 second' AS at
    FROM "ScheduleEvent"
)
INSERT INTO "ScheduleEvent"
SELECT made.* FROM next, "ScheduleEvent" AS beside, LATERAL jsonb_populate_record(
    beside, $1::jsonb || jsonb_build_object('ScheduleEventNumber', next.number, 'sysModifiedDate', next.at)) AS made
WHERE beside."Id" = (
    SELECT "Id" FROM "ScheduleEvent" WHERE "CustomerId" = $2 ORDER BY "StartDateTime" DESC LIMIT 1)
RETURNING "ScheduleEventNumber"
"""
