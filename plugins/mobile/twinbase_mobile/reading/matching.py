"""Which rows a search means: each word that was typed begins a word of theirs, or the whole begins a code or a number.

For lists of some thousands, which are read and compared at each key; the catalogue, which is larger, has an index.
"""

from collections.abc import Iterable
from functools import lru_cache

from twinbase_mobile.reading.words import compact, fold, split_words

TEXTS_REMEMBERED = 16_384
"""Folding is most of what a key costs, and the next key asks for the same texts: a few megabytes of them are kept in
memory, never on disk."""
_fold = lru_cache(TEXTS_REMEMBERED)(fold)


class SearchText:
    """What somebody has typed into a search."""

    def __init__(self, text: str) -> None:
        self._words, self._folded, self._compact = dict.fromkeys(split_words(text)), fold(text), compact(text)

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._words)

    def match(self, texts: Iterable[str | None], codes: Iterable[str | None] = ()) -> bool:
        """Whether these texts have all the words; or one of the codes or telephone numbers begins with all of it,
        however it is spaced."""
        spaced = " " + _fold(" ".join(text for text in texts if text))
        if all(" " + word in spaced for word in self._words):
            return True
        return any(_fold(code).replace(" ", "").startswith(self._compact) for code in codes if code)

    def rank_of(self, name: str) -> bool:
        """Smaller is better: what begins with the text as it was typed comes first."""
        return not _fold(name).startswith(self._folded)
