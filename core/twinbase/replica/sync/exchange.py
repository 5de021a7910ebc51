"""What the steps of one sync share: the file's thread, the way to the server, who we are, what was agreed on."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from twinbase.frames import Begin, Page, WireRow
from twinbase.registry import Registry
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.file.state import FileState, read_state
from twinbase.replica.file.statements import Shape
from twinbase.replica.outbox.batch import BYTES_MAX, MUTATIONS_MAX, BatchLimits
from twinbase.replica.outbox.states import count_on_their_way
from twinbase.replica.report import Report
from twinbase.replica.status import StatusBoard
from twinbase.replica.sync.messages import RequestContext
from twinbase.replica.sync.server import Server
from twinbase.replica.sync.thread import FileThread

ChangedKeys = Mapping[str, list[WireRow] | None]


@dataclass(kw_only=True)
class Exchange:
    """One sync while it runs. `token` is its fencing token; `shapes` are the twins as they travel."""

    thread: FileThread
    path: Path
    server: Server
    registry: Registry
    token: str = field(repr=False)
    access_token: str = field(repr=False)
    clock: Callable[[], datetime]
    ids: Callable[[], UUID]
    report: Report
    status: StatusBoard
    tell: Callable[[ChangedKeys], None]
    shapes: dict[str, Shape] = field(default_factory=dict)
    limits: BatchLimits = field(default_factory=BatchLimits)
    _least: tuple[int, ...] = (sys.maxsize, MUTATIONS_MAX, BYTES_MAX)

    async def read_state(self) -> FileState:
        return await self.thread.run(read_state)

    async def make_request_context(self) -> RequestContext:
        """Who calls, as the next request says it."""
        return self.name_caller(await self.read_state())

    def name_caller(self, state: FileState) -> RequestContext:
        """Who calls, by a state of the file that was just read."""
        return RequestContext(self.access_token, UUID(state.replica), state.epoch, state.schema, self.ids())

    async def has_less_to_send(self) -> bool:
        """Whether fewer edits are on their way than ever in this sync, or go in smaller batches. It cannot be so for
        ever."""
        now = (await self.thread.run(count_on_their_way), self.limits.mutations, self.limits.bytes)
        before, self._least = self._least, tuple(map(min, now, self._least))
        return self._least != before

    def take_agreement(self, twins: Mapping[str, list[str]]) -> None:
        """Know what was agreed on: the twins that the server has, and their columns."""
        self.shapes = agreed_shapes(self.registry, twins)

    @property
    def pulled(self) -> dict[str, Shape]:
        """The twins that come from the server, as far as it has them."""
        return {name: shape for name, shape in self.shapes.items() if shape.twin.pulls}

    def note_set_aside(self, edits: int, why: str) -> None:
        """Say in the report that so many edits wait for a person, as one: they were saved together."""
        if edits:
            said = "1 change" if edits == 1 else f"{edits} changes that were saved together"
            self.report.set_aside.append(f"{said} {why}. Correct or discard what waits: one decision is for all of it.")

    def count_arrived(self, frame: Begin | Page) -> None:
        """So many more rows came in the phase that runs."""
        if isinstance(frame, Page):
            self.status.set(rows=self.status.now.rows + frame.rows)

    def report_apply(self, applied: ApplyReport) -> None:
        """Put what an apply did into the report, and tell the screens which rows changed."""
        report = self.report
        report.pulled += applied.pulled
        report.removed += applied.removed
        report.quarantined += applied.quarantined
        report.parked_here += applied.replayed.parked
        self.tell(applied.keys)


def agreed_shapes(registry: Registry, twins: Mapping[str, Sequence[str]]) -> dict[str, Shape]:
    """The twins that travel, by the columns that were agreed on. What is written to others waits in the outbox."""
    return {twin.name: Shape(twin, tuple(twins[twin.name])) for twin in registry if twin.name in twins}
