"""What stands between a device and its server and answers for it, or changes what it carries."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.sync.shop import Job, Product
from tests.sync.test_lines_that_break import _products

from twinbase.errors import HalfAnswer, NotTwinbase, Offline, ServerRefused, TwinbaseError
from twinbase.testing import World
from twinbase.testing.wire import AsgiApp

PAGE = b"<html><h1>Not here</h1></html>"
PATHS = ("sync/pending", "sync/mark-synced")


def answer_for(status: int, body: bytes = PAGE, **headers: str) -> AsgiApp:
    """Something on the way that answers every request in the server's place."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        said = {"content-type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        pairs = [(name.encode(), value.encode()) for name, value in said.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})

    return application


def compress_all(application: AsgiApp, name: str, compress: Callable[[bytes], bytes]) -> AsgiApp:
    """A proxy that compresses every answer once more, whatever was asked for."""

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        messages: list[Any] = []

        async def gather(message: Any) -> None:
            messages.append(message)

        await application(scope, receive, gather)
        start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
        encoding = [value for key, value in start["headers"] if key == b"content-encoding"]
        kept = [pair for pair in start["headers"] if pair[0] not in (b"content-encoding", b"content-length")]
        both = b", ".join([*encoding, name.encode()])
        await send({**start, "headers": [*kept, (b"content-encoding", both)]})
        await send({"type": "http.response.body", "body": compress(body)})

    return proxy


async def said_by(world: World, application: AsgiApp) -> TwinbaseError:
    """What a sync ends with that meets this, and that nothing of it has stayed."""
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.save(Job(lead="anna", title="boiler"))
    anna.wire.application = application
    with pytest.raises(TwinbaseError) as ended:
        await anna.sync()
    assert anna.replica.status.now.signed_in
    anna.wire.application = world.application
    assert (await anna.sync()).is_proven
    assert await world.sql("SELECT title FROM workshop.job") == [("boiler",)]
    return ended.value


@pytest.mark.parametrize("status", [401, 403, 407, 451])
async def test_a_proxy_that_lets_nothing_through_is_no_portal_and_no_lost_sign_in(world: World, status: int) -> None:
    said = await said_by(world, answer_for(status))

    assert isinstance(said, ServerRefused) and (said.status, said.kind) == (status, "blocked")


async def test_a_proxy_that_wants_fewer_requests_is_given_time(world: World) -> None:
    said = await said_by(world, answer_for(429, retry_after="120"))

    assert isinstance(said, ServerRefused) and said.kind == "too-busy" and said.extra["retry_after"] == "120"


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 520, 522, 525, 530, 599])
async def test_a_gateway_that_does_not_reach_the_server_is_a_network_that_is_down(world: World, status: int) -> None:
    assert type(await said_by(world, answer_for(status))) is Offline


@pytest.mark.parametrize("status", [200, 203, 302, 307, 404, 511])
async def test_a_page_for_a_person_is_a_portal(world: World, status: int) -> None:
    assert type(await said_by(world, answer_for(status))) is NotTwinbase


@pytest.mark.parametrize("rows", [2, 3_000])
@pytest.mark.parametrize(
    ("name", "compress"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
async def test_what_a_proxy_compresses_is_read(
    world: World, rows: int, name: str, compress: Callable[[bytes], bytes]
) -> None:
    await _products(world, rows)
    anna = await world.device("anna", claims={"lead": "anna"})
    anna.wire.application = compress_all(world.application, name, compress)
    await anna.save(Job(lead="anna", title="boiler"))

    report = await anna.sync()

    assert report.is_proven and report.outcomes == {"applied": 1} and len(await anna.all(Product)) == rows


async def test_what_nobody_can_read_is_said_to_be_so(world: World) -> None:
    said = await said_by(world, compress_all(world.application, "br", lambda body: body))

    assert isinstance(said, NotTwinbase) and "'br'" in str(said)


@pytest.mark.parametrize("compress", [lambda body: body, lambda body: gzip.compress(body)[:-20]], ids=["not", "half"])
async def test_what_is_not_compressed_as_it_says_is_half_an_answer(
    world: World, compress: Callable[[bytes], bytes]
) -> None:
    said = await said_by(world, compress_all(world.application, "gzip", compress))

    assert isinstance(said, HalfAnswer | NotTwinbase)


async def test_a_little_that_becomes_much_is_not_believed(world: World) -> None:
    bomb = gzip.compress(b"[" * 40_000_000)
    said = await said_by(world, answer_for(200, bomb, content_type="application/json", content_encoding="gzip"))

    assert isinstance(said, NotTwinbase) and "larger than" in str(said)
