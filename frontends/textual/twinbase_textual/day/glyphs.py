"""What the terminal has in place of icons: glyphs that every terminal's letters hold, always beside a word."""

from collections.abc import Mapping

from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Language
from twinbase_presentation.languages import later
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.status_line import Tone

SEPARATOR = " · "
MARKS: Mapping[str, tuple[str, Tone, str]] = {
    "pending": ("↑", "amber", later("To send")),
    "sent": ("→", "primary", later("Sent")),
    "parked": ("…", "amber", later("Waits")),
    "conflict": ("≠", "violet", later("Decide")),
    "refused": ("✗", "red", later("Refused")),
}
"""How a row stands with the server; of what is as the server has it nothing is said."""
STATUSES: Mapping[VisitStatus, str] = {
    VisitStatus.TRAVELLING: "→",
    VisitStatus.IN_PROGRESS: "▶",
    VisitStatus.PAUSED: "‖",
    VisitStatus.DONE: "✓",
    VisitStatus.CANCELLED: "✗",
}
KEYS: Mapping[str, str] = {
    "ctrl+p": "^p", "ctrl+q": "^q", "ctrl+z": "^z", "ctrl+s": "^s", "ctrl+r": "^r", "ctrl+n": "^n", "ctrl+o": "^o",
    "ctrl+t": "^t", "ctrl+d": "^d", "escape": "Esc", "enter": "Enter", "delete": "Del", "slash": "/", "comma": ",",
    "question_mark": "?", "left": "←", "right": "→", "f2": "F2", "f3": "F3", "f4": "F4",
}  # fmt: skip


def find_mark(state: str) -> tuple[str, Tone]:
    """The glyph of a mark and its colour; a dot for what is as the server has it."""
    glyph, tone, _ = MARKS.get(state, ("·", "grey", ""))
    return glyph, tone


def say_mark(state: str, language: Language) -> str:
    """The word of a mark; "" for what is as the server has it."""
    word = MARKS[state][2] if state in MARKS else ""
    return language.say(word) if word else ""


def say_status(row: VisitRow) -> str:
    """The status of a visit, with its glyph before it."""
    return f"{STATUSES.get(row.visit.status, '')} {row.status}".strip()


def say_key(key: str) -> str:
    """A key as it is written on the line of keys."""
    return KEYS.get(key, key)


def join_parts(*parts: str) -> str:
    """Those that say something, with a dot between them."""
    return SEPARATOR.join(part for part in parts if part)
