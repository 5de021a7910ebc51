"""The accounts of this device, and the first sync of a new one."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from twinbase_kivy.boxes import Box, Gap
from twinbase_kivy.lobby.lobby_page import LobbyKeeper, LobbyPage
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide
from twinbase_kivy.widgets.progress import FillBar
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.device.accounts import DeviceAccount


class AccountsPage(LobbyPage):
    """Whose day it is to be."""

    has_plate = True

    @property
    def title(self) -> str:
        return self.say("Accounts on this device")

    @property
    def signature(self) -> object:
        return (tuple(self.lobby.accounts), self.lobby.fault)

    def make_parts(self) -> Sequence[Box | None]:
        rows: list[Box] = [self._make_row(account) for account in self.lobby.accounts]
        return [
            self.fault_box(self.lobby.fault),
            CardBox(*divide(rows), gap=0),
            PushButton(self.say("Add an account"), self.lobby.ask, icon="add", filling="outlined", main=True),
        ]

    def _make_row(self, account: DeviceAccount) -> Box:
        host = urlsplit(account.server).netloc
        sub = "\u00a0· ".join(part for part in (account.email if account.name else "", host) if part)
        act = partial(self._choose, account)
        return LineRow(account.caption, sub, act=act, icon="lock" if account.asks_code else "person")

    def _choose(self, account: DeviceAccount) -> None:
        self.keeper.spawn(self.lobby.choose(account))


class FirstSyncPage(LobbyPage):
    """How far it is; and when it is through, the day."""

    has_plate = True

    def __init__(self, keeper: LobbyKeeper) -> None:
        super().__init__(keeper)
        self.model = self.lobby.joining.sign_in

    @property
    def title(self) -> str:
        return self.say("First sync")

    @property
    def signature(self) -> object:
        return self.model.shown

    def submit(self) -> None:
        if self.model.shown.step == "ready":
            self.keeper.spawn(self.lobby.begin())

    def make_parts(self) -> Sequence[Box | None]:
        shown = self.model.shown
        if shown.step == "ready":
            begin = PushButton(
                self.say("Begin: your visits are here"), self.submit, icon="check", main=True, hue="green"
            )
            return [Row(Gap(grows=True), IconMark("synced", "green", 56), Gap(grows=True)), begin]
        is_cut = shown.step == "interrupted"
        said = shown.said or self.say("Your visits, customers and the catalogue come to this device.")
        account = self.lobby.account
        stop = self.say("Stop, and sign in otherwise")
        return [
            FillBar(shown.done, said),
            TintBox("offline", said, hue="grey") if is_cut and shown.said else Words(said, "body", "text2"),
            self.fault_box(shown.fault),
            PushButton(self.say("Try now"), self._try_now, icon="refresh", filling="tonal") if is_cut else None,
            PushButton(stop, lambda: self.keeper.spawn(self.lobby.remove(account)), filling="text")
            if is_cut and account
            else None,
        ]

    def _try_now(self) -> None:
        self.keeper.spawn(self.model.sync_first())
