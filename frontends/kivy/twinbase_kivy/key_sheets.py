"""What a keyboard has sheets of its own for: one field over everything, and which keys there are."""

from collections.abc import Iterator, Mapping, Sequence

from twinbase_kivy.boxes import Box, grow
from twinbase_kivy.key_words import say_key
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.palette import PaletteView
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.cards import divide
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Language, Route
from twinbase_presentation.screens.new_work import make_new_commands
from twinbase_presentation.screens.search_everywhere import FoundLine, SearchEverywhere
from twinbase_presentation.tokens import SPACE


async def show_search(shell: Shell, route: Route) -> None:
    """Everything that can be done or found; Enter opens the first."""
    page = next(reversed(shell.pages.values()))
    found = SearchEverywhere(shell.workday, lambda: list_offers(shell), shell.knows)

    def opened(line: FoundLine) -> None:
        shell.close_sheet()
        if line.route is not None:
            shell.go(line.route)
        elif line.act is not None:
            page.do(line.act.run(), line.act.id)

    view = PaletteView(found, shell.workday, opened, shell.settle_soon)
    await found.search("")
    shell.open_sheet(shell.workday.language.say("Search"), view)
    shell.enter, shell.left = view.open_first, view.close
    shell.focus.set(view.search.typing)


async def show_keys(shell: Shell, route: Route) -> None:
    """Which keys do something now."""
    language = shell.workday.language
    rows: list[Box] = [
        Row(ChipBox("", say_key(key), "grey"), grow(Words(label, "body")), gap=SPACE.m)
        for key, label in list_keys(shell)
    ]
    shell.open_sheet(language.say("Keys"), *divide(rows))


def list_offers(shell: Shell) -> Iterator[FoundLine]:
    """What can be done on the pages that are seen, what can be new, and the places."""
    acts = [one for page in _pages(shell) for one in page.list_commands() if one.is_enabled]
    seen: set[str] = set()
    for act in (*acts, *make_new_commands(shell.workday)):
        if act.id not in seen:
            seen.add(act.id)
            yield FoundLine(act.label, "", act.icon, act=act, key=say_key(act.key))
    for number, place in enumerate(shell.list_nav_places(), 1):
        yield FoundLine(place.label, "", place.icon, place.route, key=say_key(f"ctrl+{number}"))


def list_keys(shell: Shell) -> list[tuple[str, str]]:
    """Those of the pages that are seen, then those that are the same everywhere; of two the first stands."""
    found: dict[str, str] = {}
    for page in _pages(shell):
        for act in page.list_commands():
            if act.key and act.is_enabled:
                found.setdefault(act.key, act.label)
        for key, label in page.list_keys():
            found.setdefault(key, label)
    for key, label in _everywhere(shell.workday.language, len(shell.list_routes())):
        found.setdefault(key, label)
    return list(found.items())


def _everywhere(language: Language, places: int) -> Iterator[tuple[str, str]]:
    say = language.say
    yield "ctrl+k", say("Search everything")
    yield "tab", say("The next thing that can be touched")
    yield "enter", say("Touch it")
    yield "escape", say("Back")
    yield "j / k", say("Down and up in a list")
    yield "home / end", say("To the beginning and the end of a list")
    yield f"ctrl+1…{places}", say("Places")
    yield "ctrl+z", say("Undo")
    yield "f1", say("Keys")


def _pages(shell: Shell) -> Sequence[PageView]:
    """The detail before the list beside it."""
    return tuple(reversed(shell.pages.values()))


KEY_SHEETS: Mapping[str, OpenSheet] = {"search": show_search, "keys": show_keys}
