"""The words that the projections are written in."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, String, cast, func, literal, select
from sqlalchemy import Uuid as SaUuid
from sqlmodel import SQLModel

from twinbase.projection import Feeds
from twinbase_mobile import tables as mobile
from twinbase_ninjaone.tables import OrganizationCustomerLink, UserColleagueLink, VisitProposal, table_of

NAMESPACE = UUID("5c0c7c2e-3f0d-5d0a-8f7e-5f1c0f6f9a11")


def text_of(column: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(column, String)


def id_of(source: str, number: ColumnElement[Any]) -> ColumnElement[UUID]:
    """The id for life of a row that NinjaOne gives a number: uuid3 of `table:number`."""
    name = literal(f"{source}:").concat(text_of(number))
    return func.twinbase.uuid_v3(cast(literal(str(NAMESPACE)), SaUuid), name, type_=SaUuid())


def id_if_known(target: type[SQLModel], wanted: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The id when `target` has such a row, NULL otherwise."""
    rows = table_of(target).alias()
    return select(rows.c.id).where(rows.c.id == wanted).scalar_subquery()


def customer_of(organization: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The customer that an organisation is, once a person has confirmed it."""
    return _linked(OrganizationCustomerLink, "organization_id", "customer_code", mobile.Customer, organization)


def colleague_of(user: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The colleague that a technician is, once a person has confirmed it."""
    return _linked(UserColleagueLink, "user_id", "colleague_code", mobile.Colleague, user)


def _linked(
    link: type[SQLModel], id_column: str, code_column: str, here: type[SQLModel], number: ColumnElement[Any]
) -> ScalarSelect[Any]:
    links, ours = table_of(link).alias(), table_of(here).alias()
    confirmed = (links.c[id_column] == number) & links.c.confirmed_at.is_not(None)
    joined = select(ours.c.id).join_from(links, ours, ours.c.code == links.c[code_column])
    return joined.where(confirmed).order_by(ours.c.id).limit(1).scalar_subquery()


def visit_of(proposal: FromClause) -> ColumnElement[UUID]:
    """The visit that a proposal became: the one in the ERP, or its own."""
    return func.coalesce(proposal.c.visit_id, id_of("ninjaone.visit_proposals", proposal.c.ticket_id))


def link_feeds(tickets: FromClause, key: ColumnElement[Any]) -> tuple[Feeds, ...]:
    """What touches the rows that are made of tickets: links, and the customers and colleagues that they name."""
    return (
        *_through_link(
            OrganizationCustomerLink, "organization_id", "customer_code", mobile.Customer, tickets.c.client_id, key
        ),
        *_through_link(
            UserColleagueLink, "user_id", "colleague_code", mobile.Colleague, tickets.c.assigned_app_user_id, key
        ),
    )


def _through_link(
    link: type[SQLModel],
    id_column: str,
    code_column: str,
    here: type[SQLModel],
    naming: ColumnElement[Any],
    key: ColumnElement[Any],
) -> tuple[Feeds, Feeds]:
    links, ours = table_of(link), table_of(here)

    def of_link(changed: FromClause) -> Select[Any]:
        return select(text_of(key)).where(naming.in_(select(changed.c[id_column])))

    def of_ours(changed: FromClause) -> Select[Any]:
        codes = select(ours.c.code).where(ours.c.id.in_(select(changed.c.id)))
        return select(text_of(key)).where(naming.in_(select(links.c[id_column]).where(links.c[code_column].in_(codes))))

    return (
        Feeds(links, of_link, columns=frozenset({code_column, "confirmed_at"})),
        Feeds(ours, of_ours, columns=frozenset({"code"})),
    )


def proposal_feeds() -> tuple[Feeds, Feeds]:
    """What touches the rows that a decision about a ticket changes, and the visits that it names."""
    proposals, visits = table_of(VisitProposal), table_of(mobile.Intervention)

    def of_visit(changed: FromClause) -> Select[Any]:
        return select(text_of(proposals.c.ticket_id)).where(visit_of(proposals).in_(select(changed.c.id)))

    return (
        Feeds(proposals, lambda changed: select(text_of(changed.c.ticket_id))),
        Feeds(visits, of_visit, columns=frozenset()),
    )
