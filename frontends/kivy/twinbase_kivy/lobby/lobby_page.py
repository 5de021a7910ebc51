"""A page before the day: a column in the middle, and beside it on a wide screen what the app promises."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence
from typing import Protocol

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap, grow
from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.panes import FixedWidth
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.progress import Centred
from twinbase_kivy.widgets.scroller import Scroller
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.tokens import RADIUS, SPACE, TWO_PANES_FROM

COLUMN_DP, PLATE_DP = 480, 420


class LobbyKeeper(Protocol):
    """What a page asks of the window that it is in."""

    lobby: Lobby
    width: float
    height: float

    def spawn(self, work: Awaitable[object]) -> None: ...

    def redraw(self) -> None: ...


class LobbyPage(ABC):
    """One page. It is made once, keeps what is typed, and draws itself anew when it is asked for its parts."""

    has_plate = False

    def __init__(self, keeper: LobbyKeeper) -> None:
        self.keeper, self.lobby = keeper, keeper.lobby

    @property
    @abstractmethod
    def title(self) -> str:
        """What stands above it."""

    @property
    def signature(self) -> object:
        """What it is drawn anew for; what somebody types is not part of it."""
        return None

    @abstractmethod
    def make_parts(self) -> Sequence[Box | None]:
        """What it shows, from the top."""

    def submit(self) -> None:
        """Enter, where nothing that can be touched has the keyboard."""
        return None

    def press_key(self, text: str) -> bool:
        """A letter or a word of the keyboard; False where it says nothing."""
        return False

    def find_back(self) -> Act | None:
        """What leads to the page before."""
        return (lambda: self.keeper.spawn(self.lobby.go_back())) if self.lobby.can_go_back else None

    def say(self, text: str, **facts: object) -> str:
        """A text in the language of the device."""
        return self.lobby.language.say(text, **facts)

    def fault_box(self, fault: str) -> Box | None:
        """What went wrong, in words."""
        return TintBox("refused", fault, hue="red") if fault else None

    @property
    def is_low(self) -> bool:
        """Whether the window is not high enough for keys as high as a glove likes them."""
        return self.keeper.height < dp(600)


def draw_page(page: LobbyPage) -> Box:
    """All of a page, in a window of its keeper's size."""
    back = page.find_back()
    head = Row(
        IconButton("back", page.say("Back"), back) if back else IconMark("swap", "primary", 28),
        grow(Words(page.title, "headline")),
        gap=SPACE.m,
    )
    column = ColumnBox(
        head, *page.make_parts(), gap=SPACE.l, edges=(SPACE.l, SPACE.xxl, SPACE.l, SPACE.xxl), name=page.title
    )
    scroller = Scroller(ColumnBox(Centred(column, COLUMN_DP)))
    if page.has_plate and page.keeper.width >= dp(TWO_PANES_FROM):
        return Row(FixedWidth(PromisePlate(page), PLATE_DP), grow(scroller), side="fill")
    return grow(scroller)


class PromisePlate(ColumnBox):
    """Three sentences on a quiet ground."""

    def __init__(self, page: LobbyPage) -> None:
        promises = (
            ("today", page.say("Your day, with a network and without.")),
            ("lock", page.say("Everything stays encrypted on this device.")),
            ("proof", page.say("What you type is kept, whatever the network does.")),
        )
        rows = [
            Row(IconMark(icon, "on_primary_c", 28), grow(Words(said, "subtitle", "on_primary_c")), gap=SPACE.l)
            for icon, said in promises
        ]
        super().__init__(
            Gap(grows=True), Words("Twinbase", "display", "on_primary_c"), *rows, Gap(grows=True),
            gap=SPACE.xxl, edges=(SPACE.xxl * 2, SPACE.xxl, SPACE.xxl, SPACE.xxl),
        )  # fmt: skip

    def paint(self) -> None:
        self.canvas.before.clear()
        inset = dp(SPACE.m)
        rect = (self.x + inset, self.y + inset, self.width - 2 * inset, self.height - 2 * inset)
        paint_ground(self.canvas.before, rect, look.find_colour("primary_c"), dp(RADIUS.hero))
