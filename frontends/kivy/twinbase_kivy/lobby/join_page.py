"""S01: by the picture of a code, by a code that is typed, by e-mail and password, or at the company's directory."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from twinbase.enrolment import EnrolmentOffer
from twinbase.errors import WrongCode
from twinbase_kivy.boxes import Box, grow
from twinbase_kivy.directory_card import make_directory_parts
from twinbase_kivy.lobby.lobby_page import LobbyKeeper, LobbyPage
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import CardBox, Divider, TintBox, divide
from twinbase_kivy.widgets.fields import InputField
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.device.picture_code import can_read_pictures, list_pictures, read_picture_code
from twinbase_presentation.entry.ways_in import WaysIn
from twinbase_presentation.tokens import SPACE

Way = Literal["", "code", "picture", "offer"]


class JoinPage(LobbyPage):
    """What is typed stands here as long as the app runs, and nowhere after it: a password is no draft."""

    has_plate = True

    def __init__(self, keeper: LobbyKeeper) -> None:
        super().__init__(keeper)
        self.model, self.ways = self.lobby.joining.sign_in, WaysIn(self.lobby)
        self.way: Way = ""
        self.offer: EnrolmentOffer | None = None

    @property
    def title(self) -> str:
        titles = {"code": self.say("Type a code"), "picture": self.say("Open a picture of the code")}
        return titles.get(self.way) or self.say("Sign in")

    @property
    def signature(self) -> object:
        return (self.way, self.offer, self.model.shown, self.lobby.fault)

    @property
    def is_joining(self) -> bool:
        """Whether the server is being asked."""
        return self.model.shown.step == "joining"

    def find_back(self) -> Act | None:
        if self.model.shown.wait is not None:
            return self.model.stop_waiting
        return (lambda: self.show_way("")) if self.way else super().find_back()

    def show_way(self, way: Way) -> None:
        """One of the ways in, or all of them."""
        self.way = way
        self.model.blame("")
        self.keeper.redraw()

    def submit(self) -> None:
        """Go in by the way that is open."""
        if self.is_joining or self.way == "picture":
            return
        if self.way == "code":
            self.keeper.spawn(self._join_by_code())
        elif self.offer is not None and self.way == "offer":
            self.keeper.spawn(self.ways.join(self.offer))
        else:
            self.keeper.spawn(self.ways.sign_in())

    def open_picture(self, path: Path) -> None:
        """Read the code in a picture: chosen from the list, or dropped on the window."""
        self.keeper.spawn(self._read_picture(path))

    def make_parts(self) -> Sequence[Box | None]:
        if (wait := self.model.shown.wait) is not None:
            return make_directory_parts(self.lobby.language, wait, self.model.stop_waiting, self.model.turn_to_code)
        makers = {"": self._make_ways, "code": self._make_code, "picture": self._make_pictures,
                  "offer": self._make_offer}  # fmt: skip
        busy = TintBox("sync", self.say("Asking the server…"), hue="primary") if self.is_joining else None
        return [self.fault_box(self.model.shown.fault or self.lobby.fault), *makers[self.way](), busy]

    def _make_ways(self) -> Sequence[Box | None]:
        picture = PushButton(
            self.say("Open a picture of the code"), lambda: self.show_way("picture"), icon="scan", main=True
        )
        code = PushButton(
            self.say("Type a code"), lambda: self.show_way("code"), icon="pin", filling="outlined", main=True
        )
        either = Row(grow(Divider()), Words(self.say("or"), "small", "text3"), grow(Divider()), gap=SPACE.m)
        button = PushButton(self.say("Sign in"), self._find_submit(), icon="login", filling="tonal", main=True)
        return [
            picture if can_read_pictures() else None,
            code,
            either,
            self._field("server", self.say("Address of the server"), "network"),
            self._make_directory(),
            self._field("email", self.say("E-mail"), "mail"),
            self._field("password", self.say("Password"), "lock", hidden=True),
            button,
        ]

    def _make_directory(self) -> Box | None:
        """The directory of the company, where the server that is typed has one."""
        if not (name := self.model.shown.directory):
            return None
        label = self.say("Sign in with {directory}", directory=name)
        enter = None if self.is_joining else lambda: self.keeper.spawn(self.ways.sign_in_at_directory())
        return PushButton(label, enter, icon="company", filling="tonal", main=True)

    def _make_code(self) -> Sequence[Box | None]:
        said = self.say(
            "The office makes it: eight letters and digits, good for ten minutes. An address that begins with "
            "twinbase:// is taken, too."
        )
        return [
            Words(said, "body", "text2"),
            self._field("server", self.say("Address of the server"), "network"),
            self._field("code", self.say("Code"), "pin"),
            PushButton(self.say("Join"), self._find_submit(), icon="login", main=True),
        ]

    def _make_pictures(self) -> Sequence[Box | None]:
        language = self.lobby.language
        rows: list[Box] = [
            LineRow(path.name, str(path.parent), act=partial(self.open_picture, path), icon="photo")
            for path in list_pictures()
        ]
        nothing = language.say("There is no picture in the usual folders. Drop one on this window, or type the code.")
        return [
            Words(self.say("Choose the picture, or drop it on this window."), "body", "text2") if rows else None,
            CardBox(*divide(rows), gap=0) if rows else EmptyView("scan", nothing),
        ]

    def _make_offer(self) -> Sequence[Box | None]:
        assert self.offer is not None
        return [
            TintBox("info", self.model.describe_offer(self.offer), hue="primary"),
            PushButton(self.say("Join"), self._find_submit(), icon="login", main=True),
            PushButton(self.say("Not this one"), lambda: self.show_way(""), filling="outlined"),
        ]

    def _find_submit(self) -> Act | None:
        return None if self.is_joining else self.submit

    def _field(self, name: str, label: str, icon: str, *, hidden: bool = False) -> Box:
        typed = lambda text: self.ways.fill(name, text)  # noqa: E731
        return InputField(label, self.ways.typed[name], typed, icon=icon, hidden=hidden)

    async def _join_by_code(self) -> None:
        """An address that was pasted is shown before it is asked."""
        if (offer := self.ways.find_offer()) is not None:
            self.offer = offer
            self.show_way("offer")
        else:
            await self.ways.join_by_code()

    async def _read_picture(self, path: Path) -> None:
        try:
            text = await asyncio.to_thread(read_picture_code, path)
        except WrongCode:
            self.model.blame(self.say("No code is to be found in {name}. Take a sharper picture, or type the code.",
                                      name=path.name))  # fmt: skip
            return
        if (offer := self.model.read_offer(text)) is not None:
            self.offer = offer
            self.show_way("offer")
