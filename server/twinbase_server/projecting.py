"""Run projections: what changed in the sources since the last run finds its way into the targets.

Each run takes the snapshot first and reads afterwards, so a change that commits in between is projected twice, which
changes nothing, and none is missed. Its own writes count as seen: what depends on them is projected in the same run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Boolean,
    FromClause,
    Numeric,
    Select,
    TableClause,
    Update,
    and_,
    case,
    cast,
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
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import String, TypeEngine

from twinbase.projection import Feeds, Projection
from twinbase.registry import Registry
from twinbase_server.capture.tables import made_name
from twinbase_server.echoes import forget, heard_echoes, is_echo, settled
from twinbase_server.fitting import Fitted, Place, place
from twinbase_server.sources import fit_sources, running
from twinbase_server.standing import UNSEEN, Standing, binds, read_standings, remember
from twinbase_server.versions import Snapshot, parse_snapshot

IMAGE = table(
    "projection_image", column("projection"), column("id"), column("image", JSONB(none_as_null=True)), schema="twinbase"
)

# Two runs at once would write the same targets, the one with the older rows perhaps last.
_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase projecting', 0))"


@dataclass(slots=True)
class Projected:
    """What one run did to one target. `whole`: every row was looked at, and not only what had changed.

    `left_out`: rows that cannot be, as a parent or a value is missing that they must have.
    `off`: why it did not run at all, a sentence. `lost`: what its sources lack, and what that costs, a sentence each.
    """

    name: str
    target: str
    written: int = 0
    deleted: int = 0
    retired: int = 0
    left_out: int = 0
    whole: bool = False
    off: str = ""
    lost: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Step:
    """One projection in one run, with its two temporary tables: the rows as they shall be, and the `source_id`s that
    were looked at. What is not among the former and is among the latter has lost its source. `idle`: there were none.
    """

    fitted: Fitted
    standing: Standing
    rows: TableClause
    touched: TableClause
    report: Projected
    idle: bool = True

    @property
    def since(self) -> Snapshot | None:
        return self.standing.since

    @property
    def projection(self) -> Projection:
        return self.fitted.projection

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
        own = int(await connection.scalar(text("SELECT pg_current_xact_id()::text")))
        snapshot = parse_snapshot(await connection.scalar(text("SELECT pg_current_snapshot()::text")))
        standings = await read_standings(connection, running(fitted))
        back = await settled(connection)
        steps = [_step(number, one, standings) for number, one in enumerate(fitted)]
        written: set[Place] = set()
        for step in steps:
            await _run(connection, step, written)
            if progress:
                progress(step.report)
        for step in reversed(steps):
            if not step.idle:
                await _delete(connection, step)
        await forget(connection, back)
        if steps:
            await remember(connection, running(fitted), snapshot.with_own(own))
    return [step.report for step in steps]


def _step(number: int, fitted: Fitted, standings: Mapping[str, Standing]) -> _Step:
    projection, target = fitted.projection, fitted.projection.table
    columns = [column(name, target.c[name].type) for name in projection.columns]
    rows = table(f"twinbase_rows_{number}", *columns)
    touched = table(f"twinbase_touched_{number}", column("source_id", String()))
    standing = standings.get(projection.name, Standing(None))
    report = Projected(projection.name, target.name, off=fitted.off)
    if not fitted.off:
        report.whole, report.lost = standing.since is None, [lack.sentence for lack in fitted.lacks]
    return _Step(fitted, standing, rows, touched, report)


async def _run(connection: AsyncConnection, step: _Step, written: set[Place]) -> None:
    """Bring one target up to date; `written`: those that this run has written before."""
    changed = written | step.standing.changed
    feeds = [feed for feed in step.projection.feeds if place(feed.table) in changed]
    if step.fitted.off or (step.since is not None and not feeds):
        return
    step.idle = step.since is not None and not await _touch(connection, step, feeds, step.since)
    if step.idle:
        return
    await _stage(connection, step)
    await _write(connection, step)
    if step.report.written:
        written.add(place(step.projection.table))


async def _touch(connection: AsyncConnection, step: _Step, feeds: Sequence[Feeds], since: Snapshot) -> bool:
    """Note the `source_id`s that have to be looked at again; says whether there are any."""
    name = step.touched.name
    await connection.execute(text(f"CREATE TEMP TABLE {name} (source_id text PRIMARY KEY) ON COMMIT DROP"))
    ids = plain_insert(step.touched).from_select(["source_id"], _touched(feeds))
    return (await connection.execute(ids, binds(since))).rowcount > 0


async def _stage(connection: AsyncConnection, step: _Step) -> None:
    """Read the sources once: all that follows compares with what was read here."""
    projection, target = step.projection, step.projection.table
    rows = projection.selected
    if step.since is not None:
        source_id = projection.rows.selected_columns["source_id"]
        rows = rows.where(source_id.in_(select(step.touched.c.source_id)))
    # CREATE TABLE AS takes no parameters, so the columns come from the target and the rows from an INSERT.
    names = ", ".join(f'"{name}"' for name in projection.columns)
    of_target = f'SELECT {names} FROM "{target.schema}"."{target.name}" WITH NO DATA'
    await connection.execute(text(f"CREATE TEMP TABLE {step.rows.name} ON COMMIT DROP AS {of_target}"))
    await connection.execute(text(f"CREATE UNIQUE INDEX ON {step.rows.name} (id)"))
    await _fill(connection, step, rows)
    await _leave_out(connection, step)
    await connection.execute(text(f"ANALYZE {step.rows.name}"))


async def _fill(connection: AsyncConnection, step: _Step, rows: Select[tuple[object, ...]]) -> None:
    """Two rows of one id are one row that its source knows by two spellings: the first of them counts."""
    target, staged = step.projection.table, rows.subquery("staged")
    fitting = [_fitting(staged.c[name], target.c[name].type) for name in step.projection.columns]
    ordered = select(*fitting).order_by(staged.c.id, staged.c.source_id)
    statement = insert(step.rows).from_select(list(step.projection.columns), ordered)
    await connection.execute(statement.on_conflict_do_nothing())


async def _leave_out(connection: AsyncConnection, step: _Step) -> None:
    """A row that cannot be is left out: its parent is not there, whose own projection may be off, or a value that it
    must have does not fit."""
    target, rows = step.projection.table, step.rows
    must = [target.c[name] for name in step.projection.columns if not target.c[name].nullable]
    impossible: list[ColumnElement[bool]] = [rows.c[one.name].is_(None) for one in must]
    for key in (key for one in must for key in one.foreign_keys):
        impossible.append(~exists().where(key.column == rows.c[key.parent.name]).correlate(rows))
    step.report.left_out = (await connection.execute(delete(rows).where(or_(*impossible)))).rowcount


def _fitting(value: ColumnElement[object], type_: TypeEngine[object]) -> ColumnElement[object]:
    """The value as its column can hold it: text is cut, a number that is too large is NULL."""
    if length := getattr(type_, "length", None):
        return func.left(cast(value, String), length)
    if isinstance(type_, Numeric) and type_.precision:
        most = 10 ** (type_.precision - (type_.scale or 0)) - 1
        return case((func.abs(value) <= most, value))
    return value


def _touched(feeds: Sequence[Feeds]) -> Select[tuple[str]]:
    """The source_ids of rows that have to be looked at again."""
    parts = []
    for feed in feeds:
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
        await heard_echoes(connection, projection.name, target, step.rows.name)
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


def _unmoved(step: _Step, name: str, new: FromClause) -> ColumnElement[bool]:
    said = _said(new.c[name])
    seen = func.coalesce(new.c["_image"].op("->", return_type=JSONB())(name) == said, False)
    return or_(seen, is_echo(step.projection.table, new.c["id"], name, said))


def _said(value: ColumnElement[object]) -> ColumnElement[object]:
    """What an image holds of a value: JSON's null for NULL."""
    return func.coalesce(func.to_jsonb(value), text("'null'::jsonb"))


async def _keep_image(connection: AsyncConnection, step: _Step) -> None:
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
