"""The first sync of a device: every twin, page by page, proven at once when it was not cut."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from twinbase.digest import Digest
from twinbase.protocol import InitialRequest
from twinbase_server.feed.context import AnswerContext
from twinbase_server.feed.cursor import Cursor, Resume
from twinbase_server.feed.delta import end_line, gone_on
from twinbase_server.feed.paging import PageKey, Pager
from twinbase_server.feed.reading import Reading, table_of
from twinbase_server.feed.schemas import FeedShapes
from twinbase_server.feed.statements import FeedShape, twin_wire
from twinbase_server.problems import ProblemError

KIND = "initial"


@dataclass(frozen=True)
class InitialPlan:
    """What to send: these twins in this order, from this place on."""

    wires: Sequence[FeedShape]
    options: str
    resume: Resume | None

    @property
    def whole(self) -> bool:
        """Whether this answer alone gives the device everything."""
        return self.resume is None and self.options == ""

    def remaining(self) -> Sequence[tuple[FeedShape, PageKey | None]]:
        """The twins still to be sent, the first perhaps from a key on."""
        if self.resume is None:
            return [(wire, None) for wire in self.wires]
        names = [wire.twin.name for wire in self.wires]
        if self.resume.twin not in names:
            raise ProblemError("bad-cursor", "The resume token names a twin that is no longer served: start anew.")
        start = names.index(self.resume.twin)
        return [(self.wires[start], self.resume.key), *((wire, None) for wire in self.wires[start + 1 :])]


def plan(request: InitialRequest, wires: FeedShapes, resume: Resume | None) -> InitialPlan:
    """What a request asks for; raises the problem that says what is wrong with it."""
    chosen = [wire for name, wire in wires.items() if _asked(request, name)]
    for name in [*(request.twins or ()), *(request.columns or ())]:
        if name not in wires:
            raise ProblemError("bad-request", f"Twin {name!r} is not in this device's schema.")
    options = msgspec.json.encode([request.twins, request.columns]).decode()
    if request.twins is None and request.columns is None:
        options = ""
    if resume is not None and (resume.kind != KIND or resume.options != options):
        raise ProblemError("bad-cursor", "The resume token belongs to another request.")
    return InitialPlan([_fewer(wire, request) for wire in chosen], options, resume)


def _asked(request: InitialRequest, name: str) -> bool:
    if request.columns is not None:
        return name in request.columns
    return request.twins is None or name in request.twins


def _fewer(wire: FeedShape, request: InitialRequest) -> FeedShape:
    """The key and the columns that are new to the device."""
    if request.columns is None:
        return wire
    wanted = request.columns[wire.twin.name]
    for name in wanted:
        if name not in wire.columns:
            raise ProblemError("bad-request", f"{wire.twin.name} has no column {name!r} in this device's schema.")
    return twin_wire(wire.twin, wire.columns, [c for c in wire.columns if c in wanted or c in wire.twin.key])


async def initial(door: AnswerContext, reading: Reading, plan: InitialPlan) -> AsyncIterator[bytes]:
    """The lines of an initial sync. The cursor at its end is that of its very first page (H22): what changed while it
    was sent, over several answers perhaps, comes with the next pull.
    """
    first = gone_on(plan.resume.first, reading) if plan.resume else reading.cursor(day="")
    place = Resume(kind=KIND, twin="", key=[], first=first, options=plan.options)
    pager = Pager(reading, door.signer, door.metrics, place, door.settings.page_rows_max)
    sums: dict[str, Digest] = {}
    yield reading.begin_frame(KIND)
    for wire, after in plan.remaining():
        sums[wire.twin.name] = Digest()
        await reading.connection.execute(walk_key(wire))
        async for page in pager.pages(wire, wire.page(resumed=False), wire.page(resumed=True), {}, after):
            sums[wire.twin.name] += page.digest
            yield page.lines
            if reading.late:
                door.metrics.cuts.labels(KIND).inc()
                yield pager.cut_line(wire, page.key)
                return
    yield _end(door, reading, plan, first, sums)


def walk_key(wire: FeedShape) -> str:
    """A scope over this table alone is read in the order of its key, whatever the planner believes about a table that
    nobody has analysed yet: sorting all that is left for every page would cost the square of the table.
    """
    alone = wire.twin.reads.tables <= {table_of(wire.twin)}
    return f"SET LOCAL enable_sort = {'off' if alone else 'on'}"


def _end(door: AnswerContext, reading: Reading, plan: InitialPlan, first: Cursor, sums: dict[str, Digest]) -> bytes:
    """Pages of one snapshot are their own proof; those of several are proven by the next pull, whose day is due."""
    if plan.resume is not None:
        return end_line(door, first, {}, [], {})
    cursor = reading.cursor(day=reading.today) if plan.whole else first
    return end_line(door, cursor, {name: digest.as_list() for name, digest in sums.items()}, [], {})
