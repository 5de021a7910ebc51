"""Connections on which nobody asks for anything, or not to the end: a real server on a real socket lets go of them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import uvicorn
from tests.server.depot import Device, House

from twinbase_server.http.listening import HEAD_BYTES_MAX, PatientProtocol, listening_options

HALF = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: depot\r\nX-A: "


class Impatient(PatientProtocol):
    """The same, with less time for a test to wait."""

    head_seconds = 0.3


@asynccontextmanager
async def _listening(house: House, connections_max: int = 64, protocol: type = PatientProtocol) -> AsyncIterator[int]:
    options = {**listening_options(connections_max), "http": protocol}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(house.app, lifespan="off", log_level="critical", **options))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await task


async def _ended(reader: asyncio.StreamReader) -> bytes:
    """What came until the server closed the connection, however it did."""
    async with asyncio.timeout(20):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_a_head_that_is_not_finished_is_not_waited_for(house: House) -> None:
    async with _listening(house, protocol=Impatient) as port:
        for begun in (b"", HALF, b"GET /api/v1/health HTTP/1.1\r\nHost: depot\r\n\r\nGET"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun)
            ended = await _ended(reader)
            assert (b"200 OK" in ended) == (b"health" in begun)
            writer.close()


async def test_a_head_without_an_end_is_not_read_for_ever(house: House) -> None:
    async with _listening(house) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HALF + b"x" * HEAD_BYTES_MAX * 2)
        assert await _ended(reader) == b""
        writer.close()


async def test_those_who_ask_are_served_when_all_connections_are_taken_by_those_who_do_not(house: House) -> None:
    async with _listening(house, connections_max=16) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
        for _, writer in held:
            writer.write(HALF)
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1/") as client:
            answers = await asyncio.gather(*(client.get("health") for _ in range(8)))
        assert [answer.status_code for answer in answers] == [200] * 8
        assert await _ended(held[0][0]) == b"", "the one that waited longest went"
        for _, writer in held:
            writer.close()


async def test_a_device_whose_token_is_wrong_hears_so_whatever_it_was_sending(house: House) -> None:
    """And its connection serves the next request."""
    device = Device(house.http, token="x.y.z")
    async with _listening(house, protocol=Impatient) as port:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1/") as client:
            for _ in range(2):
                answer = await client.post("sync/mark-synced", content=b" " * 8_000_000, headers=device.headers())
                assert (answer.status_code, answer.json()["type"]) == (401, "token-invalid")
            assert (await client.get("health")).status_code == 200
