"""The first sync of a device: every twin, page by page, proven at once when it was not cut."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from twinbase.digest import Digest
from twinbase.protocol import InitialRequest
from twinbase_server.feed.context import AnswerContext
from twinbase_server.feed.cursor import Cursor, Resume
from twinbase_server.feed.delta import continue_cursor, end_line
from twinbase_server.feed.expected import count_expected
from twinbase_server.feed.paging import PageKey, Pager
from twinbase_server.feed.proof import LOCKED, UNCAPTURED
from twinbase_server.feed.reading import Reading, table_of
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.feed.statements import FeedShape
from twinbase_server.problems import ProblemError

KIND = "initial"


@dataclass(frozen=True)
class InitialPlan:
    """What to send: these twins in this order, from this key on."""

    shapes: Sequence[FeedShape]
    options: str
    resume: Resume | None

    @property
    def whole(self) -> bool:
        """Whether this answer alone gives the device everything."""
        return self.resume is None and self.options == ""

    def remaining_twins(self) -> Sequence[tuple[FeedShape, PageKey | None]]:
        """The twins still to be sent, the first perhaps from a key on."""
        if self.resume is None:
            return [(shape, None) for shape in self.shapes]
        names = [shape.twin.name for shape in self.shapes]
        if self.resume.twin not in names:
            raise ProblemError("bad-cursor", "The resume token names a twin that is no longer served: start anew.")
        start = names.index(self.resume.twin)
        return [(self.shapes[start], self.resume.key), *((shape, None) for shape in self.shapes[start + 1 :])]


def plan(request: InitialRequest, shapes: FeedShapes, resume: Resume | None) -> InitialPlan:
    """What a request asks for; raises the problem that says what is wrong with it."""
    chosen = [shape for name, shape in shapes.items() if _asked(request, name)]
    for name in [*(request.twins or ()), *(request.columns or ())]:
        if name not in shapes:
            raise ProblemError("bad-request", f"Twin {name!r} is not in this device's schema.")
    options = msgspec.json.encode([request.twins, request.columns]).decode()
    if request.twins is None and request.columns is None:
        options = ""
    if resume is not None and (resume.kind != KIND or resume.options != options):
        raise ProblemError("bad-cursor", "The resume token belongs to another request.")
    return InitialPlan([_backfill_shape(shape, request) for shape in chosen], options, resume)


def _asked(request: InitialRequest, name: str) -> bool:
    if request.columns is not None:
        return name in request.columns
    return request.twins is None or name in request.twins


def _backfill_shape(shape: FeedShape, request: InitialRequest) -> FeedShape:
    """The key and the columns that are new to the device."""
    if request.columns is None:
        return shape
    wanted = [shape.twin.newest_name_of(name) for name in request.columns[shape.twin.name]]
    for name in wanted:
        if name not in shape.columns:
            raise ProblemError("bad-request", f"{shape.twin.name} has no column {name!r} in this device's schema.")
    sent = tuple(c for c in shape.columns if c in wanted or c in shape.twin.key)
    return FeedShape(shape.twin, shape.columns, sent, shape.condition, shape.called)


async def stream_initial(context: AnswerContext, reading: Reading, plan: InitialPlan) -> AsyncIterator[bytes]:
    """The lines of an initial sync. The cursor at its end is that of its very first page (H22): what changed while it
    was sent, over several answers perhaps, comes with the next pull.
    """
    first = continue_cursor(plan.resume.first, reading) if plan.resume else reading.make_cursor(day="")
    locked = _left_out(reading, plan)
    template = Resume(kind=KIND, twin="", key=[], first=first, options=plan.options, locked=locked)
    pager = Pager(reading, context.signer, context.metrics, template, context.settings.page_rows_max)
    sums: dict[str, Digest] = {}
    yield reading.make_begin_frame(KIND, **await _expected(reading, plan))
    for shape, after in plan.remaining_twins():
        if shape.twin.name in reading.locked:
            continue
        sums[shape.twin.name] = Digest()
        await reading.connection.execute(walk_key_sql(shape))
        async for page in pager.read_pages(
            shape, shape.page_statement(resumed=False), shape.page_statement(resumed=True), {}, after
        ):
            sums[shape.twin.name] += page.digest
            yield page.lines
            if reading.late:
                context.metrics.cuts.labels(KIND).inc()
                yield pager.cut_line(shape, page.key)
                return
    yield _end(context, reading, plan, first, sums, locked)


async def _expected(reading: Reading, plan: InitialPlan) -> dict[str, dict[str, int]]:
    """What the first answer of a whole sync says of how much there is; those that go on from it do not count again."""
    return {"expected": await count_expected(reading, plan.shapes)} if plan.whole else {}


def _left_out(reading: Reading, plan: InitialPlan) -> list[str]:
    """The twins that this answer, or one that it goes on from, does not speak of."""
    before = plan.resume.locked if plan.resume else ()
    return sorted({shape.twin.name for shape, _ in plan.remaining_twins()} & reading.locked | {*before})


def walk_key_sql(shape: FeedShape) -> str:
    """A scope over this table alone is read in the order of its key, whatever the planner believes about a table that
    nobody has analysed yet: sorting all that is left for every page would cost the square of the table.
    """
    alone = shape.twin.reads.tables <= {table_of(shape.twin)}
    return f"SET LOCAL enable_sort = {'off' if alone else 'on'}"


def _end(
    context: AnswerContext,
    reading: Reading,
    plan: InitialPlan,
    first: Cursor,
    sums: dict[str, Digest],
    locked: Sequence[str],
) -> bytes:
    """Pages of one snapshot are their own proof; those of several are proven by the next pull, whose day is due."""
    unread = {name: [LOCKED] for name in locked}
    if plan.resume is not None:
        return end_line(context, first, {}, [], unread)
    cursor = reading.make_proven_cursor() if plan.whole else first
    causes = {w.twin.name: [UNCAPTURED] for w in plan.shapes if w.twin.reads.tables & reading.head.unarmed}
    digests = {name: digest.as_list() for name, digest in sums.items()}
    return end_line(context, cursor, digests, [], causes | unread)
