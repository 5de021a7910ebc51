"""What became of mutations: kept beside them in the outbox, until a pull has brought the effect."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from twinbase.frames import Begin
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import FileState
from twinbase.replica.outbox.states import rest


def note_outcomes(connection: Connection, outcomes: Iterable[Mapping[str, Any]]) -> None:
    """Keep what became of mutations beside them. They stay on top of their rows until a pull covers them (H14)."""
    connection.executemany(
        "UPDATE _twinbase_outbox SET outcome = ?, reason = ?, detail = ?, behind = ? WHERE id = ?",
        [_outcome_row(outcome) for outcome in outcomes],
    )


def _outcome_row(outcome: Mapping[str, Any]) -> tuple[Any, ...]:
    explained = [outcome.get(name, "") for name in ("reason", "detail")]
    return (msgspec.json.encode(outcome).decode(), *explained, outcome.get("behind"), str(outcome["id"]))


def retire(connection: Connection, begin: Begin, state: FileState) -> dict[str, int]:
    """Take answered mutations off their rows, now that their rows are here; answers how many of each status.

    Three ways to know that an effect is in what was pulled: the answer names it; last n covers its batch; or, when
    another copy of this file has taken over the epoch, its answer came before this pull was asked for.
    """
    note_outcomes(connection, begin.outcomes)
    covered = begin.last_n if begin.epoch == state.epoch else state.batch_n
    named = json.dumps([str(outcome["id"]) for outcome in begin.outcomes])
    return rest(connection, covered, named, int(datetime.fromisoformat(begin.time).timestamp()))
