"""A technician's day, as an app would write it: ordinary SQLModel sessions on the device's own file, no network."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import SQLModel, col, select

from twinbase.replica import Replica, ReplicaSession
from twinbase_demo.camera import sign_visit, take_photo
from twinbase_mobile.rules import answer_id
from twinbase_mobile.tables import (
    ChecklistAnswer,
    Contact,
    Expense,
    Intervention,
    InterventionNote,
    InterventionPart,
    Product,
    StockMovement,
    Storehouse,
    Ticket,
    TicketComment,
    Timesheet,
)
from twinbase_mobile.tables.kinds import ExpenseKind, Movement, NoteKind, VisitStatus, WorkKind

VISITS_MAX = 4
REPORTS = (
    "Nettoyage du corps de chauffe, contrôle de la combustion, essai de sécurité conforme.",
    "Remplacement du circulateur, purge de l'installation, remise en service. Client satisfait.",
    "Recherche de fuite : joint de vanne remplacé, pression remontée à 1,5 bar.",
    "Disjoncteur différentiel remplacé, prises de la cuisine contrôlées, tableau étiqueté.",
    "Mise à jour du poste, sauvegarde vérifiée, imprimante réinstallée.",
)
NOTES = (
    "Prévoir le remplacement du vase d'expansion à la prochaine visite.",
    "Le client demande un devis pour un thermostat connecté.",
    "Accès par la cour, code du portail changé.",
)
ANSWERS = (
    "Vu sur place : l'imprimante est réinstallée, l'utilisateur confirme.",
    "Sauvegarde relancée, à contrôler demain matin.",
    "Pièce commandée, passage prévu la semaine prochaine.",
)


@dataclass(frozen=True)
class TechnicianDay:
    """Who works on this device: the id of the colleague, and the dice of the day."""

    me: UUID
    day: date
    chance: random.Random

    def time_at(self, hours: float) -> datetime:
        """So many hours after midnight, in the time zone of the wire."""
        return datetime.combine(self.day, time(), tzinfo=UTC) + timedelta(hours=hours)


async def work_a_day(replica: Replica, worker: TechnicianDay, also: Sequence[UUID]) -> dict[str, Any]:
    """Do the visits of the day, those of `also` among them; answers what was done."""
    async with replica.read() as session:
        visits = await _agenda(session, worker, also)
        products = (await session.exec(select(Product).order_by(Product.code).limit(200))).all()
        van = (await session.exec(select(Storehouse).where(Storehouse.owner_id == worker.me))).first()
    for number, visit in enumerate(visits):
        await _visit(replica, worker, visit, 6.5 + 2 * number, products, van)
    await _lunch(replica, worker)
    await _answer_a_ticket(replica, worker)
    contact = await _new_contact(replica, worker, visits)
    return {"visits": [str(visit.id) for visit in visits], "contact": contact}


async def _agenda(session: ReplicaSession, worker: TechnicianDay, also: Sequence[UUID]) -> Sequence[Intervention]:
    """Planned visits: those of the day first, then what comes next."""
    planned = select(Intervention).where(
        Intervention.lead_id == worker.me,
        Intervention.status == VisitStatus.PLANNED,
        col(Intervention.id).not_in(also),
        col(Intervention.scheduled_start) >= worker.time_at(0),
    )
    chosen = select(Intervention).where(col(Intervention.id).in_(also)).order_by(col(Intervention.number))
    soon = planned.order_by(col(Intervention.scheduled_start)).limit(VISITS_MAX - len(also))
    return [*(await session.exec(soon)).all(), *(await session.exec(chosen)).all()]


async def _visit(
    replica: Replica,
    worker: TechnicianDay,
    visit: Intervention,
    hour: float,
    products: Sequence[Product],
    van: Storehouse | None,
) -> None:
    """One visit, saved whenever a technician would: on the road, at the door, at the end."""
    minutes = worker.chance.randrange(45, 100)
    start, end = worker.time_at(hour + 0.4), worker.time_at(hour + 0.4) + timedelta(minutes=minutes)
    await change(replica, visit.id, status=VisitStatus.TRAVELLING)
    await change(
        replica,
        visit.id,
        status=VisitStatus.IN_PROGRESS,
        actual_start=start,
        start_lat=Decimal("45.76") + worker.chance.randrange(10_000) * Decimal("0.000001"),
        start_lon=Decimal("4.83") + worker.chance.randrange(10_000) * Decimal("0.000001"),
    )
    await _parts(replica, worker, visit, products, van, start)
    note = InterventionNote(
        intervention_id=visit.id,
        customer_id=visit.customer_id,
        author_id=worker.me,
        kind=NoteKind.VISIT,
        title="Sur place",
        body=worker.chance.choice(NOTES),
        occurred_at=start,
    )
    await _save(replica, note)
    await _papers(replica, worker, visit, end)
    await change(
        replica,
        visit.id,
        status=VisitStatus.DONE,
        actual_end=end,
        worked_minutes=minutes,
        travel_minutes=25,
        percent_done=100,
        report=worker.chance.choice(REPORTS),
    )
    await _hours(replica, worker, visit, start, end, minutes)


async def change(replica: Replica, visit: UUID, **values: Any) -> None:
    """Change some columns of a visit, in a transaction of its own."""
    async with replica.session() as session:
        row = await session.get_one(Intervention, visit)
        for name, value in values.items():
            setattr(row, name, value)
        await session.commit()


async def _parts(
    replica: Replica,
    worker: TechnicianDay,
    visit: Intervention,
    products: Sequence[Product],
    van: Storehouse | None,
    start: datetime,
) -> None:
    """A part and the movement of stock that goes with it: both or neither."""
    for product in worker.chance.sample(products, min(2, len(products))):
        part = InterventionPart(
            id=uuid4(),
            intervention_id=visit.id,
            product_id=product.id,
            label=product.caption,
            quantity=Decimal(1),
            unit_id=product.unit_id,
            storehouse_id=van.id if van else None,
            client_created_at=start,
        )
        movement = StockMovement(
            colleague_id=worker.me,
            product_id=product.id,
            kind=Movement.CONSUMPTION,
            quantity=Decimal(1),
            from_storehouse_id=van.id if van else None,
            intervention_id=visit.id,
            intervention_part_id=part.id,
            occurred_at=start,
            client_created_at=start,
        )
        async with replica.session() as session:
            session.add(part)
            await session.flush()
            session.add(movement)
            await session.commit()


async def _papers(replica: Replica, worker: TechnicianDay, visit: Intervention, end: datetime) -> None:
    """What is filled in at the end: a check and a photo, and for itself the customer's signature. Where somebody else
    has had the visit signed meanwhile, that one is refused, and the others must not be refused with it."""
    answer = ChecklistAnswer(
        id=answer_id(visit.id, None, visit.template_id, "pression"),
        intervention_id=visit.id,
        template_id=visit.template_id,
        item_key="pression",
        answered_at=end,
        value_number=Decimal(worker.chance.randrange(10, 22)) / 10,
        client_created_at=end,
    )
    photo = await take_photo(replica, worker.chance, visit.id, end, caption="Installation en service")
    await _save(replica, answer, photo)
    await _save(replica, await sign_visit(replica, worker.chance, visit.id, end))


async def _save(replica: Replica, *rows: SQLModel) -> None:
    """New rows, in one local transaction."""
    async with replica.session() as session:
        session.add_all(rows)
        await session.commit()


async def _hours(
    replica: Replica, worker: TechnicianDay, visit: Intervention, start: datetime, end: datetime, minutes: int
) -> None:
    """The way there and the work, on the timesheet: a line each, saved one after the other."""
    spans = ((WorkKind.TRAVEL, start - timedelta(minutes=25), start, 25), (WorkKind.WORK, start, end, minutes))
    for activity, begin, finish, length in spans:
        line = Timesheet(
            colleague_id=worker.me,
            day=worker.day,
            start_at=begin,
            end_at=finish,
            minutes=length,
            activity=activity,
            intervention_id=visit.id,
            customer_id=visit.customer_id,
            client_created_at=finish,
        )
        await _save(replica, line)


async def _answer_a_ticket(replica: Replica, worker: TechnicianDay) -> None:
    """A word on a ticket of theirs, if they have one: it goes to the help desk when there is a network."""
    async with replica.session() as session:
        mine = select(Ticket).where(Ticket.assignee_id == worker.me).order_by(col(Ticket.number))
        ticket = (await session.exec(mine)).first()
        if ticket is None:
            return
        body = worker.chance.choice(ANSWERS)
        session.add(TicketComment(id=uuid4(), ticket_id=ticket.id, body=body, public=True, minutes=15))
        await session.commit()


async def _lunch(replica: Replica, worker: TechnicianDay) -> None:
    async with replica.session() as session:
        session.add(
            Expense(
                colleague_id=worker.me,
                expense_on=worker.day,
                category=ExpenseKind.MEAL,
                amount_ttc=Decimal("16.90"),
                vat_amount=Decimal("1.54"),
                merchant="Brasserie du Port",
                client_created_at=worker.time_at(12.5),
            )
        )
        await session.commit()


async def _new_contact(replica: Replica, worker: TechnicianDay, visits: Sequence[Intervention]) -> str | None:
    """Somebody new at the first customer of the day."""
    customer = next((visit.customer_id for visit in visits if visit.customer_id), None)
    if customer is None:
        return None
    async with replica.session() as session:
        contact = Contact(
            customer_id=customer,
            civility="Mme",
            last_name="Marchetti",
            first_name="Élodie",
            phone="04 72 00 00 00",
            function="Gardienne",
        )
        session.add(contact)
        await session.commit()
        return str(contact.id)
