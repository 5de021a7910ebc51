"""How far each projection has come: what it has seen, and which of its sources have changed since."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.projection import Projection
from twinbase_server.capture.tables import version_table
from twinbase_server.projection.fit import table_name
from twinbase_server.sql.names import TableName
from twinbase_server.sql.unseen import Snapshot, parse_snapshot, unseen_sql

_BOUND = {"xmax": ":xmax", "xip": ":xip"}
_RENEWED = f"""
SELECT schema_name, table_name FROM twinbase.capture c
WHERE {unseen_sql("c.base", **_BOUND)} OR {unseen_sql("c.collected", **_BOUND)}
    OR EXISTS (SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND {unseen_sql("g.xid", **_BOUND)})
"""
_FINGERPRINTS: WeakKeyDictionary[Projection, str] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class ProjectionProgress:
    """Where a projection's last run stood, and the sources in which something has changed since.

    `since` is None when every row has to be looked at: first run, other rows, capture renewed.
    """

    since: Snapshot | None
    changed: frozenset[TableName] = frozenset()


async def read_progress(
    connection: AsyncConnection, projections: Sequence[Projection]
) -> dict[str, ProjectionProgress]:
    """By the projection's name; one question for all that have come equally far, which is nearly always all."""
    rows = await connection.execute(
        text("SELECT name, snapshot, shape FROM twinbase.projection WHERE name = ANY (:names)"),
        {"names": [projection.name for projection in projections]},
    )
    kept = {
        row.name: row.snapshot
        for row in rows
        if row.shape in {_fingerprint(p) for p in projections if p.name == row.name}
    }
    reached = {projection.name: ProjectionProgress(None) for projection in projections}
    for snapshot in set(kept.values()):
        there = [projection for projection in projections if kept.get(projection.name) == snapshot]
        reached |= await _read_progress(connection, there, parse_snapshot(snapshot))
    return reached


async def _read_progress(
    connection: AsyncConnection, projections: Sequence[Projection], since: Snapshot
) -> Mapping[str, ProjectionProgress]:
    fed = {projection.name: {table_name(feed.table) for feed in projection.feeds} for projection in projections}
    renewed = {(row[0], row[1]) for row in await connection.execute(text(_RENEWED), snapshot_parameters(since))}
    changed = await _changed(connection, sorted(set().union(*fed.values())), since)
    return {
        name: ProjectionProgress(None) if table_names & renewed else ProjectionProgress(since, changed & table_names)
        for name, table_names in fed.items()
    }


async def _changed(
    connection: AsyncConnection, table_names: Sequence[TableName], since: Snapshot
) -> frozenset[TableName]:
    """Of these captured tables those in which a row has changed."""
    asked = ", ".join(
        f"EXISTS (SELECT FROM {_escaped(version_table(*at))} v WHERE {unseen_of('v')})" for at in table_names
    )
    answers: Iterable[bool] = (await connection.execute(text(f"SELECT {asked}"), snapshot_parameters(since))).one()
    return frozenset(at for at, answer in zip(table_names, answers, strict=True) if answer)


def _escaped(sql: str) -> str:
    """A name may hold a colon, which `text` would take for a parameter."""
    return sql.replace(":", "\\:")


def unseen_of(versions: str) -> str:
    """Which rows of a version table a run has not seen, for the parameters of `snapshot_parameters`."""
    return unseen_sql(f"{versions}.xid", **_BOUND)


def snapshot_parameters(since: Snapshot) -> dict[str, object]:
    return {"xmax": since.xmax, "xip": list(since.xip)}


async def remember(connection: AsyncConnection, projections: Sequence[Projection], snapshot: Snapshot) -> None:
    """These projections have seen what this snapshot sees."""
    if not projections:
        return  # Each of them is off.
    await connection.execute(
        text(
            "INSERT INTO twinbase.projection (name, snapshot, shape) VALUES (:name, :snapshot, :shape) "
            "ON CONFLICT (name) DO UPDATE SET snapshot = excluded.snapshot, shape = excluded.shape, at = now()"
        ),
        [{"name": one.name, "snapshot": str(snapshot), "shape": _fingerprint(one)} for one in projections],
    )


def _fingerprint(projection: Projection) -> str:
    """A fingerprint of the query: another one means that every row is projected again."""
    if projection not in _FINGERPRINTS:
        compiled = projection.selected.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
        parameters = sorted((name, repr(value)) for name, value in compiled.params.items())
        written = f"{projection.name}\n{compiled}\n{parameters}"
        _FINGERPRINTS[projection] = hashlib.sha256(written.encode()).hexdigest()[:16]
    return _FINGERPRINTS[projection]
