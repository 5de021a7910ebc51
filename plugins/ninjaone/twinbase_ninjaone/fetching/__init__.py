"""Brings what is new in NinjaOne into schema `ninjaone`, again and again."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx2

from twinbase.source import Run, Source
from twinbase_ninjaone.client import NinjaOne
from twinbase_ninjaone.database import connect_database
from twinbase_ninjaone.delivering.write_log import WriteLog
from twinbase_ninjaone.errors import NinjaOneError, NotConfigured
from twinbase_ninjaone.fetching.activities import fetch_activities
from twinbase_ninjaone.fetching.context import ENDS_THE_RUN, Fetch
from twinbase_ninjaone.fetching.lists import fetch_lists
from twinbase_ninjaone.fetching.tickets import fetch_tickets
from twinbase_ninjaone.proposing.renewing import renew
from twinbase_ninjaone.settings import NinjaOneSettings

__all__ = ["fetch", "make_sources"]


def make_sources(settings: NinjaOneSettings) -> Iterable[Source]:
    """The source `ninjaone`, when it is configured. Raises NotConfigured when it is half configured."""
    if settings.half_configured:
        raise NotConfigured("One of them is missing.")
    if settings.configured:

        async def run(now: Run) -> Mapping[str, Any]:
            return await fetch(settings, now)

        yield Source("ninjaone", run, every=settings.every)


async def fetch(
    settings: NinjaOneSettings, run: Run, *, transport: httpx2.AsyncBaseTransport | None = None
) -> Mapping[str, Any]:
    """One run: lists that are due, activities, then tickets. Answers figures; it may be killed anywhere and run again.

    Lists come first because they name the boards, and activities before tickets because they tell of deletions.
    """
    async with NinjaOne(settings, transport=transport) as ninja, connect_database(run.database_url) as connection:
        step = Fetch(ninja, connection, settings, run.now, run.tell)
        await fetch_lists(step)
        await _fetch_activities(step)
        await fetch_tickets(step)
        # What a device wrote is known again before it is projected, so that it stays the row that it is.
        step.counted["comments_come_back"] += await WriteLog(connection, settings.time_unit_seconds).claim_fetched()
        async with connection.begin():
            for state, number in (await renew(connection, settings, run.now)).items():
                step.counted[f"visits_{state}"] += number
        return step.make_figures()


async def _fetch_activities(step: Fetch) -> None:
    """They are a hint: without them a deletion is noticed a day later, and tickets arrive all the same."""
    try:
        await fetch_activities(step)
    except ENDS_THE_RUN:
        raise
    except NinjaOneError as failure:
        step.failed["activities"] = str(failure)
