"""Which two are the same: by e-mail, by the same name, by likeness. It only proposes; pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

Method = Literal["exact", "email", "fuzzy", "by_hand"]
SURE: tuple[Method, ...] = ("exact", "email")
"""What a person may confirm all at once: likeness is looked at one by one."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody here: `name` as it is compared, and the e-mail addresses."""

    code: str
    name: str
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody in NinjaOne. `not_these`: codes that a person has refused."""

    id: int
    name: str
    emails: frozenset[str] = frozenset()
    not_these: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """A proposal. `score`: how alike the names are, up to 100; None where likeness had no part in it."""

    id: int
    code: str
    method: Method
    score: float | None = None


class Matcher:
    """Our side, ready to be compared with many."""

    def __init__(self, ours: Iterable[Party], score_min: float) -> None:
        known = sorted(ours, key=lambda party: party.code)
        self._score_min = score_min
        self._by_name = _grouped((party.name, party.code) for party in known)
        self._by_email = _grouped((email, party.code) for party in known for email in party.emails)
        self._names: Mapping[str, str] = {party.code: party.name for party in known if party.name}

    def find(self, stranger: Stranger, order: Sequence[Method]) -> Match | None:
        """The first way that finds somebody; two of the same name are no match, only alike."""
        for method in order:
            if found := self._by(method, stranger):
                return found
        return None

    def _by(self, method: Method, stranger: Stranger) -> Match | None:
        if method == "fuzzy":
            return self._alike(stranger)
        if method == "exact":
            found = set(self._by_name.get(stranger.name, ())) if stranger.name else set()
        else:
            found = {code for email in stranger.emails for code in self._by_email.get(email, ())}
        return Match(stranger.id, found.pop(), method) if len(found - stranger.not_these) == len(found) == 1 else None

    def _alike(self, stranger: Stranger) -> Match | None:
        if not stranger.name:
            return None
        names = _without(self._names, stranger.not_these)
        best = process.extractOne(stranger.name, names, scorer=fuzz.token_sort_ratio, score_cutoff=self._score_min)
        return Match(stranger.id, best[2], "fuzzy", round(best[1], 1)) if best else None


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, code in pairs:
        if name:
            groups[name].append(code)
    return groups


def _without(names: Mapping[str, str], codes: Collection[str]) -> Mapping[str, str]:
    return {code: name for code, name in names.items() if code not in codes} if codes else names
