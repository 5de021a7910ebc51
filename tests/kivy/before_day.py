"""Every page before the day, as somebody comes to it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kivy.metrics import dp

from twinbase.enrolment import EnrolmentOffer
from twinbase.replica import Replica
from twinbase.replica.file.keys import Secret
from twinbase.replica.tokens import MemoryTokens
from twinbase_kivy.lobby.join_page import JoinPage
from twinbase_kivy.lobby.lobby_view import LobbyView
from twinbase_openid.device.failures import BY_DETAIL
from twinbase_presentation import Runner, load_language
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.directory_sign_in import DirectoryWait
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.opening import OnWiped
from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.languages import show
from twinbase_presentation.screens.sign_in import SignInShown

LOBBY_PAGES = ("join", "join_code", "join_offer", "join_picture", "join_directory", "join_browser", "join_terminal",
              "join_refused", "code", "passphrase", "lock", "lock_wrong",
              "lock_waits", "forgotten", "accounts", "first_sync", "first_sync_cut", "first_sync_ready")  # fmt: skip
DIRECTORY = "Plomberie Martin"
REFUSED = "The directory knows you, and the office does not: ask for an invitation."
SERVER = "https://twinbase.plomberie-martin.example"


AT_DIRECTORY = {
    "join_directory": SignInShown(directory=DIRECTORY),
    "join_browser": SignInShown("joining", directory=DIRECTORY, wait=DirectoryWait(DIRECTORY, 10)),
    "join_terminal": SignInShown(
        "joining",
        directory=DIRECTORY,
        wait=DirectoryWait(DIRECTORY, 15, "WDJB-MJHT", "https://login.plomberie-martin.example/device"),
    ),
    "join_refused": SignInShown(directory=DIRECTORY),
}
"""What stands on the first page where the server has people sign in at a directory."""


class NoKeyring(FileKeys):
    """A machine without a keyring, whatever this one has."""

    def __init__(self) -> None:
        super().__init__(MemoryTokens())
        self._store = None


async def refuse_to_open(account: DeviceAccount, secret: Secret, on_wiped: OnWiped) -> Replica:
    """Nobody gets further than the page that is looked at; a code is always wrong."""
    raise AssertionError(f"{account.id} is opened")


async def open_lobby(
    folder: Path, page: str, runner: Runner, language: str = "en", size: tuple[int, int] = (360, 640)
) -> LobbyView:
    """The window of so many dp, with this page in it."""
    owned = DeviceFolder(folder)
    lobby = Lobby(runner, load_language(language), owned, refuse_to_open, keys=NoKeyring())
    view = LobbyView(lobby)
    view.fit(*map(dp, size))
    if page.startswith("join"):
        lobby.ask(SERVER if page in ("join_code", *AT_DIRECTORY) else "", "")
        _show_way(view, page.removeprefix("join").lstrip("_"))
    elif page in ("code", "passphrase"):
        lobby.ask(SERVER)
        await lobby.join(_never)
        lobby.joining.code.choose_kind("passphrase" if page == "passphrase" else "pin")
        lobby.joining.code.fill("274")
    elif page.startswith("first_sync"):
        account = _add(owned, "Anna Martin")
        lobby.account = account
        lobby.joining.sign_in.shown = _say_sync(page, language)
        lobby._show("syncing")
    else:
        await _show_locked(view, owned, page)
    view.redraw()
    return view


def _add(owned: DeviceFolder, *names: str) -> DeviceAccount:
    for number, name in enumerate(names):
        folder = owned.path / "accounts" / f"{number}"
        account = DeviceAccount(folder, SERVER, "pin", email=f"{number}@example.org", name=name)
        owned.save_account(account)
        account.file.touch()
    return owned.list_accounts()[0]


async def _show_locked(view: LobbyView, owned: DeviceFolder, page: str) -> None:
    names = (
        ("Anna Martin", "Maximilian-Ferdinand von Hohenlohe-Waldenburg", "") if page == "accounts" else ("Anna Martin",)
    )
    account = _add(owned, *names)
    if page == "accounts":
        view.lobby.show_accounts()
        return
    if page != "lock":
        (account.folder / "tries.json").write_text(_say_tries(2 if page == "lock_wrong" else 9))
    await view.lobby.choose(account)
    if page == "lock_wrong":
        lock = view.lobby.lock_page
        assert lock is not None
        lock.fill("2749")
        lock._show(fault=view.lobby.language.count(
            "Wrong code. {n} try before a wait.", "Wrong code. {n} tries before a wait.", 3))  # fmt: skip
    if page == "forgotten":
        view.page.show_forgotten(True)  # type: ignore[union-attr]


def _say_tries(faults: int) -> str:
    return f'{{"faults": {faults}, "last": "{datetime.now(UTC).isoformat()}"}}'


def _show_way(view: LobbyView, way: str) -> None:
    page = view.page
    assert isinstance(page, JoinPage)
    if (shown := AT_DIRECTORY.get(f"join_{way}")) is not None:
        refusal = BY_DETAIL[REFUSED][view.lobby.language.code == "fr"]
        page.model.shown = replace(shown, fault=show(refusal)) if way == "refused" else shown
        return
    if way == "offer":
        until = datetime(2026, 6, 10, 8, 10, tzinfo=UTC)
        page.offer = EnrolmentOffer(SERVER, "7K3MQ9TD", until, "ab" * 32)
    page.show_way(way)  # type: ignore[arg-type]


def _say_sync(page: str, language: str) -> SignInShown:
    said = load_language(language)
    rows = said.count("{n} of {m} rows", "{n} of {m} rows", 4210, m=said.format_number(7842))
    kept = said.count(
        "Goes on when the network is back: {n} row is kept.",
        "Goes on when the network is back: {n} rows are kept.",
        4210,
    )
    return {
        "first_sync": SignInShown("syncing", said=rows, done=0.54),
        "first_sync_cut": SignInShown("interrupted", said=kept, done=0.54),
        "first_sync_ready": SignInShown("ready", done=1.0),
    }[page]


async def _never() -> bool:
    raise AssertionError("A code is asked before a server is.")
