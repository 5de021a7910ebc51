"""What a search compares: words without case, accents or ligatures. One table of letters, for Python and PostgreSQL.

The table, and not the Unicode data of whoever runs it, is the definition: both sides replace one character by the same
few, so both find the same products. A letter that is not in it stays as it is; so do all letters of other alphabets.
"""

import unicodedata
from collections.abc import Iterator

BLOCKS = (range(0x00, 0x250), range(0x300, 0x530), range(0x1E00, 0x1F00), range(0x2000, 0x2190), range(0xFB00, 0xFB07))
"""Latin, Greek, Cyrillic, punctuation, superscripts, fractions, ligatures."""
LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "\u0131": "i"}
NOTHING = {0xAD, *range(0x300, 0x370), *range(0x200B, 0x2010), 0x2060}
"""Combining accents, soft hyphens and characters without width."""
WORD_CHARACTERS_MAX = 200


def _replacement(character: str) -> str:
    """What stands for a character in a folded text: letters and digits, or a space between words."""
    if ord(character) in NOTHING:
        return ""
    small = character.casefold()
    plain = unicodedata.normalize("NFKD", "".join(LETTERS.get(each, each) for each in small)).casefold()
    letters = "".join(LETTERS.get(each, each) for each in plain if not unicodedata.combining(each))
    spaced = "".join(each if each.isalnum() else " " for each in letters)
    return f" {spaced.strip()} " if " " in spaced.strip() else spaced.strip() or " "


def _replacements() -> Iterator[tuple[int, str]]:
    for block in BLOCKS:
        for code in block:
            replacement = _replacement(chr(code))
            if replacement != chr(code):
                yield code, replacement


TABLE = dict(_replacements())


def fold(text: str) -> str:
    """A text as it is compared: `"Écrou  M6, ½ œuf"` is `"ecrou m6 1 2 oeuf"`."""
    return " ".join(word[:WORD_CHARACTERS_MAX] for word in text.translate(TABLE).split(" ") if word)


def split_words(text: str) -> list[str]:
    """The words of a text, in order; what was typed into a search as well as what is searched."""
    return [word for word in fold(text).split(" ") if word]


def compact(text: str) -> str:
    """A code without anything between its letters and digits: `"VIS-M6 x20"` is `"vism6x20"`."""
    return fold(text).replace(" ", "")
