"""People, sessions and lost phones, with two servers, phones and an office that are processes of their own.

That each of these fails without its measure is shown in tests/server: test_wrong_sessions.py, test_lost_phones.py.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from tests.crash.phone import PhoneProcess, live
from tests.crash.processes import ServerProcess, serving
from tests.crash.relay import Relay
from tests.crash.server import serve
from tests.server.phone import Phone
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.clock import utc_now
from twinbase.testing import World
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.world import PASSWORD
from twinbase_server import accounts
from twinbase_server.devices.enrolment import make_code
from twinbase_server.devices.store import cancel_wipe, readmit_device, revoke_device, wipe_device
from twinbase_server.links.link import OneTimeLink
from twinbase_server.links.store import make_link

ANNA = "anna@example.org"
MONTH_SECONDS = timedelta(days=30).total_seconds()
SYNC = ("sync",)
SIGN_IN = ("sign in", ANNA, PASSWORD)


@dataclass
class Company:
    """`one` and `two`: its servers, of which phones reach the first by `relay`."""

    world: World
    one: ServerProcess
    two: ServerProcess
    relay: Relay
    job: UUID = field(default_factory=uuid4)

    @property
    def phone(self) -> Path:
        return self.world.folder / "anna.twin"

    async def live(self, *steps: tuple[str, ...], url: str = "", file: Path | None = None) -> dict[str, Any]:
        """What Anna's phone tells at the end of a process of it."""
        return await live(file or self.phone, url or self.relay.url, *steps)

    async def sign_in(self) -> dict[str, Any]:
        return await self.live(SIGN_IN, SYNC)

    async def visits(self) -> int:
        return int((await self.world.sql("SELECT visits FROM workshop.job"))[0][0])

    async def reason(self) -> list[str]:
        """Why sessions were ended."""
        rows = await self.world.sql("SELECT ended_why FROM twinbase.session WHERE ended_at IS NOT NULL")
        return [row[0] for row in rows]

    async def replica(self) -> UUID:
        return UUID(str((await self.world.sql("SELECT id FROM twinbase.replica WHERE NOT of_office"))[0][0]))


@asynccontextmanager
async def office(world: World) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(world.database_url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def thin_phone(server: ServerProcess) -> AsyncIterator[Phone]:
    """A phone that sends what a test says, to this server."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{server.port}/api/v1/", timeout=30) as http:
        yield Phone(http)


@pytest.fixture
async def company(database_url: str, tmp_path: Path) -> AsyncIterator[Company]:
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World.open(database_url, Plugins(Workshop(), accounts), tmp_path))
        one = await stack.enter_async_context(serving(serve, database_url))
        two = await stack.enter_async_context(serving(serve, database_url))
        relay = await stack.enter_async_context(Relay.to(one.port))
        opened = Company(world, one, two, relay)
        await world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 0, false)", id=opened.job)
        await world.account("anna", lead="anna")
        yield opened


async def test_a_refresh_whose_answer_is_lost_signs_nobody_out(company: Company) -> None:
    assert (await company.sign_in())["proven"]
    for _ in range(2):
        phone = PhoneProcess(company.phone, company.relay.url, SYNC)
        company.relay.at("auth/refresh", "answered", phone.kill)
        assert (await phone.ended())["error"] == "killed"
        company.relay.forget()
    assert (await company.live(SYNC))["proven"] and await company.reason() == []


async def test_two_processes_of_one_phone_that_refresh_at_once_sign_nobody_out(company: Company) -> None:
    await company.sign_in()
    both = [PhoneProcess(company.phone, company.relay.url, SYNC, name=str(n)) for n in range(2)]
    told = await asyncio.gather(*(one.ended() for one in both))
    assert [one["error"] for one in told] == ["", ""] and all(one["proven"] for one in told)
    assert (await company.live(SYNC))["proven"] and await company.reason() == []


async def test_of_two_servers_that_are_asked_for_one_refresh_both_answer(company: Company) -> None:
    async with thin_phone(company.one) as phone, thin_phone(company.two) as twin:
        await phone.sign_in(ANNA, password=PASSWORD)
        twin.replica, twin.key, twin.refresh_token = phone.replica, phone.key, phone.refresh_token
        answers = await asyncio.gather(*(one.ask(rotation="the same rotation") for one in (phone, twin)))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1
        phone.take(answers[0])
        assert (await phone.refresh()).status_code == 200 and await company.reason() == []


async def test_a_stolen_token_is_worth_nothing_without_the_key_of_the_phone(company: Company) -> None:
    async with thin_phone(company.one) as phone, thin_phone(company.two) as thief:
        await phone.sign_in(ANNA, password=PASSWORD)
        thief.replica, thief.refresh_token = phone.replica, phone.refresh_token
        assert (await thief.ask()).json()["type"] == "other-device"
        assert (await phone.refresh()).status_code == 200 and await company.reason() == []


async def test_a_copied_phone_and_its_owner_are_both_told_to_sign_in_again(company: Company) -> None:
    await company.sign_in()
    stolen = company.world.folder / "thief"
    stolen.mkdir()
    for file in company.world.folder.glob("anna.twin*"):
        if file.is_file():
            shutil.copyfile(file, stolen / file.name)
    for _ in range(2):
        assert (await company.live(("visit", str(company.job)), SYNC))["proven"]
    assert (await company.live(SYNC, file=stolen / "anna.twin"))["error"] == "NotSignedIn"
    told = await company.live(("visit", str(company.job)), SYNC)
    assert told["error"] == "NotSignedIn" and await company.visits() == 2
    assert (await company.live(SIGN_IN, SYNC))["proven"] and await company.visits() == 3


async def test_the_token_of_one_phone_opens_nothing_for_another_on_any_server(company: Company) -> None:
    async with thin_phone(company.one) as phone, thin_phone(company.two) as other:
        await phone.sign_in(ANNA, password=PASSWORD)
        await other.sign_in(ANNA, password=PASSWORD)
        headers = {**phone.headers(), "Twinbase-Replica": str(other.replica)}
        for server in (phone, other):
            for method, path in [("GET", "sync/pending"), ("POST", "sync/initial"), ("POST", "sync/schema")]:
                answer = await server.http.request(method, path, headers=headers, json={} if method == "POST" else None)
                assert answer.json()["type"] == "other-device", path


async def test_a_phone_that_is_cut_off_while_it_syncs_keeps_its_work(company: Company) -> None:
    await company.sign_in()
    replica = await company.replica()
    phone = PhoneProcess(company.phone, company.relay.url, ("visit", str(company.job)), SYNC)
    revoked = asyncio.Event()
    company.relay.at("sync/mark-synced", "asked", revoked.set)
    await revoked.wait()
    async with office(company.world) as connection:
        await revoke_device(connection, replica, utc_now())
    await phone.ended()
    for server in (company.two, company.one):
        company.relay.server_port = server.port
        told = await company.live(SYNC)
        assert told["error"] == "ServerRefused" and "cut off" in told["message"], told
    assert await company.visits() == 0
    async with office(company.world) as connection:
        await readmit_device(connection, replica)
    assert (await company.live(SIGN_IN, SYNC))["proven"] and await company.visits() == 1


async def test_a_wiped_phone_hands_over_its_work_and_destroys_itself(company: Company) -> None:
    await company.sign_in()
    await company.live(("visit", str(company.job)))
    async with office(company.world) as connection:
        await wipe_device(connection, await company.replica(), utc_now())
    assert (await company.live(SYNC))["error"] == "DestroyedReplica"
    assert not company.phone.exists() and await company.visits() == 0
    assert await company.world.sql("SELECT count(*) FROM twinbase.salvaged WHERE decided_at IS NULL") == [(1,)]
    assert await company.world.sql("SELECT wiped_at IS NOT NULL FROM twinbase.replica WHERE NOT of_office") == [(True,)]


async def test_a_wipe_that_is_cancelled_before_the_phone_hears_of_it_does_nothing(company: Company) -> None:
    await company.sign_in()
    async with office(company.world) as connection:
        replica = await company.replica()
        await wipe_device(connection, replica, utc_now())
        await cancel_wipe(connection, replica)
    told = await company.live(("visit", str(company.job)), SYNC)
    assert told["error"] == "" and told["proven"] and await company.visits() == 1


async def test_a_code_enrols_one_of_two_phones_that_show_it_at_once(company: Company) -> None:
    async with office(company.world) as connection:
        offered = await make_code(connection, ANNA, "a test", utc_now())
    urls = (company.relay.url, f"http://127.0.0.1:{company.two.port}")
    phones = [
        PhoneProcess(company.world.folder / f"{n}.twin", url, ("enroll", offered), SYNC) for n, url in enumerate(urls)
    ]
    told = await asyncio.gather(*(phone.ended() for phone in phones))
    assert sorted(one["error"] for one in told) == ["", "NotSignedIn"]
    assert (await company.live(("enroll", offered)))["error"] == "NotSignedIn"


async def show_link(http: httpx2.AsyncClient, chosen: dict[str, str]) -> httpx2.Response:
    """As a browser does that is told to wait: while one try of an address is looked at, another one counts as wrong."""
    while (answer := await http.post("auth/link", json=chosen)).status_code == 429:
        await asyncio.sleep(float(answer.headers["Retry-After"]))
    return answer


async def test_a_link_that_a_scanner_opens_is_good_still_and_then_once(company: Company) -> None:
    async with office(company.world) as connection:
        link = OneTimeLink("invite", "carla@example.org", utc_now() + timedelta(hours=1), {"lead": "carla"}, "Carla")
        secret = await make_link(connection, link, "a test", utc_now())
    async with thin_phone(company.one) as one, thin_phone(company.two) as two:
        for phone in (one, two):
            assert (await phone.http.get("auth/link")).status_code == 200
        chosen = {"secret": secret, "password": "three old trains"}
        answers = await asyncio.gather(*(show_link(phone.http, chosen) for phone in (one, two)))
        assert sorted(answer.status_code for answer in answers) == [200, 410]


async def test_who_guesses_waits_on_every_server_and_the_owner_does_not(company: Company) -> None:
    assert (await company.sign_in())["proven"]
    async with thin_phone(company.one) as stranger, thin_phone(company.two) as elsewhere:
        statuses = [(await stranger.sign_in(ANNA, password="a wrong guess")).status_code for _ in range(4)]
        assert statuses[:3] == [401, 401, 401]
        assert (await elsewhere.sign_in(ANNA, password=PASSWORD)).status_code == 429
    assert (await company.live(SIGN_IN, SYNC))["proven"]


async def test_servers_whose_clocks_are_ten_minutes_apart_sign_nobody_out(company: Company) -> None:
    async with serving(partial(serve, ahead_seconds=600.0), company.world.database_url) as ahead:
        await company.sign_in()
        for turn in range(4):
            company.relay.server_port = ahead.port if turn % 2 == 0 else company.one.port
            told = await company.live(("visit", str(company.job)), SYNC)
            assert told["error"] == "" and told["proven"], (turn, told)
    assert await company.visits() == 4 and await company.reason() == []


async def test_after_a_month_in_which_everything_has_expired_the_phone_goes_on(company: Company) -> None:
    await company.sign_in()
    await company.live(("visit", str(company.job)))
    async with serving(partial(serve, ahead_seconds=MONTH_SECONDS), company.world.database_url) as later:
        company.relay.server_port = later.port
        told = await company.live(SYNC)
    assert told["error"] == "" and told["proven"] and await company.visits() == 1


async def _back_up(company: Company, databases: Databases) -> str:
    """The URL of a copy of the company's database, which nobody may use meanwhile."""
    name = database_name(company.world.database_url)
    admin = await asyncpg.connect(databases.admin_url)
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name)
        backup = await asyncio.to_thread(databases.create, name)
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    finally:
        await admin.close()
    return backup


async def test_a_server_out_of_a_backup_knows_the_phone_that_went_on_meanwhile(
    company: Company, databases: Databases
) -> None:
    await company.sign_in()
    company.one.kill()
    company.two.kill()
    backup = await _back_up(company, databases)
    await company.one.start()
    for _ in range(3):
        assert (await company.live(("visit", str(company.job)), SYNC))["proven"]
    async with serving(serve, backup) as restored:
        company.relay.server_port = restored.port
        told = await company.live(("visit", str(company.job)), SYNC)
        assert told["error"] == "" and told["proven"], told
        connection = await asyncpg.connect(backup)
        try:
            assert await connection.fetchval("SELECT visits FROM workshop.job") == 4
        finally:
            await connection.close()
    await asyncio.to_thread(databases.drop, backup)
