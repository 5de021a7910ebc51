"""The window before the day: one page, its keys, and what it is drawn anew for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.finger import Glass, finger
from twinbase_kivy.focus import FocusRing
from twinbase_kivy.keyboard import KEYS
from twinbase_kivy.lobby.account_pages import AccountsPage, FirstSyncPage
from twinbase_kivy.lobby.code_pages import ChooseCodePage, LockPage
from twinbase_kivy.lobby.join_page import JoinPage
from twinbase_kivy.lobby.lobby_page import LobbyKeeper, LobbyPage, draw_page
from twinbase_kivy.look import look
from twinbase_presentation.entry.lobby import Lobby, LobbyStep

_log = logging.getLogger(__name__)
MAKERS: dict[LobbyStep, Callable[[LobbyKeeper], LobbyPage]] = {
    "accounts": AccountsPage,
    "ask": JoinPage,
    "code": ChooseCodePage,
    "locked": LockPage,
    "syncing": FirstSyncPage,
}


class LobbyView(Glass):
    """Shows the page of the lobby's step. `close` it when somebody is inside."""

    def __init__(self, lobby: Lobby) -> None:
        super().__init__(name="Twinbase", role="application")
        self.lobby = lobby
        self.focus = FocusRing(lambda: self)
        self._tasks: set[asyncio.Task[object]] = set()
        self._stops: list[Callable[[], None]] = []
        self.page: LobbyPage | None = None
        self._join_page: JoinPage | None = None
        self._drawn: object = None
        self._stop_lobby = lobby.observe(self._change_page)
        self._change_page()

    def close(self) -> None:
        """It is seen no more."""
        self._stop_lobby()
        finger.forget(self._draw)
        while self._stops:
            self._stops.pop()()

    def spawn(self, work: Awaitable[object]) -> None:
        """Have the loop do it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_ended)

    async def finish_tasks(self) -> None:
        """Wait for what still runs."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def redraw(self) -> None:
        """Draw the page anew, where it has something else to say; not under a finger that taps."""
        finger.draw(self._draw)

    def _draw(self) -> None:
        page = self.page
        if page is None:
            return
        drawn = (page, page.signature, self.size, look.theme.name, look.text_scale, self.lobby.language.code)
        if drawn != self._drawn:
            self._drawn = drawn
            self.hold([draw_page(page)])
            self.settle()

    def fit(self, width: float, height: float) -> None:
        """The window has this size now."""
        self.pos, self.size = (0, 0), (round(width), round(height))
        self.redraw()
        self.paint()
        self.settle()

    def settle(self) -> None:
        for part in self.parts():
            part.place(*self.pos, *self.size)

    def arrange(self) -> None:
        self.settle()

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("bg"))

    def go_back(self) -> None:
        """To the page before this one, if there is one."""
        if self.page is not None and (back := self.page.find_back()) is not None:
            back()

    def press_key(self, key: int, text: str, modifiers: Sequence[str]) -> bool:
        """Do what a key says; False where it says nothing."""
        word, page = KEYS.get(key, ""), self.page
        if page is None:
            return False
        if word == "back":
            self.go_back()
        elif word in ("tab", "down", "up"):
            self.focus.move(-1 if word == "up" or "shift" in modifiers else 1)
        elif word == "enter":
            if self.focus.is_typing or not self.focus.press():
                page.submit()
        else:
            return not self.focus.is_typing and page.press_key(word or text or "")
        return True

    def drop_file(self, path: Path) -> None:
        """A picture was dropped on the window."""
        if isinstance(self.page, JoinPage):
            self.page.show_way("picture")
            self.page.open_picture(path)

    def _change_page(self) -> None:
        """Another step has another page; the same one keeps what is typed on it."""
        while self._stops:
            self._stops.pop()()
        maker = MAKERS.get(self.lobby.step)
        if maker is None:
            return
        if self.lobby.step == "ask":
            self.page = self._find_join_page()
        elif not self._is_same_lock():
            self.page = maker(self)
            self.focus.set(None)
        models = (self.lobby.joining.sign_in, self.lobby.joining.code, self.lobby.lock_page)
        self._stops += [model.observe(self.redraw) for model in models if model is not None]
        self.redraw()

    def _find_join_page(self) -> JoinPage:
        """The one on which somebody has typed, also behind the page of the code."""
        if self._join_page is None or self._join_page.model is not self.lobby.joining.sign_in:
            self._join_page = JoinPage(self)
        return self._join_page

    def _is_same_lock(self) -> bool:
        page = self.page
        return self.lobby.step == "locked" and isinstance(page, LockPage) and page.model is self.lobby.lock_page

    def _note_ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Something before the day has failed.", exc_info=error)
