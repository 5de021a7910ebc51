"""The desk: the lines at the edges, a place with its list, and beside it what is chosen there."""

from collections.abc import Sequence
from functools import partial
from string import ascii_lowercase
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input, OptionList

from twinbase.errors import TwinbaseError
from twinbase_presentation import Command, Done, Route, Workday
from twinbase_presentation.faults import say_error
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_textual.day.beside_view import BesideView
from twinbase_textual.day.desk_keys import find_key, list_desk_entries, list_last, make_entries, order_acts
from twinbase_textual.day.desk_places import DeskPlace
from twinbase_textual.day.edge_lines import HeadLine, KeysLine, PlacesLine, SaidLine
from twinbase_textual.day.form_sheet import Sheet
from twinbase_textual.day.more_sheets import find_more_sheet
from twinbase_textual.day.new_sheets import MAKERS, make_new_sheet
from twinbase_textual.day.place_view import PlaceView
from twinbase_textual.day.settings_sheets import find_settings_sheet
from twinbase_textual.day.status_words import say_banner, say_status_words
from twinbase_textual.day.team_sheet import TeamSheet
from twinbase_textual.day.visit_sheets import SHEETS, make_action_sheet, make_visit_sheet
from twinbase_textual.day.work import start_work
from twinbase_textual.day.work_sheets import KeysSheet

WIDE_FROM = 100
OPEN = "-open"
LETTERS = [Binding(letter, f"press('{letter}')", show=False) for letter in ascii_lowercase]
NUMBERS = [Binding(str(number), f"show({number - 1})", show=False) for number in range(1, 10)]


class DeskScreen(Screen[None]):
    """All that is in the window. Letters are the keys of what can be done now: the line at the foot says which."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE_FROM, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        *LETTERS,
        *NUMBERS,
        Binding("delete", "press('delete')", show=False),
        Binding("ctrl+r", "press('y')", show=False),
        Binding("slash", "search", show=False),
        Binding("comma", "show_settings", show=False),
        Binding("question_mark", "show_keys", show=False),
        Binding("escape", "go_back", show=False),
        Binding("ctrl+z", "undo", show=False),
    ]

    def __init__(self, workday: Workday, places: Sequence[DeskPlace], brought: PluginScreens, syncs: SyncModel) -> None:
        super().__init__()
        self.workday, self.places, self.brought = workday, tuple(places), brought
        self.here, self._syncs = 0, syncs
        self._opened, self._is_pinned = "", False
        self._line_beside: str | None = None
        self._ahead: tuple[str, str] | None = None  # A key, and the line that it is about.
        self.beside = BesideView(workday, brought)

    # What is seen.

    def compose(self) -> ComposeResult:
        yield HeadLine()
        yield PlacesLine()
        yield SaidLine(id="banner")
        with Horizontal(id="panes"):
            yield Vertical(id="list")
            yield self.beside
        yield SaidLine(id="said")
        yield KeysLine()

    async def on_mount(self) -> None:
        """The first place; what the sync has to say is said from now on."""
        self.workday.observe_status(self._note_status)
        self.workday.held.observe(self._note_act)
        await self.action_show(0)

    @property
    def view(self) -> PlaceView | None:
        """The place that is shown."""
        return next(iter(self.query(PlaceView)), None)

    @property
    def is_open(self) -> bool:
        """Whether the detail is in the place of the list."""
        return self.query_one("#panes").has_class(OPEN) and self.has_class("-narrow")

    @property
    def acts(self) -> list[Command]:
        """What can be done now: with the line that is chosen, with the visit beside it, here, and everywhere."""
        return self._list_acts(self.beside.commands)

    def redraw(self) -> None:
        """The lines at the edges, as things are now."""
        workday, place = self.workday, self.places[self.here]
        self.query_one(HeadLine).show(self.view.summary if self.view else (), list(say_status_words(workday)))
        self.query_one(PlacesLine).show([one.label for one in self.places], self.here)
        number = [one.id for one in self.places].index("sync") + 1
        self.query_one("#banner", SaidLine).tell("" if place.id == "sync" else say_banner(workday, number), "red")
        last = list_last(workday.language, can_undo=workday.held.now is not None, is_open=self.is_open)
        self.query_one(KeysLine).show(list(make_entries(self.acts, workday.language)), last)

    def tell(self, text: str, *, is_fault: bool = False) -> None:
        """One line over the keys, until the next act."""
        glyph = "" if not text else "✗ " if is_fault else "✓ "
        self.query_one("#said", SaidLine).tell(f"{glyph}{text}", "red" if is_fault else "green")
        self.redraw()

    # Where somebody is.

    async def action_show(self, number: int) -> None:
        """Go to a place. What is held is written then."""
        if number >= len(self.places):
            return
        self.workday.spawn(self.workday.held.release())
        self.here = number
        pane = self.query_one("#list", Vertical)
        await pane.remove_children()
        self._line_beside, self._ahead = None, None
        await self.beside.show(None)
        await pane.mount(self.places[number].make_view())
        self.close_detail()
        self.tell("")

    async def go(self, route: Route) -> None:
        """Show it: a place, a visit in the place of the list, or a sheet over all."""
        ids = [place.id for place in self.places]
        if route.name == "action" and route.id is not None:
            self.open_sheet(await make_action_sheet(self.workday, self.brought, route.place, route.id))
        elif route.name == "visit" and route.place in SHEETS:
            self.open_sheet(await make_visit_sheet(self.workday, route))
        elif (settings_sheet := find_settings_sheet(self.workday, route)) is not None:
            self.open_sheet(settings_sheet)
        elif (make_sheet := find_more_sheet(route)) is not None and route.id is not None:
            self.open_sheet(await make_sheet(self.workday, route.id))
        elif route.name == "team":
            self.open_sheet(TeamSheet(self.workday))
        elif route.name in MAKERS:
            self.open_sheet(make_new_sheet(self.workday, route))
        elif route.name == "visit" and not route.place:
            self._line_beside = None
            await self.beside.show(route)
            self.open_detail()
            self._is_pinned, self._ahead = True, None
        elif route.name in ids:
            await self.action_show(ids.index(route.name))

    def open_sheet(self, sheet: Sheet) -> None:
        """Something over the desk; what became of it is said when it is closed."""
        self.app.push_screen(sheet, self._conclude_soon)

    def open_detail(self) -> None:
        """What is beside the list, in the place of it where there is no room for both."""
        self.query_one("#panes").add_class(OPEN)
        self._opened = self.view.list.chosen if self.view else ""
        self.beside.focus()
        self.redraw()

    def close_detail(self) -> None:
        """Back to the list, and to what belongs to its line."""
        self.query_one("#panes").remove_class(OPEN)
        if self._is_pinned:
            self._is_pinned = False
            self._show_beside()
        if self.view is not None:
            self.view.list.focus()

    def action_go_back(self) -> None:
        """From the detail to the list, and from what is looked for to what was found."""
        self.close_detail()
        self.redraw()

    async def action_search(self) -> None:
        """Into the search of this place; where there is none, into that of all jobs."""
        if not self.query("#list Input"):
            await self.action_show([place.id for place in self.places].index("jobs"))
        self.close_detail()
        self.query_one("#list Input", Input).focus()

    async def action_show_settings(self) -> None:
        """To the settings, whatever number they have."""
        await self.go(Route("settings"))

    def change_places(self, places: Sequence[DeskPlace]) -> None:
        """The same places in another language; whoever chose it stays where he is."""
        self.places = tuple(places)
        if self.view is not None:
            self.view.redraw()
        self.redraw()

    def action_show_keys(self) -> None:
        """All keys of this moment."""
        language = self.workday.language
        self.open_sheet(KeysSheet(self.workday, [*make_entries(self.acts, language), *list_desk_entries(language)]))

    # What somebody does.

    def action_press(self, key: str) -> None:
        """Do what the key stands for, if it stands for anything. What is about a line whose visit is still being read
        waits for that: it is neither lost nor done to the visit before."""
        line = self.view.list.chosen if self.view is not None else ""
        is_read = self._is_pinned or self._line_beside == line
        acts = self._list_acts(self.beside.commands if is_read else ())
        act = next((act for act in acts if find_key(act) == key), None)
        self._ahead = None if act is not None or is_read else (key, line)
        if act is not None:
            self.start(act)

    def start(self, act: Command) -> None:
        """Do it; nobody waits for it."""
        start_work(self, partial(self._do, act))

    async def tell_done(self, done: Done) -> None:
        """Say what became of an act, and go where it leads."""
        if done.go is not None:
            await self.go(done.go)
        self.tell(done.fault or done.said, is_fault=bool(done.fault))
        if done.opens:
            self.app.open_url(done.opens)

    async def action_step(self, way: int) -> None:
        """The arrows at the sides of a list."""
        if self.view is not None:
            await self.view.step_aside(way)

    def action_undo(self) -> None:
        """Drop what is held."""
        if self.workday.held.undo():
            self.tell(self.workday.language.say("Undone."))

    async def _do(self, act: Command) -> None:
        """One that cannot be done says why."""
        try:
            done = await act.run() if act.is_enabled else Done(fault=act.why_not)
        except TwinbaseError as error:
            done = Done(fault=say_error(self.workday.language, error))
        await self.tell_done(done)

    def _conclude_soon(self, done: Done | None) -> None:
        if done is not None and done != Done():
            start_work(self, partial(self.tell_done, done))

    # What happens.

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show_beside()

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a line: what it does, else what stands beside it."""
        if self.view is not None and event.option_id:
            done = await self.view.enter_line(event.option_id)
            if done is None:
                self.open_detail()
            else:
                await self.tell_done(done)

    def on_place_view_place_drawn(self) -> None:
        """What is open and is settled now has no line any more: back to the list."""
        if self.is_open and not self._is_pinned and self.view and not self.view.list.holds(self._opened):
            self.close_detail()
        self._show_beside()
        self.redraw()

    def on_place_view_sheet_asked(self, event: PlaceView.SheetAsked) -> None:
        self.open_sheet(event.sheet)

    def on_beside_view_beside_drawn(self) -> None:
        self.redraw()

    async def on_places_line_place_clicked(self, event: PlacesLine.PlaceClicked) -> None:
        await self.action_show(event.number)

    def on_keys_line_key_clicked(self, event: KeysLine.KeyClicked) -> None:
        """A key that was clicked is a key that was pressed."""
        self.app.simulate_key(event.key)

    def _show_beside(self) -> None:
        """What stands beside the line that is chosen now; of several at once, the last."""
        if not self._is_pinned:
            start_work(self, self._read_beside, "beside", is_last=True)

    async def _read_beside(self) -> None:
        view = self.view
        if view is None:
            return
        line = view.list.chosen
        await self.beside.show(await view.find_beside(line) if line else None)
        self._line_beside = line
        if line == view.list.chosen:
            ahead, self._ahead = self._ahead, None
            if ahead is not None and ahead[1] == line:
                self.action_press(ahead[0])

    def _list_acts(self, beside: Sequence[Command]) -> list[Command]:
        view = self.view
        if view is None:
            return []
        here = () if view.commands_are_of_a_line else view.model.commands
        return order_acts(view.list_acts(view.list.chosen), beside, here, self._syncs.commands)

    def _note_status(self) -> None:
        self.call_later(self.redraw)

    def _note_act(self) -> None:
        self.call_later(self._note_held)

    def _note_held(self) -> None:
        """What was held is written, or was dropped; where it could not be written, that is said."""
        fault, self.workday.held.fault = self.workday.held.fault, None
        if fault is not None:
            self.tell(say_error(self.workday.language, fault), is_fault=True)
        if self.view is not None:
            self.view.redraw()
        self.redraw()
