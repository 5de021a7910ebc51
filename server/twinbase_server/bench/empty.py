"""A pull with nothing new: what a hundred devices ask every quarter of an hour."""

import json
from statistics import quantiles
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx2

from twinbase import protocol
from twinbase_server.bench.pairs import Pairs, Result, time_work
from twinbase_server.bench.process import ServerProcess, make_plugins
from twinbase_server.bench.tables import SMALL
from twinbase_server.bench.testbed import EMAIL, PASSWORD

BAR = 3.0
"""To one request that asks one trivial SELECT: an absolute time says nothing on a shared machine."""


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

    async def time_pull(self) -> float:
        """The seconds of one pull, which must have found nothing."""
        start = perf_counter()
        end = await self.pull()
        seconds = perf_counter() - start
        assert not end["digests"], "the pull was not empty"
        return seconds

    async def time_question(self) -> float:
        """The seconds of one request that asks PostgreSQL one trivial thing, through the same stack."""
        return await time_work(self.ask_who())

    async def ask_who(self) -> None:
        """One request that asks PostgreSQL one trivial thing."""
        (await self._client.get("auth/me", headers=self._headers)).raise_for_status()

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, path: str, body: Any) -> httpx2.Response:
        return (await self._client.post(path, json=body, headers=self._headers)).raise_for_status()

    def _take(self, answer: httpx2.Response) -> dict[str, Any]:
        end: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
        self.cursor = end["cursor"]
        return end


async def measure_empty_pull(server: ServerProcess, many: int, name: str, what: str) -> Result:
    """Pulls and trivial questions in turns, seen from a client on the same machine: how much more a pull is than a
    request."""
    device, pairs, warming = RawDevice(server), Pairs(), Pairs()
    try:
        await device.begin()
        for _ in range(max(1, many // 10)):
            await warming.measure(device.time_pull, device.time_question)
        for _ in range(many):
            await pairs.measure(device.time_pull, device.time_question)
    finally:
        await device.close()
    return pairs.make_result(name, what, BAR, p90_ms=round(quantiles(pairs.product, n=10)[-1] * 1000, 2))
