"""Decisions as people read them: what an edit met, who decided, and what the office said of it since."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.mutation import Flag, Operation
from twinbase.registry import Registry, Twin
from twinbase.replica.connection import Connection

WHOLE_ROW = "*"
"""Stands for all columns, where it was decided about the row as a whole."""


@dataclass(frozen=True, slots=True)
class DecidedColumn:
    """One column: what was read, what was written here, what the server had, as Python values.

    `kept`: whose value stands: device, server, or both (a sum, two texts). `is_unsaid`: what the server had is not kept
    here, because it is too large, or because the server is older than this app.
    """

    base: Any
    mine: Any
    theirs: Any
    kept: str
    is_unsaid: bool = False


@dataclass(frozen=True, slots=True)
class OfficeAnswer:
    """What the office decided later. `kept`: whose value it has written back, device or server; "": it has looked, and
    the row stays as it was."""

    at: datetime
    by: str
    kept: str
    note: str


@dataclass(frozen=True, slots=True)
class ServerDecision:
    """What became of an edit of this device that met another one, or that the office looks at.

    `status`: applied, merged or conflict. `columns`: those in dispute; of an edit that was only flagged, those that it
    wrote. `by`: the subject of whose device had written the server's side, "" for none; `strategy`: the rule that
    decided, `at` when. `flags`: taken, and looked at by the office, each with its sentence. `asks`: the office has
    still to answer. `office`: what it decided about the conflict, `looked_at` about the flags. `put_back`: the newest
    edit by which a value of it was taken back.
    """

    id: UUID
    twin: str
    op: Operation
    key: tuple[Any, ...]
    status: str
    columns: Mapping[str, DecidedColumn]
    by: str
    strategy: str
    at: datetime
    wrote_at: datetime
    flags: tuple[Flag, ...]
    asks: bool
    office: OfficeAnswer | None
    looked_at: OfficeAnswer | None
    put_back: UUID | None


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision as the file holds it, in wire form and under the names of today. `decided`: per column who decided."""

    id: str
    twin: Twin
    op: Operation
    key: list[Any]
    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
    decided: Mapping[str, str]
    outcome: Mapping[str, Any]
    settled: Mapping[str, Any]
    wrote_at: str
    at: str
    put_back: str | None


def list_decisions(connection: Connection, registry: Registry) -> list[ServerDecision]:
    """Every decision that is kept of this account's edits, the newest first."""
    return [_shown(kept) for kept in read_decisions(connection, registry)]


def read_decisions(connection: Connection, registry: Registry, id_: str | None = None) -> Iterator[KeptDecision]:
    """All of them, or one; those of tables that the app no longer declares are left out."""
    rows = connection.execute(
        "SELECT id, twin, op, wrote_at, at, said, settled, put_back FROM _twinbase_decision"
        " WHERE author IN ('', (SELECT account FROM _twinbase_state)) AND (?1 IS NULL OR id = ?1)"
        " ORDER BY at DESC, rowid DESC",
        (id_,),
    ).fetchall()
    for found_id, twin, op, wrote_at, at, said, settled, put_back in rows:
        if twin in registry:
            yield _kept(registry[twin], found_id, op, wrote_at, at, json.loads(said), json.loads(settled), put_back)


def _kept(
    twin: Twin,
    id_: str,
    op: Operation,
    wrote_at: str,
    at: str,
    said: Mapping[str, Any],
    settled: Mapping[str, Any],
    put_back: str | None,
) -> KeptDecision:
    outcome = said["outcome"]
    note = outcome.get("decision") or {}
    base, mine, theirs = (_of_today(twin, side) for side in (said["base"], said["mine"], note.get("theirs") or {}))
    deciders = note.get("decided") or outcome.get("columns") or {}
    whole = deciders.get(WHOLE_ROW)
    if whole is not None or not deciders:
        deciders = dict.fromkeys([*theirs, *base, *mine], whole or "device")
    decided = {name: who for name, who in _of_today(twin, deciders).items() if name not in twin.key}
    return KeptDecision(
        id_, twin, op, said["key"], base, mine, theirs, decided, outcome, settled, wrote_at, at, put_back
    )


def _of_today(twin: Twin, values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns under the names that they have now; what the app has no more is left out."""
    named = {twin.newest_name_of(name): value for name, value in values.items()}
    return {name: value for name, value in named.items() if name in twin.codecs}


def _shown(kept: KeptDecision) -> ServerDecision:
    note = kept.outcome.get("decision") or {}
    answers = {kind: _answer(one) for kind, one in kept.settled.items()}
    flags = tuple(Flag(one["reason"], one.get("detail", "")) for one in kept.outcome.get("flags") or ())
    waits = bool(kept.outcome.get("ask")) and "conflict" not in answers
    return ServerDecision(
        id=UUID(kept.id),
        twin=kept.twin.name,
        op=kept.op,
        key=tuple(_python(kept.twin, name, value) for name, value in zip(kept.twin.key, kept.key, strict=True)),
        status=kept.outcome["status"],
        columns={name: _column(kept, name) for name in kept.decided},
        by=note.get("theirs_by", ""),
        strategy=note.get("strategy", ""),
        at=datetime.fromisoformat(kept.at),
        wrote_at=datetime.fromisoformat(kept.wrote_at),
        flags=flags,
        asks=waits or (bool(flags) and "flag" not in answers),
        office=answers.get("conflict"),
        looked_at=answers.get("flag"),
        put_back=UUID(kept.put_back) if kept.put_back else None,
    )


def _column(kept: KeptDecision, name: str) -> DecidedColumn:
    base, mine, theirs = (
        _python(kept.twin, name, side[name]) if name in side else None for side in (kept.base, kept.mine, kept.theirs)
    )
    is_contested = kept.outcome.get("status") != "applied" or bool(kept.outcome.get("decision"))
    return DecidedColumn(base, mine, theirs, kept.decided[name], is_contested and name not in kept.theirs)


def _answer(said: Mapping[str, Any]) -> OfficeAnswer:
    kept = said.get("as", "")
    return OfficeAnswer(
        datetime.fromisoformat(said["at"]),
        said.get("by", ""),
        kept if kept in ("device", "server") else "",
        said.get("note") or "",
    )


def _python(twin: Twin, column: str, wire: Any) -> Any:
    try:
        return None if wire is None else twin.codecs[column].python_from_wire(wire)
    except (ValueError, KeyError, ArithmeticError, RecursionError):
        return wire
