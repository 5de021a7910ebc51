"""Somebody is at the company's directory, in a browser: waited for, and free to change their mind."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from twinbase.errors import NotSignedIn, TwinbaseError
from twinbase.protocol import LoginAnswer
from twinbase_presentation.device.directories import DirectoryOffer, DirectoryWays, ShownCode
from twinbase_presentation.languages import Language, show
from twinbase_presentation.runner import Runner

LETTERS_MAX = 200


class NoBrowser(TwinbaseError):
    """This system has no browser that can be opened."""


@dataclass(frozen=True, slots=True)
class DirectoryWait:
    """Who signs in at `name` is waited for, for so many minutes: in the browser that has opened, or, where there is a
    `code`, in any other at `address`."""

    name: str
    minutes: int
    code: str = ""
    address: str = ""


class DirectorySignIn:
    """`wait`: what is shown meanwhile, None while nobody is waited for; `changed` hears of another one."""

    def __init__(self, runner: Runner, ways: DirectoryWays, changed: Callable[[], None]) -> None:
        self._runner, self._ways, self._changed = runner, ways, changed
        self.wait: DirectoryWait | None = None
        self._task: asyncio.Task[LoginAnswer] | None = None
        self._wish: Literal["", "stop", "code"] = ""

    async def enter(self, offer: DirectoryOffer, *, device_name: str = "") -> LoginAnswer | None:
        """Sign in with the browser, or by a code where none opens; None for who has changed their mind. Raises
        NotSignedIn for who is not let in, and else as `Replica.sign_in`."""
        by_code = False
        while True:
            self._wish, self._task = "", asyncio.ensure_future(self._go(offer, by_code, device_name))
            try:
                return await self._task
            except asyncio.CancelledError:
                if not self._wish:
                    raise
                if self._wish == "stop":
                    return None
                by_code = True
            finally:
                self._task = None
                self._show(None)

    def stop(self) -> None:
        """They have changed their mind."""
        self._end("stop")

    def turn_to_code(self) -> None:
        """They have no use for the browser of this device: a code is typed elsewhere."""
        self._end("code")

    def _end(self, wish: Literal["stop", "code"]) -> None:
        if self._task is not None:
            self._wish = wish
            self._task.cancel()

    async def _go(self, offer: DirectoryOffer, by_code: bool, device_name: str) -> LoginAnswer:
        if not by_code:
            try:
                return await self._go_by_browser(offer, device_name)
            except NoBrowser:
                pass
        return await self._go_by_code(offer, device_name)

    async def _go_by_browser(self, offer: DirectoryOffer, device_name: str) -> LoginAnswer:
        seconds = self._ways.wait_seconds
        show_wait = self._make_shower()

        def open_browser(address: str) -> None:
            if not self._ways.open_page(address):
                raise NoBrowser()
            show_wait(DirectoryWait(offer.name, _count_minutes(seconds)))

        return await self._runner.ask(
            lambda replica: offer.way.sign_in_with_browser(
                replica, open_browser=open_browser, device_name=device_name, wait_seconds=seconds
            )
        )

    async def _go_by_code(self, offer: DirectoryOffer, device_name: str) -> LoginAnswer:
        show_wait = self._make_shower()

        def show_code(shown: ShownCode) -> None:
            minutes = _count_minutes(shown.lasts.total_seconds())
            show_wait(DirectoryWait(offer.name, minutes, read_line(shown.code), read_line(shown.address)))

        return await self._runner.ask(
            lambda replica: offer.way.sign_in_at_terminal(replica, show_code, device_name=device_name)
        )

    def _make_shower(self) -> Callable[[DirectoryWait], object]:
        """For the threads in which the plugin works. What comes when they have changed their mind is not shown."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def show_wait(wait: DirectoryWait) -> None:
            if self._task is task:
                self._show(wait)

        return lambda wait: loop.call_soon_threadsafe(show_wait, wait)

    def _show(self, wait: DirectoryWait | None) -> None:
        if wait != self.wait:
            self.wait = wait
            self._changed()


def say_failure(language: Language, offer: DirectoryOffer, error: TwinbaseError) -> str:
    """What went wrong at the directory, and what to do; "" where it was something else."""
    said = show(offer.way.explain_failure(error, language.code))
    return said or (show(error.detail) if isinstance(error, NotSignedIn) else "")


def say_wait(language: Language, wait: DirectoryWait) -> str:
    """What somebody does meanwhile."""
    if wait.code:
        return language.say("Open this address in any browser, on a phone or another computer, and type the code:")
    return language.say("Sign in on the page that has opened in your browser, then come back here.")


def say_until(language: Language, wait: DirectoryWait) -> str:
    """For how long that is waited for."""
    return language.count(
        "It goes on by itself. You have {n} minute.", "It goes on by itself. You have {n} minutes.", wait.minutes
    )


def read_line(text: str) -> str:
    """One short line of what a server has said, for a screen."""
    return " ".join("".join(letter for letter in text if letter.isprintable()).split())[:LETTERS_MAX]


def _count_minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))
