"""Which twins and columns travel: what the app wants, as far as the server has it (`feed/schemas.py` answers)."""

import json
from collections.abc import Mapping
from typing import Any

from twinbase.protocol import SchemaRequest, TwinSchema
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import recall, remember, write_state
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.sync.exchange import Exchange

AGREED = "agreed"
"""The note of what was agreed on."""


async def agree(exchange: Exchange, *, anew: bool = False) -> None:
    """Know which columns travel; ask the server when that was never agreed on, or when the app has changed, and
    at every sync while the server is older than the app, to notice when it no longer is.
    """
    wanted = {twin.name: [twin.mirror.version, *twin.columns] for twin in exchange.registry}
    before = json.loads(await exchange.thread.run(recall, AGREED) or "{}")
    if not anew and before.get("wanted") == wanted and _is_complete(before):
        exchange.take_agreement(before["twins"])
        return
    request = SchemaRequest(
        twins={t.name: TwinSchema(version=t.mirror.version, columns=list(t.columns)) for t in exchange.registry}
    )
    answer = await exchange.server.agree_schema(request, await exchange.make_request_context())
    agreed = {"wanted": wanted, "twins": answer.twins, "refused": answer.refused}
    await exchange.thread.run(
        _keep_agreement, exchange.token, answer.schema_, json.dumps(agreed), _gained(before, agreed)
    )
    exchange.report.unproven.update(answer.refused)
    exchange.take_agreement(answer.twins)


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
        remember(connection, AGREED, agreed)
