"""What conflicts set aside and what was flagged, over HTTP: listed, put back, settled."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from twinbase.errors import Refused
from twinbase.identity import Identity
from twinbase.protocol import Outcome
from twinbase_server.accept.journal import LineKind
from twinbase_server.database.connection import Connection
from twinbase_server.devices.account import identify_account
from twinbase_server.devices.journal import (
    LINES_MAX,
    JournalLine,
    LineFilter,
    NotWaiting,
    list_lines,
    read_line,
    settle_line,
)
from twinbase_server.devices.restore import JournalSide, restore_line
from twinbase_server.http.office.rights import OFFICE_PROBLEMS, Officer, OfficerDep, needs_conflicts
from twinbase_server.problems import ProblemError, describe_problems

router = APIRouter(prefix="/conflicts", dependencies=[needs_conflicts], responses=describe_problems(*OFFICE_PROBLEMS))
NOTE_LETTERS_MAX = 2_000
PLAIN = r"^[^\x00]*$"


class LinesAnswer(BaseModel):
    """`next`: what to ask `before` for the lines that follow; null when there are no more."""

    lines: Sequence[JournalLine]
    next: UUID | None


class SettleRequest(BaseModel):
    """`note`: a word to whoever typed it, shown on the device."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    note: str = Field("", max_length=NOTE_LETTERS_MAX, pattern=PLAIN)


class RestoreRequest(BaseModel):
    """`side`: whose value is written back. `columns`: only these of those that were decided. `account`: in whose name,
    in place of whoever asks; it may do no more than they may."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    side: JournalSide
    columns: list[str] | None = Field(None, max_length=2_000)
    account: str = Field("", max_length=320, pattern=PLAIN)
    note: str = Field("", max_length=NOTE_LETTERS_MAX, pattern=PLAIN)


@router.get("")
async def read_lines(
    officer: OfficerDep,
    kind: LineKind | None = None,
    twin: Annotated[str | None, Query(max_length=128, pattern=PLAIN)] = None,
    row: Annotated[str | None, Query(max_length=2_000, pattern=PLAIN)] = None,
    account: Annotated[str | None, Query(max_length=320, pattern=PLAIN)] = None,
    waiting: bool = False,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=LINES_MAX)] = 100,
) -> LinesAnswer:
    """Lines of the journal, the newest first: of a kind (conflict, flag, restore), a twin, one row of it (its key), an
    account; only those that are `waiting` for the office. Those of twins that whoever asks may not read are left out.
    """
    wanted = LineFilter(kind, twin, row, account, waiting, _readable(officer), before, limit)
    async with officer.serving.borrow_connection() as connection:
        lines = await list_lines(connection, wanted)
    return LinesAnswer(lines=lines, next=lines[-1].id if len(lines) == limit else None)


@router.get("/{id}")
async def read_one(id: UUID, officer: OfficerDep) -> JournalLine:
    """One line, settled or not."""
    async with officer.serving.borrow_connection() as connection:
        return await _find(connection, officer, id)


@router.post("/{id}/settle")
async def settle(id: UUID, said: SettleRequest, officer: OfficerDep) -> JournalLine:
    """Somebody has looked at it, and the row stays as it is. Whoever typed it hears of it at their next sync."""
    with _translate_settled():
        async with officer.serving.borrow_connection() as connection:
            await _check(connection, officer, id)
            return await settle_line(connection, id, officer.name, said.note, officer.serving.clock())


@router.post("/{id}/restore")
async def restore(id: UUID, said: RestoreRequest, officer: OfficerDep) -> Outcome:
    """Write back what one side had, as an edit of whoever asks, with their rights: the answer says what became of it.
    When it was written the line is settled."""
    serving = officer.serving
    with _translate_settled():
        async with serving.borrow_connection() as connection:
            await _check(connection, officer, id)
            identity = await _identify(connection, officer, said.account)
        by = officer.name if identity is officer.identity else f"{officer.name} as {identity.subject}"
        return await restore_line(
            serving.pool, serving.plugins, id, said.side, identity, by, serving.clock(),
            columns=said.columns, note=said.note,
        )  # fmt: skip


def _readable(officer: Officer) -> list[str]:
    """The twins of which whoever asks may read rows at all."""
    registry = officer.serving.plugins.registry
    return [twin.name for twin in registry if not twin.mirror.read or officer.identity.may(twin.mirror.read)]


async def _find(connection: Connection, officer: Officer, id: UUID) -> JournalLine:
    line = await read_line(connection, id)
    if line is None or line.twin not in _readable(officer):
        raise ProblemError("not-found", "The journal has no such line, or you may not read what it is about.")
    return line


async def _check(connection: Connection, officer: Officer, id: UUID) -> None:
    """Whoever typed it may do no more than whoever decides about it."""
    await officer.check_account(connection, (await _find(connection, officer, id)).author)


async def _identify(connection: Connection, officer: Officer, account: str) -> Identity:
    if not account or account == officer.name:
        return officer.identity
    await officer.check_account(connection, account)
    try:
        named = await identify_account(connection, officer.serving.plugins, account)
    except Refused as closed:
        raise ProblemError("not-permitted", "This account is closed: nobody writes in its name.") from closed
    return officer.serving.plugins.roles.grant(named)


@contextmanager
def _translate_settled() -> Iterator[None]:
    """Of two who settle at once the second is told, as is who names a line that never waited."""
    try:
        yield
    except NotWaiting as gone:
        raise ProblemError("not-found", "It was settled already, or is no question.") from gone
