"""A screen on the glass: its head, what scrolls, and what stays at the bottom under the thumb."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.drawing import paint_divider, paint_ground
from twinbase_kivy.finger import finger
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import Filling, IconButton, PushButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.notices import FailedView, SkeletonBars
from twinbase_kivy.widgets.scroller import Scroller
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.reading.moments import local_time
from twinbase_presentation import Command, Done, Failed, Loading, Route, StatusChip, StatusLine, Workday
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.tokens import SPACE, Hue


class Guide(Protocol):
    """What a page asks of the app that it is in."""

    workday: Workday
    brought: PluginScreens

    def go(self, route: Route) -> None: ...

    def go_back(self) -> None: ...

    def leave_for(self, route: Route) -> None: ...

    def knows(self, route: Route) -> bool: ...

    def list_routes(self) -> Sequence[Route]: ...

    async def finish(self, act: Awaitable[Done], page: "PageView", id_: str = "") -> None: ...

    @property
    def is_wide(self) -> bool: ...


class PageView(ColumnBox):
    """Draws a view model, again whenever it says something else; what was scrolled and focused stays.

    A class of it answers the parts: `make_head`, `make_body`, `make_foot`.

    `is_kept`: on it somebody asks for something, as words or a week: it waits while he is further on his way, and he
    comes back to what he had asked for. Any other page is made anew.
    """

    is_kept: ClassVar[bool] = False

    def __init__(self, model: ScreenModel[Any], guide: Guide, *, has_back: bool = False) -> None:
        self.model, self.guide, self.has_back = model, guide, has_back
        self.faults: dict[str, str] = {}
        self.scroller = Scroller(ColumnBox())
        super().__init__(name=model.title, role="screen")
        self.grows = True
        self._stop = model.observe(self.redraw)
        self.draw()

    def close(self) -> None:
        """It is left: the model reads nothing any more."""
        self._stop()
        finger.forget(self.draw)
        self.model.close()

    def wait(self) -> None:
        """It is not seen for a while: the model reads nothing until it is opened again."""
        self.model.close()

    async def scroll_to(self, passed: float) -> None:
        """Scroll as far as somebody had scrolled when he was here."""
        self.scroller.passed = passed

    def say(self, text: str) -> str:
        """A text in the language of the person."""
        return self.guide.workday.language.say(text)

    def redraw(self) -> None:
        """Draw what the model shows now; not under a finger that taps, but right after it."""
        finger.draw(self.draw)

    def draw(self) -> None:
        """Make everything anew. Only what scrolls stays the same: a finger or a fling in it goes on."""
        passed = self.scroller.passed
        self.name = self.model.title
        body = ColumnBox(*self._make_body(), gap=SPACE.m, edges=(self.edge, SPACE.s, self.edge, SPACE.xl))
        self.scroller.show(body, passed)
        foot = self.make_foot() if self.model.shown is not None else None
        self.hold([self.make_head(), self.scroller, self.hold_foot(foot) if foot else None])
        if self.width > 1:
            self.place(*self.pos, *self.size)

    @property
    def edge(self) -> int:
        """The margin at both sides, in dp."""
        return SPACE.edge_wide if self.guide.is_wide else SPACE.edge

    def make_head(self) -> Box:
        """The title, and what is said under it."""
        return self.title_bar(self.model.title)

    def make_body(self) -> Sequence[Box | None]:
        """What scrolls, once it was read."""
        raise NotImplementedError

    def press_key(self, said: str) -> bool:
        """A key of this page alone, as `ctrl+f`; False where it has none."""
        return False

    def list_keys(self) -> Sequence[tuple[str, str]]:
        """The keys of this page alone, each with what it does."""
        return ()

    def make_foot(self) -> Box | None:
        """What stays at the bottom."""
        return None

    def hold_foot(self, foot: Box) -> Box:
        """The same on the ground that it stands on."""
        return FootBar(foot, self.edge)

    def title_bar(self, title: str, sub: str = "", *acts: Box, chips: Sequence[Box] = ()) -> Box:
        """A way back, the title with a line below it, acts at the right, chips under all of it."""
        back = IconButton("back", self.say("Back"), self.guide.go_back) if self.has_back else None
        texts = ColumnBox(
            Words(title, "title", lines_max=2), Words(sub, "small", "text3", lines_max=2) if sub else None, gap=2
        )
        left = 4 if back else self.edge
        return ColumnBox(
            Row(back, grow(texts), *acts, gap=SPACE.xs, edges=(left, 0, SPACE.xs, 0)),
            # Nearer to the right edge than what is below: the two of a narrow phone stand in one line, just so.
            Wrap(*chips, gap=SPACE.s, edges=(self.edge, 2, SPACE.s, 2)) if chips else None,
            gap=SPACE.xs,
            edges=(0, SPACE.s, 0, SPACE.s),
        )

    def plus_button(self) -> Box:
        """What leads to something new."""
        return IconButton("add", self.say("New"), self.open_act(Route("today", None, "new")))

    def search_button(self) -> Box:
        """What leads to one field over everything."""
        return IconButton("search", self.say("Search everything"), self.open_act(Route("today", None, "search")))

    def status_chips(self, line: StatusLine) -> list[Box]:
        """What is said quietly of the sync."""
        return [self._status_chip(chip) for chip in (line.left, line.to_send) if chip is not None]

    def command_button(
        self,
        command: Command,
        *,
        filling: Filling = "filled",
        hue: Hue = "primary",
        main: bool = False,
        says_why: bool = True,
    ) -> Box:
        """A button for what can be done; why it was not done, or cannot be, stands below it in words.

        `says_why`: else the button beside it says for both why they cannot be.
        """
        button = PushButton(
            command.label,
            (lambda: self.do(command.run(), command.id)) if command.is_enabled else None,
            icon="finish" if command.id == "finish" else command.icon,
            filling=filling,
            hue=hue,
            badge=command.badge,
            main=main,
        )
        if fault := self.faults.get(command.id):
            return ColumnBox(button, TintBox("refused", fault, hue="red"), gap=SPACE.xs)
        # That it cannot be at the moment is no fault, and not red.
        why = command.why_not if says_why else ""
        return ColumnBox(button, TintBox("info", why, hue="primary"), gap=SPACE.xs) if why else button

    def say_when(self, moment: datetime | None) -> str:
        """A time as clocks here show it, with the day where it is another one; nothing for none."""
        workday = self.guide.workday
        here = local_time(moment, workday.zone)
        return "" if here is None else workday.language.format_when(here, workday.today)

    def do(self, act: Awaitable[Done], id_: str = "") -> None:
        """Do it while the screen goes on; what became of it is said."""
        self.guide.workday.spawn(self.guide.finish(act, self, id_))

    def act_of(self, command: Command) -> Act:
        """What a tap does that gives a command."""
        return lambda: self.do(command.run(), command.id)

    def find_command(self, id_: str) -> Command | None:
        """A command of the page, if it can be given at the moment."""
        return next((one for one in self.list_commands() if one.id == id_), None)

    def list_commands(self) -> Sequence[Command]:
        """All that can be done on it: what the model says, and on some pages what plugins bring."""
        return self.model.commands

    def open_act(self, route: Route) -> Act:
        """What a tap does that leads somewhere."""
        return lambda: self.guide.go(route)

    def _status_chip(self, chip: StatusChip) -> Box:
        shown = ChipBox(chip.icon, chip.said, chip.tone)
        return ChipLink(shown, chip.said, self.open_act(chip.go)) if self.guide.knows(chip.go) else shown

    def _make_body(self) -> Sequence[Box | None]:
        state = self.model.state
        if isinstance(state, Loading):
            return [SkeletonBars()]
        if isinstance(state, Failed):
            return [FailedView(state.sentence, self.say("Try again"), self._load_again)]
        return self.make_body()

    def _load_again(self) -> None:
        self.guide.workday.spawn(self.model.load())


class ChipLink(Touchable):
    """A chip that leads somewhere: as low as it looks, and as high as a finger needs."""

    def __init__(self, chip: ChipBox, name: str, act: Act) -> None:
        self.chip = chip
        super().__init__(act, chip, name=name, role="link", radius=22, least=SPACE.target_in_row)

    def arrange(self) -> None:
        high = self.chip.height_for(self.width)
        self.chip.place(self.x, self.y + (self.height - high) / 2, self.width, high)


class FootBar(ColumnBox):
    """What stays at the bottom, on a ground of its own."""

    def __init__(self, foot: Box, edge: int) -> None:
        super().__init__(foot, edges=(edge, SPACE.m, edge, SPACE.m))

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("surface"))
        paint_divider(self.canvas.before, self.x, self.top - 1, self.width)
