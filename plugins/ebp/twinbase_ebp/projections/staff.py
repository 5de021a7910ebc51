"""Colleagues, types of visit, checklists' templates."""

from sqlalchemy import String, case, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.sql import FromClause, Select

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.sql import id_of, in_words, known, own, table_of, text_of, through
from twinbase_ebp.settings import ACTIVE_STATES
from twinbase_ebp.tables import (
    Colleague,
    ColleagueCompetence,
    Competence,
    ScheduleEventTemplate,
    ScheduleEventType,
    Storehouse,
)
from twinbase_mobile import tables as mobile


def staff_projections() -> list[Projection]:
    return [_types(), _colleagues(), _templates()]


def _types() -> Projection:
    t = table_of(ScheduleEventType)
    # Color is a signed ARGB integer (assumed): its low 24 bits are the colour.
    hexadecimal = func.lpad(func.to_hex(t.c.Color.op("&")(0xFFFFFF)), 6, "0")
    rows = select(
        t.c.Id.label("id"),
        text_of(t.c.Id).label("source_id"),
        t.c.Caption.label("caption"),
        case((t.c.Color.is_not(None), literal("#").concat(hexadecimal))).label("color"),
    )
    return Projection(mobile.InterventionType, "ScheduleEventType", rows, (own(ScheduleEventType, "Id"),))


def _colleagues() -> Projection:
    c, has, what = table_of(Colleague), table_of(ColleagueCompetence), table_of(Competence)
    one = func.jsonb_build_object("code", what.c.Id, "caption", what.c.Caption, "until", cast(has.c.EndDate, String))
    competences = (
        select(func.coalesce(func.jsonb_agg(aggregate_order_by(one, what.c.Id)), cast("[]", JSONB)))
        .join_from(has, what, what.c.Id == has.c.CompetenceId)
        .where(has.c.ColleagueId == c.c.Id)
        .scalar_subquery()
    )
    rows = select(
        id_of("Colleague", c.c.Id).label("id"),
        c.c.Id.label("source_id"),
        c.c.Id.label("code"),
        c.c.Contact_Name.label("last_name"),
        c.c.Contact_FirstName.label("first_name"),
        c.c.Contact_Phone.label("phone"),
        c.c.Contact_CellPhone.label("mobile"),
        c.c.Contact_Email.label("email"),
        c.c.Contact_ColleagueFunction.label("function"),
        c.c.GeographicSector.label("sector"),
        competences.label("competences"),
        known(mobile.Storehouse, c.c.StorehouseId).label("storehouse_id"),
        in_words(c.c.ActiveState, ACTIVE_STATES).label("state"),
    )
    holders = select(text_of(has.c.ColleagueId))
    feeds = (
        own(Colleague, "Id"),
        through(Storehouse, "Id", Colleague, "StorehouseId"),
        Feeds(has, _holders),
        Feeds(what, lambda changed: holders.where(has.c.CompetenceId.in_(select(changed.c.Id)))),
    )
    return Projection(mobile.Colleague, "Colleague", rows, feeds, retire={"state": "sleeping"})


def _holders(changed: FromClause) -> Select[str]:
    """Who holds a changed competence; when one was taken away nobody can tell from whom, so everybody is looked at."""
    c, has = table_of(Colleague), table_of(ColleagueCompetence)
    taken_away = exists().where(changed.c.Id.not_in(select(has.c.Id)))
    holders = select(has.c.ColleagueId).where(has.c.Id.in_(select(changed.c.Id)))
    return select(text_of(c.c.Id)).where(or_(c.c.Id.in_(holders), taken_away))


def _templates() -> Projection:
    t = table_of(ScheduleEventTemplate)
    rows = select(
        id_of("ScheduleEventTemplate", t.c.Id).label("id"),
        t.c.Id.label("source_id"),
        t.c.Id.label("code"),
        literal(1).label("version"),
        t.c.Caption.label("title"),
        known(mobile.InterventionType, t.c.ScheduleEventTypeId).label("intervention_type_id"),
        literal(True).label("active"),
    )
    feeds = (
        own(ScheduleEventTemplate, "Id"),
        through(ScheduleEventType, "Id", ScheduleEventTemplate, "ScheduleEventTypeId"),
    )
    return Projection(mobile.ChecklistTemplate, "ScheduleEventTemplate", rows, feeds, retire={"active": False})
