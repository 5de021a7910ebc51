"""What is not sent yet, grouped by the visit that it belongs to, in the order of sending."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import Replica, ReplicaSession, UnsentEdit
from twinbase_mobile.tables import Intervention
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.row_titles import name_edits

VISITS, SHA256 = "interventions", ("sha256", "image_sha256", "receipt_sha256")


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One edit. `percent`: how much of its photo is there, None where it has none."""

    id: UUID
    title: str
    state: str
    at: datetime | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class OutboxGroup:
    """What belongs to one visit; the last group is what belongs to none."""

    heading: str
    go: Route | None
    lines: tuple[OutboxLine, ...]


async def group_outbox(
    session: ReplicaSession, unsent: Iterable[UnsentEdit], sent: Mapping[UUID, int], language: Language
) -> tuple[OutboxGroup, ...]:
    """The edits that are on their way, by visit. `sent`: per cent of the attachment of an edit."""
    groups: dict[UUID | None, list[UnsentEdit]] = {}
    for one in unsent:
        if not one.edit.waits_for_person:
            twin, key = one.belongs_to or ("", None)
            groups.setdefault(key if twin == VISITS else None, []).append(one)
    order = sorted(groups, key=lambda visit: visit is None)
    return tuple([await _group(session, visit, groups[visit], sent, language) for visit in order])


async def _group(
    session: ReplicaSession,
    visit: UUID | None,
    unsent: Iterable[UnsentEdit],
    sent: Mapping[UUID, int],
    language: Language,
) -> OutboxGroup:
    titles = await name_edits(session, unsent, language, about=False)
    lines = tuple(_line(one, titles[one.edit.id], sent.get(one.edit.id)) for one in unsent)
    row = await session.get(Intervention, visit) if visit is not None else None
    if visit is None or row is None:
        return OutboxGroup(language.say("Other"), None, lines)
    about = next((one.about for one in unsent if one.about), "")
    heading = ", ".join(part for part in (row.title or row.number or language.say("Visit"), about) if part)
    return OutboxGroup(heading, Route("visit", visit), lines)


async def measure_sent(replica: Replica, unsent: Iterable[UnsentEdit]) -> dict[UUID, int]:
    """Of the edits whose row names an attachment: how many per cent of it the server has."""
    named = {
        one.edit.id: sha256
        for one in unsent
        for sha256 in (one.edit.new.get(name) for name in SHA256)
        if sha256
    }  # fmt: skip
    states = await replica.attachments.list_states(named.values())
    return {
        edit: 100 * states[sha256].sent // states[sha256].total if states[sha256].total else 0
        for edit, sha256 in named.items()
    }


def _line(one: UnsentEdit, title: str, percent: int | None) -> OutboxLine:
    return OutboxLine(one.edit.id, title, one.edit.state, one.edit.at, percent)
