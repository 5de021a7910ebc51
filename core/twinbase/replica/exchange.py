"""What the steps of one sync share: the file's thread, the door to the server, who we are, what was agreed on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.protocol import SchemaRequest, TwinSchema
from twinbase.registry import Registry
from twinbase.replica.apply import Applied
from twinbase.replica.fenced import State, fenced, read_state, recall, remember, write_state
from twinbase.replica.http import Caller, Server
from twinbase.replica.push import Limits
from twinbase.replica.report import Report
from twinbase.replica.shape import Row, Shape
from twinbase.replica.status import StatusBoard
from twinbase.replica.thread import FileThread

Keys = Mapping[str, list[Row] | None]


@dataclass(kw_only=True)
class Exchange:
    """One sync while it runs. `token` is its fencing token; `shapes` are the twins as they travel."""

    thread: FileThread
    server: Server
    registry: Registry
    token: str
    access_token: str
    clock: Callable[[], datetime]
    ids: Callable[[], UUID]
    report: Report
    status: StatusBoard
    tell: Callable[[Keys], None]
    shapes: dict[str, Shape] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    async def state(self) -> State:
        return await self.thread.run(read_state)

    async def caller(self) -> Caller:
        """Who calls, as the next request says it."""
        state = await self.state()
        return Caller(self.access_token, UUID(state.replica), state.epoch, state.schema, self.ids())

    async def agree(self, *, anew: bool = False) -> None:
        """Know which columns travel; ask the server when that was never agreed on, or when the app has changed."""
        wanted = {twin.name: [twin.mirror.version, *twin.columns] for twin in self.registry}
        if not anew:
            agreed = json.loads(await self.thread.run(recall, "agreed") or "{}")
            if agreed.get("wanted") == wanted:
                self._take(agreed["twins"])
                return
        request = SchemaRequest(
            twins={t.name: TwinSchema(version=t.mirror.version, columns=list(t.columns)) for t in self.registry}
        )
        answer = await self.server.schema(request, await self.caller())
        agreed = {"wanted": wanted, "twins": answer.twins, "refused": answer.refused}
        await self.thread.run(_keep_agreement, self.token, answer.schema_, json.dumps(agreed))
        self.report.unproven.update(answer.refused)
        self._take(answer.twins)

    def _take(self, twins: Mapping[str, list[str]]) -> None:
        self.shapes = {t.name: Shape(t, tuple(twins.get(t.name, t.columns))) for t in self.registry}

    @property
    def pulled(self) -> dict[str, Shape]:
        """The twins that come from the server."""
        return {name: shape for name, shape in self.shapes.items() if shape.twin.pulls}

    def arrived(self, rows: int) -> None:
        """So many more rows came in the phase that runs."""
        self.status.set(rows=self.status.now.rows + rows)

    def count(self, applied: Applied) -> None:
        """Put what an apply did into the report, and tell the screens which rows changed."""
        report = self.report
        report.pulled += applied.pulled
        report.removed += applied.removed
        report.quarantined += applied.quarantined
        report.parked_here += applied.replayed.parked
        self.tell(applied.keys)


def _keep_agreement(connection: Any, token: str, schema: str, agreed: str) -> None:
    with fenced(connection, token):
        write_state(connection, schema=schema)
        remember(connection, "agreed", agreed)
