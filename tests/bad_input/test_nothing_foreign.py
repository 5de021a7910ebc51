"""Whatever a server answers, and whatever has become of a file: what an app meets is an error of ours."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from tests.sync.shop import Job, Workshop

from twinbase import Plugins
from twinbase.errors import ReplicaClosed, StorageFailed, TwinbaseError, Unforeseen
from twinbase.replica import Replica
from twinbase.testing import Device, World
from twinbase.testing.world import KEY
from twinbase_server import accounts

KINDS = ("application/json", "application/x-ndjson", "application/problem+json", "text/html", "")
SCRAPS: tuple[Any, ...] = (
    None, True, 0, -1, 2**70, 1e999, "", "end", "é\udc80", [], [[]], [None], {}, {"frame": "end"}, {"frame": "begin"},
    {"frame": "page", "twin": "job", "rows": 1}, {"type": "forked"}, {"type": "claim-missing", "epoch": []},
    {"schema": 3, "twins": {}, "refused": {}}, {"schema": "x", "twins": {"job": ["id", "nothing"]}, "refused": {}},
    {"outcomes": [{}]}, {"epoch": 1, "last_n": 1, "hash": "", "outcomes": [], "time": "soon"},
)  # fmt: skip


def nonsense(dice: Random, world: World) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """A server that now and then answers anything at all."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if dice.random() < 0.5:
            await world.application(scope, receive, send)
            return
        headers = [(b"content-type", dice.choice(KINDS).encode())]
        if dice.random() < 0.2:
            headers.append((b"content-encoding", dice.choice([b"zstd", b"gzip", b"br", b"none"])))
        status = dice.choice([200, 200, 200, 204, 301, 400, 401, 403, 404, 409, 422, 500, 503])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": _body(dice)})

    return application


def _body(dice: Random) -> bytes:
    lines = [json.dumps(dice.choice(SCRAPS)).encode() for _ in range(dice.randrange(4))]
    body = b"\n".join(lines) + b"\n" * dice.randrange(2)
    return body if dice.random() < 0.8 else dice.randbytes(dice.randrange(40)) + body


async def try_everything(device: Device, number: int) -> list[BaseException]:
    """What went wrong in a day of an app."""
    found: list[BaseException] = []
    steps: list[Callable[[], Awaitable[Any]]] = [
        device.replica.sync,
        device.replica.waiting_edits,
        device.replica.read_identity,
        lambda: device.replica.sign_in("anna@example.org", "wrong"),
        lambda: device.save(Job(lead="anna", title=f"job {number}")),
        device.replica.sync,
    ]
    for step in steps:
        try:
            await step()
        except Exception as error:
            found.append(error)
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_no_answer_brings_a_foreign_error_and_honest_ones_go_on_afterwards(world: World, seed: int) -> None:
    dice, anna = Random(seed), await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    anna.wire.application = nonsense(dice, world)
    found = [error for number in range(12) for error in await try_everything(anna, number)]
    foreign = [e for e in found if not isinstance(e, TwinbaseError) or isinstance(e, Unforeseen)]
    assert found and [repr(error.__cause__ or error) for error in foreign] == []
    anna.wire.application = world.application
    world.clock.advance(minutes=15)  # so many wrong passwords have to be waited for
    await world.sign_in(anna, "anna")
    await anna.sync()
    assert (await anna.sync()).is_proven
    assert await world.sql("SELECT count(*) FROM workshop.job") == [(12,)]


@pytest.fixture
def plugins() -> Plugins:
    return Plugins(Workshop(), accounts)


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("seed", range(8))
async def test_no_file_brings_a_foreign_error(tmp_path: Path, plugins: Plugins, seed: int, plain: bool) -> None:
    """Bytes that changed, a file that was cut or filled up, in the file and in what lies beside it."""
    dice, path = Random(seed), tmp_path / "anna.twin"
    given: dict[str, Any] = {"plain": True} if plain else {"key": KEY}
    async with await Replica.open(path, plugins=plugins, **given) as replica:
        async with replica.session() as session:
            session.add_all([Job(lead="anna", title=f"job {number}") for number in range(200)])
            await session.commit()
    whole = path.read_bytes()
    for _ in range(12):
        path.write_bytes(_damaged(dice, whole))
        try:
            async with await Replica.open(path, plugins=plugins, check=dice.random() < 0.3, **given) as replica:
                await replica.waiting_edits()
                await replica.read_identity()
                async with replica.session() as session:
                    session.add(Job(lead="anna", title="one more"))
                    await session.commit()
        except DBAPIError:
            pass  # What a statement meets is SQLAlchemy's, as the page of errors says.
        except TwinbaseError as error:
            assert not isinstance(error, Unforeseen), repr(error.__cause__)
        for beside in tmp_path.glob("anna.twin-*"):
            beside.unlink()


def _damaged(dice: Random, whole: bytes) -> bytes:
    damaged = bytearray(whole)
    match dice.randrange(4):
        case 0:
            del damaged[dice.randrange(len(whole)) :]
        case 1:
            damaged += dice.randbytes(dice.randrange(1, 9000))
        case _:
            for _ in range(dice.choice([1, 4, 60])):
                damaged[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


async def test_a_folder_that_cannot_be_written_is_said_as_one(tmp_path: Path, plugins: Plugins) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("where a folder should be")
    with pytest.raises(StorageFailed, match="The system says"):
        await Replica.open(blocked / "anna.twin", KEY, plugins=plugins)


async def test_what_is_closed_says_so(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    replica = anna.replica
    await anna.close()
    for step in (replica.sync, replica.waiting_edits, replica.read_identity):
        with pytest.raises(ReplicaClosed, match="Open it again"):
            await step()
    await replica.close()
    await anna.reopen()
