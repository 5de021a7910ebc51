"""Repair: the whole content of the buckets that differ, after the delta, all from one snapshot with digests (H23)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from twinbase.protocol import Sums
from twinbase_server.feed.context import AnswerContext
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.delta import delta_lines, end_line
from twinbase_server.feed.paging import Pager
from twinbase_server.feed.proof import prove, read_digest
from twinbase_server.feed.reading import Reading
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.feed.statements import FeedShape
from twinbase_server.problems import ProblemError

KIND = "repair"


def check_sums(twins: Mapping[str, Sums], shapes: FeedShapes) -> None:
    """Raise the problem that says what is wrong with a repair request."""
    for name, sums in twins.items():
        if name not in shapes:
            raise ProblemError("bad-request", f"Twin {name!r} is not in this device's schema.")
        if len(sums.sums) != 1 << sums.bits:
            raise ProblemError("bad-request", f"{name}: {1 << sums.bits} sums are due for {sums.bits} bits.")


async def stream_repair(
    context: AnswerContext, reading: Reading, shapes: FeedShapes, since: Cursor, twins: Mapping[str, Sums]
) -> AsyncIterator[bytes]:
    """The lines of a repair. When time is short one twin is repaired, and the others wait for the next round."""
    yield reading.make_begin_frame(KIND)
    unsent: dict[str, list[str]] = {}
    async for line in delta_lines(context, reading, shapes, since, unsent):
        yield line
    readable = {name: sums for name, sums in twins.items() if name not in reading.locked}
    for number, (name, sums) in enumerate(readable.items()):
        if number and reading.late:
            context.metrics.cuts.labels(KIND).inc()
            break
        context.metrics.repairs.labels(name).inc()
        async for line in _bucket_lines(context, reading, shapes[name], sums):
            yield line
    proof = await prove(reading, shapes, since, context.metrics, everything=since.day != reading.today, also=unsent)
    for name in readable:
        if name not in proof.digests:
            proof.skipped.remove(name)
            proof.digests[name] = await read_digest(reading, shapes[name], context.metrics)
    yield end_line(context, reading.make_proven_cursor(), proof.digests, proof.skipped, proof.causes)


async def _bucket_lines(context: AnswerContext, reading: Reading, shape: FeedShape, sums: Sums) -> AsyncIterator[bytes]:
    buckets = await find_differing_buckets(reading, shape, sums)
    if not buckets:
        return
    frame = {"frame": "buckets", "twin": shape.twin.name, "bits": sums.bits, "buckets": buckets}
    yield msgspec.json.encode(frame) + b"\n"
    pager = Pager(reading, context.signer, context.metrics, None, context.settings.page_rows_max)
    values: dict[str, Any] = {"mask": (1 << sums.bits) - 1, "buckets": buckets}
    first, more = shape.bucket_page_statement(resumed=False), shape.bucket_page_statement(resumed=True)
    async for page in pager.read_pages(shape, first, more, values):
        yield page.lines


async def find_differing_buckets(reading: Reading, shape: FeedShape, sums: Sums) -> Sequence[int]:
    """The buckets whose rows or sums are not the device's."""
    statement = shape.bucket_sums_statement()
    scope = shape.bind(reading.caller.identity, reading.as_of)
    rows = await reading.connection.fetch(
        statement.sql, *statement.make_arguments(scope, {"mask": (1 << sums.bits) - 1})
    )
    here = {row["bucket"]: (row["rows"], row["high"], row["low"]) for row in rows}
    return [bucket for bucket, there in enumerate(sums.sums) if here.get(bucket, (0, 0, 0)) != tuple(there)]
