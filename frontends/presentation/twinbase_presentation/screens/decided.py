"""What the server decided about edits of this device: what somebody else wrote, what stands, what can be put back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.registry import Registry
from twinbase.replica import DecidedColumn, ReplicaSession, ServerDecision
from twinbase_presentation.faults import say_refusal
from twinbase_presentation.languages import Language
from twinbase_presentation.row_titles import title_row
from twinbase_presentation.screens.refusals import say_value
from twinbase_presentation.words import say_column


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One column. `sentence`: who changed it, and what it is; `mine`, `theirs`: both, side by side."""

    column: str
    label: str
    sentence: str
    mine: str
    theirs: str
    kept: str


@dataclass(frozen=True, slots=True)
class DecidedCard:
    """One edit of mine that met another one, or that the office looks at. `asks`: somebody has still to look at it.

    `can_put_back`: something of mine was set aside, and was not taken back since. `office`: what the office said later.
    """

    id: UUID
    title: str
    at: datetime
    lines: tuple[DecidedLine, ...]
    flags: tuple[str, ...]
    asks: bool
    can_put_back: bool
    office: str


async def list_decided(
    session: ReplicaSession, registry: Registry, decisions: list[ServerDecision], language: Language
) -> tuple[DecidedCard, ...]:
    """The decisions as cards, the newest first; those by which nothing was lost and nobody has to look are left out."""
    wanted = [decision for decision in decisions if decision.asks or decision.flags or _lost_mine(decision)]
    return tuple([await _card(session, registry, decision, language) for decision in wanted])


async def _card(
    session: ReplicaSession, registry: Registry, decision: ServerDecision, language: Language
) -> DecidedCard:
    return DecidedCard(
        id=decision.id,
        title=await title_row(session, registry, registry[decision.twin], decision.key, language),
        at=decision.at,
        lines=tuple(_lines(decision, language)),
        flags=tuple(say_refusal(language, flag.reason, flag.detail) for flag in decision.flags),
        asks=decision.asks,
        can_put_back=_lost_mine(decision) and decision.put_back is None,
        office=_say_office(decision, language),
    )


def _lost_mine(decision: ServerDecision) -> bool:
    return any(column.kept == "server" for column in decision.columns.values())


def _lines(decision: ServerDecision, language: Language) -> Iterator[DecidedLine]:
    for name, column in decision.columns.items():
        label = say_column(language, name)
        if label is not None and column.kept:
            mine, theirs = say_value(column.mine, language), say_value(column.theirs, language)
            yield DecidedLine(name, label, _say(column, label, mine, theirs, language), mine, theirs, column.kept)


def _say(column: DecidedColumn, label: str, mine: str, theirs: str, language: Language) -> str:
    say = language.say
    if column.kept == "both":
        return say("{field}: both were kept.", field=label)
    if column.is_unsaid:
        return say("{field}: the office changed it too.", field=label)
    if column.kept == "device":
        return say("You changed {field}: {mine} (the office: {theirs}).", field=label, mine=mine, theirs=theirs)
    return say("The office changed {field}: {theirs} (you: {mine}).", field=label, mine=mine, theirs=theirs)


def _say_office(decision: ServerDecision, language: Language) -> str:
    answer = decision.office or decision.looked_at
    if answer is None:
        return ""
    said = {
        "device": language.say("The office has put yours back."),
        "server": language.say("The office has kept its own."),
    }.get(answer.kept, language.say("The office has looked at it."))
    return f"{said} {answer.note}".strip()
