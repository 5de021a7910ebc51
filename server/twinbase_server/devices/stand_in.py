"""What stands for a device when the office writes in somebody's name: it pushes as a device does, and is none."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from twinbase.identity import Identity
from twinbase.plugins import Plugins
from twinbase.protocol import REVISION, PushAnswer
from twinbase_server.accept.accept import accept_push
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection, Pool
from twinbase_server.problems import ProblemError

OFFICE = UUID("5a1a6ed0-0000-4000-8000-000000000000")
"""From it and a name comes the id of what stands for that name."""
TURNS_MAX = 5
"""How often a push is tried again when somebody else has pushed under the same name at the same moment."""


def stand_in_of(name: str) -> UUID:
    """The id of what stands for this name."""
    return uuid5(OFFICE, name)


async def make_stand_in(connection: Connection, identity: Identity, name: str, called: str, now: datetime) -> Caller:
    """Who pushes in the name of this identity. `called`: what a list of devices would call it."""
    replica = stand_in_of(name)
    await connection.execute(_STAND_IN, replica, identity.subject, called, now)
    return Caller(identity, replica, epoch=1, schema="", request="", revision=REVISION)


async def push_as(
    pool: Pool,
    plugins: Plugins,
    caller: Caller,
    mutations: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    offset_ms: int = 0,
) -> PushAnswer:
    """What becomes of these mutations, on the way of every push; they are the next batch of what stands in."""
    for turn in range(1, TURNS_MAX + 1):
        async with pool.acquire() as connection:
            last = await connection.fetchrow(_LAST, caller.replica)
        assert last is not None
        body = {"n": last["last_n"] + 1, "previous": last["last_hash"], "offset_ms": offset_ms, "mutations": mutations}
        try:
            return await accept_push(pool, plugins, caller, json.dumps(body).encode(), now)
        except ProblemError as problem:
            if problem.kind != "forked" or turn == TURNS_MAX:
                raise
    raise AssertionError("the last turn returns or raises")


_STAND_IN = """
INSERT INTO twinbase.replica (id, account, device_name, last_seen, of_office) VALUES ($1, $2, $3, $4, true)
ON CONFLICT (id) DO NOTHING
"""
_LAST = "SELECT last_n, last_hash FROM twinbase.replica WHERE id = $1"
