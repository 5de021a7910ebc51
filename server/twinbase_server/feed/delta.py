"""The delta: what changed since a cursor, as pages and removed keys, and the proof of what is there now."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from twinbase.registry import Twin
from twinbase_server.feed.context import FLUSH, AnswerContext
from twinbase_server.feed.cursor import Cursor, Resume
from twinbase_server.feed.generation import is_recognised
from twinbase_server.feed.paging import PageKey, Pager
from twinbase_server.feed.proof import LOCKED, causes_since, is_daily_proof_due, prove
from twinbase_server.feed.reading import Reading, name_blind, table_of
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.feed.statements import FeedShape
from twinbase_server.problems import ProblemError

KIND = "delta"
SHOWS_EARLY = 3
"""The revision of the protocol from which a device shows rows before they are proven."""
UUID_CODEC = "uuid"


@dataclass(frozen=True)
class Delta:
    """From this cursor on; `resume` when an earlier answer to the same question was cut."""

    since: Cursor
    resume: Resume | None = None
    prove_all: bool = False


async def stream_delta(
    context: AnswerContext, reading: Reading, shapes: FeedShapes, delta: Delta
) -> AsyncIterator[bytes]:
    """The lines of a pull."""
    await _check_resumed(reading, delta)
    yield reading.make_begin_frame(KIND)
    locked = _left_out(reading, shapes, delta)
    template = Resume(kind=KIND, twin="", key=[], first=first_cursor(reading, delta), since=delta.since, locked=locked)
    pager = Pager(reading, context.signer, context.metrics, template, context.settings.page_rows_max)
    unsent: dict[str, list[str]] = {}
    brings = False
    for shape, after in _readable(reading, shapes, delta):
        async for page in _changed_pages(pager, shape, delta.since, after):
            brings = True
            yield page.lines
            if reading.late:
                context.metrics.cuts.labels(KIND).inc()
                yield pager.cut_line(shape, page.key)
                return
        if removed := await removed_line(context, reading, shape, delta.since, unsent):
            brings = True
            yield removed
    if brings and delta.resume is None and reading.caller.revision >= SHOWS_EARLY:
        yield await _ready_line(context, reading, shapes, delta, unsent, locked)
        yield FLUSH
    yield await _end(context, reading, shapes, delta, unsent, locked)


def _left_out(reading: Reading, shapes: FeedShapes, delta: Delta) -> list[str]:
    """The twins that this answer, or one that it goes on from, does not speak of."""
    if delta.resume is None:
        return sorted(reading.locked)
    remaining = {shape.twin.name for shape, _ in _remaining(reading, shapes, delta)}
    return sorted(remaining & reading.locked | {*delta.resume.locked})


def first_cursor(reading: Reading, delta: Delta) -> Cursor:
    """A delta in several answers ends at the snapshot of the first one: all that changed later comes again (H22)."""
    return continue_cursor(delta.resume.first, reading) if delta.resume else reading.make_cursor(day="")


def continue_cursor(first: Cursor, reading: Reading) -> Cursor:
    """The cursor of a first answer, in a later one of the same history: with the latest milestone of that history,
    since the device holds rows of it. A server that is restored to a time between the two is noticed by that milestone
    (H9). It tells of the tables that were written unheard while either was read.
    """
    return msgspec.structs.replace(
        first, milestone=reading.head.milestone, blind=name_blind(reading.head.blind, first.blind)
    )


async def _check_resumed(reading: Reading, delta: Delta) -> None:
    """Raise the problem `generation` when the first answer was of another history than this one."""
    if delta.resume is None:
        return
    first = delta.resume.first
    if first.milestone and not await is_recognised(reading.connection, first.milestone, first.seen):
        raise ProblemError(
            "generation",
            "What was sent before is of another history of this server.",
            generation=reading.head.generation,
        )


def _remaining(reading: Reading, shapes: FeedShapes, delta: Delta) -> Sequence[tuple[FeedShape, PageKey | None]]:
    changed = [shape for shape in shapes.values() if table_of(shape.twin) in reading.head.changed]
    if delta.resume is None:
        return [(shape, None) for shape in changed]
    names = list(shapes)
    if delta.resume.kind != KIND or delta.resume.since != delta.since or delta.resume.twin not in names:
        raise ProblemError("bad-cursor", "The resume token belongs to another request.")
    start = names.index(delta.resume.twin)
    key = delta.resume.key
    return [
        (shape, key if shape.twin.name == delta.resume.twin else None)
        for shape in changed
        if names.index(shape.twin.name) >= start
    ]


def _readable(reading: Reading, shapes: FeedShapes, delta: Delta) -> Sequence[tuple[FeedShape, PageKey | None]]:
    return [one for one in _remaining(reading, shapes, delta) if one[0].twin.name not in reading.locked]


def _changed_pages(pager: Pager, shape: FeedShape, since: Cursor, after: PageKey | None) -> AsyncIterator[Any]:
    first, more = shape.changed_page_statement(resumed=False), shape.changed_page_statement(resumed=True)
    return pager.read_pages(shape, first, more, unseen_parameters(since), after)


async def delta_lines(
    context: AnswerContext, reading: Reading, shapes: FeedShapes, since: Cursor, unsent: dict[str, list[str]]
) -> Any:
    """The delta without tokens to resume it by, for an answer that goes on after it."""
    pager = Pager(reading, context.signer, context.metrics, None, context.settings.page_rows_max)
    for shape, _ in _readable(reading, shapes, Delta(since)):
        async for page in _changed_pages(pager, shape, since, None):
            yield page.lines
        yield await removed_line(context, reading, shape, since, unsent)


def unseen_parameters(since: Cursor) -> dict[str, Any]:
    """The parameters that say which versions a cursor cannot see."""
    seen = since.seen
    return {"xmax": seen.xmax, "xip": seen.xip}


def may_name_removed_keys(twin: Twin) -> bool:
    """A key says that a row exists: only keys that say nothing else go to those who may not see the row (H31)."""
    return not twin.filtered or (len(twin.key) == 1 and twin.codecs[twin.key[0]].name == UUID_CODEC)


async def removed_line(
    context: AnswerContext, reading: Reading, shape: FeedShape, since: Cursor, unsent: dict[str, list[str]]
) -> bytes:
    """The keys that changed and are not in scope, if they may be told and are few; else a cause for repair.

    Whoever lacks the permission has had none of them since their rights changed, of which the proof takes care.
    """
    if shape.condition.is_shut_to(reading.caller.identity):
        return b""
    most = context.settings.removed_keys_max if may_name_removed_keys(shape.twin) else 0
    statement = shape.removed_statement()
    scope = shape.bind(reading.caller.identity, reading.as_of)
    values = {**unseen_parameters(since), "rows": most + 1}
    rows = await reading.connection.fetch(statement.sql, *statement.make_arguments(scope, values))
    if not rows:
        return b""
    if len(rows) > most:
        unsent.setdefault(shape.twin.name, []).append("removed")
        return b""
    keys = msgspec.Raw(f"[{','.join(row['key'] for row in rows)}]".encode())
    return msgspec.json.encode({"frame": "removed", "twin": shape.twin.name, "keys": keys}) + b"\n"


async def _ready_line(
    context: AnswerContext,
    reading: Reading,
    shapes: FeedShapes,
    delta: Delta,
    unsent: Mapping[str, Sequence[str]],
    locked: Sequence[str],
) -> bytes:
    """Says that all rows have been sent: nobody has to wait for the digests, which take longer than the rows.

    A device that hears no more of this answer asks from this cursor next, and everything is proven then.
    """
    frame = {
        "frame": "ready",
        "cursor": context.signer.seal(reading.make_cursor(day="")),
        "causes": await _causes(context, reading, shapes, delta, unsent, locked),
    }
    return msgspec.json.encode(frame) + b"\n"


async def _end(
    context: AnswerContext,
    reading: Reading,
    shapes: FeedShapes,
    delta: Delta,
    unsent: Mapping[str, Sequence[str]],
    locked: Sequence[str],
) -> bytes:
    """Rows of several snapshots prove nothing: a resumed delta leaves the proof to the pull that follows it."""
    if delta.resume is not None:
        causes = await _causes(context, reading, shapes, delta, unsent, locked)
        return end_line(context, first_cursor(reading, delta), {}, [], causes)
    due = is_daily_proof_due(reading, delta.since)
    everything = delta.prove_all or due
    proof = await prove(reading, shapes, delta.since, context.metrics, everything=everything, also=unsent)
    return end_line(context, reading.make_proven_cursor(), proof.digests, proof.skipped, proof.causes)


async def _causes(
    context: AnswerContext,
    reading: Reading,
    shapes: FeedShapes,
    delta: Delta,
    unsent: Mapping[str, Sequence[str]],
    locked: Sequence[str],
) -> dict[str, list[str]]:
    """Why the pull that follows an answer without a proof may find differences; it cannot know by then.

    `unsent` is of this part; of the twins before it, it is found once more.
    """
    unnamed = {name: list(causes) for name, causes in unsent.items()}
    here = {shape.twin.name for shape, _ in _remaining(reading, shapes, delta)}
    for shape, _ in _readable(reading, shapes, Delta(delta.since)):
        if shape.twin.name not in here:
            await removed_line(context, reading, shape, delta.since, unnamed)
    found = {name: [*causes_since(reading, w.twin, delta.since), *unnamed.get(name, ())] for name, w in shapes.items()}
    return {name: causes for name, causes in found.items() if causes} | {name: [LOCKED] for name in locked}


def end_line(
    context: AnswerContext,
    cursor: Cursor,
    digests: Mapping[str, list[int]],
    skipped: Sequence[str],
    causes: Mapping[str, Sequence[str]],
) -> bytes:
    """The last line of a whole answer."""
    frame = {
        "frame": "end",
        "cursor": context.signer.seal(cursor),
        "digests": digests,
        "proven_by_skip": skipped,
        "causes": causes,
    }
    return msgspec.json.encode(frame) + b"\n"
