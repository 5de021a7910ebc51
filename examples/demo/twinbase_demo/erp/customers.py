"""Customers, their addresses and contacts, suppliers, and what is installed and maintained at customers'."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from twinbase_demo.erp import codes, people, places, texts
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.people import GeneratedPerson
from twinbase_demo.erp.places import GeneratedAddress
from twinbase_demo.erp.world import CellValue, GeneratedCustomer, GeneratedRow, GeneratedWorld


def make_customers(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Customer")
    salespeople = [colleague.key for colleague in world.office]
    families, sub_families = world.keys_of("CustomerFamily"), world.keys_of("CustomerSubFamily")
    for customer in world.customers:
        main, contact = customer.sites[0].address, customer.contacts[0][1]
        note = texts.fill_template(chance, texts.NOTES) if chance.happens(0.4) else None
        sheet = texts.fill_template(chance, texts.TECHNICAL_SHEETS) if chance.happens(0.25) else None
        yield {
            "Id": customer.key,
            "UniqueId": chance.make_uuid(),
            "Name": customer.name,
            "Civility": contact.civility if customer.is_person else "Société",
            "NaturalPerson": customer.is_person,
            "ActiveState": chance.pick((*[codes.ACTIVE] * 18, codes.SLEEPING, chance.draw_between(2, 4))),
            "ColleagueId": chance.pick(salespeople),
            "FamilyId": chance.pick(families),
            "SubFamilyId": chance.pick(sub_families),
            "StorehouseId": None,
            "TravelExpenseId": None,
            "Siren": None if customer.is_person else people.make_siren(chance),
            "Nic": None if customer.is_person else f"{chance.draw_between(10, 90):05d}",
            "NAF": None,
            "ThirdLanguage": "FRA",
            "TerritorialityId": codes.FRANCE,
            "Notes": texts.format_rich(note) if note else None,
            "NotesClear": note,
            "TechnicalSheet": texts.format_rich(sheet) if sheet else None,
            "TechnicalSheetClear": sheet,
            "CurrentAmount": f"{chance.draw_between(0, 900000) / 100:.2f}",
            "AllowedAmount": 0,
            "Accounts_Account": f"411{customer.key[2:]}",
            "UseInvoicingAddressAsDeliveryAddress": True,
            "xx_login_ticket": people.ascii_name(customer.name)[:20],
            "xx_mdp_ticket": f"secret-{chance.make_digits(6)}",
            **address_fields("MainInvoicingAddress_", main),
            **address_fields("MainDeliveryAddress_", main),
            **contact_fields("MainInvoicingContact_", contact),
            **contact_fields("MainDeliveryContact_", contact),
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
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


def make_addresses(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Address")
    for customer in world.customers:
        for rank, site in enumerate(customer.sites):
            # EBP seldom knows where on the map an address is.
            mapped = address_fields("AddressFields_", site.address, site.label)
            if chance.happens(0.6):
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
                **world.audit_columns(chance, world.past_moment(chance, 2000)),
            }


def make_contacts(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Contact")
    for customer in world.customers:
        for rank, (key, person) in enumerate(customer.contacts):
            yield _contact(world, chance, key, person, is_main=rank == 0, customer=customer)
    supplier_keys = world.keys_of("Supplier")
    for rank, key in enumerate(world.keys_of("Contact")[len(world.customer_contact_keys) :]):
        person = people.make_person(chance, "fournisseurs.example", people.pick_function(chance))
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
        **world.audit_columns(chance, world.past_moment(chance, 2000)),
    }


def make_suppliers(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Supplier")
    for key in world.keys_of("Supplier"):
        address = places.make_address(chance, chance.pick(chance.pick(places.SECTORS).communes))
        contact = people.make_person(chance, "fournisseurs.example", "Technico-commercial")
        yield {
            "Id": key,
            "UniqueId": chance.make_uuid(),
            "Name": people.make_supplier(chance),
            "ActiveState": codes.ACTIVE,
            "ThirdLanguage": "FRA",
            "TerritorialityId": codes.FRANCE,
            "Siren": people.make_siren(chance),
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
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }


def make_products(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("CustomerProduct")
    families = world.keys_of("CustomerProductFamily")
    for product in world.products:
        key, contact = product.customer.contacts[0]
        covered = product.sold_on + timedelta(days=730)
        place = chance.pick(texts.PLACES_IN_SITE)
        yield {
            "Id": product.key,
            "Caption": product.item.caption,
            "ActiveState": codes.ACTIVE if chance.happens(0.95) else codes.SLEEPING,
            "CustomerId": product.customer.key,
            "CustomerName": product.customer.name,
            "CustomerProductFamilyId": chance.pick(families),
            "ItemId": product.item.code,
            "TrackingNumber": product.serial,
            "DescriptionClear": f"{product.item.caption}, n° de série {product.serial}",
            "Description": texts.format_rich(f"{product.item.caption}, n° de série {product.serial}"),
            "NotesClear": f"Emplacement : {place}.",
            "DeliveryAddressId": product.site.key,
            "DeliveryContactId": key,
            "xx_Cles_PC": f"{chance.make_digits(5)}-{chance.make_digits(5)}-{chance.make_digits(5)}"
            if chance.happens(0.1)
            else None,
            **{
                f"{part}{end}Date": moment
                for part in ("Labour", "Parts", "Travel")
                for end, moment in (("Start", product.sold_on), ("End", covered))
            },
            **address_fields("DeliveryAddress_", product.site.address),
            **contact_fields("DeliveryContact_", contact),
            **world.audit_columns(chance, product.sold_on),
        }


def make_contracts(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("MaintenanceContract")
    for key, product in zip(world.keys_of("MaintenanceContract"), world.contract_owners, strict=True):
        start = datetime(world.today.year - chance.draw_between(0, 3), chance.draw_between(1, 12), 1)
        visits = chance.pick((1, 1, 1, 2, 4))
        yield {
            "Id": key,
            "Caption": f"Contrat d'entretien - {product.item.caption}"[:80],
            "CustomerId": product.customer.key,
            "StartDate": start,
            "EndDate": start + timedelta(days=365 * chance.draw_between(1, 5) - 1),
            "Status": chance.pick((1, 1, 1, 2)),
            "ArePartsCovered": chance.happens(0.4),
            "IsLabourCovered": True,
            "IsTravelCovered": chance.happens(0.7),
            "RemainingCounterNumber": chance.draw_between(0, 12),
            "InterventionPeriodicity_Caption": "Une fois par an" if visits == 1 else f"{visits} fois par an",
            "ContractLanguage": "FRA",
            "ScheduleEventTypeId": codes.event_type_id(codes.UPKEEP),
            "InterventionAddressId": product.site.key,
            "ColleagueId": chance.pick(world.office).key,
            "TacitRenewal": chance.happens(0.8),
            "DescriptionClear": f"Entretien de : {product.item.caption}. Dépannage sous 48 h ouvrées.",
            **world.audit_columns(chance, start),
        }


def make_contract_products(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("MaintenanceContractCustomerProduct")
    owners = list(zip(world.keys_of("MaintenanceContract"), world.contract_owners, strict=True))
    for number, key in enumerate(world.keys_of("MaintenanceContractCustomerProduct")):
        contract, product = owners[number % len(owners)]
        yield {
            "Id": key,
            "ContractId": contract,
            "CustomerProductId": product.key,
            **world.audit_columns(chance, world.past_moment(chance)),
        }
