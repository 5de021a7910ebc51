# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""A Wednesday of Anna's: her encrypted file, as a real server has filled it and as she has worked on it since.

What she has not sent, what the server refused and what it decided came about the way it does in a cellar: by edits, a
sync, and edits of the office between them.
"""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from tests.kivy.boiler import draw_boiler, fill_folder

from twinbase import Plugins
from twinbase.errors import TwinbaseError
from twinbase.replica import Replica
from twinbase.replica.tokens import MemoryTokens
from twinbase.replica.tokens.vault import FileTokens
from twinbase.testing import World, prepare
from twinbase.testing.databases import Databases
from twinbase.testing.device import URL
from twinbase.testing.world import KEY, ManualClock
from twinbase_mobile.rules import answer_id
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Colleague,
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Expense,
    Incident,
    Intervention,
    InterventionAssignment,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    MaintenanceContract,
    Product,
    StockLevel,
    Storehouse,
    Timesheet,
    Unit,
    VatRate,
)
from twinbase_mobile.tables.kinds import (
    Claim,
    ExpenseKind,
    IncidentStatus,
    PaidWith,
    PhotoPhase,
    Priority,
    Role,
    Severity,
    Signer,
    VisitStatus,
    WorkKind,
)
from twinbase_openid import device as openid
from twinbase_presentation import Runner, Workday, load_language
from twinbase_presentation.device.accounts import DeviceAccount, DeviceFolder
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_code import FileCode
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.held import HeldActs
from twinbase_server import accounts

PLUGINS = Plugins("mobile", "deliveries", accounts)


def paris(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026 as clocks in Paris show it."""
    return datetime(2026, 6, day, hour - 2, minute, tzinfo=UTC)


def ident(number: int) -> UUID:
    """An id that is the same in every run."""
    return UUID(int=(0x0198C5A0 << 96) + number)


ME, BOB, TEMPLATE, PIECE, VAN, BOILER, TEAPOT = (ident(number) for number in range(1, 8))
VISIT, NEXT, SWITCH, RACK, PANEL, PURGED, EARLIER = (ident(1000 + number) for number in range(1, 8))
CLAIMS = {"colleague_id": str(ME), "team": "north"}
"""What her sign-in says of her; the team is for a plugin of somebody else's."""
LEFT_NETWORK, NOW = paris(10, 7, 42), paris(10, 9, 25)
ITEMS = [
    {"key": "vents", "label": "Ventilation haute et basse dégagées ?", "kind": "bool", "required": True},
    {"key": "co", "label": "CO dans la pièce", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50,
     "required": True},
    {"key": "smoke", "label": "Température des fumées", "kind": "number", "unit": "°C", "required": True},
    {"key": "pressure", "label": "Pression du vase d’expansion", "kind": "number", "unit": "bar", "required": True},
    {"key": "remark", "label": "Remarque", "kind": "text"},
]  # fmt: skip
WEEK = [{"active": True, "start": "08:00", "end": "16:00", "lunch_start": "12:00", "lunch_end": "13:00"}] * 5
CUSTOMERS = (
    ("Mme Gaëlle Lefèvre", "14 rue des Cerisiers", "69100", "Villeurbanne"),
    ("Boulangerie Noël & Fils", "3 place de l’Église", "69500", "Bron"),
    ("SCI Les Tilleuls", "28 av. Félix Faure", "69003", "Lyon 3e"),
    ("Cabinet dentaire Bérénice", "71 cours Vitton", "69006", "Lyon 6e"),
    ("Restaurant Le Belvédère", "2 montée du Chemin-Neuf", "69005", "Lyon 5e"),
    ("École Jules-Verne", "9 rue de l’Yser", "69008", "Lyon 8e"),
)
POSITIONS = (("45.76", "4.85"), ("45.77", "4.85"), ("45.745", "4.872"), ("45.788", "4.818"), None, ("45.73", "4.862"))
"""Where they are; of one nobody knows it."""


def list_office() -> list[SQLModel]:
    """What the office knows: people, customers, and the visits of the day."""
    rows: list[SQLModel] = [
        Colleague(id=ME, code="ANNA", first_name="Anna", last_name="Martin", week_schedule=WEEK),
        Colleague(id=BOB, code="BOB", first_name="Karim", last_name="Petit", mobile="06 11 22 33 44"),
        Unit(id=PIECE, code="u", caption="pièce"),
        Storehouse(id=VAN, caption="camionnette", owner_id=ME),
        Storehouse(id=ident(8), caption="dépôt de Vénissieux"),
        Storehouse(id=ident(9), caption="camionnette de Karim", owner_id=BOB),
        ChecklistTemplate(id=TEMPLATE, code="GAZ", title="Entretien chaudière gaz", items=ITEMS),
    ]
    for number, ((name, street, zip_code, city), position) in enumerate(zip(CUSTOMERS, POSITIONS, strict=True)):
        lat, lon = map(Decimal, position) if position else (None, None)
        rows += [
            Customer(id=ident(100 + number), code=f"C{number}", name=name, phone="04 78 00 11 22"),
            CustomerSite(
                id=ident(200 + number), customer_id=ident(100 + number), label="Bâtiment B, 3e étage, porte gauche"
                if number == 0 else None, address1=street, zip_code=zip_code, city=city,
                access_notes="4521B, puis interphone « Gardien ». Chaudière au sous-sol, clé au tableau."
                if number == 0 else None, lat=lat, lon=lon,
            ),
        ]  # fmt: skip
    rows += [
        Contact(id=ident(300), customer_id=ident(100), first_name="Gaëlle", last_name="Lefèvre", mobile="0611223344"),
        CustomerEquipment(
            id=BOILER, customer_id=ident(100), caption="Saunier Duval ThemaPlus Condens 25",
            serial_number="21 1754 0010 0021 5678", location_in_site="cuisine",
        ),
    ]  # fmt: skip
    return rows + _visits() + list(_hours()) + list(_van()) + list(_files_of_customers()) + list(_expenses())


def _visits() -> list[SQLModel]:
    ends: dict[str, Any] = {"actual_start": paris(10, 7, 30), "actual_end": paris(10, 8, 15)}
    return [
        _visit(
            VISIT, 0, "Entretien annuel chaudière", (8, 30), (10, 0), number="INT-000412", template_id=TEMPLATE,
            contact_id=ident(300), main_equipment_id=BOILER, status=VisitStatus.PLANNED,
            instructions="Vérifier aussi le vase d’expansion : le client signale une baisse de pression (0,8 bar). "
            "Devis de remplacement si besoin.",
        ),
        _visit(NEXT, 1, "Panne pompe à chaleur, pas d’eau chaude", (10, 30), (11, 30), priority=Priority.URGENT),
        _visit(SWITCH, 2, "Remplacement disjoncteur différentiel", (11, 45), (12, 30)),
        _visit(RACK, 3, "Mise en service baie réseau", (14, 0), (15, 30)),
        _visit(PANEL, 4, "Contrôle tableau électrique", (16, 0), (17, 0)),
        _visit(PURGED, 5, "Purge radiateurs", (7, 30), (8, 15), status=VisitStatus.DONE, **ends),
        _visit(
            EARLIER, 0, "Entretien annuel chaudière", (9, 0), (10, 0), day=-1, lead_id=BOB, status=VisitStatus.DONE,
            report="Remplacement de l’électrode, réglage du brûleur.",
        ),
        InterventionEquipment(id=ident(400), intervention_id=VISIT, equipment_id=BOILER,
                              caption="Saunier Duval ThemaPlus Condens 25", serial_number="21 1754 0010 0021 5678"),
        InterventionAssignment(intervention_id=VISIT, colleague_id=ME, role=Role.LEAD),
        InterventionAssignment(intervention_id=VISIT, colleague_id=BOB, role=Role.HELPER),
    ]  # fmt: skip


def _files_of_customers() -> Iterator[SQLModel]:
    """What the office knows of customers besides, and the visits of the two days before."""
    lefevre, noel, school = ident(100), ident(101), ident(105)
    yield MaintenanceContract(
        id=ident(420), code="CT0087", caption="Entretien gaz, formule confort", customer_id=lefevre,
        start_on=date(2024, 9, 1), end_on=date(2026, 8, 31), parts_covered=True, labour_covered=True,
        periodicity_text="une visite par an", equipment_ids=[str(BOILER)],
    )  # fmt: skip
    yield MaintenanceContract(
        id=ident(421), code="CT0012", caption="Entretien four", customer_id=noel, start_on=date(2021, 1, 1),
        end_on=date(2024, 12, 31),
    )  # fmt: skip
    yield CustomerEquipment(
        id=ident(410), customer_id=lefevre, site_id=ident(200), caption="Adoucisseur Culligan Medallist",
        serial_number="CU-88 2201", location_in_site="buanderie", installed_on=date(2025, 3, 14),
        parts_cover_end=date(2027, 3, 14), labour_cover_end=date(2027, 3, 14),
    )  # fmt: skip
    yield InterventionNote(
        id=ident(430), customer_id=lefevre, author_id=BOB, occurred_at=paris(2, 15),
        body="Préfère être appelée une demi-heure avant.",
    )  # fmt: skip
    yield Incident(
        id=ident(431), code="IN0044", caption="Fuite au vase d’expansion", customer_id=lefevre, site_id=ident(200),
        severity=Severity.HIGH, status=IncidentStatus.ACCEPTED, opened_at=paris(5, 9),
    )  # fmt: skip
    yield InterventionNote(id=ident(432), customer_id=school, author_id=BOB, body="Entrée par la cour.")
    done: dict[str, Any] = {"status": VisitStatus.DONE}
    yield _visit(ident(1010), 4, "Mise en service PAC", (13, 30), (16, 0), day=8, **done)
    yield _visit(ident(1011), 3, "Baie réseau, câblage", (8, 0), (11, 30), day=9, **done)
    yield _visit(ident(1012), 5, "Purge radiateurs", (14, 0), (15, 0), day=9, **done)


def _expenses() -> Iterator[SQLModel]:
    """Some that she has not handed in, one that was sent back, and what the office has paid."""
    yield VatRate(id=ident(440), rate=Decimal("20"), caption="Normale")
    yield VatRate(id=ident(441), rate=Decimal("10"), caption="Intermédiaire")
    lines: tuple[tuple[int, int, ExpenseKind, str, dict[str, Any]], ...] = (
        (450, 10, ExpenseKind.PARKING, "4.20", {"merchant": "Q-Park Part-Dieu", "intervention_id": PURGED}),
        (451, 9, ExpenseKind.MEAL, "14.50", {"merchant": "Le Bistrot du Pont", "vat_amount": Decimal("1.32")}),
        (452, 9, ExpenseKind.MILEAGE, "0", {"distance_km": Decimal("23.4"), "comment": "Bron, Villeurbanne"}),
        (453, 8, ExpenseKind.FUEL, "62.30", {"paid_with": PaidWith.COMPANY_CARD, "state": Claim.SUBMITTED}),
        (454, 5, ExpenseKind.SUPPLIES, "18.90", {"state": Claim.REJECTED, "rejection_reason": "Reçu illisible"}),
        (455, 3, ExpenseKind.LODGING, "84.60", {"state": Claim.APPROVED, "merchant": "Hôtel des Savoies"}),
    )
    for number, day, kind, amount, values in lines:
        own: dict[str, Any] = {"colleague_id": ME, "expense_on": date(2026, 6, day), "category": kind}
        yield Expense(id=ident(number), amount_ttc=Decimal(amount), **own, **values)


def _van() -> Iterator[SQLModel]:
    """What is in the catalogue, and how much of it in her van; of the last one nobody counts anything."""
    articles = (
        ("JNT-4410", "Joint de corps de chauffe", "12.40", 2, Decimal(3)),
        ("ELE-0937", "Électrode d’allumage Saunier Duval", "31.90", 5, Decimal(2)),
        ("DIS-3040", "Disjoncteur différentiel 30 mA 40 A, type A, 2 modules", "58.00", 1, Decimal(1)),
        ("VEX-0018", "Vase d’expansion 18 l", "84.60", None, None),
    )
    for id_, (code, caption, price, here, minimum) in zip(map(ident, range(600, 604)), articles, strict=True):
        yield Product(id=id_, code=code, caption=caption, unit_id=PIECE, price_ht=Decimal(price), stock_managed=True)
        if here is not None:
            yield StockLevel(product_id=id_, storehouse_id=VAN, real_qty=Decimal(here), min_qty=minimum)


def _hours() -> Iterator[SQLModel]:
    """What she has written this week, and this morning; ten minutes of it are missing."""
    lines = (
        (ident(501), (9, 8, 0), (9, 12, 0), {"state": Claim.SUBMITTED, "intervention_id": EARLIER}),
        (ident(502), (9, 13, 0), (9, 16, 30), {"state": Claim.REJECTED, "rejection_reason": "Quel chantier ?"}),
        (ident(503), (10, 6, 55), (10, 7, 20), {"activity": WorkKind.TRAVEL}),
        (ident(504), (10, 7, 30), (10, 8, 15), {"intervention_id": PURGED}),
    )
    for id_, start, end, values in lines:
        day = paris(*start).date()
        yield Timesheet(id=id_, colleague_id=ME, day=day, start_at=paris(*start), end_at=paris(*end), **values)


def _visit(
    id_: UUID, customer: int, title: str, start: tuple[int, int], end: tuple[int, int], day: int = 10, **values: Any
) -> Intervention:
    times = {"scheduled_start": _moment(day, start), "scheduled_end": _moment(day, end)}
    minutes = (end[0] - start[0]) * 60 + end[1] - start[1]
    where = {"customer_id": ident(100 + customer), "site_id": ident(200 + customer)}
    own = {"number": f"INT-{id_.int % 1000 + 411:06}", "lead_id": ME, "expected_minutes": minutes}
    return Intervention(id=id_, title=title, **{**own, **times, **where, **values})


def _moment(day: int, clock: tuple[int, int]) -> datetime:
    return paris(day, *clock) if day > 0 else datetime(2025, 6, 11, clock[0] - 2, clock[1], tzinfo=UTC)


async def make_day(database_url: str, folder: Path) -> Path:
    """Anna's file at twenty-five past nine, without a network since eighteen to eight."""
    async with World.open(database_url, PLUGINS, folder, prepared=True) as world:
        world.clock.now = paris(10, 7, 30)
        await _add(world, *list_office())
        phone = await world.device("anna", claims={"colleague_id": str(ME)})
        await phone.sync()
        await _disagree(world, phone)
        world.clock.now = LEFT_NETWORK
        await phone.sync()
        await _work(world, phone)
        world.raise_crashes()
    return folder / "anna.twin"


async def _disagree(world: World, phone: Any) -> None:
    """The office does something that the phone does not know of yet."""
    office = InterventionSignature(intervention_id=PURGED, role=Signer.CUSTOMER, signer_name="Mme Roy")
    await _add(world, office)
    await phone.save(InterventionSignature(intervention_id=PURGED, role=Signer.CUSTOMER, signer_name="M. Roy, gardien"))
    await world.sql(f"UPDATE mobile.interventions SET report = 'Vu avec le client par téléphone.' WHERE id = '{RACK}'")
    await phone.change(Intervention, RACK, report="Baie livrée, à mettre en service.")


async def _work(world: World, phone: Any) -> None:
    """In the cellar."""
    world.clock.now = paris(10, 8, 34)
    await phone.change(Intervention, VISIT, status=VisitStatus.IN_PROGRESS, actual_start=paris(10, 8, 34))
    await phone.save(
        Timesheet(colleague_id=ME, day=paris(10, 8).date(), start_at=paris(10, 8, 34), intervention_id=VISIT)
    )
    answers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("vents", {"value_bool": True}),
        ("co", {"value_number": Decimal(12)}),
        ("smoke", {"value_number": Decimal(118)}),
    )
    for key, value in answers:
        id_ = answer_id(VISIT, BOILER, TEMPLATE, key)
        flagged: dict[str, Any] = {"out_of_range": key == "co"}
        await phone.save(
            ChecklistAnswer(id=id_, intervention_id=VISIT, equipment_id=BOILER, template_id=TEMPLATE, item_key=key,
                            answered_at=paris(10, 8, 50), **value, **flagged)
        )  # fmt: skip
    world.clock.now = paris(10, 9, 2)
    photo = await phone.replica.attachments.take_photo(draw_boiler())
    part: dict[str, Any] = {"intervention_id": VISIT, "unit_id": PIECE, "storehouse_id": VAN}
    await phone.save(
        InterventionPart(label="Joint de corps de chauffe", quantity=Decimal(1), **part),
        InterventionPart(label="Électrode d’allumage Saunier Duval", quantity=Decimal(1), **part),
        InterventionPhoto(
            intervention_id=VISIT,
            phase=PhotoPhase.BEFORE,
            caption="Corps de chauffe",
            taken_at=paris(10, 8, 40),
            sha256=photo.sha256,
            size_bytes=photo.size,
            mime=photo.mime,
            width=photo.width,
            height=photo.height,
        ),
    )


async def _add(world: World, *rows: SQLModel) -> None:
    async with AsyncSession(world.engine, expire_on_commit=False) as session:
        for row in rows:
            session.add(row)
            await session.flush()
        await session.commit()


@dataclass
class OpenDay:
    """Anna's file, open in a runner, with a clock that stands still. `folder`: the one that it is in."""

    runner: Runner
    clock: ManualClock
    folder: Path

    def make_workday(self, language: str) -> Workday:
        """Her day, in a language. What can be undone can be for as long as a test takes on any machine."""
        workday = Workday(self.runner, ME, load_language(language), clock=self.clock, device=self.make_device())
        workday.pictures = fill_folder(self.folder / "Images")
        workday.documents = self.folder / "Documents"
        workday.held = HeldActs(workday.timing, workday.spawn, seconds=3600)
        return workday

    def make_device(self) -> OwnDevice:
        """Hers: she came by her company's directory, it has a code and a keyring, and the ways out of it
        lead nowhere here."""
        account = DeviceAccount(
            self.folder / "anna", URL, "pin", email="anna@example.org", name="Anna Martin", directory="Plomberie Martin"
        )
        code = FileCode(self.runner, DeviceFolder(self.folder), FileKeys(MemoryTokens()), account)
        ways = DirectoryWays((openid,))
        return OwnDevice(code=code, lock=lambda: None, switch=lambda: None, leave=lambda: None, ways=ways)


async def open_day(path: Path, plugins: Plugins = PLUGINS) -> OpenDay:
    """Start her app on the file; a sync finds no network."""
    clock, runner = ManualClock(LEFT_NETWORK), Runner()

    async def open_replica() -> Replica:
        return await Replica.open(
            path, KEY, plugins=plugins, server=URL, clock=clock, plain_http=True, tokens=FileTokens(path, KEY)
        )

    await runner.open(open_replica)
    await runner.ask(_try_to_sync)
    clock.now = NOW
    return OpenDay(runner, clock, path.parent)


async def _try_to_sync(replica: Replica) -> None:
    try:
        await replica.sync(wait_seconds=1)
    except TwinbaseError:
        return
    raise AssertionError("world.example is no server")


_made: list[Path] = []


def make_day_once(databases: Databases, folder: Path) -> Path:
    """Her file, made once in a process by a real server; whoever changes it works on a copy."""
    if not _made:
        url = databases.create()
        with asyncio.Runner() as runner:
            runner.run(prepare(url, PLUGINS, datetime.now(UTC)))
            _made.append(runner.run(make_day(url, folder)))
    return _made[0]


def copy_day(made: Path, folder: Path) -> Path:
    """A copy of it, of a test's own; its photos lie in a folder beside it."""
    for part in made.parent.glob(f"{made.name}*"):
        copy = shutil.copytree if part.is_dir() else shutil.copy
        copy(part, folder / part.name)
    return folder / made.name
