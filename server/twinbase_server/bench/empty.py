"""A pull with nothing new: what a hundred devices ask every quarter of an hour."""

import json
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import httpx2

from twinbase import protocol
from twinbase_server.bench.pairs import Result, make_limit_result, time_work
from twinbase_server.bench.process import ServerProcess, make_plugins
from twinbase_server.bench.tables import SMALL
from twinbase_server.bench.testbed import EMAIL, PASSWORD

LIMIT_MS = 10.0


class RawDevice:
    """A device without a file: it asks and throws away, so that what is timed is the server and one request."""

    def __init__(self, server: ServerProcess) -> None:
        self._client = httpx2.AsyncClient(base_url=f"{server.url}/api/v1/", timeout=120)
        self._replica = str(uuid4())
        self._headers: dict[str, str] = {}
        self.cursor = ""

    async def begin(self) -> None:
        """Sign in, agree on the schema, and have a cursor that is proven for today."""
        login = {"email": EMAIL, "password": PASSWORD, "replica": self._replica}
        self._headers = {protocol.HEADER_PROTOCOL: str(protocol.VERSION)}
        answer = (await self._post("auth/login", login)).json()
        self._headers |= {
            "Authorization": f"Bearer {answer['token']}",
            protocol.HEADER_REPLICA: self._replica,
            protocol.HEADER_EPOCH: "0",
        }
        twins = {t.name: {"version": t.mirror.version, "columns": list(t.columns)} for t in make_plugins().registry}
        agreed = (await self._post("sync/schema", {"twins": twins})).json()
        self._headers[protocol.HEADER_SCHEMA] = agreed["schema"]
        # The cursor of a small twin serves for all of them: it is the moment that counts here, not the rows.
        first = await self._post("sync/initial", {"resume": None, "twins": [str(SMALL[0].__tablename__)]})
        self._take(first)
        await self.pull()

    async def pull(self) -> dict[str, Any]:
        """One pull, whole; the answer's last frame."""
        answer = await self._client.get("sync/pending", params={"since": self.cursor}, headers=self._headers)
        return self._take(answer.raise_for_status())

    async def time_empty_pulls(self, many: int) -> list[float]:
        """The milliseconds of so many pulls, each of which must have found nothing."""
        taken = []
        for _ in range(many):
            taken.append(await time_work(self.pull()) * 1000)
        end = await self.pull()
        assert not end["digests"], "the pulls were not empty"
        return taken

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, path: str, body: Any) -> httpx2.Response:
        return (await self._client.post(path, json=body, headers=self._headers)).raise_for_status()

    def _take(self, answer: httpx2.Response) -> dict[str, Any]:
        end: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
        self.cursor = end["cursor"]
        return end


async def measure_empty_pull(server: ServerProcess, many: int, name: str, what: str) -> Result:
    """The median of many pulls, seen from a client on the same machine: what the server does and one request."""
    device = RawDevice(server)
    try:
        await device.begin()
        await device.time_empty_pulls(max(1, many // 10))
        taken = await device.time_empty_pulls(many)
    finally:
        await device.close()
    p90 = quantiles(taken, n=10)[-1]
    return make_limit_result(name, what, median(taken), LIMIT_MS, "ms", many, p90_ms=round(p90, 2))
