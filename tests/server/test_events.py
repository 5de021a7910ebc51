"""The stream of news: who may listen, for how long, how many, and what is said at its beginning and at its end."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2
import pytest
from tests.server.depot import ANNA, BOB, Device, House, open_house
from tests.server.ear import listening, until_told, watch_of
from tests.server.phone import Phone

from twinbase.testing.wire import Wire

LOOKED_AT_EVERY_SECOND = {"news_heartbeat_seconds": 1}

RESTORED = "UPDATE twinbase.generation SET id = 'after a restore' WHERE n = (SELECT max(n) FROM twinbase.generation)"


async def refused(house: House, device: Device, **said: str) -> str:
    """The problem of a device that would listen."""
    return str((await house.http.get("sync/events", params=said, headers=device.headers())).json()["type"])


async def test_a_stream_begins_with_a_greeting_and_is_kept_back_by_no_proxy(house: House) -> None:
    device = await house.device()
    async with httpx2.AsyncClient(transport=Wire(house.app), base_url=house.http.base_url) as http:
        async with http.stream("GET", "sync/events", headers=device.headers()) as answer:
            first = await anext(aiter(answer.aiter_raw()))
    assert first == b'event: hello\ndata: {"heartbeat_seconds":15.0}\n\n'
    said = {name: answer.headers[name] for name in ("content-type", "cache-control", "x-accel-buffering")}
    assert said == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
    }
    assert "content-length" not in answer.headers and "content-encoding" not in answer.headers


async def test_a_line_that_is_whole_is_shown_to_be(depot_url: str) -> None:
    async with open_house(depot_url, **LOOKED_AT_EVERY_SECOND) as house:
        device = await house.device()
        async with httpx2.AsyncClient(transport=Wire(house.app), base_url=house.http.base_url) as http:
            async with http.stream("GET", "sync/events", headers=device.headers()) as answer:
                pieces = aiter(answer.aiter_raw())
                await anext(pieces)
                async with asyncio.timeout(20):
                    assert [await anext(pieces), await anext(pieces)] == [b":\n\n", b":\n\n"]


async def test_what_has_changed_since_a_cursor_is_told_at_once(house: House) -> None:
    anna, bob = await house.device(), await house.device("bob@depot", ["job"])
    cursors = [(await device.initial()).end["cursor"] for device in (anna, bob)]
    await house.products("boiler")
    async with listening(house.app, anna, cursors[0]) as hers, listening(house.app, bob, cursors[1]) as his:
        await hers.expect("news")
        await until_told(house)
        await watch_of(house).close()
        assert await his.hear_all() == ["bye"]
    async with listening(house.app, anna, (await anna.initial()).end["cursor"]) as hers:
        await watch_of(house).close()
        assert await hers.hear_all() == ["bye"]


async def test_a_cursor_of_another_history_is_news(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute(RESTORED)
    async with listening(house.app, device, cursor) as ear:
        await ear.expect("news")


async def test_another_history_under_a_server_that_runs_is_news_to_everybody(house: House) -> None:
    async with listening(house.app, await house.device()) as ear:
        await until_told(house)
        await house.office.execute(RESTORED)
        await ear.expect("news")


async def test_what_is_no_cursor_is_refused(house: House) -> None:
    assert await refused(house, await house.device(), since="garbage") == "bad-cursor"


async def test_whoever_may_not_pull_may_not_listen(house: House) -> None:
    stranger = Device(house.http)
    assert await refused(house, stranger) == "token-invalid"
    device = await house.device()
    device.schema = "0123456789abcdef"
    assert await refused(house, device) == "schema-unknown"
    await house.office.execute("UPDATE twinbase.account SET disabled = true")
    assert await refused(house, device) == "device-revoked"


async def test_an_account_that_lacks_a_claim_hears_so_before_it_listens(house: House) -> None:
    await house.office.execute("UPDATE twinbase.account SET claims = '{\"sectors\": []}' WHERE email = 'bob@depot'")
    assert await refused(house, await house.device("bob@depot")) == "claim-missing"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE twinbase.session SET ended_at = now()",
        "UPDATE twinbase.account SET disabled = true",
        "UPDATE twinbase.account SET claims = claims || '{\"x\": 1}'",
        "UPDATE twinbase.replica SET revoked_at = now()",
        "UPDATE twinbase.replica SET wipe_asked_at = now()",
        "DELETE FROM twinbase.session",
    ],
)
async def test_whoever_may_pull_no_more_is_sent_away(depot_url: str, change: str) -> None:
    async with open_house(depot_url, **LOOKED_AT_EVERY_SECOND) as house:
        phone = Phone(house.http)
        await phone.sign_in()
        await phone.agree(house.schema())
        async with listening(house.app, phone) as ear:
            await house.office.execute(change)
            assert await ear.hear_all() == ["bye"]


async def test_a_stream_ends_with_its_token(depot_url: str) -> None:
    async with open_house(depot_url, **LOOKED_AT_EVERY_SECOND) as house:
        async with listening(house.app, await house.device()) as ear:
            house.clock.now += timedelta(seconds=901)
            assert await ear.hear_all() == ["bye"]


async def test_an_account_listens_on_so_many_devices_and_a_server_to_so_many(depot_url: str) -> None:
    async with open_house(depot_url, account_listeners_max=2, listeners_max=3) as house:
        devices = [await house.device(), await house.device(), await house.device("bob@depot")]
        async with AsyncExitStack() as stack:
            for device in devices[:2]:
                await stack.enter_async_context(listening(house.app, device))
            assert await refused(house, await house.device()) == "too-busy"
            await stack.enter_async_context(listening(house.app, devices[2]))
            assert await refused(house, await house.device("bob@depot")) == "too-busy"
        async with listening(house.app, await house.device()):
            """There is room again."""


async def test_nobody_listens_where_nobody_may(depot_url: str) -> None:
    async with open_house(depot_url, listeners_max=0) as house:
        assert await refused(house, await house.device()) == "too-busy"


async def test_of_a_device_that_comes_again_the_oldest_stream_ends(house: House) -> None:
    device = await house.device()
    async with listening(house.app, device) as oldest, listening(house.app, device), listening(house.app, device):
        assert await oldest.hear_all() == ["bye"]
        assert len(watch_of(house).audience) == 2


async def test_whoever_hangs_up_does_not_listen_any_more(house: House) -> None:
    anna, bob = await house.device(), await house.device("bob@depot")
    async with listening(house.app, bob) as his:
        async with listening(house.app, anna):
            assert len(watch_of(house).audience) == 2
        assert len(watch_of(house).audience) == 1
        await house.jobs(ANNA)
        await house.jobs(BOB)
        await his.expect("news")


async def test_who_listens_and_what_was_told_is_counted(house: House) -> None:
    device = await house.device()
    async with listening(house.app, device) as ear:
        await house.jobs(ANNA)
        await ear.expect("news")
        text = (await house.http.get("metrics")).text
    assert "twinbase_listeners 1.0" in text and 'twinbase_news_total{by="scope"} 1.0' in text
