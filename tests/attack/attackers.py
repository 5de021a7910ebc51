"""What attackers do, each in a process of its own, until it is killed. Some have an account, and some have none."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any
from uuid import uuid4

import msgspec
import zstandard

API = "/api/v1"
MIB = 1024 * 1024
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the server is, and the headers of devices that the attacker has signed in on."""

    port: int
    devices: Sequence[Headers]


def _head(method: str, path: str, headers: Headers, length: int) -> bytes:
    given = {"Host": "depot", "Content-Type": "application/json", "Content-Length": str(length), **headers}
    lines = [f"{method} {API}/{path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode()


def _bomb() -> bytes:
    return zstandard.ZstdCompressor(level=19).compress(b"[],[]," * (16 * MIB // 6))


async def _ask(target: Target, request: bytes) -> bytes:
    """One request on a connection of its own; the first of what is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    try:
        writer.write(request)
        return await reader.read(64 * 1024)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def _again_and_again(target: Target, requests: Sequence[bytes], ready: Event, a_second: float) -> None:
    """So many a second, whether they are answered or not: an attack costs the attacker little."""
    turns, asked = itertools.cycle(requests), set()
    while True:
        asked.add(task := asyncio.create_task(_ask(target, next(turns))))
        task.add_done_callback(asked.discard)
        ready.set()
        await asyncio.sleep(1 / a_second)


async def _hold(target: Target, requests: Sequence[bytes], ready: Event) -> None:
    """Connections on which so much is sent, and then nothing; nothing is read from them. Lost ones are opened again."""

    async def hold_one(request: bytes) -> None:
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=4096)
            writer.write(request)
            if request.startswith(b"POST") and b"initial" in request:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                await asyncio.Event().wait()
            with suppress(ConnectionError):
                await reader.read()
            writer.close()

    tasks = [asyncio.create_task(hold_one(request)) for request in requests]
    await asyncio.sleep(0.5)
    ready.set()
    await asyncio.gather(*tasks)


async def send_bombs(target: Target, ready: Event) -> None:
    """1,560 bytes that become 16 MB, to those who have not looked at a token yet."""
    bomb = _bomb()
    zstd = {"Content-Encoding": "zstd", "Twinbase-Protocol": "1"}
    paths = ("auth/login", "sync/schema", "sync/mark-synced")
    await _again_and_again(target, [_head("POST", path, zstd, len(bomb)) + bomb for path in paths], ready, 20)


async def send_floods(target: Target, ready: Event) -> None:
    """16 MB of JSON, plain."""
    flood = b"[],[]," * (16 * MIB // 6)
    await _again_and_again(target, [_head("POST", "auth/login", {}, len(flood)) + flood[: MIB // 4]], ready, 20)


async def guess_passwords(target: Target, ready: Event) -> None:
    body = msgspec.json.encode({"email": "anna@depot", "password": "guess", "replica": str(uuid4())})
    request = _head("POST", "auth/login", {"Twinbase-Protocol": "1"}, len(body)) + body
    await _again_and_again(target, [request], ready, 5)


async def hold_bodies(target: Target, ready: Event) -> None:
    """Forty batches that begin and do not go on, of devices that are signed in; and forty of nobody's."""
    began = b" " * MIB
    signed = [_head("POST", "sync/mark-synced", device, 15 * MIB) + began for device in target.devices]
    unsigned = _head("POST", "auth/login", {}, 8000) + b"{"
    await _hold(target, [*itertools.islice(itertools.cycle(signed), 40), *[unsigned] * 40], ready)


async def hold_heads(target: Target, ready: Event) -> None:
    await _hold(target, [f"POST {API}/auth/login HTTP/1.1\r\nX-A: ".encode()] * 500, ready)


async def read_nothing(target: Target, ready: Event) -> None:
    """Ten devices ask for everything, and take none of it."""
    asked = [_head("POST", "sync/initial", {**one, "Accept-Encoding": "identity"}, 2) + b"{}" for one in target.devices]
    await _hold(target, list(itertools.islice(itertools.cycle(asked), 10)), ready)


async def push_poison(target: Target, ready: Event) -> None:
    """Batches of which the database refuses every second change; an account is needed for that."""
    (device,) = target.devices[:1]
    epoch = itertools.count(int(device["Twinbase-Epoch"]) + 1)
    while True:
        body = msgspec.json.encode({"n": 1, "previous": "", "offset_ms": 0, "mutations": list(_poison(200))})
        headers = {**device, "Twinbase-Epoch": str(next(epoch)), "Twinbase-Defers": "1"}
        ready.set()
        await _ask(target, _head("POST", "sync/mark-synced", headers, len(body)) + body)
        await asyncio.sleep(0.5)


def _poison(count: int) -> Any:
    for number in range(count):
        key = str(uuid4())
        title = "poison" if number % 2 else "good"
        row = {"id": key, "lead_id": "00000000-0000-7000-8000-00000000000a", "title": title, "starts_at": None}
        yield {
            "id": str(uuid4()), "tx": number, "twin": "job", "op": "insert", "key": [key], "base": None, "old": {},
            "new": row, "at": "2030-05-01T12:00:00+00:00",
        }  # fmt: skip


Attack = Callable[[Target, Event], Awaitable[None]]
ATTACKS: Mapping[str, Attack] = {
    "zstd bombs without a token": send_bombs,
    "floods of JSON without a token": send_floods,
    "guessed passwords": guess_passwords,
    "held bodies": hold_bodies,
    "500 half headers": hold_heads,
    "slow readers": read_nothing,
    "poisoned batches": push_poison,
}


def run(name: str, target: Target, ready: Event) -> None:
    """Attack until the process is killed."""
    asyncio.run(ATTACKS[name](target, ready))  # type: ignore[arg-type]
