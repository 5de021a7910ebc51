"""Sales and purchases: documents whose amounts are those of their lines. Half of all rows of EBP are here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from twinbase_demo.erp import codes
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.goods import vat_keys
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_LINES_WEIGHTS = (8, 16, 18, 16, 13, 10, 7, 5, 4, 3)  # documents of 1, 2, … 10 lines


@dataclass(frozen=True, slots=True)
class DocumentLines:
    """The dates of the documents of one side, in order; for every line its document, item, quantity and cents."""

    dates: list[datetime]
    owners: list[int]
    items: list[int]
    quantities: list[int]
    cents: list[int]

    def sum_documents(self) -> list[int]:
        """The sum of the lines of each document, in cents without VAT."""
        sums = [0] * len(self.dates)
        for owner, cents in zip(self.owners, self.cents, strict=True):
            sums[owner] += cents
        return sums


def sale_lines(world: GeneratedWorld) -> DocumentLines:
    return _document_lines(world, "Sale")


def purchase_lines(world: GeneratedWorld) -> DocumentLines:
    return _document_lines(world, "Purchase")


def _document_lines(world: GeneratedWorld, side: str) -> DocumentLines:
    chance = world.make_chance("ledger", side)
    documents, lines = world.rows[f"{side}Document"], world.rows[f"{side}DocumentLine"]
    dates = sorted(world.past_moment(chance, 1800) for _ in range(documents))
    owners = sorted(_owners(chance, documents, lines))
    prices = [int((item.price if side == "Sale" else item.cost) * 100) for item in world.items]
    items = [int(chance.random() * len(prices)) for _ in range(lines)]
    quantities = [chance.pick((1, 1, 1, 1, 2, 2, 3, 4, 6, 10)) for _ in range(lines)]
    cents = [prices[item] * quantity for item, quantity in zip(items, quantities, strict=True)]
    return DocumentLines(dates, owners, items, quantities, cents)


def _owners(chance: Chance, documents: int, lines: int) -> list[int]:
    sizes = chance.choices(range(1, len(_LINES_WEIGHTS) + 1), _LINES_WEIGHTS, k=documents)
    owners = [document for document, size in enumerate(sizes) for _ in range(size)]
    missing = lines - len(owners)
    return [*owners, *chance.choices(range(documents), k=missing)] if missing > 0 else chance.sample(owners, lines)


def make_sale_documents(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("SaleDocument")
    book = world.make_once(sale_lines)
    vat, report = world.keys_of("Vat")[0], world.keys_of("EbpSysReport")[0]
    owners = list(zip(world.keys_of("Deal"), world.deal_customers, strict=True))
    for number, (key, date, total) in enumerate(
        zip(world.keys_of("SaleDocument"), book.dates, book.sum_documents(), strict=True)
    ):
        deal, customer = chance.pick(owners) if chance.happens(0.5) else (None, chance.pick(world.customers))
        address = customer.sites[0].address
        ((kind, prefix),) = chance.choices(codes.SALE_KINDS, codes.SALE_KIND_WEIGHTS)
        yield {
            "Id": key,
            "DocumentNumber": f"{prefix}{number + 1:08d}",
            "NumberPrefix": prefix,
            "NumberSuffix": number + 1,
            "DocumentDate": date.replace(hour=0, minute=0, second=0),
            "DocumentType": kind,
            "DocumentState": chance.draw_between(0, 4),
            "CustomerId": customer.key,
            "CustomerName": customer.name,
            "ColleagueId": chance.pick(world.office).key,
            "DealId": deal,
            "AmountVatExcluded": format_money(total),
            "VatAmount": format_money(total // 5),
            "AmountVatIncluded": format_money(total + total // 5),
            "CommitmentsBalanceDue": format_money(total + total // 5) if chance.happens(0.1) else 0,
            "DocumentLanguage": "FRA",
            "GlobalDocumentOrder": number + 1,
            **dict.fromkeys(("VatId", "ShippingVatId", "InvoicingChargesVatId"), vat),
            "ReportId": report,
            "TerritorialityId": codes.FRANCE,
            "InvoicingAddress_Address1": address.street[:40],
            "InvoicingAddress_ZipCode": address.commune.zip_code,
            "InvoicingAddress_City": address.commune.name,
            "InvoicingAddress_CountryIsoCode": "FR",
            "DeliveryAddress_Address1": address.street[:40],
            "DeliveryAddress_ZipCode": address.commune.zip_code,
            "DeliveryAddress_City": address.commune.name,
            "DeliveryAddress_CountryIsoCode": "FR",
            **world.audit_columns(chance, date),
        }


def make_purchase_documents(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("PurchaseDocument")
    book = world.make_once(purchase_lines)
    vat, report = world.keys_of("Vat")[0], world.keys_of("EbpSysReport")[0]
    suppliers, deals = world.keys_of("Supplier"), world.keys_of("Deal")
    for number, (key, date, total) in enumerate(
        zip(world.keys_of("PurchaseDocument"), book.dates, book.sum_documents(), strict=True)
    ):
        ((kind, prefix),) = chance.choices(codes.PURCHASE_KINDS, codes.PURCHASE_KIND_WEIGHTS)
        rank = int(chance.random() * len(suppliers))
        yield {
            "Id": key,
            "DocumentNumber": f"{prefix}{number + 1:08d}",
            "NumberPrefix": prefix,
            "NumberSuffix": number + 1,
            "DocumentDate": date.replace(hour=0, minute=0, second=0),
            "DocumentType": kind,
            "DocumentState": chance.draw_between(0, 4),
            "SupplierId": suppliers[rank],
            "SupplierName": f"Fournisseur {suppliers[rank]}",
            "ColleagueId": chance.pick(world.office).key,
            "DealId": chance.pick(deals) if chance.happens(0.3) else None,
            "AmountVatExcluded": format_money(total),
            "VatAmount": format_money(total // 5),
            "AmountVatIncluded": format_money(total + total // 5),
            "DocumentLanguage": "FRA",
            "GlobalDocumentOrder": number + 1,
            "VatId": vat,
            "ReportId": report,
            "TerritorialityId": codes.FRANCE,
            "DeliveryAddress_City": "Lyon",
            "DeliveryAddress_CountryIsoCode": "FR",
            **world.audit_columns(chance, date),
        }


def make_sale_document_lines(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    # The long one is cut at 63 bytes, as it arrives from a server that allows longer names.
    return _lines(world, "Sale", same_amount=("CurrencyRealNetAmountVatExcludedWithDiscountAndFinancialDiscoun",))


def make_purchase_document_lines(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    return _lines(world, "Purchase", same_amount=())


def _lines(world: GeneratedWorld, side: str, *, same_amount: Sequence[str]) -> Iterator[GeneratedRow]:
    chance = world.make_chance(f"{side}DocumentLine")
    book = world.make_once(sale_lines if side == "Sale" else purchase_lines)
    documents, depot = world.keys_of(f"{side}Document"), world.keys_of("Storehouse")[0]
    vats = vat_keys(world)
    audits = [world.audit_columns(chance, date) for date in book.dates]
    previous, order = -1, 0
    for key, owner, rank, quantity, cents in zip(
        world.keys_of(f"{side}DocumentLine"), book.owners, book.items, book.quantities, book.cents, strict=True
    ):
        order = order + 1 if owner == previous else 1
        previous, item, amount = owner, world.items[rank], format_money(cents)
        row: GeneratedRow = {
            "Id": key,
            "DocumentId": documents[owner],
            "LineOrder": order,
            "LineType": 0,
            "ItemId": item.code,
            "DescriptionClear": item.caption,
            "Quantity": quantity,
            "UnitId": item.family.unit,
            "NetPriceVatExcluded": format_money(cents // quantity),
            "NetAmountVatExcludedWithDiscount": amount,
            "StorehouseId": None if item.is_service else depot,
        }
        if side == "Sale":
            row["VatId"] = vats[str(item.vat_rate)]
            row["NetAmountVatIncludedWithDiscount"] = format_money(cents + int(cents * item.vat_rate) // 100)
        row |= dict.fromkeys(same_amount, amount)
        yield row | audits[owner]


def make_line_associations(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """Which line became which: a line of a sale and the line of a later document that it was carried to."""
    chance = world.make_chance("DocumentLineAssociation")
    owners = world.make_once(sale_lines).owners
    documents, lines = world.keys_of("SaleDocument"), world.keys_of("SaleDocumentLine")
    for key in world.keys_of("DocumentLineAssociation"):
        first, second = sorted((chance.draw_between(0, len(lines) - 1), chance.draw_between(0, len(lines) - 1)))
        yield {
            "Id": key,
            "OriginDocumentId": documents[owners[first]],
            "OriginLineId": lines[first],
            "TransferedDocumentId": documents[owners[second]],
            "TransferedLineId": lines[second],
        }


def format_money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
