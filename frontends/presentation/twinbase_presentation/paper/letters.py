"""Which characters a report can show, and what stands for the others."""

import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = FONTS / "Inter-Regular.ttf", FONTS / "Inter-SemiBold.ttf"
NOT_HERE = "\N{WHITE SQUARE}"
"""An empty box. Beneath the report it is said what it means: nothing is left out in silence."""
_INSTEAD = {
    "→": "->", "←": "<-", "⇒": "=>", "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "✓": "x", "✔": "x", "☑": "[x]",
    "☐": "[ ]", "☒": "[x]", "✗": "-", "∅": "Ø", "●": "•", "▪": "•", "■": "•", "◦": "•", "\t": "    ",
    "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-",
}  # fmt: skip
"""What people type in a report and the font does not have, in signs that mean the same."""

_UNSEEN = ("Cc", "Cf", "Mn", "Me", "Zl", "Zp")
"""Controls, marks without a letter of their own, ends of lines."""


def set_letters(text: str) -> str:
    """The text in characters that the report can show; what has none is an empty box, and what nobody sees is gone."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_set(letter) for letter in plain)


@cache
def _set(letter: str) -> str:
    if letter in _INSTEAD or letter == "\n":
        return _INSTEAD.get(letter, letter)
    if unicodedata.category(letter) in _UNSEEN:
        return "\n" if letter in "\u2028\u2029" else ""
    if ord(letter) in _read_characters():
        return letter
    alike = unicodedata.normalize("NFKC", letter)
    return alike if alike != letter and all(ord(one) in _read_characters() for one in alike) else NOT_HERE


@cache
def _read_characters() -> frozenset[int]:
    """The library is loaded here, and not when an app starts."""
    from fontTools.ttLib import TTFont

    with TTFont(REGULAR, lazy=True) as font:
        return frozenset(font.getBestCmap())
