"""What an update of the app, or of the server, added to a file that is loaded already: new columns, new twins."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twinbase.frames import End, locked_twins
from twinbase.replica.connection import Connection
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.fetch import fetch


@dataclass(frozen=True)
class Unfetched:
    """What is not on the device yet: columns of twins that are, and whole twins."""

    columns: Mapping[str, list[str]] = field(default_factory=dict)
    twins: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.columns or self.twins)


async def backfill(exchange: Exchange, unfetched: Unfetched) -> None:
    """Fetch the columns and twins that an update of the app added; the cursor stays, the next pull goes on from it."""
    columns = {t: [c for c in names if c in exchange.shapes[t].columns] for t, names in unfetched.columns.items()}
    twins = unfetched.twins
    locked: frozenset[str] = frozenset()
    for part in ({"columns": {t: names for t, names in columns.items() if names}}, {"twins": twins}):
        if any(part.values()):
            with exchange.report.time_phase("backfill"):
                locked |= locked_twins(await _fetch_part(exchange, part))
    if fetched := [twin for twin in (*columns, *twins) if twin not in locked]:
        await exchange.thread.run(_note_fetched, exchange.token, fetched)


def read_unfetched(connection: Connection, pulled: Collection[str]) -> Unfetched:
    """What of these twins was never fetched."""
    rows = connection.execute("SELECT name, backfill, loaded FROM _twinbase_twin WHERE active").fetchall()
    known = [(name, json.loads(backfill), loaded) for name, backfill, loaded in rows if name in pulled]
    columns = {name: backfill for name, backfill, loaded in known if loaded and backfill}
    return Unfetched(columns, [name for name, _, loaded in known if not loaded])


async def _fetch_part(exchange: Exchange, part: dict[str, Any]) -> End:
    caller = await exchange.make_request_context()
    (twins,) = (list(named) for named in part.values())
    end, _ = await fetch(
        exchange, lambda resume: exchange.server.stream_initial({"resume": resume, **part}, caller), part=twins
    )
    return end


def _note_fetched(connection: Connection, token: str, twins: list[str]) -> None:
    with begin_fenced(connection, token):
        connection.executemany(
            "UPDATE _twinbase_twin SET loaded = 1, backfill = '[]' WHERE name = ?", [(twin,) for twin in twins]
        )
