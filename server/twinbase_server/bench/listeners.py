"""Devices that do nothing but listen: a connection and a count, so that hundreds of them cost the bench little."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from twinbase import protocol
from twinbase.clock import utc_now
from twinbase.identity import Identity
from twinbase_server.bench.process import ServerProcess
from twinbase_server.database.connection import Connection
from twinbase_server.http.tokens import Tokens
from twinbase_server.keys.signing_key import KeyRing
from twinbase_server.keys.store import read_keys

CONNECTED_AT_ONCE = 20
LASTS = timedelta(days=1)


@dataclass
class QuietListener:
    """One of them, signed in as somebody with a sector of his own. `heard`: how often it was told of news, and when
    (`heard_at`, in the loop's seconds) it was last."""

    sector: str
    token: str = field(repr=False)
    replica: UUID
    schema: str
    heard: int = 0
    heard_at: float = 0.0
    greeted: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear_news(self, server: ServerProcess) -> None:
        """Until it is cancelled, or the server ends."""
        at = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        try:
            writer.write(self._request(at.netloc))
            while line := await reader.readline():
                if line.startswith(b"event: hello"):
                    self.greeted.set()
                if line.startswith(b"event: news"):
                    self.heard, self.heard_at = self.heard + 1, asyncio.get_running_loop().time()
        finally:
            writer.close()

    def _request(self, host: str) -> bytes:
        headers = {
            "Host": host,
            "Authorization": f"Bearer {self.token}",
            protocol.HEADER_PROTOCOL: str(protocol.VERSION),
            protocol.HEADER_REPLICA: str(self.replica),
            protocol.HEADER_EPOCH: "1",
            protocol.HEADER_SCHEMA: self.schema,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"GET /api/v1/sync/events HTTP/1.1\r\n{lines}\r\n".encode()


async def make_listeners(connection: Connection, many: int, schema: str) -> list[QuietListener]:
    """People with a device each, who are signed in: their tokens are made here, as hundreds of passwords take long."""
    tokens, made = Tokens(KeyRing(await read_keys(connection, None), utc_now), LASTS), []
    for number in range(many):
        who, sector = f"listener-{number}@example.org", f"listener {number}"
        replica = uuid4()
        token = tokens.make(Identity(who, {"sectors": [sector]}), replica, utc_now())
        made.append(QuietListener(sector, token, replica, schema))
        await connection.execute("INSERT INTO twinbase.replica (id, account) VALUES ($1, $2)", replica, who)
    return made


@asynccontextmanager
async def connect_listeners(server: ServerProcess, listeners: Sequence[QuietListener]) -> AsyncIterator[None]:
    """All of them listen, until the block ends."""
    tasks = []
    for start in range(0, len(listeners), CONNECTED_AT_ONCE):
        some = listeners[start : start + CONNECTED_AT_ONCE]
        tasks += [asyncio.create_task(one.hear_news(server)) for one in some]
        async with asyncio.timeout(60):
            await asyncio.gather(*(one.greeted.wait() for one in some))
    yield
    assert not any(task.done() for task in tasks), "a listener lost its line"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
