"""What all tables agree on: the keys of every table, and the people, customers and things that rows point at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeVar, cast

from twinbase_demo.erp import catalogue, codes, people, places
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.ebp_tables import GeneratedColumn, ebp_tables
from twinbase_demo.erp.people import GeneratedPerson
from twinbase_demo.erp.places import GeneratedAddress, GeneratedSector
from twinbase_demo.erp.sizes import DEPOTS, count_technicians, row_counts

T = TypeVar("T")

CellValue = str | int | float | bool | datetime | bytes | None
GeneratedRow = dict[str, CellValue]

TRADES = ("chauffage", "électricité", "informatique", "plomberie", "ventilation")
_TRADE_NAMES = {
    "chauffage": "Technicien chauffagiste",
    "électricité": "Électricien",
    "informatique": "Technicien informatique",
    "plomberie": "Plombier",
    "ventilation": "Technicien frigoriste",
}
_OFFICE_ROLES = (
    "Gérante", "Directeur d'exploitation", "Conducteur de travaux", "Commercial", "Commerciale",
    "Assistante de gestion", "Planificatrice", "Magasinier", "Comptable",
)  # fmt: skip
_PREFIXES = {
    "ConstructionSite": "CH", "Customer": "CL", "CustomerProduct": "EQ", "Deal": "AF", "MaintenanceContract": "CT",
    "PeriodicInvoicing": "FP", "Supplier": "FR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GeneratedColleague:
    key: str
    person: GeneratedPerson
    sector: GeneratedSector
    trade: str | None
    storehouse: str
    home: GeneratedAddress


@dataclass(frozen=True, slots=True)
class GeneratedSite:
    key: str
    label: str
    address: GeneratedAddress


@dataclass(frozen=True, slots=True)
class GeneratedCustomer:
    key: str
    name: str
    is_person: bool
    sector: GeneratedSector
    sites: list[GeneratedSite]
    contacts: list[tuple[str, GeneratedPerson]]


@dataclass(frozen=True, slots=True)
class GeneratedProduct:
    """An appliance at a customer's."""

    key: str
    customer: GeneratedCustomer
    site: GeneratedSite
    item: catalogue.GeneratedItem
    serial: str
    sold_on: datetime


class GeneratedWorld:
    """One seed, one scale, one day: the same three give the same database, byte for byte."""

    def __init__(self, seed: int, scale: float, today: date) -> None:
        self.seed = seed
        self.today = today
        self.now = datetime.combine(today, time(8, 30))
        self.rows = row_counts(scale)
        self.technician_count = count_technicians(scale)
        self._keys: dict[str, list[str]] = {}
        self._made: dict[object, object] = {}

    def make_chance(self, *subject: object) -> Chance:
        return Chance(self.seed, *subject)

    def keys_of(self, table: str) -> Sequence[str]:
        """The key of every row of a table whose key is one column, as text."""
        if table not in self._keys:
            special = {
                "Item": lambda: [item.code for item in self.items],
                "ItemFamily": lambda: [family.code for family in catalogue.FAMILIES[: self.rows["ItemFamily"]]],
                "ItemSubFamily": lambda: [code for code, _, _ in catalogue.SUB_FAMILIES[: self.rows["ItemSubFamily"]]],
                "Unit": lambda: [code for code, _, _ in catalogue.UNITS],
                "Colleague": lambda: [colleague.key for colleague in self.colleagues],
                "GeographicSector": lambda: [sector.code for sector in places.SECTORS],
                "ScheduleEventType": lambda: [codes.event_type_id(kind) for kind in codes.EVENT_TYPES],
                "SaleDocumentEx": lambda: list(self.keys_of("SaleDocument")),
                "PurchaseDocumentEx": lambda: list(self.keys_of("PurchaseDocument")),
                "ConstructionSiteReferenceDocumentEx": lambda: list(self.keys_of("ConstructionSiteReferenceDocument")),
            }.get(table)
            self._keys[table] = special() if special else self._made_keys(table)
        return self._keys[table]

    def _made_keys(self, table: str) -> list[str]:
        (column,) = ebp_tables()[table].key
        return make_keys(self.make_chance("key", table), table, column, self.rows[table])

    def make_once(self, make: Callable[["GeneratedWorld"], T]) -> T:
        """What `make` makes of this world, made once: for what several tables are written from."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    @cached_property
    def items(self) -> list[catalogue.GeneratedItem]:
        return catalogue.make_items(self.make_chance("items"), self.rows["Item"], self.rows["ItemSubFamily"])

    @cached_property
    def goods(self) -> list[catalogue.GeneratedItem]:
        return [item for item in self.items if not item.is_service]

    @cached_property
    def colleagues(self) -> list[GeneratedColleague]:
        """The technicians, then the office."""
        chance = self.make_chance("colleagues")
        sectors = _spread(chance, self.technician_count)
        storehouses = self.keys_of("Storehouse")
        crew = [
            GeneratedColleague(
                key=f"TEC{number + 1:03d}",
                person=people.make_person(
                    chance, "chaleur-et-reseaux.example", _TRADE_NAMES[TRADES[number % len(TRADES)]]
                ),
                sector=sector,
                trade=TRADES[number % len(TRADES)],
                storehouse=storehouses[DEPOTS + number],
                home=places.make_address(chance, chance.pick(sector.communes)),
            )
            for number, sector in enumerate(sectors)
        ]
        office = [
            GeneratedColleague(
                key=f"BUR{number + 1:03d}",
                person=people.make_person(
                    chance, "chaleur-et-reseaux.example", _OFFICE_ROLES[number % len(_OFFICE_ROLES)]
                ),
                sector=places.SECTORS[0],
                trade=None,
                storehouse=storehouses[0],
                home=places.make_address(chance, chance.pick(places.SECTORS[0].communes)),
            )
            for number in range(self.rows["Colleague"] - self.technician_count)
        ]
        return [*crew, *office]

    @property
    def technicians(self) -> list[GeneratedColleague]:
        return self.colleagues[: self.technician_count]

    @property
    def office(self) -> list[GeneratedColleague]:
        return self.colleagues[self.technician_count :]

    @cached_property
    def _users(self) -> list[str]:
        return [colleague.key for colleague in self.office]

    @cached_property
    def customers(self) -> list[GeneratedCustomer]:
        """Customers with their sites and contacts: one of each at least, the rest spread over them."""
        chance = self.make_chance("customers")
        address_keys, contact_keys = self.keys_of("Address"), self.keys_of("Contact")
        customers = [
            self._customer(chance, number, key, sector, address_keys[number], contact_keys[number])
            for number, (key, sector) in enumerate(
                zip(self.keys_of("Customer"), _spread(chance, self.rows["Customer"]), strict=True)
            )
        ]
        for key in address_keys[len(customers) :]:
            owner = chance.pick(customers)
            label = chance.pick(("Chantier", "Annexe", "Résidence secondaire", "Atelier", "Dépôt", "Agence"))
            owner.sites.append(
                GeneratedSite(key, label, places.make_address(chance, chance.pick(owner.sector.communes)))
            )
        for key in self.customer_contact_keys[len(customers) :]:
            owner = chance.pick(customers)
            domain = owner.contacts[0][1].email.partition("@")[2]
            owner.contacts.append((key, people.make_person(chance, domain, people.pick_function(chance))))
        return customers

    @property
    def customer_contact_keys(self) -> Sequence[str]:
        """The contacts that are customers': the last ones, one for each supplier, are not."""
        keys = self.keys_of("Contact")
        return keys[: max(self.rows["Customer"], len(keys) - self.rows["Supplier"])]

    def _customer(
        self, chance: Chance, number: int, key: str, sector: GeneratedSector, address_key: str, contact_key: str
    ) -> GeneratedCustomer:
        address = places.make_address(chance, chance.pick(sector.communes))
        is_person = chance.happens(0.55)
        if is_person:
            contact = people.make_person(chance)
            name = f"{contact.last_name.upper()} {contact.first_name}"
        else:
            name = people.make_firm(chance, address.commune.name)
            contact = people.make_person(
                chance, f"{people.ascii_name(name)[:40]}.example", people.pick_function(chance)
            )
        return GeneratedCustomer(
            key, name, is_person, sector, [GeneratedSite(address_key, "Principale", address)], [(contact_key, contact)]
        )

    @cached_property
    def customers_of(self) -> dict[str, list[GeneratedCustomer]]:
        """The customers of each sector, by its code."""
        by_sector: dict[str, list[GeneratedCustomer]] = {sector.code: [] for sector in places.SECTORS}
        for customer in self.customers:
            by_sector[customer.sector.code].append(customer)
        return by_sector

    @cached_property
    def products(self) -> list[GeneratedProduct]:
        chance = self.make_chance("products")
        installed = [item for item in self.goods if item.price > 300]
        made = []
        for key in self.keys_of("CustomerProduct"):
            customer = chance.pick(self.customers)
            item = chance.pick(installed)
            serial = f"{item.family.code[:3]}{chance.make_digits(9)}"
            sold_on = self.now.replace(hour=0, minute=0) - timedelta(days=chance.draw_between(20, 3200))
            made.append(GeneratedProduct(key, customer, chance.pick(customer.sites), item, serial, sold_on))
        return made

    @cached_property
    def products_of(self) -> dict[str, list[GeneratedProduct]]:
        """The appliances of each customer, by its key."""
        by_customer: dict[str, list[GeneratedProduct]] = {}
        for product in self.products:
            by_customer.setdefault(product.customer.key, []).append(product)
        return by_customer

    @cached_property
    def contract_owners(self) -> list[GeneratedProduct]:
        """For each maintenance contract the appliance that it began with."""
        chance = self.make_chance("contracts")
        return [chance.pick(self.products) for _ in self.keys_of("MaintenanceContract")]

    @cached_property
    def contracts_of(self) -> dict[str, list[str]]:
        by_customer: dict[str, list[str]] = {}
        for key, product in zip(self.keys_of("MaintenanceContract"), self.contract_owners, strict=True):
            by_customer.setdefault(product.customer.key, []).append(key)
        return by_customer

    @cached_property
    def deal_customers(self) -> list[GeneratedCustomer]:
        """The customer of each deal."""
        chance = self.make_chance("deals")
        return [chance.pick(self.customers) for _ in self.keys_of("Deal")]

    @cached_property
    def deals_of(self) -> dict[str, list[str]]:
        by_customer: dict[str, list[str]] = {}
        for key, customer in zip(self.keys_of("Deal"), self.deal_customers, strict=True):
            by_customer.setdefault(customer.key, []).append(key)
        return by_customer

    def audit_columns(self, chance: Chance, created: datetime, modified: datetime | None = None) -> GeneratedRow:
        """Who made the row and who touched it last: never after this morning, never before it was made."""
        now, users = self.now, self._users
        born = created if created < now else now - timedelta(minutes=chance.draw_between(1, 600))
        if modified is None:
            modified = born + timedelta(minutes=int(chance.random() ** 3 * 200_000))
        if modified >= now:
            modified = now - timedelta(seconds=chance.draw_between(1, 3600))
        return {
            "sysCreatedDate": born,
            "sysCreatedUser": chance.pick(users),
            "sysModifiedDate": max(born, modified),
            "sysModifiedUser": chance.pick(users),
        }

    def past_moment(self, chance: Chance, days_max: int = 1500) -> datetime:
        """A working moment in the past, the recent ones more often."""
        day = self.today - timedelta(days=1 + int(chance.random() ** 1.5 * days_max))
        return datetime.combine(
            day, time(chance.draw_between(8, 17), chance.draw_between(0, 59), chance.draw_between(0, 59))
        )


def make_keys(chance: Chance, table: str, column: GeneratedColumn, count: int) -> list[str]:
    """Keys of a kind: UUIDs, numbers from 1, or codes of letters and digits within the length of the column."""
    if column.type == "uuid":
        return [chance.make_uuid() for _ in range(count)]
    if column.type in ("integer", "smallint"):
        return [str(number) for number in range(1, count + 1)]
    if column.type == "boolean":
        return ["f"] * count
    length = min(int(column.type.removeprefix("varchar(").removesuffix(")")), 10)
    prefix = _PREFIXES.get(table, "".join(letter for letter in table if letter.isupper())[:3])[: max(0, length - 4)]
    if length <= 3:
        return [_base36(number, length) for number in range(count)]
    width = min(length - len(prefix), 6)
    return [f"{prefix}{number:0{width}d}" for number in range(1, count + 1)]


def _base36(number: int, length: int) -> str:
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    text = ""
    for _ in range(length):
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text


def _spread(chance: Chance, count: int) -> list[GeneratedSector]:
    """A sector for each of so many: one of each first while there are enough, then by weight."""
    first = list(places.SECTORS) if count >= 4 * len(places.SECTORS) else []
    return first + chance.choices(places.SECTORS, places.SECTOR_WEIGHTS, k=count - len(first))
