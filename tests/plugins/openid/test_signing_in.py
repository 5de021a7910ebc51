"""People sign in at the directory of their company, and work here as their account."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.plugins.openid.conftest import OpenWorld
from tests.plugins.openid.directory import Person
from tests.plugins.openid.notebook import OpenNote

from twinbase.errors import NotSignedIn, Refused, ServerRefused
from twinbase.protocol import LoginAnswer
from twinbase.testing import Device, World
from twinbase_openid.device import TerminalCode, sign_in_at_terminal, sign_in_with_browser
from twinbase_server.links.link import OneTimeLink
from twinbase_server.links.people import disable_account
from twinbase_server.links.store import make_link

Come = Callable[..., Person]
ROLES = '{"technicians": "writer", "drivers": "reader", "bosses": "writer"}'


async def come_in(world: World, person: Person, device: Device | None = None) -> LoginAnswer:
    """On a device of their own."""
    device = device or await world.device(person.name, signed_in=False)
    return await sign_in_with_browser(device.replica, open_browser=person.browse, device_name="Ada's phone")


@asynccontextmanager
async def open_office(world: World) -> AsyncIterator[Any]:
    office = await asyncpg.connect(world.database_url)
    try:
        yield office
    finally:
        await office.close()


async def links(world: World) -> list[tuple[str, str]]:
    return [tuple(row) for row in await world.sql("SELECT subject, account FROM openid.links ORDER BY 1")]


async def test_a_person_signs_in_with_a_browser_and_works(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device = await world.device("phone", signed_in=False)
        answer = await come_in(world, person("ada"), device)
        assert answer.subject == "ada@example.org" and answer.claims == {"role": "writer"}
        await device.save(OpenNote(text="by ada"))
        assert (await device.sync()).is_proven
        assert await world.sql("SELECT text FROM notebook.open_notes") == [("by ada",)]
        assert await links(world) == [("ada", "ada@example.org")]


async def test_the_session_goes_on_for_a_month_without_the_directory(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device = await world.device("phone", signed_in=False)
        await come_in(world, person("ada"), device)
        for _ in range(3):
            world.clock.advance(days=10)
            await device.close()
            await device.reopen()
            assert (await device.sync()).is_proven


@pytest.mark.parametrize(
    ("language", "said"), [("fr-FR,fr;q=0.9", "fermer cette fenêtre"), ("de", "close this window")]
)
async def test_the_browser_says_that_it_can_be_closed(
    open_world: OpenWorld, person: Come, language: str, said: str
) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        ada = person("ada", language=language)
        await come_in(world, ada)
        assert said in ada.pages[-1]


async def test_an_invitation_is_used_up_by_whom_the_directory_vouches_for(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        async with open_office(world) as office:
            ends = world.clock.now + timedelta(hours=1)
            link = OneTimeLink("invite", "Ada@Example.org", ends, {"role": "reader"}, "Ada")
            await make_link(office, link, "a test", world.clock.now)
        assert (await come_in(world, person("ada"))).claims == {"role": "reader"}
        assert await world.sql("SELECT used_at IS NULL FROM twinbase.link") == [(False,)]
        assert await world.sql("SELECT name FROM twinbase.account") == [("Ada",)]
        with pytest.raises(NotSignedIn):
            await (await world.device("other", signed_in=False)).sign_in("ada@example.org", "")


async def test_whom_the_office_does_not_know_stays_outside(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        with pytest.raises(NotSignedIn, match="ask for an invitation"):
            await come_in(world, person("ben"))
        assert await world.sql("SELECT count(*) FROM twinbase.account") == [(0,)]
        assert await links(world) == []


async def test_an_account_is_made_where_the_office_wants_that(open_world: OpenWorld, person: Come) -> None:
    async with open_world(create_accounts=True, claims_of_new='{"role": "reader"}') as world:
        assert (await come_in(world, person("ben"))).claims == {"role": "reader"}
        assert await links(world) == [("ben", "ben@example.org")]


async def test_an_email_that_nobody_has_verified_opens_nothing(open_world: OpenWorld, person: Come) -> None:
    async with open_world(create_accounts=True) as world:
        await world.account("ada", role="writer")
        for name in ("eve", "dan"):
            with pytest.raises(NotSignedIn, match="vouches for no e-mail"):
                await come_in(world, person(name))
        assert await links(world) == []


async def test_who_gets_the_email_of_another_does_not_get_the_account(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        await come_in(world, person("ada"))
        with pytest.raises(NotSignedIn, match="somebody else's"):
            await come_in(world, person("new-ada"))
        assert await links(world) == [("ada", "ada@example.org")]


async def test_groups_of_the_directory_give_roles(open_world: OpenWorld, person: Come) -> None:
    async with open_world(scope="openid email groups", roles=ROLES) as world:
        await world.account("ada", role="nothing")
        await world.account("ben")
        assert (await come_in(world, person("ada"))).claims == {"role": ["reader", "writer"]}
        assert (await come_in(world, person("ben"))).claims == {"role": "writer"}


async def test_without_a_group_that_gives_a_role_nobody_comes_in(open_world: OpenWorld, person: Come) -> None:
    async with open_world(scope="openid email groups", roles='{"cooks": "writer"}') as world:
        await world.account("ada", role="writer")
        with pytest.raises(NotSignedIn, match="No group"):
            await come_in(world, person("ada"))
        assert await world.sql("SELECT claims->>'role' FROM twinbase.account") == [("writer",)]


async def test_a_disabled_account_stays_closed(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device = await world.device("phone", signed_in=False)
        await come_in(world, person("ada"), device)
        async with open_office(world) as office:
            await disable_account(office, "ada@example.org", world.clock.now)
        with pytest.raises((NotSignedIn, ServerRefused, Refused)):
            await device.sync()
        with pytest.raises(NotSignedIn, match="disabled"):
            await come_in(world, person("ada"), device)


async def test_who_says_no_is_not_signed_in(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        with pytest.raises(NotSignedIn, match="Nobody has signed in"):
            await come_in(world, ada := person("ada", agrees=False))
        assert "Nobody has signed in" in ada.pages[-1] and "It signs you in" not in ada.pages[-1]


async def test_who_never_comes_back_is_not_signed_in(open_world: OpenWorld) -> None:
    async with open_world() as world:
        device = await world.device("phone", signed_in=False)
        with pytest.raises(NotSignedIn, match="come back"):
            await sign_in_with_browser(device.replica, open_browser=lambda _: None, wait_seconds=0.1)


async def test_a_terminal_shows_a_code_that_is_typed_elsewhere(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device = await world.device("terminal", signed_in=False)
        shown: asyncio.Queue[TerminalCode] = asyncio.Queue()
        signing_in = asyncio.create_task(sign_in_at_terminal(device.replica, shown.put_nowait))
        code = await shown.get()
        await asyncio.to_thread(person("ada").type_code, code.address, code.code)
        assert (await signing_in).subject == "ada@example.org"
        assert (await device.sync()).is_proven


async def test_until_the_code_is_typed_the_server_says_that_it_waits(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device = await world.device("terminal", signed_in=False)
        begun = await device.replica.ask_plugin("auth/openid/terminal/begin", {})
        said = {"device_code": begun["device_code"]}
        with pytest.raises(ServerRefused) as refused:
            await device.replica.sign_in_by("auth/openid/terminal/finish", said)
        assert (refused.value.status, refused.value.kind) == (409, "sign-in-pending")
        await asyncio.to_thread(person("ada", agrees=False).type_code, begun["verification_uri"], begun["user_code"])
        with pytest.raises(NotSignedIn, match="has ended"):
            await device.replica.sign_in_by("auth/openid/terminal/finish", said)


async def test_of_two_devices_of_a_person_each_has_its_own_session(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        phone, tablet = await world.device("phone", signed_in=False), await world.device("tablet", signed_in=False)
        ada = person("ada")
        one, two = await come_in(world, ada, phone), await come_in(world, ada, tablet)
        assert one.session != two.session and await links(world) == [("ada", "ada@example.org")]
        for device in (phone, tablet):
            assert (await device.sync()).is_proven
