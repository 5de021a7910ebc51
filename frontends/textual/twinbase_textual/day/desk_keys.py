"""Which keys do what at this moment: of the line that is chosen, the visit beside it, the place, and of the desk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from twinbase_presentation import Command, Language
from twinbase_presentation.languages import later
from twinbase_textual.day.edge_lines import KeyEntry

MORE_KEYS: Mapping[str, str] = {
    "sync": "y", "submit": "u", "cancel": "x", "photos": "o",
    "code": "c", "no_code": "r", "free": "f", "network": "n", "lock": "l", "switch": "o", "leave": "x",
}  # fmt: skip
"""Acts that a window has a button for, and a terminal a key."""
SHORT: Mapping[str, str] = {
    "sync": later("Sync"),
    "parts": later("Part"),
    "cancel": later("Cancel"),
    "equipment_0": later("Equipment"),
    "submit": later("Submit"),
}
"""Words for the line at the foot, where the whole label is long."""
LAST = ("photos", "share", "incident", "new_visit", "new_request", "sync", "cancel")


def order_acts(*groups: Iterable[Command]) -> list[Command]:
    """The acts of several groups; of two with one key or one id the first stands."""
    found: list[Command] = []
    for act in (act for group in groups for act in group):
        taken = [(one.id, find_key(one)) for one in found]
        is_taken = act.id in [id_ for id_, _ in taken] or (find_key(act) or None) in [key for _, key in taken]
        if not is_taken:
            found.append(act)
    return sorted(found, key=lambda act: LAST.index(act.id) + 2 if act.id in LAST else int(not act.is_main))


def find_key(act: Command) -> str:
    """The key of an act here; "" for none."""
    return MORE_KEYS.get(act.id, act.key)


def make_entries(acts: Sequence[Command], language: Language) -> Iterator[KeyEntry]:
    """Those that have a key and can be done now, for the line at the foot."""
    for act in acts:
        if find_key(act) and act.is_enabled:
            label = language.say(SHORT[act.id]) if act.id in SHORT else act.label
            yield KeyEntry(find_key(act), label, act.badge)


def list_last(language: Language, *, can_undo: bool, is_open: bool) -> list[KeyEntry]:
    """What stands at the right edge of that line, whatever there is before."""
    undo = [KeyEntry("ctrl+z", language.say("Undo"))] if can_undo else []
    back = [KeyEntry("escape", language.say("Back"))] if is_open else []
    return [*undo, *back, KeyEntry("question_mark", language.say("Keys")), KeyEntry("ctrl+p", language.say("Palette"))]


def list_desk_entries(language: Language) -> list[KeyEntry]:
    """The keys that always do the same."""
    say = language.say
    return [
        KeyEntry("1…9", say("Places")),
        KeyEntry("enter", say("Open")),
        KeyEntry("escape", say("Back")),
        KeyEntry("slash", say("Search")),
        KeyEntry("comma", say("Settings")),
        KeyEntry("←→", say("Filter, or another day")),
        KeyEntry("ctrl+z", say("Undo")),
        KeyEntry("ctrl+p", say("Palette")),
        KeyEntry("ctrl+q", say("Quit")),
    ]
