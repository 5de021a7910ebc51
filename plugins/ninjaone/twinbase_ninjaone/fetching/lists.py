"""The lists that NinjaOne gives as a whole: what is in them is there, and what was and is no more, is deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from twinbase_ninjaone.contract import Call, calls
from twinbase_ninjaone.errors import NinjaOneError, Unreachable
from twinbase_ninjaone.fetching.context import ENDS_THE_RUN, Fetch
from twinbase_ninjaone.fetching.keeping import keep, keep_cursor, mark_missing, read_cursor
from twinbase_ninjaone.tables import (
    Fetched,
    NinjaAlert,
    NinjaAttribute,
    NinjaBoard,
    NinjaContact,
    NinjaDevice,
    NinjaForm,
    NinjaLocation,
    NinjaOrganization,
    NinjaStatus,
    NinjaUser,
)

SILENT_MAX = 3


@dataclass(frozen=True, slots=True)
class FetchedList:
    """A list and its table. `always`: fetched at each run, and all of it may vanish, as alerts do when they end."""

    call: Call
    model: type[Fetched]
    always: bool = False

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    @property
    def query(self) -> Mapping[str, bool]:
        return {"includeRoles": True} if self.call is calls.USERS else {}


LISTS = (
    FetchedList(calls.ORGANIZATIONS, NinjaOrganization),
    FetchedList(calls.LOCATIONS, NinjaLocation),
    FetchedList(calls.DEVICES, NinjaDevice),
    FetchedList(calls.USERS, NinjaUser),
    FetchedList(calls.CONTACTS, NinjaContact),
    FetchedList(calls.BOARDS, NinjaBoard),
    FetchedList(calls.STATUSES, NinjaStatus),
    FetchedList(calls.FORMS, NinjaForm),
    FetchedList(calls.ATTRIBUTES, NinjaAttribute),
    FetchedList(calls.ALERTS, NinjaAlert, always=True),
)


async def fetch_lists(run: Fetch) -> None:
    """Every list that is due. One that fails does not stop the others, and the run's figures say so.

    Raises what the next call would meet too, and the failure of the third list in a row to which nobody answers.
    """
    silent = 0
    for listed in LISTS:
        try:
            if listed.always or await _is_due(run, listed):
                await _fetch(run, listed)
                silent = 0
        except ENDS_THE_RUN:
            raise
        except NinjaOneError as failure:
            run.failed[listed.name] = str(failure)
            silent = silent + 1 if isinstance(failure, Unreachable) else 0
            if silent == SILENT_MAX:
                raise


async def _is_due(run: Fetch, listed: FetchedList) -> bool:
    async with run.connection.begin():
        last = (await read_cursor(run.connection, listed.name)).full_at
    return last is None or last + timedelta(seconds=run.settings.lists_seconds) <= run.now


async def _fetch(run: Fetch, listed: FetchedList) -> None:
    """Page by page, each kept as it comes; what is missing is known only after the last one."""
    present: set[Any] = set()
    async for page in run.ninja.read_pages(listed.call, **listed.query):
        present.update(row[listed.call.spec.key] for row in page if listed.call.spec)
        async with run.connection.begin():
            run.counted[f"{listed.name}_written"] += await keep(run.connection, listed.model, page)
        run.tell(listed.name, len(present), None)
    run.tell(listed.name, len(present), len(present))
    async with run.connection.begin():
        share_max = 1.0 if listed.always else run.settings.missing_share_max
        missing = await mark_missing(run.connection, listed.model, present, run.now, share_max)
        if not missing.believed:
            run.failed[listed.name] = _doubt(listed, missing.rows)
            return
        run.counted[f"{listed.name}_deleted"] += missing.rows
        if not listed.always:
            done = await read_cursor(run.connection, listed.name)
            await keep_cursor(run.connection, done.model_copy(update={"full_at": run.now}))


def _doubt(listed: FetchedList, missing: int) -> str:
    return (
        f"{missing} rows of {listed.name} are missing from NinjaOne's list, more than is believed; none was deleted. "
        "If they are gone, set TWINBASE_NINJAONE_MISSING_SHARE_MAX=1 for one run."
    )
