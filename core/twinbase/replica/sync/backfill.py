"""What an update of the app, or of the server, added to a file that is loaded already: new columns, new twins."""

import json
from typing import Any

from twinbase.frames import End, locked_twins
from twinbase.replica.connection import Connection
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.fetch import fetch


async def backfill(exchange: Exchange) -> None:
    """Fetch the columns and twins that an update of the app added; the cursor stays, the next pull goes on from it."""
    columns, twins = await exchange.thread.run(_read_unfetched, list(exchange.pulled))
    columns = {t: [c for c in names if c in exchange.shapes[t].columns] for t, names in columns.items()}
    locked: frozenset[str] = frozenset()
    for part in ({"columns": {t: names for t, names in columns.items() if names}}, {"twins": twins}):
        if any(part.values()):
            with exchange.report.time_phase("backfill"):
                locked |= locked_twins(await _fetch_part(exchange, part))
    if fetched := [twin for twin in (*columns, *twins) if twin not in locked]:
        await exchange.thread.run(_note_fetched, exchange.token, fetched)


async def _fetch_part(exchange: Exchange, part: dict[str, Any]) -> End:
    caller = await exchange.make_request_context()
    (twins,) = (list(named) for named in part.values())
    end, _ = await fetch(
        exchange, lambda resume: exchange.server.stream_initial({"resume": resume, **part}, caller), part=twins
    )
    return end


def _read_unfetched(connection: Connection, pulled: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    rows = connection.execute("SELECT name, backfill, loaded FROM _twinbase_twin WHERE active").fetchall()
    known = [(name, json.loads(backfill), loaded) for name, backfill, loaded in rows if name in pulled]
    columns = {name: backfill for name, backfill, loaded in known if loaded and backfill}
    return columns, [name for name, _, loaded in known if not loaded]


def _note_fetched(connection: Connection, token: str, twins: list[str]) -> None:
    with begin_fenced(connection, token):
        connection.executemany(
            "UPDATE _twinbase_twin SET loaded = 1, backfill = '[]' WHERE name = ?", [(twin,) for twin in twins]
        )
