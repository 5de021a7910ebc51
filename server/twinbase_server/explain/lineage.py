"""What stands behind a projected row: its source rows, why it is absent where it is, and which columns devices own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.projection import Feeds, Projection
from twinbase_server.projection.fit import Fitted, used_columns

ROWS_MAX = 20
"""Of one table; a row behind which more stand is not explained by more of them."""


@dataclass(frozen=True)
class SourceRow:
    """A row behind the projected one: its key, and those of its columns that are used."""

    table: str
    key: Mapping[str, Any]
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class SharedColumn:
    """A column that devices write too. `source`: what the source says now; `row`: what the row holds.

    `owner`: who wrote last: `source`, or `device`, whose value stands until the source's own changes.
    """

    name: str
    source: Any
    row: Any
    owner: str


@dataclass(frozen=True)
class Lineage:
    """One answer: how a projection sees the row that was asked for.

    `verdict`: in a sentence. `reasons`: each condition, and whether it holds. `devices`: columns that only devices and
    the server write. `lost`: what the sources lack.
    """

    projection: str
    target: str
    verdict: str
    there: bool
    id: str | None = None
    source_id: str | None = None
    reasons: Mapping[str, bool] = field(default_factory=dict)
    sources: Sequence[SourceRow] = ()
    shared: Sequence[SharedColumn] = ()
    devices: Sequence[str] = ()
    lost: Sequence[str] = ()


async def trace_lineage(
    connection: AsyncConnection, fitted: Sequence[Fitted], target: str, wanted: str
) -> list[Lineage]:
    """How each projection that feeds `target` sees the row `wanted`: an id, or a key in the source.

    Projections that know nothing of it are left out, unless none does.
    """
    feeding = [one for one in fitted if one.projection.table.name == target]
    answers = [answer for one in feeding for answer in await _answers(connection, one, wanted)]
    return answers or [await _unknown(connection, one, wanted) for one in feeding[:1]]


async def _answers(connection: AsyncConnection, fitted: Fitted, wanted: str) -> list[Lineage]:
    projection = fitted.projection
    if fitted.off:
        return [Lineage(projection.name, projection.table.name, fitted.off, there=False)]
    conditions = [condition.label(f"only_{number}") for number, condition in enumerate(projection.only.values())]
    columns = projection.rows.selected_columns
    asked = projection.rows.add_columns(*conditions).where(
        or_(
            func.lower(cast(columns["id"], String)) == wanted.lower(),
            func.upper(func.rtrim(columns["source_id"])) == wanted.rstrip().upper(),
        )
    )
    return [await _answer(connection, fitted, dict(row._mapping)) for row in await connection.execute(asked)]


async def _answer(connection: AsyncConnection, fitted: Fitted, said: dict[str, Any]) -> Lineage:
    projection = fitted.projection
    reasons = {sentence: bool(said[f"only_{number}"]) for number, sentence in enumerate(projection.only)}
    row = await _row(connection, projection, said["id"])
    return Lineage(
        projection.name,
        projection.table.name,
        _verdict(reasons, row is not None),
        row is not None,
        str(said["id"]),
        said["source_id"],
        # A condition's sentence says why a row is missing where it does not hold.
        reasons,
        [one for feed in projection.feeds for one in await _sources(connection, projection, feed, said["source_id"])],
        await _shared(connection, fitted, said, row) if row is not None else (),
        _of_devices(projection),
        [lack.sentence for lack in fitted.lacks],
    )


def _verdict(reasons: Mapping[str, bool], there: bool) -> str:
    failed = [sentence for sentence, holds in reasons.items() if not holds]
    if failed and there:
        return f"It stays though its source no longer counts, as work of a device hangs on it. {' '.join(failed)}"
    if failed:
        return f"It is not projected. {' '.join(failed)}"
    return "It is projected." if there else "It will come with the next run, or a row that it needs is not there."


async def _unknown(connection: AsyncConnection, fitted: Fitted, wanted: str) -> Lineage:
    """Nothing in the sources is called so; perhaps the row is a device's."""
    target = fitted.projection.table
    named = or_(cast(target.c.id, String) == wanted.lower(), target.c.source_id == wanted)
    row = (await connection.execute(select(target).where(named))).first()
    if row is None:
        return Lineage(fitted.projection.name, target.name, "Neither the source nor the table has such a row.", False)
    if row._mapping["source_table"] is None:
        verdict = "It was made on a device: no source stands behind it."
    else:
        verdict = "Its source is gone; it goes with the next run, or stays as work of a device hangs on it."
    return Lineage(
        fitted.projection.name, target.name, verdict, True, str(row._mapping["id"]), row._mapping["source_id"]
    )


async def _row(connection: AsyncConnection, projection: Projection, row_id: Any) -> dict[str, Any] | None:
    target = projection.table
    found = (await connection.execute(select(target).where(target.c.id == row_id))).first()
    return dict(found._mapping) if found else None


async def _sources(connection: AsyncConnection, projection: Projection, feed: Feeds, source_id: str) -> list[SourceRow]:
    if feed.source_rows is None:
        return []
    table = feed.table
    key = [column.name for column in table.primary_key.columns]
    names = dict.fromkeys([*key, *(c.name for c in used_columns(projection, [table])), *_origin(feed)])
    asked = select(*(table.c[name] for name in names)).where(feed.source_rows(literal(source_id))).limit(ROWS_MAX)
    rows = [dict(row._mapping) for row in await connection.execute(asked)]
    label = table.name if table.schema in (None, "public") else f"{table.schema}.{table.name}"
    return [
        SourceRow(label, {name: row[name] for name in key}, {n: row[n] for n in names if n not in key}) for row in rows
    ]


def _origin(feed: Feeds) -> list[str]:
    """Of a row that was projected itself: where it comes from."""
    return [name for name in ("source_table", "source_id") if name in feed.table.c]


async def _shared(
    connection: AsyncConnection, fitted: Fitted, said: Mapping[str, Any], row: Mapping[str, Any]
) -> list[SharedColumn]:
    """PostgreSQL compares, as only it knows how a value looks once it is in its column."""
    target, names = fitted.projection.table, sorted(fitted.projection.shared - fitted.unsaid)
    columns = [target.c[name] for name in names]
    alike = [cast(literal(said[c.name], c.type), c.type).is_not_distinct_from(c).label(c.name) for c in columns]
    found = (await connection.execute(select(*alike).where(target.c.id == row["id"]))).one() if alike else None
    same = dict(found._mapping) if found else {}
    return [
        SharedColumn(
            name, said.get(name) if name in same else None, row[name], "source" if same.get(name) else "device"
        )
        for name in sorted(fitted.projection.shared)
    ]


def _of_devices(projection: Projection) -> list[str]:
    """What this projection never writes."""
    filled = {*projection.columns, "source_table"}
    return [column.name for column in projection.table.columns if column.name not in filled]
