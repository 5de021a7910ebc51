"""What happened, after the last activity known. Of tickets they tell the deletions, which no board shows."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.errors import NotWhole
from twinbase_ninjaone.fetching.context import Fetch
from twinbase_ninjaone.fetching.keeping import keep, keep_cursor, read_cursor
from twinbase_ninjaone.tables import NinjaActivity, table_of

RESOURCE = "activities"
TICKETS = "tickets"
TICKETS_COME_AND_GO = frozenset({"NINJA_TICKETING_TICKET_DELETED", "NINJA_TICKETING_TICKET_REINSTATED"})


async def fetch_activities(run: Fetch) -> None:
    """The new ones; the first time, the newest page alone. Those older than is kept go.

    Whether an activity names its ticket is not documented. So a deletion makes the next look at tickets a whole one,
    and that is noted in the same transaction: a run that is killed in between forgets nothing. Where some may lack, the
    next run asks for the same ones again.
    """
    async with run.connection.begin():
        sync_cursor = await read_cursor(run.connection, RESOURCE)
    rows, whole = await _read(run, sync_cursor.last_id)
    run.tell(RESOURCE, len(rows), len(rows))
    async with run.connection.begin():
        await _keep(run, rows)
        if any(row["status_code"] in TICKETS_COME_AND_GO for row in rows):
            tickets = await read_cursor(run.connection, TICKETS)
            await keep_cursor(run.connection, tickets.model_copy(update={"full_at": None}))
        last = max([sync_cursor.last_id or 0, *(row["id"] for row in rows if whole)])
        await keep_cursor(run.connection, sync_cursor.model_copy(update={"last_id": last or None}))


async def _read(run: Fetch, last_id: int | None) -> tuple[Sequence[NinjaRow], bool]:
    """What came, and whether it is all."""
    try:
        return await run.ninja.read_activities(last_id), True
    except NotWhole as doubt:
        run.failed[RESOURCE] = str(doubt)
        return doubt.rows, False


async def _keep(run: Fetch, rows: Sequence[NinjaRow]) -> None:
    oldest = run.now - timedelta(days=run.settings.activity_days)
    kept = [row for row in rows if row["activity_time"] is None or row["activity_time"] >= oldest]
    run.counted["activities_written"] += await keep(run.connection, NinjaActivity, kept)
    activities = table_of(NinjaActivity)
    gone = await run.connection.execute(delete(activities).where(activities.c.activity_time < oldest))
    run.counted["activities_dropped"] += gone.rowcount
