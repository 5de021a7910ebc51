"""PostgreSQL goes away in the middle of whatever the server does: a 503 that says when to come back, or half a stream.

Never an exception that nobody caught, never a connection left open, never an effect twice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
import pytest
from tests.server.depot import ANNA, Device, House, open_house

from twinbase.protocol import batch_hash
from twinbase.testing.databases import Databases, database_name

ROUNDS = 10
SERVERS = "datname = $1 AND pid <> ALL ($2::int[])"
END_ONE = f"""
SELECT count(pg_terminate_backend(pid))
FROM (SELECT pid FROM pg_stat_activity WHERE {SERVERS} ORDER BY random() LIMIT 1) one
"""


class Executioner:
    """Ends one of the server's connections to PostgreSQL, whatever it is doing, each time that it is told to."""

    def __init__(self, admin: "asyncpg.Connection[asyncpg.Record]", name: str, spared: list[int]) -> None:
        self._admin, self._name, self._spared = admin, name, spared
        self._due = asyncio.Semaphore(0)

    @classmethod
    @asynccontextmanager
    async def at_work(cls, admin_url: str, house: House) -> AsyncIterator["Executioner"]:
        admin = await asyncpg.connect(admin_url)
        executioner = cls(admin, database_name(house.url), [await house.office.fetchval("SELECT pg_backend_pid()")])
        task = asyncio.create_task(executioner._work())
        try:
            yield executioner
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await admin.close()

    async def after(self, request: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        """The answer; then one more connection ends, while others are being used."""
        answer = await request()
        self._due.release()
        return answer

    async def _work(self) -> None:
        while True:
            await self._due.acquire()
            await self._admin.execute(END_ONE, self._name, self._spared)


class Pusher:
    """A device that adds a job with each batch, and sends a batch again until it is answered."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.n, self.hash, self.jobs = 0, "", 0
        self.body = b""

    async def send(self) -> httpx2.Response:
        self.body = self.body or self._freeze()
        answer = await self.device.http.post("sync/mark-synced", content=self.body, headers=self.device.headers())
        if answer.status_code == 200:
            assert [outcome["status"] for outcome in answer.json()["outcomes"]] == ["applied"]
            self.hash = batch_hash(self.device.replica, self.device.epoch, self.body)
            self.n, self.jobs, self.body = self.n + 1, self.jobs + 1, b""
        return answer

    def _freeze(self) -> bytes:
        key: UUID = uuid4()
        row = {"id": str(key), "lead_id": str(ANNA), "title": f"pushed {self.n + 1}", "starts_at": None}
        mutation = {
            "id": str(uuid4()), "tx": self.n, "twin": "job", "op": "insert", "key": [str(key)], "base": None,
            "old": {}, "new": row, "at": "2030-05-01T12:00:00+00:00",
        }  # fmt: skip
        return msgspec.json.encode({"n": self.n + 1, "previous": self.hash, "offset_ms": 0, "mutations": [mutation]})


async def test_every_request_that_loses_its_connection_is_told_to_come_back(
    depot_url: str, databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with open_house(depot_url, pool_max=3) as house:
        await house.products(*(f"p{n:05}" for n in range(400)))
        device, pusher = await house.device(), Pusher(await house.device())
        cursor = (await device.initial()).end["cursor"]
        requests: list[Callable[[], Awaitable[httpx2.Response]]] = [
            lambda: Device(house.http, replica=device.replica).login("anna@depot"),
            lambda: device.http.get("sync/pending", params={"since": cursor, "prove": "all"}, headers=device.headers()),
            lambda: device.http.post("sync/initial", json={}, headers=device.headers()),
            lambda: device.http.get("sync/status", headers=device.headers()),
            lambda: device.http.get("health"),
            lambda: device.http.get("metrics"),
            pusher.send,
        ]
        async with Executioner.at_work(databases.admin_url, house) as executioner:
            answers = [
                answer
                for _ in range(ROUNDS)
                for answer in await asyncio.gather(*(executioner.after(request) for request in requests))
            ]
        for answer in answers:
            assert _is_good(answer) or _says_when_to_come_back(answer), answer.text

        assert {answer.status_code for answer in answers} == {200, 503}
        await _goes_on(house, device, pusher)
    assert not [record for record in caplog.records if record.name == "asyncio"], caplog.text


def _is_good(answer: httpx2.Response) -> bool:
    return answer.status_code == 200


def _says_when_to_come_back(answer: httpx2.Response) -> bool:
    problem: dict[str, Any] = answer.json()
    return (
        (answer.status_code, problem["type"]) == (503, "database-unavailable")
        and int(answer.headers["retry-after"]) > 0
        and problem["title"] == "The database does not answer at the moment. Try again."
    )


async def _goes_on(house: House, device: Device, pusher: Pusher) -> None:
    """All is as before, and every batch had its effect once."""
    if pusher.body:
        assert (await pusher.send()).status_code == 200
    assert await house.office.fetchval("SELECT count(*) FROM depot.job") == pusher.jobs
    ledger = await house.office.fetch("SELECT n, count(*) FROM twinbase.ledger GROUP BY n ORDER BY n")
    assert [tuple(row) for row in ledger] == [(n, 1) for n in range(1, pusher.jobs + 1)]
    whole = await device.initial()
    assert len(whole.keys("job")) == pusher.jobs and whole.end
    left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    assert await house.office.fetchval(left) == 0
