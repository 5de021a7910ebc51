"""NinjaOne says that something has happened: with the secret the source is due, and nothing else comes of it."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError
from tests.plugins.ninjaone.conftest import Desk
from tests.plugins.ninjaone.office.company import Company

from twinbase_ninjaone.errors import NotConfigured
from twinbase_ninjaone.hook import HEADER, register
from twinbase_ninjaone.settings import NinjaOneSettings

SECRET = "not-to-be-guessed-by-anybody"


async def told(company: Company, secret: str | None, body: bytes = b"{}") -> int:
    transport = httpx2.ASGITransport(app=company.world.application)
    headers = {} if secret is None else {HEADER: secret}
    async with httpx2.AsyncClient(transport=transport, base_url="https://server.example") as http:
        return (await http.post("/api/v1/ninjaone/hook", content=body, headers=headers)).status_code


async def ran(company: Company, *, state: str = "done") -> None:
    """The source ran a minute ago and is due in four."""
    now = company.world.clock()
    await company.world.sql(
        "INSERT INTO twinbase.schedule (kind, name, state, started_at, next_at)"
        " VALUES ('source', 'ninjaone', :state, :started, :next)",
        state=state,
        started=now - timedelta(minutes=1),
        next=now + timedelta(minutes=4),
    )


async def due_in(company: Company) -> float:
    ((next_at,),) = await company.rows("SELECT next_at FROM twinbase.schedule WHERE name = 'ninjaone'")
    return float((next_at - company.world.clock()).total_seconds())


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINBASE_NINJAONE_HOOK_SECRET", SECRET)


@pytest.mark.usefixtures("secret")
async def test_with_the_secret_the_source_is_due_whatever_the_body_says(company: Company) -> None:
    await ran(company)
    assert await told(company, SECRET, b"\xff not json") == 204
    assert await due_in(company) == 0


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("given", [None, "", "wrong", SECRET + "x", SECRET[:-1], "x" * 5000])
async def test_without_it_there_is_nothing_here_and_nothing_happens(company: Company, given: str | None) -> None:
    await ran(company)
    assert await told(company, given) == 404
    assert await due_in(company) == 240


async def test_where_no_secret_is_set_nobody_gets_in(company: Company) -> None:
    assert [await told(company, given) for given in (None, "", SECRET)] == [404, 404, 404]


@pytest.mark.usefixtures("secret")
async def test_a_flood_makes_one_run_and_not_before_the_gap_is_over(company: Company) -> None:
    await ran(company)
    now = company.world.clock()
    await company.world.sql("UPDATE twinbase.schedule SET started_at = :at", at=now - timedelta(seconds=5))
    assert {await told(company, SECRET) for _ in range(5)} == {204}
    assert await due_in(company) == 10


@pytest.mark.usefixtures("secret")
async def test_a_source_that_fails_keeps_its_pause(company: Company) -> None:
    await ran(company, state="failed")
    assert await told(company, SECRET) == 204
    assert await due_in(company) == 240


async def test_ninjaone_is_asked_to_tell_with_the_secret_and_to_stop(desk: Desk) -> None:
    async with desk.client() as ninja:
        url = await register(ninja, "https://server.example/", desk.configured(hook_secret=SECRET))
        hook: Any = desk.world.webhook
        assert hook["url"] == url == "https://server.example/api/v1/ninjaone/hook"
        assert hook["headers"] == [{"name": HEADER, "value": SECRET}]
        await ninja.remove_webhook()
        assert desk.world.webhook is None


@pytest.mark.parametrize(("server", "known"), [("http://server.example", SECRET), ("https://server.example", "")])
async def test_no_secret_goes_over_an_open_line_and_none_is_no_secret(desk: Desk, server: str, known: str) -> None:
    async with desk.client() as ninja:
        with pytest.raises(NotConfigured):
            await register(ninja, server, desk.configured(hook_secret=known))
    assert desk.world.webhook is None


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="24 characters"):
        NinjaOneSettings(hook_secret="short")


@pytest.mark.parametrize("secret", ["été " * 10, "a line\n" * 5, " " + SECRET, SECRET + " "])
def test_a_secret_that_no_header_carries_as_it_is_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="letters, digits and signs of ASCII"):
        NinjaOneSettings(hook_secret=secret)
