"""A plugin's own sign-in that fails, or that answers nonsense: the device is told which, and the log says why."""

import logging
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from twinbase import Credentials, Identity, Plugins, Refused, hookimpl
from twinbase.errors import NotSignedIn, ServerRefused
from twinbase.identity import UncheckedIdentity
from twinbase.testing import Device, World
from twinbase_server import accounts


class Directory:
    """A sign-in that does what a test says."""

    def __init__(self) -> None:
        self.ask: Callable[[], Any] = lambda: None

    @hookimpl
    async def twinbase_authenticate(self, credentials: Credentials) -> Identity | None:
        answer: Identity | None = self.ask()
        return answer


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def world(database_url: str, tmp_path: Path, directory: Directory) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(directory, accounts), tmp_path) as world:
        yield world


@pytest.fixture
async def anna(world: World) -> Device:
    return await world.device("anna", signed_in=False)


def failing(error: BaseException) -> Callable[[], Any]:
    def fail() -> None:
        raise error

    return fail


async def said(device: Device) -> str:
    with pytest.raises(ServerRefused) as caught:
        await device.sign_in("anna", "correct horse")
    assert (caught.value.status, caught.value.kind) == (503, "plugin-failed")
    return str(caught.value)


@pytest.mark.parametrize(
    "error",
    [ConnectionRefusedError("ldap"), TimeoutError(), KeyError("team"), asyncpg.UndefinedTableError("staff"),
     SystemExit(2), LookupError("geheim")],
    ids=repr,
)  # fmt: skip
async def test_a_directory_that_fails_is_not_the_persons_fault(
    anna: Device, directory: Directory, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    directory.ask = failing(error)
    assert "Try again later" in (told := await said(anna)) and "geheim" not in told
    assert "twinbase_authenticate failed" in caplog.text and type(error).__name__ in caplog.text
    directory.ask = lambda: Identity("anna")
    await anna.sign_in("anna", "correct horse")
    assert (await anna.sync()).is_proven


async def test_a_check_that_fails_is_not_the_persons_fault_either(anna: Device, directory: Directory) -> None:
    directory.ask = lambda: UncheckedIdentity(Identity("anna"), failing(ConnectionRefusedError("ldap")))
    assert "Try again later" in await said(anna)


async def test_a_database_that_is_away_is_said_to_be(anna: Device, directory: Directory) -> None:
    directory.ask = failing(asyncpg.CannotConnectNowError("starting up"))
    with pytest.raises(ServerRefused, match="database-unavailable"):
        await anna.sign_in("anna", "correct horse")


async def test_who_is_turned_away_reads_why(anna: Device, directory: Directory) -> None:
    directory.ask = failing(Refused("locked", "Your account is locked; ask the office."))
    with pytest.raises(NotSignedIn, match=r"Your account is locked; ask the office\."):
        await anna.sign_in("anna", "correct horse")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (("7", {}), "answers a tuple: return Identity"),
        ("anna", "answers a str: return Identity"),
        (True, "answers a bool: return Identity"),
        (Identity(7), "whose subject is an int"),  # type: ignore[arg-type]
        (Identity(uuid4()), "whose subject is a UUID"),  # type: ignore[arg-type]
        (Identity(""), "whose subject is an empty text"),
        (Identity("7", [("team", "north")]), "whose claims are a list"),  # type: ignore[arg-type]
        (Identity("7", {"team": uuid4()}), "the claim 'team' with a UUID"),
        (Identity("7", {"since": date(2026, 1, 1)}), "the claim 'since' with a date"),
        (Identity("7", {"teams": {"north"}}), "the claim 'teams' with a set"),
        (Identity("7", {"rate": float("nan")}), "the claim 'rate' with a float"),
        (Identity("7", {7: "north"}), "the claim 7 with a str"),  # type: ignore[dict-item]
        (UncheckedIdentity(Identity(7), lambda: True), "whose subject is an int"),  # type: ignore[arg-type]
    ],
)
async def test_what_a_sign_in_answers_is_looked_at(
    anna: Device, directory: Directory, answer: Any, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    directory.ask = lambda: answer
    await said(anna)
    (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "twinbase_authenticate of plugin 'Directory'" in line.getMessage() and why in line.getMessage()
    assert "north" not in line.getMessage(), "what it answered is nobody's business"
