"""Who goes to a visit.

EBP names one colleague for each entry of its agenda. A team is several entries, the others below the first (assumed,
hence a setting): whoever has an entry of their own below a visit helps on it.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    case,
    exists,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import is_in_ebp, unite
from twinbase_ebp.projections.sql import entries_of_visits, id_of, id_to_keep, is_same_key, key_of, table_of, text_of
from twinbase_ebp.projections.work import is_visit_there
from twinbase_ebp.settings import EbpSettings
from twinbase_ebp.tables import EbpColleague, EbpScheduleEvent, EbpScheduleEventType
from twinbase_mobile import tables as mobile

HELPS = "|parent"
"""At the end of a `source_id`: this entry makes its colleague a helper on the entry above it."""


def team_projections(settings: EbpSettings) -> list[Projection]:
    who, other = _who(settings).subquery("who"), _who(settings).subquery("other")
    rows = select(
        # The same id however somebody came to be on a visit: what a device has acknowledged stays so.
        id_of("Assignment", who.c.visit, who.c.colleague).label("id"),
        who.c.source_id.label("source_id"),
        id_to_keep("ScheduleEvent", who.c.visit).label("intervention_id"),
        id_of("Colleague", who.c.colleague).label("colleague_id"),
        who.c.role.label("role"),
    )
    before = tuple_(other.c.rank, other.c.source_id) < tuple_(who.c.rank, who.c.source_id)
    twice = exists().where(other.c.visit == who.c.visit, is_same_key(other.c.colleague, who.c.colleague), before)
    only = {
        "Its agenda entry is not there, or is no visit.": is_visit_there(who.c.visit, settings),
        "Its colleague is not in EBP.": is_in_ebp(EbpColleague, who.c.colleague),
        "Its colleague is on this visit already.": ~twice,
    }
    return [Projection(mobile.InterventionAssignment, "ScheduleEvent.ColleagueId", rows, _feeds(), only=only)]


def _who(settings: EbpSettings) -> Any:
    e = table_of(EbpScheduleEvent)
    led = select(
        text_of(e.c.Id).label("source_id"),
        e.c.Id.label("visit"),
        e.c.ColleagueId.label("colleague"),
        case((e.c.SubContractorId.is_not(None), "subcontractor"), else_="lead").label("role"),
        literal(0).label("rank"),
    )
    if not settings.teams_by_parent:
        return led
    helped = select(
        text_of(e.c.Id).concat(HELPS),
        e.c.ParentEventId,
        e.c.ColleagueId,
        case((e.c.SubContractorId.is_not(None), "subcontractor"), else_="helper"),
        literal(1),
    ).where(e.c.ParentEventId.is_not(None))
    return union_all(led, helped)


def _feeds() -> tuple[Feeds, ...]:
    e, c, t = table_of(EbpScheduleEvent), table_of(EbpColleague), table_of(EbpScheduleEventType)
    visits, colleagues = table_of(mobile.Intervention), table_of(mobile.Colleague)

    def of_event(changed: FromClause) -> Select[Any]:
        return _around(select(changed.c.Id))

    def of_type(changed: FromClause) -> Select[Any]:
        return _around(select(e.c.Id).where(e.c.EventType.in_(select(changed.c.Id))))

    def of_colleague(changed: FromClause) -> Select[Any]:
        return _around(select(e.c.Id).where(key_of(e.c.ColleagueId).in_(select(key_of(changed.c.Id)))))

    def of_visit(changed: FromClause) -> Select[Any]:
        return _around(entries_of_visits(select(changed.c.id)))

    def of_mobile_colleague(changed: FromClause) -> Select[Any]:
        codes = select(key_of(colleagues.c.source_id)).where(colleagues.c.id.in_(select(changed.c.id)))
        return _around(select(e.c.Id).where(key_of(e.c.ColleagueId).in_(codes)))

    return (
        Feeds(e, of_event, _event_of),
        Feeds(t, of_type),
        Feeds(c, of_colleague, _colleague_of),
        Feeds(visits, of_visit, columns=frozenset()),
        Feeds(colleagues, of_mobile_colleague, columns=frozenset()),
    )


def _around(events: Select[Any]) -> Select[Any]:
    """The assignments that these entries make, and those of whoever shares a visit with them, now or before."""
    e, made = table_of(EbpScheduleEvent), table_of(mobile.InterventionAssignment)
    first: Subquery = events.subquery("first")
    given = select(first.c[0])
    helping = select(text_of(first.c[0]).concat(HELPS))
    above = select(e.c.ParentEventId).where(e.c.Id.in_(given))
    above_before = entries_of_visits(select(made.c.intervention_id).where(made.c.source_id.in_(helping)))
    near = select(e.c.Id).where(or_(*(e.c.ParentEventId.in_(some) for some in (given, above, above_before))))
    found = given.union(near).subquery("around")
    return unite(select(text_of(found.c[0])), select(text_of(found.c[0]).concat(HELPS)))


def _event_of(wanted: ColumnElement[str]) -> ColumnElement[bool]:
    """The entry itself, and the one above it when it is about helping there."""
    e = table_of(EbpScheduleEvent)
    child = e.alias("child")
    above = select(child.c.ParentEventId).where(text_of(child.c.Id).concat(HELPS) == wanted)
    return or_(text_of(e.c.Id) == wanted, text_of(e.c.Id).concat(HELPS) == wanted, e.c.Id.in_(above))


def _colleague_of(wanted: ColumnElement[str]) -> ColumnElement[bool]:
    c, e = table_of(EbpColleague), table_of(EbpScheduleEvent)
    made = or_(text_of(e.c.Id) == wanted, text_of(e.c.Id).concat(HELPS) == wanted)
    return key_of(c.c.Id).in_(select(key_of(e.c.ColleagueId)).where(made))
