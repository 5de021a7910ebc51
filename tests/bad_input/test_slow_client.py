"""A device that asks and then reads nothing: a real server on a real socket lets go of it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import uvicorn
from tests.server.depot import Device, House, open_house, read_frames

from twinbase import Identity
from twinbase_server.caller import Caller

OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


@asynccontextmanager
async def _listening(house: House) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(house.app, lifespan="off", log_level="critical"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await task


def _request(device: Device, path: str, length: int) -> bytes:
    asked = {"Host": "depot", "Accept-Encoding": "identity", "Content-Type": "application/json"}
    headers = {**device.headers(), **asked, "Content-Length": str(length)}
    lines = [f"POST /api/v1/{path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def _connected(port: int) -> socket.socket:
    """A socket with little room, so that the server soon has nowhere to put its bytes."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    return line


async def _left(house: House) -> None:
    """The server has given up on a device and counted it; nothing is open for it any more."""
    async with asyncio.timeout(30):
        while 'twinbase_broken_answers_total{error="client"} 1.0' not in (await house.http.get("metrics")).text:
            await asyncio.sleep(0)
        while await house.office.fetchval(OPEN):
            await asyncio.sleep(0)


async def test_a_device_that_reads_nothing_is_left_and_its_transaction_ends(depot_url: str) -> None:
    async with open_house(depot_url, send_seconds=0.5) as house, _listening(house) as port:
        rows = "SELECT i::text, md5(i::text) || repeat(md5(random()::text), 60), 1, 1 FROM generate_series(1, 20000) i"
        await house.office.execute(f"INSERT INTO depot.product {rows}")
        device = await house.device()
        with _connected(port) as line:
            line.sendall(_request(device, "sync/initial", 2) + b"{}")
            await _left(house)
        answer = await device.initial(twins=["site"])
        assert answer.end


async def test_a_device_that_sends_its_body_letter_by_letter_is_told_that_it_is_too_slow(depot_url: str) -> None:
    async with open_house(depot_url, send_seconds=0.3) as house, _listening(house) as port:
        device = await house.device()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request(device, "sync/initial", 1_000_000) + b"{")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        problem = json.loads(await reader.read(4096))
        assert head.startswith(b"HTTP/1.1 503") and b"retry-after" in head.lower()
        assert (problem["type"], problem["detail"]) == ("too-slow", "The body took too long to arrive.")
        writer.close()


async def _read_on(client: httpx2.AsyncClient, device: Device, first: httpx2.Response) -> list[list[Any]]:
    """All rows of an answer that was begun, however many parts it has; whole and once."""
    frames = read_frames(await first.aread())
    pages = [frame for frame in frames if frame["frame"] == "page"]
    while frames[-1]["frame"] == "cut":
        body = {"resume": frames[-1]["resume"]}
        answer = await client.post("sync/initial", json=body, headers=_plain(device))
        frames = read_frames(answer.content)
        pages += [frame for frame in frames if frame["frame"] == "page"]
    assert frames[-1]["frame"] == "end"
    return [row for page in pages for row in page["content"]]


def _plain(device: Device) -> dict[str, str]:
    return {**device.headers(), "Accept-Encoding": "identity"}


async def test_devices_that_read_slowly_keep_no_connection_from_others_and_get_all_rows(depot_url: str) -> None:
    """Six of them, and three connections; nobody is left for it."""
    async with open_house(depot_url, pool_max=3) as house, _listening(house) as port, AsyncExitStack() as open_ones:
        rows = "SELECT i::text, md5(i::text) || repeat(md5(random()::text), 60), 1, 1 FROM generate_series(1, 10000) i"
        await house.office.execute(f"INSERT INTO depot.product {rows}")
        client = await open_ones.enter_async_context(httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1/"))
        slow = [await house.device() for _ in range(6)]
        asked = [client.stream("POST", "sync/initial", json={}, headers=_plain(device)) for device in slow]
        answers = [await open_ones.enter_async_context(one) for one in asked]
        for _ in range(3):
            honest = await house.device("bob@depot")
            assert (await honest.initial(twins=["site"])).end
        found = await _read_on(client, slow[0], answers[0])
        assert len(found) == len({row[2] for row in found}) == 10_000
        assert 'error="client"' not in (await house.http.get("metrics")).text


async def test_one_device_and_one_account_read_so_many_answers_at_a_time(depot_url: str) -> None:
    async with open_house(depot_url, account_streams_max=5) as house, AsyncExitStack() as open_ones:
        readers, limits = house.app.state.serving.readers, (4, 1)
        devices = [await house.device() for _ in limits]
        other = await house.device("bob@depot")
        for device, most in zip(devices, limits, strict=True):
            caller = Caller(Identity("anna@depot", {}), device.replica, 1, device.schema, "")
            for _ in range(most):
                open_ones.callback(readers.admit_reader(caller))
            answer = await device.initial()
            assert (answer.status, answer.problem["type"]) == (503, "too-busy")
        assert (await other.initial()).end
