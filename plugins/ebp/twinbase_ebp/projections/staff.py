"""Colleagues: who they are, what they can, when they work, what they drive."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import link_feed, own_feed, reference_feed, select_all
from twinbase_ebp.projections.sql import (
    day_of,
    id_if_known,
    id_of,
    is_same_key,
    is_true,
    key_of,
    table_of,
    text_of,
    word_of,
)
from twinbase_ebp.settings import ACTIVE_STATES, EbpSettings
from twinbase_ebp.tables import EbpColleague, EbpColleagueCompetence, EbpCompetence
from twinbase_mobile import tables as mobile

DAYS = 7


def staff_projections(settings: EbpSettings) -> list[Projection]:
    return [_colleagues(settings)]


def _colleagues(settings: EbpSettings) -> Projection:
    c = table_of(EbpColleague)
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
        _competences(c).label("competences"),
        _week(c, settings).label("week_schedule"),
        id_if_known(mobile.Storehouse, c.c.StorehouseId).label("storehouse_id"),
        word_of(c.c.ActiveState, ACTIVE_STATES).label("state"),
    )
    feeds = (
        own_feed(EbpColleague),
        reference_feed(mobile.Storehouse, "Storehouse", EbpColleague, "StorehouseId"),
        link_feed(EbpColleagueCompetence, "ColleagueId", EbpColleague),
        _competence_feeds(),
    )
    return Projection(mobile.Colleague, "Colleague", rows, feeds, retire={"state": "sleeping"})


def _competences(colleague: Table) -> ColumnElement[Any]:
    has, what = table_of(EbpColleagueCompetence), table_of(EbpCompetence)
    one = func.jsonb_build_object("code", what.c.Id, "caption", what.c.Caption, "until", text_of(day_of(has.c.EndDate)))
    listed = func.jsonb_agg(aggregate_order_by(one, what.c.Id, has.c.Id))
    return (
        select(func.coalesce(listed, func.jsonb_build_array()))
        .join_from(has, what, is_same_key(what.c.Id, has.c.CompetenceId))
        .where(is_same_key(has.c.ColleagueId, colleague.c.Id))
        .scalar_subquery()
    )


def _competence_feeds() -> Feeds:
    has, what = table_of(EbpColleagueCompetence), table_of(EbpCompetence)

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        return key_of(what.c.Id).in_(select(key_of(has.c.CompetenceId)).where(is_same_key(has.c.ColleagueId, wanted)))

    def keys(changed: FromClause) -> Select[Any]:
        return select_all(table_of(EbpColleague), changed)

    return Feeds(what, keys, source_rows)


def _week(colleague: Table, settings: EbpSettings) -> ColumnElement[Any]:
    """Monday first. A time of day is kept by EBP on 1 January 1753, and comes as `08:30`."""
    shift = {"monday": 0, "sunday": 1}[settings.week_begins]
    return func.jsonb_build_array(*(_day(colleague, (number + shift) % DAYS) for number in range(DAYS)))


def _day(colleague: Table, number: int) -> ColumnElement[Any]:
    def part(name: str) -> Any:
        return colleague.c[f"DaySchedule{number}_{name}"]

    def clock(name: str) -> ColumnElement[Any]:
        return func.to_char(part(name), "HH24:MI")

    return func.jsonb_build_object(
        "start",
        clock("StartTime"),
        "end",
        clock("EndTime"),
        "lunch_start",
        clock("LunchStartTime"),
        "lunch_end",
        clock("LunchEndTime"),
        "active",
        is_true(part("Active")),
    )
