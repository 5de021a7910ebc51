"""The mark beside a row: whether the server has it as it is shown, and what it said if it refused it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlmodel import SQLModel

from twinbase.replica import PendingEdit, ReplicaSession
from twinbase_mobile.reading.columns import name_of

MarkState = Literal["synced", "sent", "pending", "parked", "conflict", "refused"]
_WORSE: tuple[MarkState, ...] = ("synced", "sent", "pending", "parked", "conflict", "refused")


@dataclass(frozen=True, slots=True)
class Mark:
    """How a row stands with the server. `edit`: what to give `Replica.correct` or `Replica.discard`.

    synced: as the server has it. pending: no server has answered it yet. sent: it has, and the row is on its way back.
    parked, conflict, refused: somebody must decide, and `sentence` says why; `reason`: its code, for another language.
    """

    state: MarkState = "synced"
    sentence: str = ""
    edit: UUID | None = None
    reason: str = ""


SYNCED = Mark()


class Marks:
    """What is unsent of a few tables, by row."""

    def __init__(self, unsent: Iterable[PendingEdit]) -> None:
        self._unsent = list(unsent)
        self._worst: dict[tuple[str, UUID], Mark] = {}
        for one in self._unsent:
            row = (one.twin, one.key[0])
            known = self._worst.get(row, SYNCED)
            if _WORSE.index(one.state) >= _WORSE.index(known.state):
                waits = one.id if one.waits_for_person else None
                self._worst[row] = Mark(one.state, one.detail, waits, one.reason)

    def mark_of(self, model: type[SQLModel], id_: UUID) -> Mark:
        """The mark of a row; of several edits, the one that is worst off."""
        return self._worst.get((name_of(model), id_), SYNCED)

    def refused_inserts(self) -> tuple[PendingEdit, ...]:
        """New rows that the server did not take: they are in no table any more, what was typed is in here."""
        return tuple(one for one in self._unsent if one.op == "insert" and one.waits_for_person)

    def edits_of(self, model: type[SQLModel]) -> tuple[PendingEdit, ...]:
        """The edits of one table, oldest first."""
        return tuple(one for one in self._unsent if one.twin == name_of(model))


async def read_marks(session: ReplicaSession, *models: type[SQLModel]) -> Marks:
    """What is unsent of these tables, in one query."""
    return Marks(await session.pending_edits(*models))
