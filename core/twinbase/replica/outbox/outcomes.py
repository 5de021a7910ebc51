"""What became of mutations, kept beside them in the outbox."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


def note_outcomes(connection: Any, outcomes: Iterable[Mapping[str, Any]]) -> None:
    """Keep what became of mutations beside them. They stay on top of their rows until a pull covers them (H14)."""
    connection.executemany(
        "UPDATE _twinbase_outbox SET outcome = ?, reason = ?, detail = ?, behind = ? WHERE id = ?",
        [_outcome_row(outcome) for outcome in outcomes],
    )


def _outcome_row(outcome: Mapping[str, Any]) -> tuple[Any, ...]:
    told = [outcome.get(name, "") for name in ("reason", "detail")]
    return (msgspec.json.encode(outcome).decode(), *told, outcome.get("behind"), str(outcome["id"]))
