"""The lobby in a terminal: one page at a time, until somebody is inside."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static

from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.entry.ways_in import WaysIn
from twinbase_textual.day.edge_lines import KeyEntry, KeysLine
from twinbase_textual.day.lobby_pages import NEW, PAGES
from twinbase_textual.day.looks import list_variables, make_themes, name_theme

INSIDE = 0


class LobbyApp(App[int]):
    """Answers INSIDE once somebody is; None where somebody has quit."""

    TITLE = "Twinbase"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #column { width: 64; max-width: 100%; height: 1fr; padding: 1 2; }
    #title { text-style: bold; color: $primary; margin-bottom: 1; }
    #fault { color: $tone-red; }
    #fault, #said { height: auto; margin-bottom: 1; }
    Input { margin-bottom: 1; }
    OptionList { height: auto; margin-bottom: 1; }
    KeysLine { height: 1; dock: bottom; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "go_back", show=False),
        Binding("f2", "show_forgotten", show=False),
        Binding("f3", "enter_directory", show=False),
        Binding("ctrl+q", "quit", show=False),
    ]

    def __init__(self, lobby: Lobby, look: str = "dark") -> None:
        super().__init__()
        self.lobby, self._stops = lobby, list[Callable[[], None]]()
        self.ways = WaysIn(lobby)
        self._is_forgotten, self._drawn = False, ""
        self._tasks: set[asyncio.Task[None]] = set()
        for theme in make_themes():
            self.register_theme(theme)
        self.theme = name_theme(look)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return list_variables()

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="column"):
            yield Label(id="title")
            yield Static(id="fault")
            yield Static(id="said")
            yield Vertical(id="fields")
        yield KeysLine()

    async def on_mount(self) -> None:
        """What stands at the lobby; what it says is followed from now on."""
        self._stops.append(self.lobby.observe(self._follow))
        await self.lobby.start()
        await self._draw()

    def on_unmount(self) -> None:
        while self._stops:
            self._stops.pop()()

    # What somebody does.

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed goes where the page keeps it. A field that is emptied by us says nothing."""
        page = self.lobby.joining.code if self.lobby.step == "code" else self.lobby.lock_page
        if self.lobby.step == "ask":
            self.ways.fill(event.input.id or "", event.value)
        elif page is not None and page.text != event.value:
            page.fill(event.value)

    def on_input_submitted(self) -> None:
        """Enter in a field: go on."""
        if self.lobby.step == "ask":
            self._begin(self._join())
        elif self.lobby.step == "code":
            self._begin(self._submit_code())
        elif self.lobby.step == "locked":
            self._begin(self.lobby.unlock())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """An account, or a new one; or the one thing that can be done."""
        id_ = event.option_id or ""
        if id_ == NEW:
            self.lobby.ask()
        elif id_ == "begin":
            self._begin(self.lobby.begin())
        elif id_ == "again":
            self._begin(self._sync_again())
        elif id_ == "anew":
            self._is_forgotten = False
            self.lobby.ask_anew()
        elif id_ == "unlock":
            self._begin(self.lobby.unlock())
        elif id_ == "stop":
            self.ways.model.stop_waiting()
        elif id_ == "elsewhere":
            self.ways.model.turn_to_code()
        else:
            account = next((one for one in self.lobby.accounts if one.id == id_), None)
            if account is not None:
                self._begin(self.lobby.choose(account))

    def action_go_back(self) -> None:
        """To the page before this one."""
        if self._is_forgotten:
            self._is_forgotten = False
            self._follow()
        elif self.ways.model.shown.wait is not None:
            self.ways.model.stop_waiting()
        elif self.lobby.can_go_back:
            self._begin(self.lobby.go_back())

    def action_show_forgotten(self) -> None:
        """What can be done without the code."""
        if self.lobby.step == "locked":
            self._is_forgotten = True
            self._follow()

    def action_enter_directory(self) -> None:
        """Sign in at the directory of the company, where the server has one."""
        shown = self.ways.model.shown
        if self.lobby.step == "ask" and shown.step == "ask" and shown.directory:
            self._begin(self.ways.sign_in_at_directory())

    async def _join(self) -> None:
        """By a code or an address of one, else by e-mail and password."""
        if (offer := self.ways.find_offer()) is not None:
            await self.ways.join(offer)
        elif self.ways.typed["code"].strip():
            await self.ways.join_by_code()
        else:
            await self.ways.sign_in()

    async def _submit_code(self) -> None:
        await self.lobby.submit_code()

    async def _sync_again(self) -> None:
        await self.lobby.joining.sign_in.sync_first()

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What is seen.

    def _follow(self) -> None:
        """The lobby has another page, or the page another word."""
        if self.lobby.step == "inside":
            self.exit(INSIDE)
            return
        while len(self._stops) > 1:
            self._stops.pop()()
        if self.ways.model is not self.lobby.joining.sign_in:
            self.ways = WaysIn(self.lobby)
        for model in (self.lobby.joining.sign_in, self.lobby.joining.code, self.lobby.lock_page):
            if model is not None:
                self._stops.append(model.observe(self._draw_soon))
        self._draw_soon()

    def _name_page(self) -> str:
        """Which of them: the lobby's step, or what is in its place for a while."""
        waits = self.lobby.step == "ask" and self.ways.model.shown.wait is not None
        return "wait" if waits else "forgotten" if self._is_forgotten else self.lobby.step

    def _draw_soon(self) -> None:
        self.call_later(self._draw)

    async def _draw(self) -> None:
        """Its words now; its fields only where it is another page, so that who types keeps his place."""
        lobby, say = self.lobby, self.lobby.language.say
        if lobby.step == "inside":
            return  # A keyring has let somebody in before there was anything to draw into.
        which = self._name_page()
        title, fault, said, fields = PAGES[which](lobby, self.ways)
        # What a server has said of its directory is words, and no markup.
        self.query_one("#title", Label).update(Content(title))
        for id_, text in (("fault", fault), ("said", said)):
            shown = self.query_one(f"#{id_}", Static)
            shown.update(Content(text))
            shown.display = bool(text)
        drawn = "/".join([which, *(str(one.id) for one in fields), title])
        if drawn != self._drawn:
            self._drawn = drawn
            holder = self.query_one("#fields", Vertical)
            await holder.remove_children()
            await holder.mount(*fields)
            if fields:
                fields[0].focus()
        elif fault and lobby.step in ("locked", "code"):
            for field in self.query(Input):
                field.value = ""
        entries = [KeyEntry("enter", say("Continue"))]
        if lobby.step == "locked" and lobby.account is not None and lobby.account.asks_code and not self._is_forgotten:
            entries.append(KeyEntry("f2", say("Forgot the code?")))
        if which == "ask" and (name := self.ways.model.shown.directory):
            entries.append(KeyEntry("f3", say("Sign in with {directory}", directory=name)))
        back = [KeyEntry("escape", say("Back"))] if which in ("forgotten", "wait") or lobby.can_go_back else []
        self.query_one(KeysLine).show([*entries, *back], [KeyEntry("ctrl+q", say("Quit"))])
