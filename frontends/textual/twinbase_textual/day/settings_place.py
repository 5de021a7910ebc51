"""The settings by keys: what can be chosen, what opens the file, what room it takes, and the ways out."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import metadata

from textual.content import Content

from twinbase_presentation import Command, Done
from twinbase_presentation.screens.settings import SettingChoice, SettingsModel
from twinbase_textual.day.glyphs import join_parts
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.place_view import Beside, PlaceView

NOT_HERE = frozenset(("text_scale", "reduces_motion"))
"""A terminal has letters of its own size, and nothing in it moves."""
WHO, LOCK, SPACE, ABOUT = "who", "lock", "space", "about"


class SettingsView(PlaceView):
    """A line for each thing to choose: Enter and the arrows at the sides take another one, which holds at once."""

    model: SettingsModel

    def make_items(self) -> Iterable[PaneItem]:
        yield PaneHeading(self.say("Account"))
        who, where = self._say_account()
        yield PaneLine(WHO, who, more=((where, "grey"),) if where else ())
        yield PaneHeading(self.say("Appearance"))
        yield from self._make_choices("look")
        if self.model.lock_said:
            yield PaneHeading(self.say("Lock"))
            yield PaneLine(LOCK, self.model.lock_said)
            yield from self._make_choices("lock")
        yield PaneHeading(self.say("Network"))
        for one in self._list_choices("network"):
            yield PaneNote(one.label)
            yield PaneLine(one.name, dict(one.choices)[one.chosen])
        yield PaneHeading(self.say("Space used"))
        yield from self._make_space()
        yield PaneHeading(self.say("About"))
        yield PaneLine(ABOUT, "Twinbase", end=metadata("twinbase-textual")["Version"])

    async def find_beside(self, id_: str) -> Beside:
        """All choices of a thing with the one that holds; of the others, what there is to know."""
        choice = self._find_choice(id_)
        if choice is not None:
            return Content("\n").join(list(self._describe_choice(choice)))
        if id_ == ABOUT:
            licence = metadata("twinbase-textual")["License-Expression"] or ""
            return Content("\n").join([Content.styled("Twinbase", "bold $foreground"), Content(licence)])
        said = {WHO: self._say_account(), LOCK: (self.model.lock_said, "")}.get(id_, (self.say("Space used"), ""))
        return Content("\n").join([Content(part) for part in said if part])

    async def enter_line(self, id_: str) -> Done | None:
        if self._find_choice(id_) is None:
            return None
        await self.step_aside(1)
        return Done()

    async def step_aside(self, way: int) -> None:
        choice = self._find_choice(self.list.chosen)
        if choice is not None:
            keys = [key for key, _ in choice.choices]
            self.model.choose(choice.name, keys[(keys.index(choice.chosen) + way) % len(keys)])

    def list_acts(self, id_: str) -> Sequence[Command]:
        choice = self._find_choice(id_)
        if choice is None:
            return ()
        return (Command("next_choice", self.say("Change"), "next", self._take_next, "right", is_main=True),)

    async def _take_next(self) -> Done:
        await self.step_aside(1)
        return Done()

    def _find_choice(self, name: str) -> SettingChoice | None:
        return next((one for one in self.model.choices if one.name == name and name not in NOT_HERE), None)

    def _make_choices(self, group: str) -> Iterator[PaneItem]:
        for one in self._list_choices(group):
            yield PaneLine(one.name, one.label, end=dict(one.choices)[one.chosen], end_tone="primary")

    def _list_choices(self, group: str) -> list[SettingChoice]:
        return [one for one in self.model.choices if one.group == group and one.name not in NOT_HERE]

    def _describe_choice(self, choice: SettingChoice) -> Iterator[Content]:
        yield Content.styled(choice.label, "bold $foreground")
        for key, label in choice.choices:
            is_chosen = key == choice.chosen
            yield Content.styled(f"{'●' if is_chosen else '○'} {label}", "$tone-primary" if is_chosen else "$tone-grey")
        if choice.group == "network" and self.model.network_said:
            yield Content.styled(self.model.network_said, "$tone-hint")
        yield Content("")
        yield Content.assemble(("← → ", "bold $tone-primary"), self.say("Change"))

    def _make_space(self) -> Iterator[PaneItem]:
        shown, say = self.model.shown, self.model.say_bytes
        assert shown is not None
        for name, label, size in (
            ("rows", self.say("Visits, customers, catalogue"), shown.space.rows),
            ("sent", self.say("Photos that the server has"), shown.space.sent),
            ("unsent", self.say("Photos that are here alone"), shown.space.unsent),
        ):
            yield PaneLine(f"{SPACE}-{name}", label, end=say(size))

    def _say_account(self) -> tuple[str, str]:
        shown, account = self.model.shown, self.model.device.account
        assert shown is not None
        who = account.caption if account else shown.who
        return who, join_parts(shown.role, account.server if account else "")
