"""Run projections: what changed in the sources since the last run finds its way into the targets.

Each run takes the snapshot first and reads afterwards, so a change that commits in between is projected twice, which
changes nothing, and none is missed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    FromClause,
    Select,
    TableClause,
    Update,
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
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import String

from twinbase.projection import Projection
from twinbase_server.capture.tables import made_name
from twinbase_server.versions import Snapshot, parse_snapshot

IMAGE = table(
    "projection_image", column("projection"), column("id"), column("image", JSONB(none_as_null=True)), schema="twinbase"
)
UNSEEN = "({versions}.xid >= CAST(:xmax AS xid8) OR {versions}.xid = ANY (CAST(:xip AS xid8[])))"
RENEWED = f"""
SELECT EXISTS (
    SELECT FROM twinbase.capture c
    WHERE (schema_name, table_name) IN (SELECT * FROM unnest(CAST(:schemas AS text[]), CAST(:names AS text[])))
    AND (c.base >= CAST(:xmax AS xid8) OR c.base = ANY (CAST(:xip AS xid8[]))
        OR c.collected >= CAST(:xmax AS xid8) OR c.collected = ANY (CAST(:xip AS xid8[])) OR EXISTS (
        SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND {UNSEEN.format(versions="g")})))
"""


@dataclass(slots=True)
class Projected:
    """What one run did to one target. `whole`: every row was looked at, and not only what had changed."""

    name: str
    target: str
    written: int = 0
    deleted: int = 0
    retired: int = 0
    whole: bool = False


@dataclass(slots=True)
class _Step:
    """One projection in one run, with its two temporary tables: the rows as they shall be, and the `source_id`s that
    were looked at. What is not among the former and is among the latter has lost its source. `idle`: there were none.
    """

    projection: Projection
    since: Snapshot | None
    rows: TableClause
    touched: TableClause
    report: Projected
    idle: bool = False

    @property
    def gone(self) -> list[ColumnElement[bool]]:
        """The condition of target rows that have lost their source."""
        target = self.projection.table
        gone = [target.c.source_table == self.projection.name, ~exists().where(self.rows.c.id == target.c.id)]
        if self.since is not None:
            gone.append(target.c.source_id.in_(select(self.touched.c.source_id)))
        return gone


async def project(
    engine: AsyncEngine,
    projections: Sequence[Projection],
    *,
    progress: Callable[[Projected], None] | None = None,
) -> list[Projected]:
    """Bring every target up to date, in one transaction: parents are written first and deleted last."""
    async with engine.begin() as connection:
        snapshot = str(await connection.scalar(text("SELECT pg_current_snapshot()::text")))
        steps = []
        for number, projection in enumerate(projections):
            step = _step(number, projection, await _since(connection, projection))
            await _stage(connection, step)
            if not step.idle:
                await _write(connection, step)
            steps.append(step)
            if progress:
                progress(step.report)
        for step in reversed(steps):
            if not step.idle:
                await _delete(connection, step)
        for projection in projections:
            await _remember(connection, projection, snapshot)
    return [step.report for step in steps]


def _step(number: int, projection: Projection, since: Snapshot | None) -> _Step:
    target = projection.table
    columns = [column(name, target.c[name].type) for name in projection.columns]
    rows = table(f"twinbase_rows_{number}", *columns)
    touched = table(f"twinbase_touched_{number}", column("source_id", String()))
    return _Step(projection, since, rows, touched, Projected(projection.name, target.name, whole=since is None))


async def _since(connection: AsyncConnection, projection: Projection) -> Snapshot | None:
    """Where the last run stood; None when everything has to be projected: first run, other rows, capture renewed."""
    row = (
        await connection.execute(
            text("SELECT snapshot, shape FROM twinbase.projection WHERE name = :name"), {"name": projection.name}
        )
    ).first()
    if row is None or row.shape != _shape(projection):
        return None
    since = parse_snapshot(row.snapshot)
    feeds = {
        "schemas": [feed.table.schema or "public" for feed in projection.feeds],
        "names": [feed.table.name for feed in projection.feeds],
    }
    renewed = await connection.scalar(text(RENEWED), {**feeds, **_binds(since)})
    return None if renewed else since


def _binds(since: Snapshot) -> dict[str, object]:
    return {"xmax": since.xmax, "xip": list(since.xip)}


def _shape(projection: Projection) -> str:
    """A fingerprint of the query: another one means that every row is projected again."""
    compiled = projection.rows.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    parameters = sorted((name, repr(value)) for name, value in compiled.params.items())
    return hashlib.sha256(f"{projection.name}\n{compiled}\n{parameters}".encode()).hexdigest()[:16]


async def _stage(connection: AsyncConnection, step: _Step) -> None:
    """Read the sources once: all that follows compares with what was read here."""
    projection, target = step.projection, step.projection.table
    rows = projection.rows
    if step.since is not None:
        await connection.execute(
            text(f"CREATE TEMP TABLE {step.touched.name} (source_id text PRIMARY KEY) ON COMMIT DROP")
        )
        ids = plain_insert(step.touched).from_select(["source_id"], _touched(projection))
        step.idle = (await connection.execute(ids, _binds(step.since))).rowcount == 0
        if step.idle:
            return
        source_id = rows.selected_columns["source_id"]
        rows = rows.where(source_id.in_(select(step.touched.c.source_id)))
    # CREATE TABLE AS takes no parameters, so the columns come from the target and the rows from an INSERT.
    names = ", ".join(f'"{name}"' for name in projection.columns)
    of_target = f'SELECT {names} FROM "{target.schema}"."{target.name}" WITH NO DATA'
    await connection.execute(text(f"CREATE TEMP TABLE {step.rows.name} ON COMMIT DROP AS {of_target}"))
    await connection.execute(plain_insert(step.rows).from_select(list(projection.columns), rows))
    await connection.execute(text(f"CREATE UNIQUE INDEX ON {step.rows.name} (id)"))
    await connection.execute(text(f"ANALYZE {step.rows.name}"))


def _touched(projection: Projection) -> Select[tuple[str]]:
    """The source_ids of rows that have to be looked at again."""
    parts = []
    for feed in projection.feeds:
        name = made_name("v", feed.table.schema or "public", feed.table.name)
        keys = [column(key.name, key.type) for key in feed.table.primary_key.columns]
        versions = table(name, *keys, schema="twinbase").alias("v")
        changed = select(*(versions.c[key.name] for key in keys)).where(text(UNSEEN.format(versions="v"))).subquery()
        parts.append(feed.keys(changed))
    touched = parts[0].union(*parts[1:]).subquery("touched")
    (source_id,) = touched.c
    return select(source_id).where(source_id.is_not(None))


async def _write(connection: AsyncConnection, step: _Step) -> None:
    """Change the rows that differ, and add those that are not there."""
    projection, target, rows = step.projection, step.projection.table, step.rows
    changed = await connection.execute(_update(step))
    values = [literal(projection.name, String()), *rows.c]
    added = await connection.execute(
        insert(target)
        .from_select(
            ["source_table", *projection.columns],
            select(*values).where(~exists().where(target.c.id == rows.c.id).correlate(rows)),
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )
    step.report.written = changed.rowcount + added.rowcount
    if projection.shared:
        await _keep_image(connection, step)


def _update(step: _Step) -> Update:
    """The statement compares and writes in one go, so an edit of a device that commits meanwhile is seen."""
    projection, target, rows = step.projection, step.projection.table, step.rows
    of_image = (IMAGE.c.projection == projection.name) & (IMAGE.c.id == rows.c.id)
    source = select(*rows.c, IMAGE.c.image.label("_image")).select_from(rows.outerjoin(IMAGE, of_image))
    new = (source if projection.shared else select(*rows.c)).subquery("new")
    fresh = {name: _fresh(step, name, new) for name in projection.columns if name != "id"}
    differs = tuple_(*(target.c[name] for name in fresh)).is_distinct_from(tuple_(*fresh.values()))
    return update(target).values(fresh).where(target.c.id == new.c.id, differs)


def _fresh(step: _Step, name: str, new: FromClause) -> ColumnElement[object]:
    """The value to write: of a shared column the device's stays, unless the source's own value has moved."""
    if name not in step.projection.shared:
        return new.c[name]
    said = func.coalesce(func.to_jsonb(new.c[name]), text("'null'::jsonb"))
    unmoved = new.c["_image"].op("->", return_type=JSONB())(name) == said
    return case((unmoved, step.projection.table.c[name]), else_=new.c[name])


async def _keep_image(connection: AsyncConnection, step: _Step) -> None:
    """Remember what the source said of the shared columns, to know next time whether it has moved."""
    rows = step.rows
    pairs = [part for name in sorted(step.projection.shared) for part in (literal(name, String()), rows.c[name])]
    chosen = select(literal(step.projection.name, String()), rows.c.id, func.jsonb_build_object(*pairs))
    statement = insert(IMAGE).from_select(["projection", "id", "image"], chosen)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["projection", "id"],
            set_={"image": statement.excluded.image},
            where=IMAGE.c.image.is_distinct_from(statement.excluded.image),
        )
    )


async def _delete(connection: AsyncConnection, step: _Step) -> None:
    """Rows whose source is gone: deleted, or retired when work of a device hangs on them."""
    projection, target = step.projection, step.projection.table
    held = _held(projection)
    step.report.deleted = (await connection.execute(delete(target).where(*step.gone, ~held))).rowcount
    if projection.retire:
        changed = or_(*(target.c[name].is_distinct_from(value) for name, value in projection.retire.items()))
        retired = update(target).where(*step.gone, held, changed).values(dict(projection.retire))
        step.report.retired = (await connection.execute(retired)).rowcount
    if projection.shared and step.report.deleted:
        stale = ~exists().where(target.c.id == IMAGE.c.id).correlate(IMAGE)
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
