"""The company's directory as a way in, where a plugin that is installed beside the app brings how to sign in there.

Such a plugin names a module in the group `twinbase.sign_in` of its entry points. The app asks for none: without it the
way is not offered.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Any, Protocol

from twinbase.errors import TwinbaseError
from twinbase.protocol import LoginAnswer
from twinbase.replica import Replica
from twinbase.replica.address import read_address
from twinbase.replica.sync.server import Server
from twinbase_presentation.device.system_browser import open_page
from twinbase_presentation.runner import Runner
from twinbase_presentation.timing import Planned, Timing

GROUP = "twinbase.sign_in"
ASKS_AFTER_SECONDS = 1.0
"""Whoever types an address has a server asked when he pauses, and not for each letter."""
ANSWERS_WITHIN_SECONDS = 8.0
WAITS_SECONDS = 600.0
AskRoute = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
_log = logging.getLogger(__name__)


class ShownCode(Protocol):
    """A code to type at an address, in a browser elsewhere."""

    @property
    def code(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def lasts(self) -> timedelta: ...


class BroughtSignIn(Protocol):
    """What such a module has: all of it in the loop of the replica, but for the last one."""

    async def find_directory(self, ask: AskRoute, /) -> str: ...

    async def sign_in_with_browser(
        self, replica: Replica, /, *, open_browser: Callable[[str], object], device_name: str, wait_seconds: float
    ) -> LoginAnswer: ...

    async def sign_in_at_terminal(
        self, replica: Replica, show: Callable[[ShownCode], object], /, *, device_name: str
    ) -> LoginAnswer: ...

    def explain_failure(self, error: TwinbaseError, language: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class DirectoryOffer:
    """People sign in at this directory. `name`: what they call it."""

    name: str
    way: BroughtSignIn


def make_line(server: str) -> Server:
    """To a server for which there is no file yet; raises WrongAddress, as the file's own would."""
    return Server(read_address(server, plain_http=False).url, timeout_seconds=ANSWERS_WITHIN_SECONDS)


@dataclass(frozen=True, slots=True)
class DirectoryWays:
    """What plugins bring, and what of the system they do it with. By itself there is no such way.

    `wait_seconds`: for how long somebody may be in the browser.
    """

    brought: Sequence[BroughtSignIn] = ()
    make_line: Callable[[str], Server] = make_line
    open_page: Callable[[str], bool] = open_page
    wait_seconds: float = WAITS_SECONDS

    async def find_offer(self, ask: AskRoute) -> DirectoryOffer | None:
        """At whose directory people sign in where this is asked; raises as a sync does."""
        for way in self.brought:
            if name := await way.find_directory(ask):
                return DirectoryOffer(name, way)
        return None

    async def ask_server(self, server: str) -> DirectoryOffer | None:
        """The same of a server by its address."""
        line = self.make_line(server)
        try:
            return await self.find_offer(line.ask_plugin)
        finally:
            await line.close()


def find_ways() -> DirectoryWays:
    """What is installed beside this app. What cannot be loaded is not offered, and the log says why."""
    brought: list[Any] = []
    for entry in entry_points(group=GROUP):
        try:
            brought.append(entry.load())
        except Exception:
            _log.exception("%s brings no way to sign in.", entry.value)
    return DirectoryWays(tuple(brought))


class DirectoryFinder:
    """Asks a server whether people sign in at a directory, once its address has been typed. `note` hears what it is:
    None from the first letter of another address on."""

    def __init__(
        self, runner: Runner, ways: DirectoryWays, timing: Timing, note: Callable[[DirectoryOffer | None], None]
    ) -> None:
        self._runner, self._ways, self._timing, self._note = runner, ways, timing, note
        self._server = ""
        self._planned: Planned | None = None
        self._asking: asyncio.Task[None] | None = None

    def look(self, server: str) -> None:
        """Somebody has typed this address so far."""
        if server == self._server or not self._ways.brought:
            return
        self.stop()
        self._server = server
        self._note(None)
        if server:
            self._planned = self._timing.call_after(ASKS_AFTER_SECONDS, self._begin)

    def stop(self) -> None:
        """Nobody wants to know any more."""
        if self._planned is not None:
            self._planned.cancel()
        if self._asking is not None:
            self._asking.cancel()
        self._planned, self._asking, self._server = None, None, ""

    async def finish(self) -> None:
        """Wait for the answer to what is being asked."""
        if self._asking is not None:
            await asyncio.gather(self._asking, return_exceptions=True)

    def _begin(self) -> None:
        self._planned, self._asking = None, asyncio.ensure_future(self._ask(self._server))

    async def _ask(self, server: str) -> None:
        """A server that does not answer is spoken of when somebody signs in, and not while he types its name."""
        try:
            offer = await self._runner.work(lambda: self._ways.ask_server(server))
        except TwinbaseError:
            offer = None
        except Exception:
            _log.exception("Nobody knows how to sign in at a directory: a plugin has failed.")
            offer = None
        if server == self._server:
            self._note(offer)
