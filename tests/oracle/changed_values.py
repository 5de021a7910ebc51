"""A line on which a letter of a text or a digit of a number becomes another, inside of what was compressed.

A flipped bit seldom meets a value: most of a small message is names, tokens and checksums, and most of the rest is no
text any more. This meets one every time.
"""

import io
import re
from collections.abc import Callable
from random import Random
from typing import Any

import zstandard
from tests.oracle.simulation import Simulation
from tests.oracle.writers import edit_many, insert_job, spend

ROWS = re.compile(rb"^\[\[.*$", re.MULTILINE)
WRITTEN = re.compile(rb'"new":\{[^}]*\}')
LETTER = re.compile(rb"[0-9b-yB-Y]")
"""What is still a letter or a digit when its lowest bit flips."""


class ChangedValues:
    """An ASGI application behind a line that changes values, in answers, or in requests, or in both."""

    def __init__(self, application: Any, rng: Random, *, answers: bool, requests: bool) -> None:
        self._application, self._rng = application, rng
        self._answers, self._requests = answers, requests

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if self._requests and path.endswith("mark-synced"):
            message = await receive()
            changed = message | {"body": change_one(message["body"], WRITTEN, self._rng)}
            receive = _first(changed, receive)
        if self._answers and path.endswith(("pending", "initial", "repair")):
            held = _Held(send, self._change_answer)
            await self._application(scope, receive, held.send)
        else:
            await self._application(scope, receive, send)

    def _change_answer(self, start: Any, body: bytes) -> bytes:
        if (b"content-encoding", b"zstd") not in [(name.lower(), value) for name, value in start.get("headers", ())]:
            return change_one(body, ROWS, self._rng)
        plain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body), read_across_frames=True).read()
        return zstandard.ZstdCompressor().compress(change_one(plain, ROWS, self._rng))


def change_one(body: bytes, where: re.Pattern[bytes], rng: Random) -> bytes:
    """One of the letters and digits inside of what matches becomes its neighbour."""
    places = [found.start() + letter.start() for found in where.finditer(body) for letter in LETTER.finditer(found[0])]
    if not places:
        return body
    changed, place = bytearray(body), rng.choice(places)
    changed[place] ^= 1
    return bytes(changed)


def _first(message: Any, receive: Any) -> Any:
    messages = [message]

    async def replay() -> Any:
        return messages.pop() if messages else await receive()

    return replay


class _Held:
    """Holds an answer until it is whole."""

    def __init__(self, send: Any, change: Callable[[Any, bytes], bytes]) -> None:
        self._send, self._change = send, change
        self._start: Any = None
        self._body = bytearray()

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._send(self._start)
            body = self._change(self._start, bytes(self._body))
            await self._send(message | {"body": body})


async def line_changes_values(sim: Simulation, rng: Random) -> None:
    """A router with a bad memory, while both sides have something new; then the line is good again."""
    mine = sim.somebody(rng)
    for write in (insert_job, edit_many, spend):
        await sim.office.write_this(write, rng)
    await sim.work(mine, rng)
    answers = rng.random() < 0.5
    mine.device.wire.application = ChangedValues(sim.server.application, rng, answers=answers, requests=not answers)
    await sim.sync(mine)
    sim.rewire()
