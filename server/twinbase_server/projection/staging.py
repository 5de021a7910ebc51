"""The rows as a projection says that they shall be: read from its sources once, into temporary tables of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Column,
    ForeignKey,
    Numeric,
    Select,
    TableClause,
    and_,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    or_,
    select,
    table,
    text,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import String, TypeEngine

from twinbase.names import key_column
from twinbase.projection import Feeds, Projection
from twinbase.quoting import quote_names
from twinbase_server.capture.tables import object_name
from twinbase_server.projection.fit import Fitted
from twinbase_server.projection.progress import ProjectionProgress, snapshot_parameters, unseen_of
from twinbase_server.sql.names import table_sql
from twinbase_server.sql.unseen import Snapshot


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
class Step:
    """One projection in one run, with its two temporary tables: the rows as they shall be, and the `source_id`s that
    were looked at. What is not among the former and is among the latter has lost its source. `idle`: there were none.
    """

    fitted: Fitted
    progress: ProjectionProgress
    rows: TableClause
    touched: TableClause
    report: Projected
    idle: bool = True

    @property
    def since(self) -> Snapshot | None:
        return self.progress.since

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


def make_step(number: int, fitted: Fitted, reached: Mapping[str, ProjectionProgress]) -> Step:
    """The step of a projection in a run; `number` tells its temporary tables from the others'."""
    projection, target = fitted.projection, fitted.projection.table
    columns = [column(name, target.c[name].type) for name in projection.columns]
    rows = table(f"twinbase_rows_{number}", *columns)
    touched = table(f"twinbase_touched_{number}", column("source_id", String()))
    progress = reached.get(projection.name, ProjectionProgress(None))
    report = Projected(projection.name, target.name, off=fitted.off)
    if not fitted.off:
        report.whole, report.lost = progress.since is None, [lack.sentence for lack in fitted.lacks]
    return Step(fitted, progress, rows, touched, report)


async def touch(connection: AsyncConnection, step: Step, feeds: Sequence[Feeds], since: Snapshot) -> bool:
    """Note the `source_id`s that have to be looked at again; says whether there are any."""
    name = step.touched.name
    await connection.execute(text(f"CREATE TEMP TABLE {name} (source_id text PRIMARY KEY) ON COMMIT DROP"))
    ids = plain_insert(step.touched).from_select(["source_id"], _touched(feeds))
    return (await connection.execute(ids, snapshot_parameters(since))).rowcount > 0


async def stage(connection: AsyncConnection, step: Step) -> None:
    """Read the sources once: all that follows compares with what was read here."""
    projection, target = step.projection, step.projection.table
    rows = projection.selected
    if step.since is not None:
        source_id = projection.rows.selected_columns["source_id"]
        rows = rows.where(source_id.in_(select(step.touched.c.source_id)))
    # CREATE TABLE AS takes no parameters, so the columns come from the target and the rows from an INSERT.
    names = quote_names(projection.columns)
    of_target = f"SELECT {names} FROM {table_sql(target)} WITH NO DATA"
    await connection.execute(text(f"CREATE TEMP TABLE {step.rows.name} ON COMMIT DROP AS {of_target}"))
    await connection.execute(text(f"CREATE UNIQUE INDEX ON {step.rows.name} (id)"))
    await _fill(connection, step, rows)
    await _leave_out(connection, step)
    await connection.execute(text(f"ANALYZE {step.rows.name}"))


async def _fill(connection: AsyncConnection, step: Step, rows: Select[tuple[object, ...]]) -> None:
    """Two rows of one id are one row that its source knows by two spellings: the first of them counts."""
    target, staged = step.projection.table, rows.subquery("staged")
    fitting = [_fitting(staged.c[name], target.c[name].type) for name in step.projection.columns]
    ordered = select(*fitting).order_by(staged.c.id, staged.c.source_id)
    statement = insert(step.rows).from_select(list(step.projection.columns), ordered)
    await connection.execute(statement.on_conflict_do_nothing())


async def _leave_out(connection: AsyncConnection, step: Step) -> None:
    """A row that cannot be is left out: its parent is not there, whose own projection may be off, or a value that it
    must have does not fit. With another row of this run it may be that a third one goes. Where it points without
    having to, and nothing is there, it points nowhere."""
    target, rows = step.projection.table, step.rows
    must = [target.c[name] for name in step.projection.columns if not target.c[name].nullable]
    keys = [key for one in must for key in one.foreign_keys]
    impossible = [*(rows.c[one.name].is_(None) for one in must), *(~_is_there(step, key) for key in keys)]
    statement = delete(rows).where(or_(*impossible))
    step.report.left_out = went = (await connection.execute(statement)).rowcount
    while went and any(key.column.table is target for key in keys):
        went = (await connection.execute(statement)).rowcount
        step.report.left_out += went
    await _point_nowhere(connection, step)


async def _point_nowhere(connection: AsyncConnection, step: Step) -> None:
    target, rows = step.projection.table, step.rows
    may: list[Column[object]] = [target.c[name] for name in step.projection.columns if target.c[name].nullable]
    there = {one.name: and_(*(_is_there(step, key) for key in one.foreign_keys)) for one in may if one.foreign_keys}
    if there:
        dangling = or_(*(and_(rows.c[name].is_not(None), ~found) for name, found in there.items()))
        kept = {name: case((found, rows.c[name])) for name, found in there.items()}
        await connection.execute(update(rows).where(dangling).values(kept))


def _is_there(step: Step, key: ForeignKey) -> ColumnElement[bool]:
    """Whether there is something where a row points: from before, or of this run."""
    rows, pointing = step.rows, step.rows.c[key.parent.name]
    found = exists().where(key.column == pointing).correlate(rows)
    if key.column.table is not step.projection.table or key.column.name not in step.projection.columns:
        return found
    others = rows.alias("others")
    return or_(found, exists().where(others.c[key.column.name] == pointing).correlate(rows))


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
        name = object_name("v", feed.table.schema or "public", feed.table.name)
        key = feed.table.primary_key.columns
        keys = [column(key_column(one.name), one.type) for one in key]
        versions = table(name, *keys, schema="twinbase").alias("v")
        changed = (
            select(*(versions.c[key_column(one.name)].label(one.name) for one in key))
            .where(text(unseen_of("v")))
            .subquery()
        )
        parts.append(feed.keys(changed))
    touched = parts[0].union(*parts[1:]).subquery("touched")
    (source_id,) = touched.c
    return select(source_id).where(source_id.is_not(None))
