"""What became of mutations: kept beside them in the outbox, until a pull has brought the effect."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from twinbase.frames import Begin
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import FileState
from twinbase.replica.file.statements import Shape
from twinbase.replica.outbox.kept_decisions import keep_decisions, settle_decisions
from twinbase.replica.outbox.states import put_off, rest


def note_outcomes(
    connection: Connection,
    shapes: Mapping[str, Shape],
    outcomes: Sequence[Mapping[str, Any]],
    covered: int,
    at: datetime,
) -> None:
    """Keep what became of mutations beside them. They stay on top of their rows until a pull covers them (H14).

    What the server has put off waits to be sent again, unless a batch after `covered` holds it already. `at`: when the
    server said so.
    """
    put_off(connection, [str(one["id"]) for one in outcomes if is_deferred(one)], covered)
    connection.executemany(
        "UPDATE _twinbase_outbox SET outcome = ?, reason = ?, detail = ?, behind = ? WHERE id = ?",
        [_outcome_row(outcome) for outcome in outcomes if not is_deferred(outcome)],
    )
    keep_decisions(connection, shapes, outcomes, at)


def is_deferred(outcome: Mapping[str, Any]) -> bool:
    """Whether the server has not dealt with the mutation yet."""
    return outcome.get("status") == "deferred"


def _outcome_row(outcome: Mapping[str, Any]) -> tuple[Any, ...]:
    explained = [outcome.get(name, "") for name in ("reason", "detail")]
    return (msgspec.json.encode(outcome).decode(), *explained, outcome.get("behind"), str(outcome["id"]))


def retire(connection: Connection, shapes: Mapping[str, Shape], begin: Begin, state: FileState) -> dict[str, int]:
    """Take answered mutations off their rows, now that their rows are here; answers how many of each status.

    Three ways to know that an effect is in what was pulled: the answer names it; last n covers its batch; or, when
    another copy of this file has taken over the epoch, its answer came before this pull was asked for.
    """
    covered = begin.last_n if begin.epoch == state.epoch else state.batch_n
    answered_at = datetime.fromisoformat(begin.time)
    note_outcomes(connection, shapes, begin.outcomes, covered, answered_at)
    named = json.dumps([str(outcome["id"]) for outcome in begin.outcomes if not is_deferred(outcome)])
    counts = rest(connection, covered, named, int(answered_at.timestamp()))
    settle_decisions(connection, begin.settled)
    return counts
