"""The lobby in a terminal: one page at a time, until somebody is inside."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.entry.ways_in import WaysIn
from twinbase_textual.day.edge_lines import KeyEntry, KeysLine
from twinbase_textual.day.looks import list_variables, make_themes, name_theme

INSIDE = 0
NEW = "new"


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
        else:
            account = next((one for one in self.lobby.accounts if one.id == id_), None)
            if account is not None:
                self._begin(self.lobby.choose(account))

    def action_go_back(self) -> None:
        """To the page before this one."""
        if self._is_forgotten:
            self._is_forgotten = False
            self._follow()
        elif self.lobby.can_go_back:
            self._begin(self.lobby.go_back())

    def action_show_forgotten(self) -> None:
        """What can be done without the code."""
        if self.lobby.step == "locked":
            self._is_forgotten = True
            self._follow()

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

    def _draw_soon(self) -> None:
        self.call_later(self._draw)

    async def _draw(self) -> None:
        """Its words now; its fields only where it is another page, so that who types keeps his place."""
        lobby, say = self.lobby, self.lobby.language.say
        if lobby.step == "inside":
            return  # A keyring has let somebody in before there was anything to draw into.
        page = _PAGES["forgotten" if self._is_forgotten else lobby.step](self)
        title, fault, said, fields = page
        self.query_one("#title", Label).update(title)
        for id_, text in (("fault", fault), ("said", said)):
            shown = self.query_one(f"#{id_}", Static)
            shown.update(text)
            shown.display = bool(text)
        drawn = "/".join([lobby.step, str(self._is_forgotten), *(str(one.id) for one in fields), title])
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
        back = [KeyEntry("escape", say("Back"))] if self._is_forgotten or lobby.can_go_back else []
        self.query_one(KeysLine).show([*entries, *back], [KeyEntry("ctrl+q", say("Quit"))])


LobbyWords = tuple[str, str, str, Sequence[Input | OptionList]]
"""Its title, what went wrong, what is said, and what is typed or chosen."""


def _make_options(*options: tuple[str, str], name: str = "choices") -> OptionList:
    return OptionList(*(Option(label, id=id_) for id_, label in options), id=name)


def _show_accounts(app: LobbyApp) -> LobbyWords:
    say = app.lobby.language.say
    accounts = [(one.id, one.caption) for one in app.lobby.accounts]
    choices = _make_options(*accounts, (NEW, say("Add an account")))
    return say("Accounts on this device"), app.lobby.fault, "", [choices]


def _show_ask(app: LobbyApp) -> LobbyWords:
    say, typed = app.lobby.language.say, app.ways.typed
    fields = [
        Input(typed["server"], placeholder=say("Address of the server"), id="server"),
        Input(typed["code"], placeholder=say("Code of the office"), id="code"),
        Input(typed["email"], placeholder=say("E-mail"), id="email"),
        Input(typed["password"], placeholder=say("Password"), password=True, id="password"),
    ]
    model = app.lobby.joining.sign_in
    said = say("Asking the server…") if model.shown.step == "joining" else say(
        "The address and a code, or the address, e-mail and password. An address that begins with twinbase:// alone is "
        "enough: it goes where the code goes."
    )  # fmt: skip
    return say("Sign in"), model.shown.fault or app.lobby.fault, said, fields


def _show_code(app: LobbyApp) -> LobbyWords:
    model, say = app.lobby.joining.code, app.lobby.language.say
    why = say("It opens your file on this device, and is kept nowhere. Nobody can find it out for you.")
    field = Input(placeholder=say("Passphrase"), password=True, id=f"passphrase{int(model.shown.is_again)}")
    return model.title, model.shown.fault, why, [field]


def _show_locked(app: LobbyApp) -> LobbyWords:
    lock, say = app.lobby.lock_page, app.lobby.language.say
    if lock is None:
        return "", "", "", []
    if not lock.account.asks_code:
        return lock.title, lock.shown.fault, lock.said, [_make_options(("unlock", say("Try again")))]
    field = Input(placeholder=say("Code") if lock.account.is_pin else say("Passphrase"), password=True, id="lock")
    return lock.title, lock.shown.fault, lock.said, [] if lock.shown.wait_seconds else [field]


def _show_forgotten(app: LobbyApp) -> LobbyWords:
    say = app.lobby.language.say
    said = "\n\n".join(
        (
            say("The code is kept nowhere. Without it nobody opens this file: not the office, and not we."),
            say("What was sent is at the office: sign in again, and it comes back in a new file."),
            say(
                "What was not sent yet is in the locked file alone. It stays on this device, in case the code comes "
                "back to you. The office sees how much that is."
            ),
        )
    )
    return say("Forgot the code?"), "", said, [_make_options(("anew", say("Sign in again")))]


def _show_syncing(app: LobbyApp) -> LobbyWords:
    shown, say = app.lobby.joining.sign_in.shown, app.lobby.language.say
    said = shown.said or say("Your visits, customers and the catalogue come to this device.")
    ready, cut = shown.step == "ready", shown.step == "interrupted"
    choices = [("begin", say("Begin: your visits are here"))] if ready else [("again", say("Try now"))] if cut else []
    made = _make_options(*choices, name=f"sync-{shown.step}")
    return say("First sync"), shown.fault, "" if ready else said, [made] if choices else []


_PAGES: dict[str, Callable[[LobbyApp], LobbyWords]] = {
    "accounts": _show_accounts,
    "ask": _show_ask,
    "code": _show_code,
    "locked": _show_locked,
    "forgotten": _show_forgotten,
    "syncing": _show_syncing,
}
