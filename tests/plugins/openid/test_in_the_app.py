# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""Technicians sign in at the directory from the first page of their app, and again when their session is over."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.plugins.mobile.reading.company import ME
from tests.plugins.openid.directory import SECRET, Directory, Person
from tests.plugins.openid.phones import DirectoryPhone, browse_as, employ, open_nothing, wait_for_ever

import twinbase_openid
from twinbase import Plugins
from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.device import URL
from twinbase_presentation import Done, Route, Workday, load_language
from twinbase_presentation.device.directory_sign_in import DirectoryWait
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.entry.ways_in import WaysIn
from twinbase_presentation.screens.sign_in import SignInShown
from twinbase_presentation.screens.sign_in_again import SignInAgainModel
from twinbase_server import accounts

Come = Callable[..., Person]
OpenOffice = Callable[..., AbstractAsyncContextManager[World]]
OpenPhone = Callable[..., AbstractAsyncContextManager[DirectoryPhone]]
PLUGINS = Plugins("mobile", "deliveries", accounts, twinbase_openid)
NAME = "Plomberie Martin"


@pytest.fixture(scope="module")
def office_template(databases: Databases) -> str:
    """The database that each test's is a copy of."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
    return database_name(url)


@pytest.fixture
def database_url(databases: Databases, office_template: str) -> Iterator[str]:
    url = databases.create(office_template)
    yield url
    databases.drop(url)


@pytest.fixture
def open_office(directory: Directory, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenOffice:
    """A company whose people sign in at the directory; other settings of the plugin by name."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[World]:
        told = {"issuer": directory.issuer, "client_id": "twinbase", "client_secret": SECRET, "name": NAME, **settings}
        for name, value in told.items():
            monkeypatch.setenv(f"TWINBASE_OPENID_{name.upper()}", str(value))
        async with World.open(database_url, PLUGINS, tmp_path, prepared=True) as world:
            await employ(world)
            yield world

    return opened


@pytest.fixture
def open_phone(tmp_path: Path) -> OpenPhone:
    """A phone out of its box."""

    @asynccontextmanager
    async def opened(world: World, open_page: Callable[[str], bool], **options: Any) -> AsyncIterator[DirectoryPhone]:
        phone = DirectoryPhone(world, tmp_path / "phone", open_page, **options)
        yield phone
        await phone.runner.let_go()

    return opened


async def test_who_signs_in_at_the_directory_is_in_their_day(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    async with open_office() as world, open_phone(world, browse_as(person("ada"))) as phone:
        await phone.lobby.start()
        await phone.type_server()
        assert phone.shown.directory == NAME
        await phone.sign_in_at_directory()
        assert (phone.step, phone.shown.step, phone.shown.wait) == ("syncing", "ready", None)
        await phone.lobby.begin()
        account = phone.lobby.account
        assert phone.step == "inside" and account is not None
        assert (account.name, account.email, account.directory) == ("Ada Roy", "ada@example.org", NAME)
        assert phone.folder.list_accounts() == [account]


async def test_nothing_secret_is_in_a_log_or_a_small_file(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    async with open_office() as world, open_phone(world, browse_as(person("ada"))) as phone:
        await phone.sign_in_at_directory()
        (finished,) = phone.wire.list_requests("/auth/openid/finish")
        said = json.loads(finished.body)
        small = [file.read_text() for file in phone.folder.path.rglob("*.json")]
        # The browser of the test says in its own log where it goes.
        logged = [record.getMessage() for record in caplog.records if record.name.startswith("twinbase")]
        texts = "".join((*small, *logged, repr(phone.lobby.joining.sign_in.shown)))
        assert small
        assert [name for name in ("code", "verifier", "nonce") if said[name] in texts] == []


async def test_without_a_browser_a_code_is_typed_elsewhere(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    async with open_office() as world, open_phone(world, open_nothing) as phone:
        await sign_in_by_code(phone, person("ada"))
        assert (phone.step, phone.shown.step) == ("syncing", "ready")


async def test_who_has_no_use_for_the_browser_takes_a_code(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    async with open_office() as world, open_phone(world, wait_for_ever) as phone:
        signing_in = asyncio.create_task(phone.sign_in_at_directory())
        await phone.until(lambda shown: shown.wait is not None)
        assert phone.shown.wait == DirectoryWait(NAME, 10)
        phone.model.turn_to_code()
        await type_code(phone, person("ada"))
        await signing_in
        assert (phone.step, phone.shown.step) == ("syncing", "ready")


@pytest.mark.parametrize("by_back", [False, True])
async def test_who_changes_their_mind_is_where_they_were_and_nothing_is_left(
    open_office: OpenOffice, open_phone: OpenPhone, by_back: bool
) -> None:
    pages: list[str] = []

    def open_page(page: str) -> bool:
        pages.append(page)
        return True

    async with open_office() as world, open_phone(world, open_page) as phone:
        await phone.lobby.start()
        signing_in = asyncio.create_task(phone.sign_in_at_directory())
        await phone.until(lambda shown: shown.wait is not None)
        came_back = httpx2.URL(pages[0]).params["redirect_uri"]
        assert came_back.startswith("http://127.0.0.1:")
        await (phone.lobby.joining.drop() if by_back else stop(phone))
        await signing_in
        assert (phone.step, phone.shown.step, phone.shown.fault, phone.shown.wait) == ("ask", "ask", "", None)
        assert list(phone.folder.path.glob("accounts/*")) == []
        async with httpx2.AsyncClient() as browser:
            with pytest.raises((httpx2.ConnectError, httpx2.ReadError)):
                await browser.get(came_back)


FAULTS = [
    ("ada", {"agrees": False}, {}, "You did not sign in at the directory", "Vous ne vous êtes pas connecté"),
    ("ben", {}, {}, "The directory knows you, and the office does not", "L’annuaire vous connaît, mais pas le bureau"),
    ("eve", {}, {}, "The directory vouches for no e-mail of yours.", "L’annuaire ne garantit aucune adresse e-mail"),
    ("ada", {}, {"scope": "openid email groups", "roles": '{"cooks": "boss"}'}, "None of your groups", "Aucun de vos"),
]


@pytest.mark.parametrize(("name", "options", "settings", "english", "french"), FAULTS)
async def test_why_somebody_is_not_let_in_is_said_in_their_language(
    open_office: OpenOffice,
    open_phone: OpenPhone,
    person: Come,
    name: str,
    options: Any,
    settings: Any,
    english: str,
    french: str,
) -> None:
    async with open_office(**settings) as world:
        for language, said in (("en", english), ("fr", french)):
            async with open_phone(world, browse_as(person(name, **options)), language=language) as phone:
                await phone.sign_in_at_directory()
                assert phone.shown.step == "ask" and phone.shown.fault.startswith(said)
                assert list(phone.folder.path.glob("accounts/*")) == []


async def test_who_does_not_come_back_in_time_is_told_so(open_office: OpenOffice, open_phone: OpenPhone) -> None:
    async with open_office() as world, open_phone(world, wait_for_ever, wait_seconds=0.1) as phone:
        await phone.sign_in_at_directory()
        assert phone.shown.fault == "You did not come back from the browser in time. Sign in once more."


async def test_a_directory_that_is_down_and_a_network_that_is_are_two_things(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    async with open_office(issuer="http://127.0.0.1:9") as world, open_phone(world, wait_for_ever) as phone:
        ways_in = await phone.type_server()
        assert phone.shown.directory == NAME
        await ways_in.sign_in_at_directory()
        assert phone.shown.fault.startswith("The company's directory does not answer just now.")
        phone.wire.up = False
        await ways_in.sign_in_at_directory()
        assert phone.shown.fault.startswith("There is no way to the server just now.")


async def test_a_way_that_is_not_there_is_not_offered(open_office: OpenOffice, open_phone: OpenPhone) -> None:
    async with open_office(issuer="") as world, open_phone(world, wait_for_ever) as phone:
        ways_in = await phone.type_server()
        assert phone.shown.directory == "" and len(phone.wire.list_requests("/auth/openid/offer")) == 1
        await ways_in.sign_in_at_directory()
        assert phone.shown == SignInShown()


async def test_without_the_plugin_beside_the_app_no_server_is_asked(
    open_office: OpenOffice, open_phone: OpenPhone
) -> None:
    async with open_office() as world, open_phone(world, wait_for_ever, brought=()) as phone:
        await phone.type_server()
        assert phone.shown.directory == "" and phone.wire.seen == []


async def test_a_server_is_asked_once_its_address_is_typed(open_office: OpenOffice, open_phone: OpenPhone) -> None:
    async with open_office(name="") as world, open_phone(world, wait_for_ever) as phone:
        ways_in = WaysIn(phone.lobby)
        for length in range(len(URL)):
            ways_in.fill("server", URL[: length + 1])
            phone.timing.advance(0.1)
        assert phone.wire.seen == []
        phone.timing.advance(1)
        await ways_in.finder.finish()
        assert len(phone.wire.seen) == 1 and phone.shown.directory == "127.0.0.1"
        ways_in.fill("server", f"{URL}.fr")
        assert phone.shown.directory == "", "what another server has is of no use"
        phone.wire.up = False
        phone.timing.advance(1)
        await ways_in.finder.finish()
        assert (phone.shown.directory, phone.shown.fault) == ("", "")


async def test_a_session_that_is_over_goes_on_by_the_directory(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    async with open_office() as world, open_phone(world, browse_as(person("ada"))) as phone:
        model = await stand_before(phone)
        assert [command.id for command in model.commands] == ["directory", "sign_in"]
        assert model.commands[0].label == f"Sign in with {NAME}"
        await world.sql("UPDATE twinbase.session SET ended_at = now()")
        done = await model.sign_in_at_directory()
        assert done == Done("Signed in. What waited is sent now.", go=Route("sync"))
        assert (await phone.runner.ask(lambda replica: replica.sync())).is_proven


async def test_another_person_does_not_get_the_work_of_this_one(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    browsers = [browse_as(person("ada")), browse_as(person("ben"))]
    async with open_office() as world, open_phone(world, lambda page: browsers.pop(0)(page)) as phone:
        await world.account("ben", colleague_id=str(ME))
        model = await stand_before(phone)
        said = (await model.sign_in_at_directory()).fault
        assert said.startswith("You signed in as somebody else. This device holds the work of ada@example.org")


async def test_who_leaves_the_day_is_not_waited_for(
    open_office: OpenOffice, open_phone: OpenPhone, person: Come
) -> None:
    browsers = [browse_as(person("ada")), wait_for_ever]
    async with open_office() as world, open_phone(world, lambda page: browsers.pop(0)(page)) as phone:
        model = await stand_before(phone)
        waits = asyncio.Event()
        model.observe(lambda: waits.set() if model.wait else None)
        assert not model.workday.is_away
        signing_in = asyncio.create_task(model.sign_in_at_directory())
        await asyncio.wait_for(waits.wait(), 60)
        assert model.workday.is_away and [command.id for command in model.commands] == ["stop", "by_code"]
        assert await model.sign_in_at_directory() == Done(), "there is one browser for one sign-in"
        await model.workday.leave()
        assert await signing_in == Done() and not model.workday.is_away


async def stand_before(phone: DirectoryPhone) -> SignInAgainModel:
    """Inside of the day, before the page that asks for another sign-in."""
    await phone.lobby.start()
    await phone.sign_in_at_directory()
    await phone.lobby.begin()
    device = OwnDevice(code=phone.lobby.make_code(), ways=phone.ways)
    workday = Workday(phone.runner, ME, load_language("en"), clock=phone.clock, device=device)
    model = SignInAgainModel(workday)
    await model.open()
    return model


async def sign_in_by_code(phone: DirectoryPhone, person: Person) -> None:
    signing_in = asyncio.create_task(phone.sign_in_at_directory())
    await type_code(phone, person)
    await signing_in


async def type_code(phone: DirectoryPhone, person: Person) -> None:
    """In a browser elsewhere, once it is shown."""
    await phone.until(lambda shown: shown.wait is not None and shown.wait.code != "")
    wait = phone.shown.wait
    assert wait is not None and wait.name == NAME
    await asyncio.to_thread(person.type_code, wait.address, wait.code)


async def stop(phone: DirectoryPhone) -> None:
    phone.model.stop_waiting()
