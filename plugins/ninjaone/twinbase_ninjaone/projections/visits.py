"""Visits that came of tickets, who goes, and the incidents behind them: as soon as a person has approved them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import INTERVAL

from twinbase.projection import Feeds, Projection
from twinbase_mobile import tables as mobile
from twinbase_ninjaone.projections.sql import customer_of, id_if_known, id_of, link_feeds, text_of
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.tables import NinjaTicket, NinjaTicketLogEntry, VisitProposal, table_of

NAME = "ninjaone.visit_proposals"
GOES = ("approved", "done")
RETIRED = {"status": "cancelled", "cancel_reason": "Refusée au bureau."}


def visit_projections(settings: NinjaOneSettings) -> list[Projection]:
    """Parents first."""
    return [_incidents(settings), _visits(settings), _assignments()]


def _visits(settings: NinjaOneSettings) -> Projection:
    p, t = table_of(VisitProposal), table_of(NinjaTicket)
    customer = customer_of(t.c.client_id)
    rows = select(
        id_of(NAME, p.c.ticket_id).label("id"),
        text_of(p.c.ticket_id).label("source_id"),
        t.c.subject.label("title"),
        literal("planned").label("status"),
        _colleague(p).label("lead_id"),
        word_of(t.c.priority, settings.priorities).label("priority"),
        p.c.scheduled_start.label("scheduled_start"),
        (p.c.scheduled_start + cast(func.make_interval(0, 0, 0, 0, 0, p.c.minutes), INTERVAL)).label("scheduled_end"),
        p.c.minutes.label("expected_minutes"),
        customer.label("customer_id"),
        _main_site(customer).label("site_id"),
        case((p.c.with_incident, id_if_known(mobile.Incident, id_of(f"{NAME}.incident", p.c.ticket_id)))).label(
            "incident_id"
        ),
        literal("NinjaOne ").concat(text_of(p.c.ticket_id)).label("external_ref"),
        _description(p).label("instructions"),
        literal(False).label("to_invoice"),
        literal(False).label("follow_up_needed"),
    ).select_from(p.join(t, t.c.id == p.c.ticket_id))
    return Projection(
        mobile.Intervention,
        NAME,
        rows,
        _feeds(p, t),
        only=_only(p),
        shared=frozenset({"status", "follow_up_needed"}),
        retire=RETIRED,
    )


def _assignments() -> Projection:
    p = table_of(VisitProposal)
    rows = select(
        id_of(f"{NAME}.lead", p.c.ticket_id).label("id"),
        text_of(p.c.ticket_id).label("source_id"),
        id_of(NAME, p.c.ticket_id).label("intervention_id"),
        _colleague(p).label("colleague_id"),
        literal("lead").label("role"),
    )
    visits = table_of(mobile.Intervention)

    def of_visit(changed: FromClause) -> Select[Any]:
        return select(text_of(p.c.ticket_id)).where(id_of(NAME, p.c.ticket_id).in_(select(changed.c.id)))

    feeds = (_own(p), _colleagues(p), Feeds(visits, of_visit, columns=frozenset()))
    only = {**_only(p), "Nobody goes yet.": _colleague(p).is_not(None)}
    return Projection(mobile.InterventionAssignment, f"{NAME}.lead", rows, feeds, only=only)


def _incidents(settings: NinjaOneSettings) -> Projection:
    p, t = table_of(VisitProposal), table_of(NinjaTicket)
    customer = customer_of(t.c.client_id)
    rows = select(
        id_of(f"{NAME}.incident", p.c.ticket_id).label("id"),
        text_of(p.c.ticket_id).label("source_id"),
        t.c.subject.label("caption"),
        customer.label("customer_id"),
        _main_site(customer).label("site_id"),
        _description(p).label("description"),
        word_of(t.c.severity, settings.severities).label("severity"),
        t.c.create_time.label("opened_at"),
        case((p.c.state == "done", literal("closed")), else_=literal("accepted")).label("status"),
    ).select_from(p.join(t, t.c.id == p.c.ticket_id))
    only = {**_only(p), "It was approved without an incident.": p.c.with_incident}
    return Projection(mobile.Incident, f"{NAME}.incident", rows, _feeds(p, t), only=only)


def _only(p: Table) -> Mapping[str, ColumnElement[bool]]:
    return {"Nobody has approved it.": p.c.state.in_(GOES), "A visit of the ERP stands for it.": p.c.visit_id.is_(None)}


def word_of(column: ColumnElement[Any], words: Mapping[str, str]) -> ColumnElement[str]:
    """NinjaOne's word in ours; one that nobody has explained is as good as none."""
    whens = [(func.upper(column) == theirs.upper(), literal(str(ours))) for theirs, ours in words.items()]
    return case(*whens, else_=literal("normal")) if whens else literal("normal")


def _colleague(p: FromClause) -> Any:
    c = table_of(mobile.Colleague).alias()
    return select(c.c.id).where(c.c.code == p.c.colleague_code).order_by(c.c.id).limit(1).scalar_subquery()


def _main_site(customer: Any) -> Any:
    c, s = table_of(mobile.Customer).alias(), table_of(mobile.CustomerSite).alias()
    return select(s.c.id).join_from(c, s, s.c.id == c.c.main_site_id).where(c.c.id == customer).scalar_subquery()


def _description(p: FromClause) -> Any:
    e = table_of(NinjaTicketLogEntry).alias()
    first = select(e.c.body).where(e.c.ticket_id == p.c.ticket_id, e.c.type == "DESCRIPTION").order_by(e.c.id)
    return first.limit(1).scalar_subquery()


def _feeds(p: Table, t: Table) -> tuple[Feeds, ...]:
    e, sites = table_of(NinjaTicketLogEntry), table_of(mobile.CustomerSite)

    def of_entry(changed: FromClause) -> Select[Any]:
        return select(text_of(e.c.ticket_id)).where(e.c.id.in_(select(changed.c.id)), e.c.type == "DESCRIPTION")

    def of_ticket(changed: FromClause) -> Select[Any]:
        return select(text_of(changed.c.id))

    def of_site(changed: FromClause) -> Select[Any]:
        """Few tickets are approved at a time: all of them are looked at."""
        return select(text_of(p.c.ticket_id)).where(select(changed.c.id).exists())

    ticket = frozenset({"subject", "priority", "severity", "client_id", "create_time"})
    return (
        _own(p), Feeds(t, of_ticket, columns=ticket), Feeds(e, of_entry, columns=frozenset({"body", "type"})),
        *link_feeds(t, t.c.id), _colleagues(p), Feeds(sites, of_site, columns=frozenset()),
    )  # fmt: skip


def _own(p: Table) -> Feeds:
    return Feeds(
        p, lambda changed: select(text_of(changed.c.ticket_id)), lambda source: text_of(p.c.ticket_id) == source
    )


def _colleagues(p: Table) -> Feeds:
    c = table_of(mobile.Colleague)

    def keys(changed: FromClause) -> Select[Any]:
        codes = select(c.c.code).where(c.c.id.in_(select(changed.c.id)))
        return select(text_of(p.c.ticket_id)).where(p.c.colleague_code.in_(codes))

    return Feeds(c, keys, columns=frozenset({"code"}))
