"""Files that hang on visits, projects and appliances, and the heads of sale documents of projects.

A file's bytes stay in EBP, and its size and hash with them: they are known when somebody opens it.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, literal, or_, select
from sqlmodel import SQLModel

from twinbase.projection import Feeds, Projection
from twinbase_ebp.projections.feeding import is_in_ebp, own_feed, parent_feed
from twinbase_ebp.projections.sql import (
    day_of,
    id_of,
    id_to_keep,
    key_of,
    prefix_word_of,
    source_id_of,
    table_of,
    text_of,
)
from twinbase_ebp.projections.work import is_visit_there, visit_feeds
from twinbase_ebp.settings import EbpSettings
from twinbase_ebp.tables import (
    EbpActivity,
    EbpActivityAssociatedFiles,
    EbpConstructionSite,
    EbpConstructionSiteAssociatedFiles,
    EbpCustomerProduct,
    EbpCustomerProductAssociatedFiles,
    EbpDeal,
    EbpDealAssociatedFiles,
    EbpSaleDocument,
    EbpScheduleEvent,
    EbpScheduleEventAssociatedFiles,
    EbpScheduleEventType,
)
from twinbase_mobile import tables as mobile

NO_OWNER = "What it hangs on is not in EBP."
NO_VISIT = "It hangs on no visit."


def document_projections(settings: EbpSettings) -> list[Projection]:
    return [
        _files_of_visits(settings),
        _files_of_notes(settings),
        _files(EbpDealAssociatedFiles, EbpDeal, "projects"),
        _files(EbpConstructionSiteAssociatedFiles, EbpConstructionSite, "projects"),
        _files(EbpCustomerProductAssociatedFiles, EbpCustomerProduct, "customer_equipment"),
        _sale_documents(settings),
    ]


def _rows(files: Any, kind: str, owner: ColumnElement[Any]) -> Select[Any]:
    return select(
        files.c.Id.label("id"),
        text_of(files.c.Id).label("source_id"),
        literal(kind).label("owner_kind"),
        owner.label("owner_id"),
        files.c.Name.label("name"),
        files.c.TypeMime.label("mime"),
        day_of(files.c.sysCreatedDate).label("document_date"),
    )


def _files(model: type[SQLModel], owner: type[SQLModel], kind: str) -> Projection:
    """Files of something whose key is a code."""
    f = table_of(model)
    rows = _rows(f, kind, id_of(str(owner.__tablename__), f.c.ParentId))
    only = {NO_OWNER: is_in_ebp(owner, f.c.ParentId)}
    return Projection(
        mobile.Document, f.name, rows, (own_feed(model), parent_feed(owner, model, "ParentId")), only=only
    )


def _files_of_visits(settings: EbpSettings) -> Projection:
    f = table_of(EbpScheduleEventAssociatedFiles)
    feeds = (own_feed(EbpScheduleEventAssociatedFiles), *visit_feeds(EbpScheduleEventAssociatedFiles, "ParentId"))
    only = {NO_VISIT: is_visit_there(f.c.ParentId, settings)}
    return Projection(
        mobile.Document, f.name, _rows(f, "interventions", id_to_keep("ScheduleEvent", f.c.ParentId)), feeds, only=only
    )


def _files_of_notes(settings: EbpSettings) -> Projection:
    """A file of a note about a visit is a file of the visit."""
    f, a = table_of(EbpActivityAssociatedFiles), table_of(EbpActivity)
    visit = select(a.c.ScheduleEventId).where(a.c.Id == f.c.ParentId).correlate(f).scalar_subquery()
    feeds = (
        own_feed(EbpActivityAssociatedFiles),
        parent_feed(EbpActivity, EbpActivityAssociatedFiles, "ParentId"),
        *_over_notes(),
    )
    only = {NO_VISIT: is_visit_there(visit, settings)}
    return Projection(
        mobile.Document, f.name, _rows(f, "interventions", id_to_keep("ScheduleEvent", visit)), feeds, only=only
    )


def _over_notes() -> tuple[Feeds, Feeds]:
    """A changed entry of the agenda, or a type of entries, touches the files of its notes."""
    f, a, e = table_of(EbpActivityAssociatedFiles), table_of(EbpActivity), table_of(EbpScheduleEvent)

    def files(events: Select[Any]) -> Select[Any]:
        return select(source_id_of(f.c.Id)).join(a, a.c.Id == f.c.ParentId).where(a.c.ScheduleEventId.in_(events))

    def source_rows(wanted: ColumnElement[str]) -> ColumnElement[bool]:
        return e.c.Id.in_(select(a.c.ScheduleEventId).join(f, a.c.Id == f.c.ParentId).where(text_of(f.c.Id) == wanted))

    def of_types(changed: FromClause) -> Select[Any]:
        return files(select(e.c.Id).where(e.c.EventType.in_(select(changed.c.Id))))

    return Feeds(e, lambda changed: files(select(changed.c.Id)), source_rows), Feeds(
        table_of(EbpScheduleEventType), of_types
    )


def _sale_documents(settings: EbpSettings) -> Projection:
    """Quotes, orders and invoices of a project: number and total, never the lines."""
    s = table_of(EbpSaleDocument)
    deal, site = is_in_ebp(EbpDeal, s.c.DealId), is_in_ebp(EbpConstructionSite, s.c.ConstructionSiteId)
    owner = func.coalesce(_id_if(EbpDeal, s.c.DealId), _id_if(EbpConstructionSite, s.c.ConstructionSiteId))
    rows = select(
        s.c.Id.label("id"),
        text_of(s.c.Id).label("source_id"),
        literal("projects").label("owner_kind"),
        owner.label("owner_id"),
        s.c.DocumentNumber.label("name"),
        s.c.DocumentNumber.label("sale_document_number"),
        prefix_word_of(s.c.NumberPrefix, settings.sale_document_prefixes).label("sale_document_kind"),
        day_of(s.c.DocumentDate).label("document_date"),
        s.c.AmountVatIncluded.label("total_ttc"),
    )
    feeds = (
        own_feed(EbpSaleDocument),
        parent_feed(EbpDeal, EbpSaleDocument, "DealId"),
        parent_feed(EbpConstructionSite, EbpSaleDocument, "ConstructionSiteId"),
    )
    return Projection(mobile.Document, "SaleDocument", rows, feeds, only={"It is of no project.": or_(deal, site)})


def _id_if(owner: type[SQLModel], code: ColumnElement[Any]) -> ColumnElement[Any]:
    """The id that the owner of this code has as a project, NULL when EBP has none."""
    table = table_of(owner)
    name = str(owner.__tablename__)
    return select(id_of(name, table.c.Id)).where(key_of(table.c.Id) == key_of(code)).limit(1).scalar_subquery()
