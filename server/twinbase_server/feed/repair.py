"""Repair: the whole content of the buckets that differ, after the delta, all from one snapshot with digests (H23)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from twinbase.protocol import Sums
from twinbase_server.feed.context import AnswerContext
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.delta import delta_lines, end_line
from twinbase_server.feed.paging import Pager
from twinbase_server.feed.proof import digest, prove
from twinbase_server.feed.reading import Reading
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.feed.statements import FeedShape
from twinbase_server.problems import ProblemError

KIND = "repair"


def check_sums(twins: Mapping[str, Sums], wires: FeedShapes) -> None:
    """Raise the problem that says what is wrong with a repair request."""
    for name, sums in twins.items():
        if name not in wires:
            raise ProblemError("bad-request", f"Twin {name!r} is not in this device's schema.")
        if len(sums.sums) != 1 << sums.bits:
            raise ProblemError("bad-request", f"{name}: {1 << sums.bits} sums are due for {sums.bits} bits.")


async def repair(
    door: AnswerContext, reading: Reading, wires: FeedShapes, since: Cursor, twins: Mapping[str, Sums]
) -> AsyncIterator[bytes]:
    """The lines of a repair. When time is short one twin is repaired, and the others wait for the next round."""
    yield reading.begin_frame(KIND)
    unsent: dict[str, list[str]] = {}
    async for line in delta_lines(door, reading, wires, since, unsent):
        yield line
    for number, (name, sums) in enumerate(twins.items()):
        if number and reading.late:
            door.metrics.cuts.labels(KIND).inc()
            break
        door.metrics.repairs.labels(name).inc()
        async for line in _bucket_lines(door, reading, wires[name], sums):
            yield line
    proof = await prove(reading, wires, since, door.metrics, everything=since.day != reading.today, also=unsent)
    for name in twins:
        if name not in proof.digests:
            proof.skipped.remove(name)
            proof.digests[name] = await digest(reading, wires[name], door.metrics)
    yield end_line(door, reading.cursor(day=reading.today), proof.digests, proof.skipped, proof.causes)


async def _bucket_lines(door: AnswerContext, reading: Reading, wire: FeedShape, sums: Sums) -> AsyncIterator[bytes]:
    buckets = await differing_buckets(reading, wire, sums)
    if not buckets:
        return
    frame = {"frame": "buckets", "twin": wire.twin.name, "bits": sums.bits, "buckets": buckets}
    yield msgspec.json.encode(frame) + b"\n"
    pager = Pager(reading, door.signer, door.metrics, None, door.settings.page_rows_max)
    values: dict[str, Any] = {"mask": (1 << sums.bits) - 1, "buckets": buckets}
    first, more = wire.bucket_page(resumed=False), wire.bucket_page(resumed=True)
    async for page in pager.pages(wire, first, more, values):
        yield page.lines


async def differing_buckets(reading: Reading, wire: FeedShape, sums: Sums) -> Sequence[int]:
    """The buckets whose rows or sums are not the device's."""
    statement = wire.bucket_sums()
    scope = wire.bind(reading.caller.identity, reading.as_of)
    rows = await reading.connection.fetch(statement.sql, *statement.arguments(scope, {"mask": (1 << sums.bits) - 1}))
    here = {row["bucket"]: (row["rows"], row["high"], row["low"]) for row in rows}
    return [bucket for bucket, there in enumerate(sums.sums) if here.get(bucket, (0, 0, 0)) != tuple(there)]
