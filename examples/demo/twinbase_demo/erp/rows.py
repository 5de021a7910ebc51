"""Which function makes the rows of which table; a table that has none is filled by rule."""

from collections.abc import Callable, Iterator

from twinbase_demo.erp import activities, agenda, customers, deals, documents, goods, movements, rules, staff, system
from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_MAKERS: dict[str, Callable[[GeneratedWorld], Iterator[GeneratedRow]]] = {
    "Activity": activities.make_activities,
    "Address": customers.make_addresses,
    "Colleague": staff.make_colleagues,
    "ConstructionSite": deals.make_construction_sites,
    "Contact": customers.make_contacts,
    "Country": system.make_countries,
    "Customer": customers.make_customers,
    "CustomerProduct": customers.make_products,
    "Deal": deals.make_deals,
    "DealColleague": deals.make_deal_colleagues,
    "DealCustomer": deals.make_deal_customers,
    "DocumentLineAssociation": documents.make_line_associations,
    "EbpSysDeletedRecord": system.make_deleted_records,
    "GeographicSector": staff.make_sectors,
    "Item": goods.make_items,
    "ItemFamily": goods.make_families,
    "ItemSubFamily": goods.make_sub_families,
    "MaintenanceContract": customers.make_contracts,
    "MaintenanceContractCustomerProduct": customers.make_contract_products,
    "PurchaseDocument": documents.make_purchase_documents,
    "PurchaseDocumentLine": documents.make_purchase_document_lines,
    "SaleDocument": documents.make_sale_documents,
    "SaleDocumentLine": documents.make_sale_document_lines,
    "ScheduleEvent": agenda.make_schedule_events,
    "ScheduleEventCustomerProduct": activities.make_event_products,
    "ScheduleEventExpectedResource": activities.make_expected_resources,
    "ScheduleEventType": activities.make_event_types,
    "StockDocument": movements.make_documents,
    "StockDocumentLine": movements.make_lines,
    "StockItem": staff.make_stock_items,
    "StockMovement": movements.make_movements,
    "Storehouse": staff.make_storehouses,
    "Supplier": customers.make_suppliers,
    "TrackingStockItem": staff.make_tracking_stock_items,
    "Unit": goods.make_units,
    "Vat": goods.make_vats,
    "Zipcode": system.make_zip_code_rows,
}


def rows_of(world: GeneratedWorld, table: str) -> Iterator[GeneratedRow]:
    """The rows of a table, each with the same columns in the same order."""
    if not world.rows[table]:
        return iter(())
    maker = _MAKERS.get(table)
    return maker(world) if maker else rules.make_rows(world, ebp_tables()[table])
