"""What the server decided about edits of this device, kept in the file beside what was typed, until it is old.

An edit is forgotten once it was taken; what was decided about it has a table of its own, in wire form, so that it can
be read, and a value of it taken back, long after.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from twinbase.replica.connection import Connection
from twinbase.replica.file.statements import Shape
from twinbase.replica.outbox.change import read_change
from twinbase.replica.outbox.states import settle_conflicts

DECISIONS_KEPT = timedelta(days=90)
"""How long a decision can be read here, and taken back."""
DECISIONS_MAX = 2_000
DECISION_LETTERS_MAX = 16 * 1024 * 1024
"""Of all of them together; the oldest go first."""

Outcomes = Sequence[Mapping[str, Any]]


def keep_decisions(connection: Connection, shapes: Mapping[str, Shape], outcomes: Outcomes, at: datetime) -> None:
    """Keep those in which something was decided or flagged, each with both sides of its edit.

    An answer that comes again replaces the one before. One that says less may be what a server still knows of it after
    a long time. One with another status is of another history: the server was restored, and in what it has now nothing
    is set aside.
    """
    kept = {id_ for (id_,) in connection.execute("SELECT id FROM _twinbase_decision")} if outcomes else set()
    for outcome in outcomes:
        if says_more(outcome):
            _keep(connection, shapes, outcome, at)
        elif str(outcome["id"]) in kept and outcome.get("status") in ("applied", "merged"):
            connection.execute(_OF_ANOTHER_HISTORY, (str(outcome["id"]), outcome["status"]))


_OF_ANOTHER_HISTORY = """DELETE FROM _twinbase_decision
WHERE id = ? AND put_back IS NULL AND json_extract(said, '$.outcome.status') <> ?"""


def says_more(outcome: Mapping[str, Any]) -> bool:
    """Whether more is to be told of an edit than that it was written, or why not."""
    if outcome.get("status") not in ("applied", "merged", "conflict"):
        return False
    return any(outcome.get(name) for name in ("decision", "columns", "ask", "flags"))


def _keep(connection: Connection, shapes: Mapping[str, Shape], outcome: Mapping[str, Any], at: datetime) -> None:
    query = "SELECT seq, twin, op, at, author FROM _twinbase_outbox WHERE id = ?"
    found = connection.execute(query, (str(outcome["id"]),)).fetchone()
    if found is None or found[1] not in shapes:
        return
    seq, twin, op, wrote_at, author = found
    change = read_change(connection, shapes[twin], seq, op)
    said = {"key": change["key"], "base": change["old"], "mine": change["new"], "outcome": outcome}
    decided_at = (outcome.get("decision") or {}).get("at") or at.isoformat()
    connection.execute(
        "INSERT INTO _twinbase_decision (id, twin, op, author, wrote_at, at, said) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET at = excluded.at, said = excluded.said",
        (str(outcome["id"]), twin, op, author or "", wrote_at, decided_at, msgspec.json.encode(said).decode()),
    )


def settle_decisions(connection: Connection, settled: Iterable[Mapping[str, Any]]) -> None:
    """Keep what the office has decided since: a conflict that it has settled waits for nobody any more."""
    for one in settled:
        by_kind = msgspec.json.encode({str(one.get("kind", "")): one}).decode()
        connection.execute(
            "UPDATE _twinbase_decision SET settled = json_patch(settled, ?) WHERE id = ?", (by_kind, str(one["id"]))
        )
    settle_conflicts(connection, [str(one["id"]) for one in settled if one.get("kind") == "conflict"])


def forget_decisions(connection: Connection, now: datetime) -> None:
    """Let go of what is too old, of what is too much, the oldest first. What the office has still to answer stays as
    long as there is room for it."""
    waits = "json_extract(said, '$.outcome.ask') AND settled = '{}'"
    before = (now - DECISIONS_KEPT).isoformat()
    connection.execute(f"DELETE FROM _twinbase_decision WHERE at < ? AND NOT coalesce({waits}, 0)", (before,))
    newest_first = "OVER (ORDER BY at DESC, rowid DESC)"
    connection.execute(
        "DELETE FROM _twinbase_decision WHERE id IN (SELECT id FROM (SELECT id, row_number() "
        f"{newest_first} AS number, sum(length(said)) {newest_first} AS letters FROM _twinbase_decision)"
        " WHERE number > ? OR letters > ?)",
        (DECISIONS_MAX, DECISION_LETTERS_MAX),
    )
