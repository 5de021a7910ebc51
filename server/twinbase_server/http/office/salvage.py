"""What was salvaged of wiped devices, over HTTP: listed, accepted, discarded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from twinbase.protocol import Outcome
from twinbase_server.devices.salvage import NotSalvaged, accept_salvaged, discard_salvaged, list_salvaged
from twinbase_server.http.office.rights import OFFICE_PROBLEMS, Officer, OfficerDep, needs_salvage
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/salvaged", dependencies=[needs_salvage], responses=describe_problems(*OFFICE_PROBLEMS))


class SalvagedAnswer(BaseModel):
    """One edit, as it was typed on a device that was wiped; and what was decided about it."""

    id: UUID
    account: str
    device_name: str
    replica: UUID
    tx: str
    mutation: dict[str, Any]
    salvaged_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    outcome: str | None
    detail: str | None


class DiscardAnswer(BaseModel):
    """How many edits: what was saved together is decided together."""

    discarded: int


@router.get("")
async def read_salvaged(officer: OfficerDep, decided: bool = False) -> list[SalvagedAnswer]:
    """The edits that wait for a person, in the order in which they were typed; with those that were `decided`."""
    async with officer.serving.borrow_connection() as connection:
        found = await list_salvaged(connection, decided=decided)
    return [SalvagedAnswer.model_validate(one, from_attributes=True) for one in found]


@router.post("/{id}/accept")
async def accept_edit(id: UUID, officer: OfficerDep) -> list[Outcome]:
    """Do what an edit says, and what was saved together with it, with the rights that its account has now."""
    await _check(officer, id)
    serving = officer.serving
    try:
        return list(await accept_salvaged(serving.pool, serving.plugins, id, officer.name, serving.clock()))
    except NotSalvaged as gone:
        raise ProblemError("not-found", "It was decided already, or never came.") from gone


@router.post("/{id}/discard")
async def discard_edit(id: UUID, officer: OfficerDep) -> DiscardAnswer:
    """Decide against an edit, and what was saved together with it."""
    await _check(officer, id)
    async with officer.serving.borrow_connection() as connection:
        return DiscardAnswer(discarded=await discard_salvaged(connection, id, officer.name, officer.serving.clock()))


async def _check(officer: Officer, id: UUID) -> None:
    """The edit waits, and its account may do no more than whoever decides."""
    async with officer.serving.borrow_connection() as connection:
        waiting = [one for one in await list_salvaged(connection, id=id) if one.decided_at is None]
        if not waiting:
            raise ProblemError("not-found", "It was decided already, or never came.")
        await officer.check_account(connection, waiting[0].account)
