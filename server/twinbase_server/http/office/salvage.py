"""What was salvaged of wiped devices, over HTTP: listed, accepted, discarded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from twinbase.protocol import Outcome
from twinbase_server.database.connection import Connection
from twinbase_server.devices.salvage import NotSalvaged, SalvagedEdit, accept_salvaged, discard_salvaged, list_salvaged
from twinbase_server.http.office.rights import OFFICE_PROBLEMS, Officer, OfficerDep, needs_salvage
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/salvaged", dependencies=[needs_salvage], responses=describe_problems(*OFFICE_PROBLEMS))


class DiscardAnswer(BaseModel):
    """How many edits: what was saved together is decided together."""

    discarded: int


@router.get("")
async def read_salvaged(officer: OfficerDep, decided: bool = False) -> Sequence[SalvagedEdit]:
    """The edits that wait for a person, in the order in which they were typed; with those that were `decided`."""
    async with officer.serving.borrow_connection() as connection:
        return await list_salvaged(connection, decided=decided)


@router.post("/{id}/accept")
async def accept_edit(id: UUID, officer: OfficerDep) -> Sequence[Outcome]:
    """Do what an edit says, and what was saved together with it, with the rights that its account has now."""
    serving = officer.serving
    with _translate_decided():
        async with serving.borrow_connection() as connection:
            await _check(connection, officer, id)
        return await accept_salvaged(serving.pool, serving.plugins, id, officer.name, serving.clock())


@router.post("/{id}/discard")
async def discard_edit(id: UUID, officer: OfficerDep) -> DiscardAnswer:
    """Decide against an edit, and what was saved together with it."""
    with _translate_decided():
        async with officer.serving.borrow_connection() as connection:
            await _check(connection, officer, id)
            done = await discard_salvaged(connection, id, officer.name, officer.serving.clock())
    return DiscardAnswer(discarded=done)


async def _check(connection: Connection, officer: Officer, id: UUID) -> None:
    """Its account may do no more than whoever decides."""
    for edit in await list_salvaged(connection, id=id):
        await officer.check_account(connection, edit.account)


@contextmanager
def _translate_decided() -> Iterator[None]:
    """Of two who decide at once the second is told, as is who names an edit that never came."""
    try:
        yield
    except NotSalvaged as gone:
        raise ProblemError("not-found", "It was decided already, or never came.") from gone
