"""A report that two people wrote at once: `mobile` keeps both texts, and somebody makes one of them again."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from twinbase_mobile.reports import BETWEEN

ParagraphSpot = tuple[int, int]
"""Which text, and which paragraph of it."""
_EMPTY_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class TwiceWritten:
    """The texts, the one that was there first at the front, each in paragraphs."""

    texts: tuple[tuple[str, ...], ...]

    @property
    def spots(self) -> tuple[ParagraphSpot, ...]:
        """Every paragraph, in reading order."""
        return tuple((text, at) for text, parts in enumerate(self.texts) for at in range(len(parts)))

    def choose_first(self) -> frozenset[ParagraphSpot]:
        """What is ticked to begin with: everything, but of a paragraph that stands in several texts only the first."""
        seen: dict[str, ParagraphSpot] = {}
        for text, at in self.spots:
            seen.setdefault(" ".join(self.texts[text][at].split()), (text, at))
        return frozenset(seen.values())

    def merge(self, chosen: Collection[ParagraphSpot]) -> str:
        """One text of the paragraphs that are ticked."""
        return "\n\n".join(self.texts[text][at] for text, at in self.spots if (text, at) in chosen)


def split_twice(report: str) -> TwiceWritten | None:
    """The texts of a report that was written twice; None for one that was not."""
    texts = [tuple(_split(text)) for text in report.split(BETWEEN)]
    whole = tuple(text for text in texts if text)
    return TwiceWritten(whole) if len(whole) > 1 else None


def _split(text: str) -> Iterable[str]:
    return (part.strip() for part in _EMPTY_LINES.split(text) if part.strip())
