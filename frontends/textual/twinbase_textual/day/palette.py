"""The palette: every act, every place and every look by its name, with the key that does it."""

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from twinbase_presentation import Route
from twinbase_presentation.languages import later
from twinbase_textual.day.desk import DeskScreen
from twinbase_textual.day.desk_keys import find_key
from twinbase_textual.day.glyphs import say_key
from twinbase_textual.day.looks import LOOKS, name_theme
from twinbase_textual.day.work import start_work

LOOK_WORDS = {
    "dark": later("Dark look"),
    "light": later("Light look"),
    "sun": later("Full sun"),
    "ansi": later("The colours of the terminal"),
}
PaletteLine = tuple[str, Callable[[], object], str]
"""What it is called, with its key; what it does; and why it cannot be done now."""


class DeskProvider(Provider):
    """What the palette of the desk offers."""

    async def discover(self) -> Hits:
        """All of it, while nobody has typed."""
        for name, run, why_not in self._list_lines():
            yield DiscoveryHit(name, run, help=why_not or None)

    async def search(self, query: str) -> Hits:
        """What has these letters, the best first."""
        matcher = self.matcher(query)
        for name, run, why_not in self._list_lines():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=why_not or None)

    def _list_lines(self) -> Iterator[PaletteLine]:
        desk = self.screen
        assert isinstance(desk, DeskScreen)
        say = desk.workday.language.say
        for act in desk.acts:
            yield _name(act.label, say_key(find_key(act))), partial(desk.start, act), act.why_not
        for number, place in enumerate(desk.places):
            key = str(number + 1) if number < 9 else "," if place.id == "settings" else ""
            yield _name(place.label, key), partial(self._show, desk, number), ""
        yield say("Team"), partial(start_work, desk, partial(desk.go, Route("team"))), ""
        if desk.workday.device.account is not None:
            yield say("Sign in again"), partial(start_work, desk, partial(desk.go, Route("sign_in"))), ""
        for look in LOOKS:
            yield say(LOOK_WORDS[look]), partial(setattr, self.app, "theme", name_theme(look)), ""
        yield _name(say("Quit"), "^q"), self.app.exit, ""

    def _show(self, desk: DeskScreen, number: int) -> None:
        start_work(desk, partial(desk.action_show, number))


def _name(label: str, key: str) -> str:
    return f"{label}  ({key})" if key else label
