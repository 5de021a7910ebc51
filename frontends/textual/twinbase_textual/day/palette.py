"""The palette: every act, every place and every look by its name, with the key that does it."""

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from twinbase_presentation import Command
from twinbase_presentation.languages import later
from twinbase_textual.day.desk import DeskScreen
from twinbase_textual.day.desk_keys import find_key
from twinbase_textual.day.glyphs import say_key
from twinbase_textual.day.looks import LOOKS, name_theme

LOOK_WORDS = {
    "dark": later("Dark look"),
    "light": later("Light look"),
    "sun": later("Full sun"),
    "ansi": later("The colours of the terminal"),
}
PaletteLine = tuple[str, Callable[[], object], str]
"""What it is called, what it does, and its key in words."""


class DeskProvider(Provider):
    """What the palette of the desk offers."""

    async def discover(self) -> Hits:
        """All of it, while nobody has typed."""
        for name, run, key in self._list_lines():
            yield DiscoveryHit(name, run, help=key or None)

    async def search(self, query: str) -> Hits:
        """What has these letters, the best first."""
        matcher = self.matcher(query)
        for name, run, key in self._list_lines():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=key or None)

    def _list_lines(self) -> Iterator[PaletteLine]:
        desk = self.screen
        assert isinstance(desk, DeskScreen)
        say = desk.workday.language.say
        for act in desk.acts:
            yield act.label, partial(desk.start, act), self._say_key(act)
        for number, place in enumerate(desk.places):
            yield place.label, partial(self._show, desk, number), str(number + 1)
        for look in LOOKS:
            yield say(LOOK_WORDS[look]), partial(setattr, self.app, "theme", name_theme(look)), ""
        yield say("Quit"), self.app.exit, "^q"

    def _say_key(self, act: Command) -> str:
        """Of one that cannot be done now, why not."""
        return act.why_not or say_key(find_key(act))

    def _show(self, desk: DeskScreen, number: int) -> None:
        desk.run_worker(desk.action_show(number), group="acts")
