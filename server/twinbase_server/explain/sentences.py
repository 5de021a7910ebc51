"""What a person is told of a row and a scope: the words that plugins gave to its parts, filled in and put together."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

_BRACES = re.compile(r"\{(\w+)\}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


class ScopePart(Protocol):
    """One part of a scope, as it is for a row."""

    sentence: str
    holds: bool | None
    text: str

    @property
    def parts(self) -> Sequence["ScopePart"]: ...


def fill_sentence(sentence: str, row: Mapping[str, Any]) -> str:
    """The sentence with the row's values in its braces; a name that is no column of the row stays as it is."""
    return _BRACES.sub(lambda found: _shown(row[found[1]]) if found[1] in row else found[0], sentence)


def sentences_of(part: ScopePart) -> list[str]:
    """The sentences that say why the part holds, or why not. What has no words is left out."""
    if part.sentence:
        return [part.sentence]
    decisive = [one for one in part.parts if (one.holds is True) == (part.holds is True)]
    return list(dict.fromkeys(sentence for one in decisive for sentence in sentences_of(one)))


def verdict_sentence(verdict: str, part: ScopePart) -> str:
    """The verdict, and why where there are words for it."""
    sentences = sentences_of(part)
    return f"{verdict}: {'; '.join(sentences)}." if sentences else f"{verdict}."


def _shown(value: Any) -> str:
    if value is None:
        return "(nothing)"
    if isinstance(value, str) and _MOMENT.match(value):
        moment = datetime.fromisoformat(value)
        return f"{moment:%Y-%m-%d %H:%M}" if moment.tzinfo is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return str(value)
