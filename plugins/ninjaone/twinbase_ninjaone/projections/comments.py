"""What was said on tickets. A comment that a device wrote stays the row that it is when it comes back in the log."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Table, case, cast, exists, func, select

from twinbase.projection import Feeds, Projection
from twinbase_mobile import tables as mobile
from twinbase_ninjaone.projections.sql import id_if_known, id_of, text_of
from twinbase_ninjaone.projections.tickets import NAME as TICKETS
from twinbase_ninjaone.projections.tickets import is_there
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.tables import NinjaContact, NinjaTicket, NinjaTicketLogEntry, NinjaUser, Write, table_of

NAME = "ninjaone.ticket_log_entries"
SAID = ("DESCRIPTION", "COMMENT")
USERS = ("TECHNICIAN", "END_USER")


def comment_projection(settings: NinjaOneSettings) -> Projection:
    e, t = table_of(NinjaTicketLogEntry), table_of(NinjaTicket).alias("of_ticket")
    rows = select(
        func.coalesce(_written_here(e), id_of(NAME, e.c.id)).label("id"),
        text_of(e.c.id).label("source_id"),
        id_of(TICKETS, e.c.ticket_id).label("ticket_id"),
        e.c.body.label("body"),
        func.coalesce(e.c.public_entry, False).label("public"),
        _minutes(e, settings.time_unit_seconds).label("minutes"),
        _author(e).label("author_label"),
        e.c.create_time.label("created_at_source"),
    )
    only = {
        "It is no comment and no description.": e.c.type.in_(SAID),
        "It says nothing.": (func.coalesce(e.c.body, "") != "") | (func.coalesce(e.c.time_tracked, 0) > 0),
        "Its ticket was deleted in NinjaOne.": exists().where(t.c.id == e.c.ticket_id, is_there(t)),
        "It is gone from NinjaOne.": e.c.deleted_at.is_(None),
    }
    feeds = (
        _own(e), _tickets(e), _tickets_here(e), _writes(), _written_rows(), _people(e, NinjaUser), _people(e,
        NinjaContact),
    )  # fmt: skip
    return Projection(mobile.TicketComment, NAME, rows, feeds, only=only)


def _written_here(e: Table) -> ColumnElement[object]:
    w = table_of(Write).alias()
    return select(id_if_known(mobile.TicketComment, w.c.comment_id)).where(w.c.log_entry_id == e.c.id).scalar_subquery()


def _minutes(e: Table, unit_seconds: float) -> ColumnElement[object]:
    """Minutes that have begun count whole."""
    minutes = func.ceil(e.c.time_tracked * unit_seconds / 60.0)
    return case(((e.c.time_tracked > 0) & (minutes < 1_000_000), cast(minutes, Integer)))


def _author(e: Table) -> ColumnElement[str]:
    """A user's name, or a contact's. Their numbers are each their own, so which of the two it is has to be said."""
    u, c = table_of(NinjaUser).alias(), table_of(NinjaContact).alias()
    user = select(func.nullif(func.concat_ws(" ", u.c.first_name, u.c.last_name), "")).where(
        u.c.id == e.c.app_user_contact_id, e.c.app_user_contact_type.in_(USERS)
    )
    contact = select(
        func.coalesce(c.c.display_name, func.nullif(func.concat_ws(" ", c.c.first_name, c.c.last_name), ""))
    ).where(c.c.id == e.c.app_user_contact_id, e.c.app_user_contact_type == "CONTACT")
    return func.coalesce(user.limit(1).scalar_subquery(), contact.limit(1).scalar_subquery())


def _own(e: Table) -> Feeds:
    columns = frozenset({
        "ticket_id", "type", "body", "public_entry", "time_tracked", "create_time", "app_user_contact_id",
        "app_user_contact_type", "deleted_at",
    })  # fmt: skip
    return Feeds(
        e, lambda changed: select(text_of(changed.c.id)), lambda source: text_of(e.c.id) == source, columns=columns
    )


def _tickets(e: Table) -> Feeds:
    t = table_of(NinjaTicket)

    def keys(changed: FromClause) -> Select[Any]:
        return select(text_of(e.c.id)).where(e.c.ticket_id.in_(select(changed.c.id)))

    def source_rows(source: ColumnElement[str]) -> ColumnElement[bool]:
        return t.c.id.in_(select(e.c.ticket_id).where(text_of(e.c.id) == source))

    return Feeds(t, keys, source_rows, columns=frozenset({"deleted", "deleted_at"}))


def _tickets_here(e: Table) -> Feeds:
    """A comment cannot be before its ticket is."""
    rows = table_of(mobile.Ticket)

    def keys(changed: FromClause) -> Select[Any]:
        numbers = select(rows.c.number).where(rows.c.id.in_(select(changed.c.id)), rows.c.source_table == TICKETS)
        return select(text_of(e.c.id)).where(e.c.ticket_id.in_(numbers))

    return Feeds(rows, keys, columns=frozenset())


def _written_rows() -> Feeds:
    """What a device wrote, where it has come back."""
    rows, w = table_of(mobile.TicketComment), table_of(Write)

    def keys(changed: FromClause) -> Select[Any]:
        return select(text_of(w.c.log_entry_id)).where(w.c.comment_id.in_(select(changed.c.id)))

    return Feeds(rows, keys, columns=frozenset())


def _writes() -> Feeds:
    w = table_of(Write)

    def keys(changed: FromClause) -> Select[Any]:
        return select(text_of(w.c.log_entry_id)).where(w.c.delivery_id.in_(select(changed.c.delivery_id)))

    return Feeds(w, keys, columns=frozenset({"log_entry_id"}))


def _people(e: Table, model: type[NinjaUser] | type[NinjaContact]) -> Feeds:
    people = table_of(model)
    (primary,) = people.primary_key.columns.keys()

    def keys(changed: FromClause) -> Select[Any]:
        numbers = select(people.c.id).where(people.c[primary].in_(select(changed.c[primary])))
        return select(text_of(e.c.id)).where(e.c.app_user_contact_id.in_(numbers))

    named = frozenset({"first_name", "last_name", "display_name"}) & set(people.columns.keys())
    return Feeds(people, keys, columns=named)
