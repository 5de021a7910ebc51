"""Customers, their addresses and contacts, suppliers, and what is installed and maintained at customers'."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from twinbase_demo.erp import codes, people, places, texts
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.people import GeneratedPerson
from twinbase_demo.erp.places import GeneratedAddress
from twinbase_demo.erp.world import CellValue, GeneratedCustomer, GeneratedRow, GeneratedWorld


def customers(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("Customer")
    salespeople = [colleague.key for colleague in world.office]
    families, sub_families = world.keys("CustomerFamily"), world.keys("CustomerSubFamily")
    for customer in world.customers:
        main, contact = customer.sites[0].address, customer.contacts[0][1]
        note = texts.written(chance, texts.NOTES) if chance.often(0.4) else None
        sheet = texts.written(chance, texts.TECHNICAL_SHEETS) if chance.often(0.25) else None
        yield {
            "Id": customer.key,
            "UniqueId": chance.uuid(),
            "Name": customer.name,
            "Civility": contact.civility if customer.is_person else "Société",
            "NaturalPerson": customer.is_person,
            "ActiveState": chance.pick((*[codes.ACTIVE] * 18, codes.SLEEPING, chance.between(2, 4))),
            "ColleagueId": chance.pick(salespeople),
            "FamilyId": chance.pick(families),
            "SubFamilyId": chance.pick(sub_families),
            "StorehouseId": None,
            "TravelExpenseId": None,
            "Siren": None if customer.is_person else people.siren(chance),
            "Nic": None if customer.is_person else f"{chance.between(10, 90):05d}",
            "NAF": None,
            "ThirdLanguage": "FRA",
            "TerritorialityId": codes.FRANCE,
            "Notes": texts.rich(note) if note else None,
            "NotesClear": note,
            "TechnicalSheet": texts.rich(sheet) if sheet else None,
            "TechnicalSheetClear": sheet,
            "CurrentAmount": f"{chance.between(0, 900000) / 100:.2f}",
            "AllowedAmount": 0,
            "Accounts_Account": f"411{customer.key[2:]}",
            "UseInvoicingAddressAsDeliveryAddress": True,
            "xx_login_ticket": people.ascii_name(customer.name)[:20],
            "xx_mdp_ticket": f"secret-{chance.digits(6)}",
            **address_fields("MainInvoicingAddress_", main),
            **address_fields("MainDeliveryAddress_", main),
            **contact_fields("MainInvoicingContact_", contact),
            **contact_fields("MainDeliveryContact_", contact),
            **world.audit(chance, world.past(chance, 3000)),
        }


def address_fields(prefix: str, address: GeneratedAddress, label: CellValue = None) -> GeneratedRow:
    """The address as EBP flattens it, under a prefix that differs from table to table."""
    return {
        f"{prefix}Address1": address.street[:40],
        f"{prefix}Address2": address.complement,
        f"{prefix}ZipCode": address.commune.zip_code,
        f"{prefix}City": address.commune.name,
        f"{prefix}CountryIsoCode": "FR",
        f"{prefix}Description": label,
        f"{prefix}Latitude": str(address.latitude),
        f"{prefix}Longitude": str(address.longitude),
    }


def contact_fields(prefix: str, person: GeneratedPerson) -> GeneratedRow:
    return {
        f"{prefix}Civility": person.civility,
        f"{prefix}Name": person.last_name,
        f"{prefix}FirstName": person.first_name,
        f"{prefix}Phone": person.phone,
        f"{prefix}CellPhone": person.mobile,
        f"{prefix}Email": person.email,
        f"{prefix}Function": person.function,
    }


def addresses(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("Address")
    for customer in world.customers:
        for rank, site in enumerate(customer.sites):
            # EBP seldom knows where on the map an address is.
            mapped = address_fields("AddressFields_", site.address, site.label)
            if chance.often(0.6):
                mapped |= {"AddressFields_Latitude": None, "AddressFields_Longitude": None}
            yield {
                "Id": site.key,
                "AssociatedCustomerId": customer.key,
                "IsInvoicingType": rank == 0,
                "IsDeliveryType": True,
                "IsMainInvoicing": rank == 0,
                "IsMainDelivery": rank == 0,
                "AddressFields_ThirdName": customer.name,
                **mapped,
                **world.audit(chance, world.past(chance, 2000)),
            }


def contacts(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("Contact")
    for customer in world.customers:
        for rank, (key, person) in enumerate(customer.contacts):
            yield _contact(world, chance, key, person, is_main=rank == 0, customer=customer)
    supplier_keys = world.keys("Supplier")
    for rank, key in enumerate(world.keys("Contact")[len(world.customer_contact_keys) :]):
        person = people.person(chance, "fournisseurs.example", people.function(chance))
        yield _contact(world, chance, key, person, is_main=True, supplier=supplier_keys[rank % len(supplier_keys)])


def _contact(
    world: GeneratedWorld,
    chance: Chance,
    key: str,
    person: GeneratedPerson,
    *,
    is_main: bool,
    customer: GeneratedCustomer | None = None,
    supplier: str | None = None,
) -> GeneratedRow:
    return {
        "Id": key,
        "AssociatedCustomerId": customer.key if customer else None,
        "AssociatedSupplierId": supplier,
        "IsMainInvoicing": is_main,
        "IsMainDelivery": is_main,
        **contact_fields("ContactFields_", person),
        "ContactFields_Department": chance.pick((None, "Services techniques", "Comptabilité", "Direction")),
        "ContactFields_NaturalPerson": customer.is_person if customer else False,
        **world.audit(chance, world.past(chance, 2000)),
    }


def suppliers(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("Supplier")
    for key in world.keys("Supplier"):
        address = places.address(chance, chance.pick(chance.pick(places.SECTORS).communes))
        contact = people.person(chance, "fournisseurs.example", "Technico-commercial")
        yield {
            "Id": key,
            "UniqueId": chance.uuid(),
            "Name": people.supplier(chance),
            "ActiveState": codes.ACTIVE,
            "ThirdLanguage": "FRA",
            "TerritorialityId": codes.FRANCE,
            "Siren": people.siren(chance),
            "Nic": "00015",
            "ColleagueId": chance.pick(world.office).key,
            "MainInvoicingAddress_Address1": address.street[:40],
            "MainInvoicingAddress_ZipCode": address.commune.zip_code,
            "MainInvoicingAddress_City": address.commune.name,
            "MainInvoicingAddress_CountryIsoCode": "FR",
            "MainInvoicingContact_Civility": contact.civility,
            "MainInvoicingContact_Name": contact.last_name,
            "MainInvoicingContact_FirstName": contact.first_name,
            "MainInvoicingContact_Phone": contact.phone,
            "MainInvoicingContact_Email": contact.email,
            **world.audit(chance, world.past(chance, 3000)),
        }


def products(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("CustomerProduct")
    families = world.keys("CustomerProductFamily")
    for product in world.products:
        key, contact = product.customer.contacts[0]
        covered = product.sold_on + timedelta(days=730)
        place = chance.pick(texts.PLACES_IN_SITE)
        yield {
            "Id": product.key,
            "Caption": product.item.caption,
            "ActiveState": codes.ACTIVE if chance.often(0.95) else codes.SLEEPING,
            "CustomerId": product.customer.key,
            "CustomerName": product.customer.name,
            "CustomerProductFamilyId": chance.pick(families),
            "ItemId": product.item.code,
            "TrackingNumber": product.serial,
            "DescriptionClear": f"{product.item.caption}, n° de série {product.serial}",
            "Description": texts.rich(f"{product.item.caption}, n° de série {product.serial}"),
            "NotesClear": f"Emplacement : {place}.",
            "DeliveryAddressId": product.site.key,
            "DeliveryContactId": key,
            "xx_Cles_PC": f"{chance.digits(5)}-{chance.digits(5)}-{chance.digits(5)}" if chance.often(0.1) else None,
            **{
                f"{part}{end}Date": moment
                for part in ("Labour", "Parts", "Travel")
                for end, moment in (("Start", product.sold_on), ("End", covered))
            },
            **address_fields("DeliveryAddress_", product.site.address),
            **contact_fields("DeliveryContact_", contact),
            **world.audit(chance, product.sold_on),
        }


def contracts(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("MaintenanceContract")
    for key, product in zip(world.keys("MaintenanceContract"), world.contract_owners, strict=True):
        start = datetime(world.today.year - chance.between(0, 3), chance.between(1, 12), 1)
        visits = chance.pick((1, 1, 1, 2, 4))
        yield {
            "Id": key,
            "Caption": f"Contrat d'entretien - {product.item.caption}"[:80],
            "CustomerId": product.customer.key,
            "StartDate": start,
            "EndDate": start + timedelta(days=365 * chance.between(1, 5) - 1),
            "Status": chance.pick((1, 1, 1, 2)),
            "ArePartsCovered": chance.often(0.4),
            "IsLabourCovered": True,
            "IsTravelCovered": chance.often(0.7),
            "RemainingCounterNumber": chance.between(0, 12),
            "InterventionPeriodicity_Caption": "Une fois par an" if visits == 1 else f"{visits} fois par an",
            "ContractLanguage": "FRA",
            "ScheduleEventTypeId": codes.event_type_id(codes.UPKEEP),
            "InterventionAddressId": product.site.key,
            "ColleagueId": chance.pick(world.office).key,
            "TacitRenewal": chance.often(0.8),
            "DescriptionClear": f"Entretien de : {product.item.caption}. Dépannage sous 48 h ouvrées.",
            **world.audit(chance, start),
        }


def contract_products(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("MaintenanceContractCustomerProduct")
    owners = list(zip(world.keys("MaintenanceContract"), world.contract_owners, strict=True))
    for number, key in enumerate(world.keys("MaintenanceContractCustomerProduct")):
        contract, product = owners[number % len(owners)]
        yield {
            "Id": key,
            "ContractId": contract,
            "CustomerProductId": product.key,
            **world.audit(chance, world.past(chance)),
        }
