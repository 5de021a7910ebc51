"""A day with the machines: a badge, two counts of one slot, sales that come in, and the screen in the depot."""

import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from twinbase import Plugins
from twinbase.errors import TwinbaseError
from twinbase.testing import Device, World
from vending.badges import hashed
from vending.tables import Machine, Slot

HALL, YARD = UUID(int=1), UUID(int=2)
COFFEE, SOUP, TEA = UUID(int=11), UUID(int=12), UUID(int=13)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HEADING = "machine,serial,position,cents\n"


class Feed:
    """The machines' report, over real HTTP."""

    def __init__(self, url: str) -> None:
        self.url, self.text = url, HEADING


@contextmanager
def served() -> Iterator[Feed]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(report.text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        report = Feed(f"http://127.0.0.1:{server.server_port}/sales.csv")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield report
        server.shutdown()
        thread.join()


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    with served() as feed:
        monkeypatch.setenv("VENDING_SALES_URL", feed.url)
        yield feed


@pytest.fixture
async def world(feed: Feed, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Two machines on two routes, a badge for each driver, and no plugin but ours."""
    async with World.open(database_url, Plugins("vending"), tmp_path) as world:
        await world.sql("INSERT INTO vending.routes VALUES ('R1', 'anna'), ('R2', 'bob')")
        await world.sql("INSERT INTO vending.badges VALUES ('7', 'anna', :hash, false)", hash=hashed("1234"))
        await world.sql(f"INSERT INTO vending.machines VALUES ('{HALL}', 1, 'Hall', 'R1', false, NULL)")
        await world.sql(f"INSERT INTO vending.machines VALUES ('{YARD}', 2, 'Yard', 'R2', false, NULL)")
        for slot, machine, position, product in (
            (COFFEE, HALL, "A1", "coffee"),
            (SOUP, HALL, "A2", "soup"),
            (TEA, YARD, "A1", "tea"),
        ):
            await world.sql(f"INSERT INTO vending.slots VALUES ('{slot}', '{machine}', '{position}', '{product}', 5)")
        yield world
        world.raise_crashes()


async def driver(world: World, badge: str, name: str) -> Device:
    """A phone on which somebody has signed in with a badge, and which has its rows."""
    device = await world.device(name, signed_in=False)
    await device.sign_in(f"badge:{badge}", "1234")
    assert (await device.sync()).is_proven
    return device


async def test_a_badge_lets_its_owner_in_and_a_wrong_code_or_a_lost_badge_nobody(world: World) -> None:
    anna = await driver(world, "7", "anna")
    identity = await anna.replica.read_identity()
    assert identity is not None and identity.subject == "badge:7" and identity.claims == {"driver": "anna"}
    stranger = await world.device("stranger", signed_in=False)
    for badge, code in (("7", "4321"), ("9", "1234"), ("\x00", "1234"), ("7", "")):
        with pytest.raises(TwinbaseError):
            await stranger.sign_in(f"badge:{badge}", code)
    await world.sql("UPDATE vending.badges SET lost = true WHERE number = '7'")
    with pytest.raises(TwinbaseError):
        await stranger.sign_in("badge:7", "1234")


async def test_a_badge_that_nobody_has_costs_a_stranger_no_other_time_than_a_wrong_code(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the time would tell which badges there are. The work is counted, as clocks are no witnesses."""
    hashes, scrypt = [], hashlib.scrypt

    def counted(code: bytes, **kinds: Any) -> bytes:
        hashes.append(scrypt(code, **kinds))
        return hashes[-1]

    monkeypatch.setattr(hashlib, "scrypt", counted)
    stranger = await world.device("stranger", signed_in=False)
    counts = []
    for badge in ("7", "9"):
        hashes.clear()
        with pytest.raises(TwinbaseError):
            await stranger.sign_in(f"badge:{badge}", "4321")
        counts.append(len(hashes))
    assert counts == [1, 1]


async def test_a_driver_has_the_machines_of_her_routes_and_loses_them_with_the_route(world: World) -> None:
    anna = await driver(world, "7", "anna")
    assert [machine.place for machine in await anna.all(Machine)] == ["Hall"]
    assert {slot.product for slot in await anna.all(Slot)} == {"coffee", "soup"}
    await world.sql("UPDATE vending.routes SET driver = 'anna' WHERE code = 'R2'")
    assert (await anna.sync()).is_proven
    assert [machine.place for machine in await anna.all(Machine)] == ["Hall", "Yard"]
    await world.sql("UPDATE vending.routes SET driver = 'carl'")
    assert (await anna.sync()).is_proven
    assert not await anna.all(Machine) and not await anna.all(Slot)


@pytest.mark.parametrize("hers_is_later", [True, False])
async def test_of_two_counts_of_a_slot_the_later_one_stands_whoever_syncs_first(
    world: World, hers_is_later: bool
) -> None:
    phone, tablet = await driver(world, "7", "phone"), await driver(world, "7", "tablet")
    later, earlier = (phone, tablet) if hers_is_later else (tablet, phone)
    await later.change(Slot, COFFEE, left=9, counted_at=NOON + timedelta(minutes=1))
    await earlier.change(Slot, COFFEE, left=2, counted_at=NOON)
    for device in (phone, tablet, phone):
        assert (await device.sync()).is_proven
    for device in (phone, tablet):
        slot = await device.read(Slot, COFFEE)
        assert slot is not None and (slot.left, slot.counted_at) == (9, NOON + timedelta(minutes=1))


async def test_sales_are_taken_from_the_slots_once_however_often_they_are_reported(world: World, feed: Feed) -> None:
    anna = await driver(world, "7", "anna")
    feed.text = f"{HEADING}1,1,A1,120\n1,2,A1,120\n1,3,A2,180\n2,1,A1,9"
    assert await world.run_source("vending-sales") == {"sales": 3, "slots": 2}
    feed.text += "0\n1,4,A1,120\n"
    assert await world.run_source("vending-sales") == {"sales": 2, "slots": 2}
    assert await world.sql("SELECT cents FROM vending.sales WHERE machine = 2") == [(90,)]
    assert await world.run_source("vending-sales") == {"sales": 0, "slots": 0}
    assert (await anna.sync()).is_proven
    assert {slot.product: slot.left for slot in await anna.all(Slot)} == {"coffee": 2, "soup": 4}


async def test_the_screen_in_the_depot_shows_the_empty_slots_of_whoever_asks(world: World) -> None:
    await world.sql(f"""UPDATE vending.slots SET "left" = 0 WHERE id IN ('{SOUP}', '{TEA}')""")
    device = await world.device("screen", signed_in=False)
    token = (await device.sign_in("badge:7", "1234")).token
    transport = httpx2.ASGITransport(world.application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://depot") as client:
        assert (await client.get("/api/v1/vending/empty")).status_code == 401
        answer = await client.get("/api/v1/vending/empty", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == [{"machine_id": str(HALL), "place": "Hall", "position": "A2", "product": "soup"}]
