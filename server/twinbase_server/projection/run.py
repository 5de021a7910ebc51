"""Run projections: what changed in the sources since the last run finds its way into the targets.

Each run takes the snapshot first and reads afterwards, so a change that commits in between is projected twice, which
changes nothing, and none is missed. Its own writes count as seen: what depends on them is projected in the same run.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import (
    Boolean,
    FromClause,
    Update,
    and_,
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
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import String

from twinbase.projection import Projection
from twinbase.registry import Registry
from twinbase_server.database.connection import USE_PUBLIC
from twinbase_server.projection.echoes import find_settled_deliveries, forget_echoes, forget_heard_echoes, is_echo
from twinbase_server.projection.fit import table_name
from twinbase_server.projection.progress import read_progress, remember
from twinbase_server.projection.sources import fit_sources, running_projections
from twinbase_server.projection.staging import Projected, Step, make_step, stage, touch
from twinbase_server.sql.names import TableName
from twinbase_server.sql.unseen import parse_snapshot

__all__ = ["Projected", "project"]
IMAGE = table(
    "projection_image", column("projection"), column("id"), column("image", JSONB(none_as_null=True)), schema="twinbase"
)

# Two runs at once would write the same targets, the one with the older rows perhaps last.
_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase projecting', 0))"
# Rows that a policy hides from our role would look as if they were gone, and their targets would go: rather an error.
_WHOLE = "SET LOCAL row_security = off"


async def project(
    engine: AsyncEngine,
    projections: Sequence[Projection],
    *,
    registry: Registry | None = None,
    progress: Callable[[Projected], None] | None = None,
) -> list[Projected]:
    """Bring every target up to date, in one transaction: parents are written first and deleted last.

    First it looks at what the sources are: a table that is new since the last run is captured from now on (with
    `registry`, as its twins want it), and what the sources lack is said in the reports. Whoever comes second waits.
    """
    fitted = await fit_sources(engine, projections, registry)
    async with engine.begin() as connection:
        await connection.execute(text(_IN_TURN))
        await connection.execute(text(_WHOLE))
        await connection.execute(text(USE_PUBLIC))
        own = int(await connection.scalar(text("SELECT pg_current_xact_id()::text")))
        snapshot = parse_snapshot(await connection.scalar(text("SELECT pg_current_snapshot()::text")))
        reached = await read_progress(connection, running_projections(fitted))
        back = await find_settled_deliveries(connection)
        steps = [make_step(number, one, reached) for number, one in enumerate(fitted)]
        written: set[TableName] = set()
        for step in steps:
            await _run(connection, step, written)
            if progress:
                progress(step.report)
        for step in reversed(steps):
            if not step.idle:
                await _delete(connection, step)
        await forget_echoes(connection, back)
        if steps:
            await remember(connection, running_projections(fitted), snapshot.add_own(own))
    return [step.report for step in steps]


async def _run(connection: AsyncConnection, step: Step, written: set[TableName]) -> None:
    """Bring one target up to date; `written`: those that this run has written before."""
    changed = written | step.progress.changed
    feeds = [feed for feed in step.projection.feeds if table_name(feed.table) in changed]
    if step.fitted.off or (step.since is not None and not feeds):
        return
    step.idle = step.since is not None and not await touch(connection, step, feeds, step.since)
    if step.idle:
        return
    await stage(connection, step)
    await _write(connection, step)
    if step.report.written:
        written.add(table_name(step.projection.table))


async def _write(connection: AsyncConnection, step: Step) -> None:
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
        await forget_heard_echoes(connection, projection.name, target, step.rows.name)
        await _keep_image(connection, step)


def _update(step: Step) -> Update:
    """The statement compares and writes in one go, so an edit of a device that commits meanwhile is seen."""
    projection, target, rows = step.projection, step.projection.table, step.rows
    of_image = (IMAGE.c.projection == projection.name) & (IMAGE.c.id == rows.c.id)
    source = select(*rows.c, IMAGE.c.image.label("_image")).select_from(rows.outerjoin(IMAGE, of_image))
    new = (source if projection.shared else select(*rows.c)).subquery("new")
    fresh = {name: _fresh(step, name, new) for name in projection.columns if name != "id"}
    differs = tuple_(*(target.c[name] for name in fresh)).is_distinct_from(tuple_(*fresh.values()))
    return update(target).values(fresh).where(target.c.id == new.c.id, differs)


def _fresh(step: Step, name: str, new: FromClause) -> ColumnElement[object]:
    """The value to write: of a shared column the device's stays, unless the source's own value has moved.

    What a device has said itself, and was handed over, has not moved when it comes back.
    """
    if name not in step.projection.shared:
        return new.c[name]
    if name in step.fitted.unsaid:
        return step.projection.table.c[name]
    moving = sorted(step.projection.moves_with(name) - step.fitted.unsaid)
    unmoved = and_(*(_unmoved(step, one, new) for one in moving))
    return case((unmoved, step.projection.table.c[name]), else_=new.c[name])


def _unmoved(step: Step, name: str, new: FromClause) -> ColumnElement[bool]:
    said = _said(new.c[name])
    seen = func.coalesce(new.c["_image"].op("->", return_type=JSONB())(name) == said, False)
    return or_(seen, is_echo(step.projection.table, new.c["id"], name, said))


def _said(value: ColumnElement[object]) -> ColumnElement[object]:
    """What an image holds of a value: JSON's null for NULL."""
    return func.coalesce(func.to_jsonb(value), text("'null'::jsonb"))


async def _keep_image(connection: AsyncConnection, step: Step) -> None:
    """Remember what the source said of the shared columns, to know next time whether it has moved.

    Of a column that it does not have just now, what it said last stays.
    """
    rows = step.rows
    said = sorted(step.projection.shared - step.fitted.unsaid)
    pairs = [part for name in said for part in (literal(name, String()), rows.c[name])]
    chosen = select(literal(step.projection.name, String()), rows.c.id, func.jsonb_build_object(*pairs))
    statement = insert(IMAGE).from_select(["projection", "id", "image"], chosen)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["projection", "id"],
            set_={"image": IMAGE.c.image.concat(statement.excluded.image)},
            where=~IMAGE.c.image.contains(statement.excluded.image),
        )
    )


async def _delete(connection: AsyncConnection, step: Step) -> None:
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
