"""What the steps of one sync share: the file's thread, the way to the server, who we are, what was agreed on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.frames import WireRow
from twinbase.protocol import SchemaRequest, TwinSchema
from twinbase.registry import Registry
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import FileState, read_state, recall, remember, write_state
from twinbase.replica.file.statements import Shape
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox.batch import BatchLimits
from twinbase.replica.report import Report
from twinbase.replica.status import StatusBoard
from twinbase.replica.sync.server import RequestContext, Server
from twinbase.replica.sync.thread import FileThread

ChangedKeys = Mapping[str, list[WireRow] | None]


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
    tell: Callable[[ChangedKeys], None]
    shapes: dict[str, Shape] = field(default_factory=dict)
    limits: BatchLimits = field(default_factory=BatchLimits)
    _served: frozenset[str] = frozenset()

    async def read_state(self) -> FileState:
        return await self.thread.run(read_state)

    async def make_request_context(self) -> RequestContext:
        """Who calls, as the next request says it."""
        state = await self.read_state()
        return RequestContext(self.access_token, UUID(state.replica), state.epoch, state.schema, self.ids())

    async def agree(self, *, anew: bool = False) -> None:
        """Know which columns travel; ask the server when that was never agreed on, or when the app has changed, and
        at every sync while the server is older than the app, to notice when it no longer is.
        """
        wanted = {twin.name: [twin.mirror.version, *twin.columns] for twin in self.registry}
        before = json.loads(await self.thread.run(recall, "agreed") or "{}")
        if not anew and before.get("wanted") == wanted and _is_complete(before):
            self._take(before["twins"])
            return
        request = SchemaRequest(
            twins={t.name: TwinSchema(version=t.mirror.version, columns=list(t.columns)) for t in self.registry}
        )
        answer = await self.server.agree_schema(request, await self.make_request_context())
        agreed = {"wanted": wanted, "twins": answer.twins, "refused": answer.refused}
        await self.thread.run(_keep_agreement, self.token, answer.schema_, json.dumps(agreed), _gained(before, agreed))
        self.report.unproven.update(answer.refused)
        self._take(answer.twins)

    def _take(self, twins: Mapping[str, list[str]]) -> None:
        self._served = frozenset(twins)
        self.shapes = agreed_shapes(self.registry, twins)

    @property
    def pulled(self) -> dict[str, Shape]:
        """The twins that come from the server, as far as it has them."""
        return {name: shape for name, shape in self.shapes.items() if shape.twin.pulls and name in self._served}

    def count_arrived(self, rows: int) -> None:
        """So many more rows came in the phase that runs."""
        self.status.set(rows=self.status.now.rows + rows)

    def report_apply(self, applied: ApplyReport) -> None:
        """Put what an apply did into the report, and tell the screens which rows changed."""
        report = self.report
        report.pulled += applied.pulled
        report.removed += applied.removed
        report.quarantined += applied.quarantined
        report.parked_here += applied.replayed.parked
        self.tell(applied.keys)


def agreed_shapes(registry: Registry, twins: Mapping[str, Sequence[str]]) -> dict[str, Shape]:
    """Every twin as it travels, by the columns that were agreed on; whole where nothing was."""
    return {twin.name: Shape(twin, tuple(twins.get(twin.name, twin.columns))) for twin in registry}


def _is_complete(agreed: Mapping[str, Any]) -> bool:
    """Whether the server has everything that the app wants."""
    return all(set(columns) <= set(agreed["twins"].get(twin, ())) for twin, (_, *columns) in agreed["wanted"].items())


def _gained(before: Mapping[str, Any], agreed: Mapping[str, Any]) -> dict[str, list[str] | None]:
    """Per twin, the columns that the server has learnt since we last asked; None: the whole twin."""
    known: Mapping[str, list[str]] = before.get("twins", {})
    wanted_before = before.get("wanted", {})
    gained: dict[str, list[str] | None] = {}
    for twin, columns in agreed["twins"].items():
        asked = wanted_before.get(twin, ())
        if twin not in known and asked:
            gained[twin] = None
        elif new := [name for name in columns if name in asked and name not in known.get(twin, ())]:
            gained[twin] = new
    return gained


def _keep_agreement(
    connection: Connection, token: str, schema: str, agreed: str, gained: Mapping[str, list[str] | None]
) -> None:
    """What was learnt is fetched before the next pull, as after an update of the app."""
    with begin_fenced(connection, token):
        for twin, columns in gained.items():
            if columns is None:
                connection.execute("UPDATE _twinbase_twin SET loaded = 0 WHERE name = ?", (twin,))
                continue
            query = "SELECT backfill FROM _twinbase_twin WHERE name = ?"
            (waiting,) = connection.execute(query, (twin,)).fetchone()
            backfill = json.dumps(sorted({*json.loads(waiting), *columns}))
            connection.execute("UPDATE _twinbase_twin SET backfill = ? WHERE name = ?", (backfill, twin))
        write_state(connection, schema=schema)
        remember(connection, "agreed", agreed)
