"""Technicians' phones whose people sign in at the directory: the app without a window."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.plugins.mobile.reading.company import ANNA, ME, Company
from tests.plugins.openid.directory import Person
from tests.presentation.test_lobby import OwnedDevice

from twinbase.replica.sync.server import Server
from twinbase.replica.tokens import MemoryTokens
from twinbase.testing import World
from twinbase.testing.device import URL
from twinbase_openid import device as openid
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.entry.ways_in import WaysIn
from twinbase_presentation.screens.sign_in import SignInModel, SignInShown


def browse_as(person: Person) -> Callable[[str], bool]:
    """A browser in which this person sits."""

    def open_page(address: str) -> bool:
        person.browse(address)
        return True

    return open_page


def wait_for_ever(address: str) -> bool:
    """A browser before which nobody sits."""
    return True


def open_nothing(address: str) -> bool:
    """A machine without a browser."""
    return False


class DirectoryPhone(OwnedDevice):
    """With a keyring. `ways_in`: what stands on its first page."""

    def __init__(
        self, world: World, folder: Path, open_page: Callable[[str], bool], language: str = "en", **options: Any
    ) -> None:
        ways = DirectoryWays(
            options.pop("brought", (openid,)),
            make_line=lambda server: Server(server, transport=self.wire),
            open_page=open_page,
            **options,
        )
        super().__init__(make_company(world), folder, FileKeys(MemoryTokens()), language, ways)

    @property
    def model(self) -> SignInModel:
        return self.lobby.joining.sign_in

    @property
    def shown(self) -> SignInShown:
        return self.model.shown

    async def type_server(self, server: str = URL) -> WaysIn:
        """What is typed on the first page, and what the server says to it."""
        ways_in = WaysIn(self.lobby)
        ways_in.fill("server", server)
        self.timing.advance(1)
        await ways_in.finder.finish()
        return ways_in

    async def sign_in_at_directory(self) -> None:
        await (await self.type_server()).sign_in_at_directory()

    async def until(self, holds: Callable[[SignInShown], bool]) -> None:
        """Wait until the page shows that."""
        reached = asyncio.Event()
        stop = self.model.observe(lambda: reached.set() if holds(self.shown) else None)
        if not holds(self.shown):
            await asyncio.wait_for(reached.wait(), 60)
        stop()


def make_company(world: World) -> Company:
    """The office, by the clock on the wall: a directory signs by no other."""
    now = world.clock.now
    company = Company(world)
    world.clock.now = now
    return company


async def employ(world: World) -> None:
    """Ada is a technician."""
    await make_company(world).add(ANNA(first_name="Ada", last_name="Roy"))
    await world.account("ada", colleague_id=str(ME))
