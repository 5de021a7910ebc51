"""Run projections: what changed in the sources since the last run finds its way into the targets.

Each run takes the snapshot first and reads afterwards, so a change that commits in between is projected twice, which
changes nothing, and none is missed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Boolean,
    CursorResult,
    Select,
    TextClause,
    case,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.elements import ColumnElement

from twinbase.projection import Projection
from twinbase_server.capture.tables import made_name

IMAGE = table("projection_image", column("projection"), column("id"), column("image", JSONB), schema="twinbase")
CHANGED = "(xid >= CAST(:xmax AS xid8) OR xid = ANY(CAST(CAST(:xip AS text[]) AS xid8[])))"


@dataclass(slots=True)
class Projected:
    """What one run did to one target."""

    name: str
    target: str
    written: int = 0
    deleted: int = 0
    retired: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Since:
    """The last run's snapshot: which versions it could not see."""

    xmax: str
    xip: list[str] = field(default_factory=list)

    @staticmethod
    def parse(snapshot: str) -> "_Since":
        _, xmax, xip = snapshot.split(":")
        return _Since(xmax, [xid for xid in xip.split(",") if xid])


async def project(
    engine: AsyncEngine,
    projections: Sequence[Projection],
    *,
    progress: Callable[[Projected], None] | None = None,
) -> list[Projected]:
    """Bring every target up to date, in one transaction: parents are written first and deleted last."""
    async with engine.begin() as connection:
        snapshot = str(await connection.scalar(text("SELECT pg_current_snapshot()::text")))
        since = {p.name: await _since(connection, p) for p in projections}
        reports = []
        for projection in projections:
            report = Projected(projection.name, projection.table.name, whole=since[projection.name] is None)
            report.written = await _write(connection, projection, since[projection.name])
            reports.append(report)
            if progress:
                progress(report)
        for projection, report in zip(reversed(projections), reversed(reports), strict=True):
            await _delete(connection, projection, since[projection.name], report)
        for projection in projections:
            await _remember(connection, projection, snapshot)
    return reports


async def _since(connection: AsyncConnection, projection: Projection) -> _Since | None:
    """Where the last run stood; None when everything has to be projected: first run, other rows, capture renewed."""
    row = (
        await connection.execute(
            text("SELECT snapshot, shape FROM twinbase.projection WHERE name = :name"), {"name": projection.name}
        )
    ).first()
    if row is None or row.shape != _shape(projection):
        return None
    since = _Since.parse(row.snapshot)
    renewed = await connection.scalar(
        text(
            "SELECT EXISTS (SELECT FROM twinbase.capture c WHERE (schema_name, table_name) IN "
            "(SELECT * FROM unnest(CAST(:schemas AS text[]), CAST(:names AS text[]))) AND (base >= CAST(:xmax AS xid8) "
            "OR EXISTS (SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND g.xid >= CAST(:xmax AS xid8))))"
        ),
        {
            "schemas": [feed.table.schema or "public" for feed in projection.feeds],
            "names": [feed.table.name for feed in projection.feeds],
            "xmax": since.xmax,
        },
    )
    return None if renewed else since


def _shape(projection: Projection) -> str:
    """A fingerprint of the query: another one means that every row is projected again."""
    compiled = projection.rows.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    return hashlib.sha256(f"{projection.name}\n{compiled}".encode()).hexdigest()[:16]


async def _write(connection: AsyncConnection, projection: Projection, since: _Since | None) -> int:
    rows = _rows(projection, since).subquery("rows")
    names = projection.columns
    values = [literal(projection.name), *(rows.c[name] for name in names)]
    statement = insert(projection.table).from_select(["source_table", *names], select(*values))
    fresh = {name: _fresh(projection, name, statement) for name in names if name != "id"}
    current = tuple_(*(projection.table.c[name] for name in fresh))
    upsert = statement.on_conflict_do_update(
        index_elements=["id"], set_=fresh, where=current.is_distinct_from(tuple_(*fresh.values()))
    )
    written = (await connection.execute(upsert, _binds(since))).rowcount
    if projection.shared:
        await _keep_image(connection, projection, since)
    return written


def _fresh(projection: Projection, name: str, statement: postgresql.Insert) -> ColumnElement[object]:
    """The value to write: for a shared column the device's stays, unless the source's own value has moved."""
    new = statement.excluded[name]
    if name not in projection.shared:
        return new
    image = (
        select(IMAGE.c.image)
        .where(IMAGE.c.projection == projection.name, IMAGE.c.id == statement.excluded.id)
        .scalar_subquery()
    )
    unmoved = image.op("->", return_type=JSONB)(name) == func.coalesce(func.to_jsonb(new), text("'null'::jsonb"))
    return case((unmoved, projection.table.c[name]), else_=new)


async def _keep_image(connection: AsyncConnection, projection: Projection, since: _Since | None) -> None:
    rows = _rows(projection, since).subquery("rows")
    pairs = [part for name in sorted(projection.shared) for part in (literal(name), rows.c[name])]
    chosen = select(literal(projection.name), rows.c.id, func.jsonb_build_object(*pairs))
    statement = insert(IMAGE).from_select(["projection", "id", "image"], chosen)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["projection", "id"],
            set_={"image": statement.excluded.image},
            where=IMAGE.c.image.is_distinct_from(statement.excluded.image),
        ),
        _binds(since),
    )


def _rows(projection: Projection, since: _Since | None) -> Select[tuple[object, ...]]:
    """The rows to write: all of them, or those that a change in a source touches."""
    if since is None:
        return projection.rows
    source_id = projection.rows.selected_columns["source_id"]
    return projection.rows.where(source_id.in_(_touched(projection)))


def _touched(projection: Projection) -> Select[tuple[str]]:
    """The source_ids of rows that have to be looked at again."""
    parts = []
    for feed in projection.feeds:
        name = made_name("v", feed.table.schema or "public", feed.table.name)
        keys = [column(key.name, key.type) for key in feed.table.primary_key.columns]
        changed = select(*keys).select_from(table(name, *keys, schema="twinbase")).where(_changed()).subquery()
        parts.append(feed.keys(changed))
    touched = parts[0].union(*parts[1:]).subquery("touched")
    return select(next(iter(touched.c)))


def _changed() -> TextClause:
    return text(CHANGED)


def _binds(since: _Since | None) -> dict[str, object]:
    return {} if since is None else {"xmax": since.xmax, "xip": since.xip}


async def _delete(connection: AsyncConnection, projection: Projection, since: _Since | None, report: Projected) -> None:
    """Rows whose source is gone: deleted, or retired when work of a device hangs on them."""
    target = projection.table
    rows = _rows(projection, since).subquery("rows")
    gone = [target.c.source_table == projection.name, ~exists().where(rows.c.id == target.c.id)]
    if since is not None:
        gone.append(target.c.source_id.in_(_touched(projection)))
    held = _held(projection)
    binds = _binds(since)
    deleted: CursorResult[tuple[object, ...]] = await connection.execute(delete(target).where(*gone, ~held), binds)
    report.deleted = deleted.rowcount
    if projection.retire:
        changed = or_(*(target.c[name].is_distinct_from(value) for name, value in projection.retire.items()))
        retired = update(target).where(*gone, held, changed).values(dict(projection.retire))
        report.retired = (await connection.execute(retired, binds)).rowcount
    if projection.shared:
        stale = ~exists().where(target.c.id == IMAGE.c.id)
        await connection.execute(delete(IMAGE).where(IMAGE.c.projection == projection.name, stale))


def _held(projection: Projection) -> ColumnElement[bool]:
    """Whether a row is referenced by one that must not lose it (a foreign key without ON DELETE)."""
    target = projection.table
    holders = [
        exists().where(key.parent == target.c.id)
        for other in target.metadata.tables.values()
        for key in other.foreign_keys
        if key.column.table is target and not key.ondelete
    ]
    return or_(*holders) if holders else literal(False, Boolean)


async def _remember(connection: AsyncConnection, projection: Projection, snapshot: str) -> None:
    await connection.execute(
        text(
            "INSERT INTO twinbase.projection (name, snapshot, shape) VALUES (:name, :snapshot, :shape) "
            "ON CONFLICT (name) DO UPDATE SET snapshot = excluded.snapshot, shape = excluded.shape, at = now()"
        ),
        {"name": projection.name, "snapshot": snapshot, "shape": _shape(projection)},
    )
