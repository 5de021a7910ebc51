"""The pages of the lobby in a terminal: what is said on each, and what is typed or chosen."""

from collections.abc import Callable, Sequence

from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from twinbase_presentation.device.directory_sign_in import say_until, say_wait
from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.entry.ways_in import WaysIn

NEW = "new"
LobbyWords = tuple[str, str, str, Sequence[Input | OptionList]]
"""Its title, what went wrong, what is said, and what is typed or chosen."""


def _make_options(*options: tuple[str, str], name: str = "choices") -> OptionList:
    return OptionList(*(Option(label, id=id_) for id_, label in options), id=name)


def _show_accounts(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    say = lobby.language.say
    accounts = [(one.id, one.caption) for one in lobby.accounts]
    choices = _make_options(*accounts, (NEW, say("Add an account")))
    return say("Accounts on this device"), lobby.fault, "", [choices]


def _show_ask(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    say, typed = lobby.language.say, ways.typed
    fields = [
        Input(typed["server"], placeholder=say("Address of the server"), id="server"),
        Input(typed["code"], placeholder=say("Code of the office"), id="code"),
        Input(typed["email"], placeholder=say("E-mail"), id="email"),
        Input(typed["password"], placeholder=say("Password"), password=True, id="password"),
    ]
    model = lobby.joining.sign_in
    said = say("Asking the server…") if model.shown.step == "joining" else _say_directory(lobby) + say(
        "The address and a code, or the address, e-mail and password. An address that begins with twinbase:// alone is "
        "enough: it goes where the code goes."
    )  # fmt: skip
    return say("Sign in"), model.shown.fault or lobby.fault, said, fields


def _say_directory(lobby: Lobby) -> str:
    """The first thing to read, for whoever can sign in so."""
    name = lobby.joining.sign_in.shown.directory
    return lobby.language.say("F3: sign in with {directory}, or else:", directory=name) + "\n\n" if name else ""


def _show_wait(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    """Somebody is at the directory. The code is read from a distance, and copied letter by letter."""
    wait, language = lobby.joining.sign_in.shown.wait, lobby.language
    if wait is None:
        return "", "", "", []
    lines = [say_wait(language, wait), f"    {wait.address}", f"    {' '.join(wait.code)}"] if wait.code else [
        say_wait(language, wait)
    ]  # fmt: skip
    elsewhere = [] if wait.code else [("elsewhere", language.say("Use another device"))]
    choices = _make_options(*elsewhere, ("stop", language.say("Cancel")), name="wait-code" if wait.code else "wait")
    title = language.say("Sign in with {directory}", directory=wait.name)
    return title, "", "\n\n".join((*lines, say_until(language, wait))), [choices]


def _show_code(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    model, say = lobby.joining.code, lobby.language.say
    why = say("It opens your file on this device, and is kept nowhere. Nobody can find it out for you.")
    field = Input(placeholder=say("Passphrase"), password=True, id=f"passphrase{int(model.shown.is_again)}")
    return model.title, model.shown.fault, why, [field]


def _show_locked(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    lock, say = lobby.lock_page, lobby.language.say
    if lock is None:
        return "", "", "", []
    if not lock.account.asks_code:
        return lock.title, lock.shown.fault, lock.said, [_make_options(("unlock", say("Try again")))]
    field = Input(placeholder=say("Code") if lock.account.is_pin else say("Passphrase"), password=True, id="lock")
    return lock.title, lock.shown.fault, lock.said, [] if lock.shown.wait_seconds else [field]


def _show_forgotten(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    say = lobby.language.say
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


def _show_syncing(lobby: Lobby, ways: WaysIn) -> LobbyWords:
    shown, say = lobby.joining.sign_in.shown, lobby.language.say
    said = shown.said or say("Your visits, customers and the catalogue come to this device.")
    ready, cut = shown.step == "ready", shown.step == "interrupted"
    choices = [("begin", say("Begin: your visits are here"))] if ready else [("again", say("Try now"))] if cut else []
    made = _make_options(*choices, name=f"sync-{shown.step}")
    return say("First sync"), shown.fault, "" if ready else said, [made] if choices else []


PAGES: dict[str, Callable[[Lobby, WaysIn], LobbyWords]] = {
    "accounts": _show_accounts,
    "ask": _show_ask,
    "wait": _show_wait,
    "code": _show_code,
    "locked": _show_locked,
    "forgotten": _show_forgotten,
    "syncing": _show_syncing,
}
