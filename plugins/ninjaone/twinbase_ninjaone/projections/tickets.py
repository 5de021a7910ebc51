"""Tickets, with the customer, the colleague and the visit that they are about."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, case, func, select

from twinbase.projection import Feeds, Projection
from twinbase_mobile import tables as mobile
from twinbase_ninjaone.projections.sql import (
    colleague_of,
    customer_of,
    id_if_known,
    id_of,
    link_feeds,
    proposal_feeds,
    text_of,
    visit_of,
)
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.tables import NinjaDevice, NinjaTicket, VisitProposal, table_of

NAME = "ninjaone.tickets"
NOBODY_S = {"customer_id": None, "assignee_id": None, "intervention_id": None}
"""A ticket that is gone, with comments of devices on it: it stays here, and on no device."""


def ticket_projection(settings: NinjaOneSettings) -> Projection:
    t = table_of(NinjaTicket)
    rows = select(
        id_of(NAME, t.c.id).label("id"),
        text_of(t.c.id).label("source_id"),
        t.c.id.label("number"),
        t.c.subject.label("subject"),
        func.coalesce(t.c.status_display_name, t.c.status_name).label("status_name"),
        t.c.status_id.label("status_id"),
        t.c.status_parent_id.label("status_parent"),
        t.c.type.label("type"),
        t.c.priority.label("priority"),
        t.c.severity.label("severity"),
        customer_of(t.c.client_id).label("customer_id"),
        _device(t).label("device_name"),
        colleague_of(t.c.assigned_app_user_id).label("assignee_id"),
        t.c.create_time.label("opened_at"),
        t.c.last_updated.label("updated_at_source"),
        case((t.c.status_parent_id.in_(settings.closed_statuses), _last_known(t))).label("closed_at"),
        id_if_known(mobile.Intervention, _visit(t)).label("intervention_id"),
        t.c.version.label("version"),
    )
    feeds = (_own(t), *link_feeds(t, t.c.id), *proposal_feeds(), _devices(t))
    return Projection(
        mobile.Ticket, NAME, rows, feeds, only={"It was deleted in NinjaOne.": is_there(t)}, retire=NOBODY_S
    )


def is_there(ticket: FromClause) -> ColumnElement[bool]:
    return ticket.c.deleted_at.is_(None) & ~func.coalesce(ticket.c.deleted, False)


def _last_known(t: Table) -> ColumnElement[Any]:
    """Its last update; of a ticket that is not fetched whole yet, when it was opened: it is closed all the same."""
    return func.coalesce(t.c.last_updated, t.c.create_time)


def _own(t: Table) -> Feeds:
    columns = frozenset(t.columns.keys()) - {"id", "extra", "attribute_values", "cc_list", "tags"}
    return Feeds(
        t, lambda changed: select(text_of(changed.c.id)), lambda source: text_of(t.c.id) == source, columns=columns
    )


def _visit(t: Table) -> ColumnElement[Any]:
    """Of a proposal that was approved, or done."""
    p = table_of(VisitProposal).alias()
    decided = (p.c.ticket_id == t.c.id) & p.c.state.in_(["approved", "done"])
    return select(visit_of(p)).where(decided).scalar_subquery()


def _device(t: Table) -> ColumnElement[str | None]:
    d = table_of(NinjaDevice).alias()
    name = func.coalesce(d.c.display_name, d.c.system_name)
    return select(name).where(d.c.id == t.c.node_id, d.c.deleted_at.is_(None)).scalar_subquery()


def _devices(t: Table) -> Feeds:
    d = table_of(NinjaDevice)

    def keys(changed: FromClause) -> Select[Any]:
        return select(text_of(t.c.id)).where(t.c.node_id.in_(select(changed.c.id)))

    def source_rows(source: ColumnElement[str]) -> ColumnElement[bool]:
        return d.c.id.in_(select(t.c.node_id).where(text_of(t.c.id) == source))

    return Feeds(d, keys, source_rows, columns=frozenset({"display_name", "system_name", "deleted_at"}))
