"""Which twins must be proven in an answer, why a repair may be due, and the digests themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from twinbase.registry import Twin
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.reading import Head, Reading, table_of
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.feed.statements import FeedShape
from twinbase_server.metrics import Metrics
from twinbase_server.sql.names import TableName

UNCAPTURED = "uncaptured"
"""A cause: nobody hears of every change of a table, so what is proven now holds for this moment alone."""

LOCKED = "locked"
"""A cause: somebody keeps a table of the twin to himself, so nothing is said of it; it comes with a later answer."""


@dataclass
class Proof:
    """What the end of an answer says about each twin: its digest, or that nothing can have changed since the cursor.

    `causes` explains a repair: a difference in a twin without one is a fault of the engine (H12).
    """

    digests: dict[str, list[int]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    causes: dict[str, list[str]] = field(default_factory=dict)


def causes_since(reading: Reading, twin: Twin, since: Cursor) -> list[str]:
    """What may have changed a device's rows of a twin other than a change to a row that it sees."""
    head, reads, own = reading.head, twin.reads, {table_of(twin)}
    found = {
        "scope": (reads.tables - own) & head.changed,
        "window": reads.as_of and since.as_of != int(reading.as_of.timestamp()),
        "claims": twin.filtered and since.claims != reading.rights,
        "schema": since.schema != reading.caller.schema,
        "capture": reads.tables & head.renewed,
        "gap": reads.tables & (head.gap | head.replaced | _heard_again(head, since)),
        UNCAPTURED: reads.tables & head.unarmed,
        "tombstones": own & head.collected,
    }
    return [cause for cause, true in found.items() if true]


def _heard_again(head: Head, since: Cursor) -> frozenset[TableName]:
    """Tables that could be written unheard when the cursor was made, and look as if they never could: a part that was
    hung in and is taken out again, triggers that were disabled and are enabled as they were."""
    blind = frozenset(head.bases) if since.blind is None else frozenset(since.blind)
    return blind - head.blind - head.renewed


def must_prove(reading: Reading, twin: Twin, since: Cursor) -> bool:
    """Whether the device's rows of a twin can differ from the server's, given that they were equal at the cursor."""
    return table_of(twin) in reading.head.changed or bool(causes_since(reading, twin, since))


def is_daily_proof_due(reading: Reading, since: Cursor) -> bool:
    """Once a day nothing is taken for granted, capture included (H6, H24)."""
    return since.day != reading.today


async def read_digest(reading: Reading, shape: FeedShape, metrics: Metrics) -> list[int]:
    """A twin's digest as this identity sees it in this snapshot."""
    scope = shape.bind(reading.caller.identity, reading.as_of)
    row = await reading.connection.fetchrow(shape.digest_statement().sql, *scope)
    assert row is not None
    metrics.digests.labels(shape.twin.name).inc()
    return [row["rows"], row["high"], row["low"]]


async def prove(
    reading: Reading,
    shapes: FeedShapes,
    since: Cursor,
    metrics: Metrics,
    *,
    everything: bool,
    also: Mapping[str, Iterable[str]] | None = None,
) -> Proof:
    """The digests that are due, and the twins that need none. `also`: more causes, found while sending."""
    proof = Proof()
    for name, shape in shapes.items():
        if name in reading.locked:
            proof.causes[name] = [LOCKED]
            continue
        causes = [*causes_since(reading, shape.twin, since), *(also or {}).get(name, ())]
        if causes:
            proof.causes[name] = causes
        if everything or causes or table_of(shape.twin) in reading.head.changed:
            proof.digests[name] = await read_digest(reading, shape, metrics)
        else:
            proof.skipped.append(name)
            metrics.skips.inc()
    return proof
