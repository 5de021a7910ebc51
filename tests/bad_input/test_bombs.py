"""Answers made to fill a device's memory: refused while they are still small, and the device goes on."""

import resource
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import zstandard
from tests.sync.shop import Job, Product

from twinbase.errors import HalfAnswer, NotTwinbase, TransportError
from twinbase.testing import World

MIB = 1024 * 1024
GROWTH_KIB_MAX = 400 * 1024
BEGIN = (
    b'{"frame":"begin","protocol":1,"kind":"delta","generation":"g","time":"2030-01-01T00:00:00+00:00","claims":"c",'
    b'"epoch":1,"last_n":1}\n'
)
"""It knows of the batch that was pushed just before: else the device would think that the server was restored."""
Application = Callable[[Any, Any, Any], Awaitable[None]]


def _squeezed(start: bytes, filling: bytes, size: int) -> bytes:
    squeeze = zstandard.ZstdCompressor(level=1).compressobj()
    parts = [squeeze.compress(start), *(squeeze.compress(filling * (MIB // len(filling))) for _ in range(size // MIB))]
    return b"".join((*parts, squeeze.flush()))


_LONG = zstandard.ZstdCompressionParameters(window_log=30)
BOMBS: dict[str, tuple[Callable[[], bytes], type[TransportError]]] = {
    "a line without an end": (lambda: _squeezed(BEGIN, b" ", 2048 * MIB), NotTwinbase),
    "a page nested without an end": (lambda: _squeezed(BEGIN + b'{"frame":', b"[", 32 * MIB) + b"\n", TransportError),
    "a window of a gigabyte": (
        lambda: zstandard.ZstdCompressor(compression_params=_LONG).compress(BEGIN * 20_000),
        HalfAnswer,
    ),
    "no compression at all": (lambda: BEGIN, HalfAnswer),
}


def _answering(body: bytes, good: Application) -> Application:
    """The real server, except that its pulls are answered with that."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].endswith("sync/pending"):
            await good(scope, receive, send)
            return
        headers = [(b"content-type", b"application/x-ndjson"), (b"content-encoding", b"zstd")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


@pytest.mark.parametrize("kind", BOMBS)
async def test_an_answer_made_to_fill_the_memory_is_refused_and_nothing_is_lost(world: World, kind: str) -> None:
    make, error = BOMBS[kind]
    await world.sql("INSERT INTO workshop.product SELECT i, 'p', NULL FROM generate_series(1, 100) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.save(Job(lead="anna", title="typed"))
    bomb = make()
    assert len(bomb) < MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    anna.wire.application = _answering(bomb, world.application)
    with pytest.raises(error) as caught:
        await anna.sync()
    assert str(caught.value).endswith(".")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KIB_MAX

    anna.wire.application = world.application
    assert (await anna.sync()).is_proven
    assert len(await anna.all(Product)) == 100
    assert await world.sql("SELECT title FROM workshop.job") == [("typed",)]
