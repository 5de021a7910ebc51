"""Ten thousand flipped bits in messages that really travelled: none of them passes for what was sent."""

import os
from collections.abc import Iterator
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import pytest
from tests.sync.shop import Job
from tests.sync.test_lines_that_break import _products

from twinbase.checksum import sum_request
from twinbase.errors import TransportError
from twinbase.frames import AnyFrame, read_frames
from twinbase.protocol import HEADER_CHECKSUM
from twinbase.replica.sync.encodings import decode_source
from twinbase.replica.sync.pipe import read_lines, read_pieces
from twinbase.testing import World
from twinbase.testing.conformance.suite import SEED

FLIPS = 10_000


class Recorder:
    """The world's application, and every message that went through it."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.requests: list[tuple[str, str, bytes, dict[str, str], bytes]] = []
        self.streams: list[tuple[str, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, messages = [], []

        async def hear() -> Any:
            message = await receive()
            body.append(message.get("body", b""))
            return message

        async def say(message: Any) -> None:
            messages.append(message)
            await send(message)

        await self._application(scope, hear, say)
        headers = {name.decode().title(): value.decode() for name, value in scope["headers"]}
        route = scope["path"].removeprefix("/api/v1/")
        self.requests.append((scope["method"], route, scope["query_string"], headers, b"".join(body)))
        said = dict(messages[0]["headers"])
        if said[b"content-type"].startswith(b"application/x-ndjson"):
            encoding = said.get(b"content-encoding", b"").decode()
            self.streams.append((encoding, b"".join(message.get("body", b"") for message in messages[1:])))


@pytest.fixture
async def recorded(world: World) -> Recorder:
    """A first sync, some pulls and pushes, small and large."""
    anna = await world.device("anna", claims={"lead": "anna"})
    recorder = Recorder(world.application)
    anna.wire.application = recorder
    await _products(world, 300)
    await anna.save(*(Job(lead="anna", title=f"job {number}", report="r" * number) for number in range(40)))
    await anna.sync()
    for part in (1, 3, 200):
        await world.sql("UPDATE workshop.product SET name = name || '!', price = 1 WHERE id <= :part", part=part)
        await anna.change(Job, (await anna.all(Job))[0].id, title=f"title {part}")
        await anna.sync()
    return recorder


def flipped(rng: Random, message: bytes) -> bytes:
    place, changed = rng.randrange(len(message) * 8), bytearray(message)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def frames(encoding: str, body: bytes) -> Iterator[AnyFrame]:
    return read_frames(read_lines(BytesIO(body), encoding=encoding))


def believed(encoding: str, body: bytes) -> list[AnyFrame]:
    """What of an answer a device keeps before it notices something."""
    kept: list[AnyFrame] = []
    try:
        for frame in frames(encoding, body):
            kept.append(frame)
    except TransportError:
        pass
    return kept


async def test_of_a_stream_nothing_is_believed_that_was_not_sent(recorded: Recorder) -> None:
    rng = Random(os.environ[SEED])
    plain = [("", b"".join(read_pieces(decode_source(BytesIO(b), e), 1 << 30))) for e, b in recorded.streams]
    sent = [(encoding, body, list(frames(encoding, body))) for encoding, body in (*plain, *recorded.streams)]
    assert {encoding for encoding, _, _ in sent} == {"", "zstd"}
    for _ in range(FLIPS):
        encoding, body, whole = rng.choice(sent)
        kept = believed(encoding, flipped(rng, body))
        assert kept == whole[: len(kept)]


async def test_of_requests_none_passes_for_another(recorded: Recorder) -> None:
    rng = Random(os.environ[SEED])
    sent = [request for request in recorded.requests if request[2] or request[4]]
    assert {route for _, route, *_ in sent} == {"sync/schema", "sync/initial", "sync/mark-synced", "sync/pending"}
    for _ in range(FLIPS):
        method, route, query, headers, body = rng.choice(sent)
        arrived = (flipped(rng, query), body) if query else (query, flipped(rng, body))
        asked = parse_qsl(arrived[0].decode("latin-1"), keep_blank_values=True)
        is_same = arrived[1] == body and asked == parse_qsl(query.decode())
        assert (sum_request(method, route, asked, headers, arrived[1]) == headers[HEADER_CHECKSUM]) is is_same
