"""Which function makes the rows of which table; a table that has none is filled by rule."""

from collections.abc import Callable, Iterator

from twinbase_demo.erp import activities, agenda, customers, deals, documents, goods, movements, rules, staff, system
from twinbase_demo.erp.shape import tables
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_MAKERS: dict[str, Callable[[GeneratedWorld], Iterator[GeneratedRow]]] = {
    "Activity": activities.activities,
    "Address": customers.addresses,
    "Colleague": staff.colleagues,
    "ConstructionSite": deals.construction_sites,
    "Contact": customers.contacts,
    "Country": system.countries,
    "Customer": customers.customers,
    "CustomerProduct": customers.products,
    "Deal": deals.deals,
    "DealColleague": deals.deal_colleagues,
    "DealCustomer": deals.deal_customers,
    "DocumentLineAssociation": documents.line_associations,
    "EbpSysDeletedRecord": system.deleted_records,
    "GeographicSector": staff.sectors,
    "Item": goods.items,
    "ItemFamily": goods.families,
    "ItemSubFamily": goods.sub_families,
    "MaintenanceContract": customers.contracts,
    "MaintenanceContractCustomerProduct": customers.contract_products,
    "PurchaseDocument": documents.purchase_documents,
    "PurchaseDocumentLine": documents.purchase_document_lines,
    "SaleDocument": documents.sale_documents,
    "SaleDocumentLine": documents.sale_document_lines,
    "ScheduleEvent": agenda.schedule_events,
    "ScheduleEventCustomerProduct": activities.event_products,
    "ScheduleEventExpectedResource": activities.expected_resources,
    "ScheduleEventType": activities.event_types,
    "StockDocument": movements.documents,
    "StockDocumentLine": movements.lines,
    "StockItem": staff.stock_items,
    "StockMovement": movements.movements,
    "Storehouse": staff.storehouses,
    "Supplier": customers.suppliers,
    "TrackingStockItem": staff.tracking_stock_items,
    "Unit": goods.units,
    "Vat": goods.vats,
    "Zipcode": system.zip_codes,
}


def rows_of(world: GeneratedWorld, table: str) -> Iterator[GeneratedRow]:
    """The rows of a table, each with the same columns in the same order."""
    if not world.rows[table]:
        return iter(())
    maker = _MAKERS.get(table)
    return maker(world) if maker else rules.rows(world, tables()[table])
