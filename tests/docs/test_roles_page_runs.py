"""The page about roles, followed: its plugin is served, its accounts sign in, and each may what the page says."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from tests.docs.page_blocks import executes, find_blocks, load_page
from tests.docs.terminal import OpenTerminal

from twinbase import Plugins
from twinbase.errors import ServerRefused
from twinbase.testing import World, prepare
from twinbase_server import accounts

PAGE = "docs/how-to/roles.md"
ROLES = load_page(PAGE)
PLUGINS = Plugins(accounts, ROLES)
(GIVE,) = find_blocks(PAGE, "bash")
PASSWORD = "correct horse"


@executes(*find_blocks(PAGE, "python"), GIVE)
def test_everybody_may_what_the_page_says(open_terminal: OpenTerminal, database_url: str, tmp_path: Path) -> None:
    terminal = open_terminal({})
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("twinbase db init")
    terminal.run(GIVE)
    asyncio.run(_follow(database_url, tmp_path))


async def _follow(database_url: str, folder: Path) -> None:
    await prepare(database_url, PLUGINS, datetime.now(UTC))
    async with World.open(database_url, PLUGINS, folder, prepared=True) as world:
        orders = [await _order(world, driver) for driver in ("anna", "bob")]
        await _see_mirrors(world, orders)
        await _see_routes(world)
        await _see_slips(world)


async def _order(world: World, driver: str) -> UUID:
    key = uuid4()
    await world.sql("INSERT INTO ran_shop_orders VALUES (:key, :driver, 'open')", key=key, driver=driver)
    return key


async def _see_mirrors(world: World, orders: list[UUID]) -> None:
    for name, seen, status in (("anna", orders[:1], "applied"), ("carl", orders, "refused")):
        device = await world.device(name, signed_in=False)
        await device.sign_in(f"{name}@example.org", PASSWORD)
        assert (await device.sync()).is_proven
        assert {order.id for order in await device.all(ROLES.Order)} == set(seen)
        identity = await device.replica.read_identity()
        assert identity is not None and identity.may("orders.write") == (status == "applied")
        await device.change(ROLES.Order, orders[0], state=f"changed by {name}")
        assert (await device.sync()).outcomes == {status: 1}
    assert await world.sql("SELECT state FROM ran_shop_orders ORDER BY 1") == [("changed by anna",), ("open",)]


async def _see_routes(world: World) -> None:
    transport = httpx2.ASGITransport(app=world.application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1/") as http:
        assert (await http.get("orders/opening-hours")).json() == "8 to 17"
        assert (await http.get("orders/count")).json()["type"] == "token-invalid"
        for name, answer in (("anna", "not-permitted"), ("carl", 2)):
            login = {"email": f"{name}@example.org", "password": PASSWORD, "replica": str(uuid4())}
            signed_in = await http.post("auth/login", json=login, headers={"Twinbase-Protocol": "1"})
            headers = {"Authorization": f"Bearer {signed_in.json()['token']}"}
            said = (await http.get("orders/count", headers=headers)).json()
            assert (said["type"] if isinstance(said, dict) else said) == answer


async def _see_slips(world: World) -> None:
    for claims in ({}, {"role": "dirver"}):
        slip = await world.device(f"slip-{len(claims)}", claims={"driver": "anna", **claims})
        with pytest.raises(ServerRefused, match="claim-missing"):
            await slip.sync()
    nobody = await world.device("nobody", claims={"role": []})
    assert (await nobody.sync()).is_proven and not await nobody.all(ROLES.Order)
