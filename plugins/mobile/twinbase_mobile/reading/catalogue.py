"""The search in the catalogue, as a device does it: an index of words in memory, and the order of what was found.

The index is never on disk, encrypted or not. It is made anew when what the server sent of the products has changed.
The server's own search (`office`) finds the same and puts it in the same order.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from uuid import UUID

from twinbase_mobile.reading.words import compact, fold, split_words

DESCRIPTION_CHARACTERS_MAX = 4000


@dataclass(frozen=True, slots=True)
class ProductTexts:
    """What is searched of a product."""

    id: UUID
    code: str
    barcode: str | None
    caption: str | None
    description: str | None

    def split_words(self) -> Iterable[str]:
        """Its words; a code counts as one word too, without what stands between its letters."""
        texts = (self.code, self.barcode, self.caption, (self.description or "")[:DESCRIPTION_CHARACTERS_MAX])
        codes = (compact(self.code), compact(self.barcode or ""))
        return chain(split_words(" ".join(text or "" for text in texts)), (code for code in codes if code))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the order of a product depends on."""

    id: UUID
    codes: tuple[str, str]
    caption: str


class Catalogue:
    """An index of products. They are kept in the order of their captions, so that a place in it breaks ties."""

    def __init__(self, products: Iterable[ProductTexts]) -> None:
        by_caption = sorted((fold(product.caption or ""), product.id, product) for product in products)
        self._known = [_known(product, caption) for caption, _, product in by_caption]
        positions: dict[str, array[int]] = {}
        for position, (_, _, product) in enumerate(by_caption):
            for word in set(product.split_words()):
                positions.setdefault(word, array("l")).append(position)
        self._words = sorted(positions)
        self._positions = [positions[word] for word in self._words]

    def __len__(self) -> int:
        return len(self._known)

    def find(self, text: str, limit: int) -> list[UUID]:
        """The ids of the best `limit` products that have a word beginning with each word of the text.

        First those whose code or bar code it is, then those whose caption begins with it, then those with most of the
        words in the caption; then by caption, then by id.
        """
        asked = list(dict.fromkeys(split_words(text)))
        order = _Order(fold(text), compact(text), asked)
        found = nsmallest(
            limit, ((order.rank_of(self._known[position]), position) for position in self._matching(asked))
        )
        return [self._known[position].id for _, position in found]

    def _matching(self, asked: Sequence[str]) -> Iterable[int]:
        if not asked:
            return range(len(self._known))
        return set.intersection(*(self._beginning_with(word) for word in asked))

    def _beginning_with(self, beginning: str) -> set[int]:
        found: set[int] = set()
        for number in range(bisect_left(self._words, beginning), len(self._words)):
            if not self._words[number].startswith(beginning):
                break
            found.update(self._positions[number])
        return found


def _known(product: ProductTexts, caption: str) -> _Known:
    return _Known(product.id, (compact(product.code), compact(product.barcode or "")), caption)


@dataclass(frozen=True, slots=True)
class _Order:
    text: str
    code: str
    asked: Sequence[str]

    def rank_of(self, product: _Known) -> tuple[bool, bool, int]:
        """Smaller is better."""
        spaced = " " + product.caption
        return (
            not (self.code and self.code in product.codes),
            not product.caption.startswith(self.text),
            -sum(" " + word in spaced for word in self.asked),
        )
