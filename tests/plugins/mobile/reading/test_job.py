"""One visit with everything on it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.plugins.mobile.reading.company import BOB, BOB_ID, ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase_mobile.reading import Job, read_job
from twinbase_mobile.rules import Judgement, answer_id
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Document,
    Incident,
    InterventionAssignment,
    InterventionEquipment,
    InterventionNote,
    InterventionPart,
    InterventionPhoto,
    InterventionSignature,
    MaintenanceContract,
    Product,
    Project,
    Storehouse,
    Ticket,
    Timesheet,
    Unit,
)
from twinbase_mobile.tables.kinds import OwnerKind, PhotoPhase, ProjectKind, Role, Signer, VisitStatus

VISIT = ident(1001)
ITEMS = [
    {"key": "co_ppm", "label": "CO", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50, "required": True},
    {"key": "clean", "label": "Nettoyé", "kind": "bool", "required": True},
    {"key": "remark", "label": "Remarque", "kind": "text"},
]


async def read(company: Company, number: int = 1) -> Job:
    async with company.phone.replica.read() as session:
        found = await read_job(session, ident(1000 + number), now=NOW)
    assert found is not None
    return found


async def whole(company: Company) -> None:
    """A visit at a bakery with two boilers, and something in every table."""
    customer = Customer(id=ident(10), code="C1", name="Boulangerie", phone="01")
    site = CustomerSite(id=ident(11), customer_id=customer.id, city="Toulouse")
    contact = Contact(id=ident(12), customer_id=customer.id, last_name="Roy", first_name="Léa", mobile="06")
    boilers = [
        CustomerEquipment(
            id=ident(20 + n),
            customer_id=customer.id,
            site_id=site.id,
            caption=f"Chaudière {n}",
            serial_number=f"S{n}",
            location_in_site="cave",
        )
        for n in (1, 2)
    ]
    template = ChecklistTemplate(id=ident(30), code="BOILER", title="Chaudière gaz", items=ITEMS)
    contract = MaintenanceContract(id=ident(31), code="M1", caption="Confort", customer_id=customer.id)
    project = Project(id=ident(32), kind=ProjectKind.DEAL, code="A1", caption="Fournil neuf", customer_id=customer.id)
    incident = Incident(id=ident(33), code="I1", caption="Fuite", customer_id=customer.id)
    one = visit(
        1,
        paris(10, 8),
        status=VisitStatus.IN_PROGRESS,
        customer_id=customer.id,
        site_id=site.id,
        contact_id=contact.id,
        template_id=template.id,
        contract_id=contract.id,
        project_id=project.id,
        incident_id=incident.id,
        instructions="Sonner",
        actual_start=paris(10, 8, 5),
    )
    await company.add(BOB(), customer, site, contact, *boilers, template, contract, project, incident, one)
    await company.add(
        InterventionAssignment(id=ident(40), intervention_id=VISIT, colleague_id=BOB_ID, role=Role.HELPER),
        InterventionAssignment(id=ident(41), intervention_id=VISIT, colleague_id=ME, role=Role.LEAD),
        *(InterventionEquipment(id=ident(44 + n), intervention_id=VISIT, equipment_id=boilers[n].id) for n in (0, 1)),
        InterventionNote(id=ident(50), intervention_id=VISIT, author_id=BOB_ID, body="Avant", occurred_at=paris(1, 8)),
        InterventionNote(id=ident(51), intervention_id=VISIT, author_id=ME, body="Neuve", occurred_at=paris(9, 8)),
        Document(id=ident(52), owner_kind=OwnerKind.EQUIPMENT, owner_id=boilers[0].id, name="notice.pdf"),
        Document(
            id=ident(53),
            owner_kind=OwnerKind.PROJECT,
            owner_id=project.id,
            name="plan.pdf",
            document_date=date(2026, 6, 1),
        ),
        Ticket(id=ident(54), number=77, subject="Plus de chauffage", intervention_id=VISIT),
        Timesheet(id=ident(55), colleague_id=ME, day=NOW.date(), minutes=35, intervention_id=VISIT),
    )
    await company.add_and_sync()


async def test_everything_that_hangs_on_a_visit_is_there(company: Company) -> None:
    await whole(company)
    found = await read(company)
    assert (found.visit.customer, found.visit.place.city, found.instructions) == ("Boulangerie", "Toulouse", "Sonner")
    assert found.actual_start is not None and found.actual_start.hour == 8
    assert found.contact is not None and (found.contact.name, found.contact.mobile) == ("Léa Roy", "06")
    references = (found.contract, found.project, found.incident)
    assert [one and one.caption for one in references] == ["Confort", "Fournil neuf", "Fuite"]
    assert [(one.code, one.caption) for one in found.tickets] == [("77", "Plus de chauffage")]
    assert [(one.name, one.role) for one in found.team] == [("Anna Martin", Role.LEAD), ("Bob Petit", Role.HELPER)]
    assert [(one.caption, one.serial_number) for one in found.appliances] == [
        ("Chaudière 1", "S1"),
        ("Chaudière 2", "S2"),
    ]
    assert [(one.body, one.author) for one in found.notes] == [("Neuve", "Anna Martin"), ("Avant", "Bob Petit")]
    assert [one.name for one in found.files] == ["plan.pdf", "notice.pdf"]
    assert found.written_minutes == 35


async def test_what_is_entered_on_the_phone_is_there_at_once_with_its_mark(company: Company) -> None:
    await whole(company)
    unit, van = Unit(id=ident(60), code="U"), Storehouse(id=ident(61), caption="Camion", owner_id=ME)
    await company.add_and_sync(unit, van, Product(id=ident(62), code="JNT", caption="Joint", unit_id=unit.id))
    await company.phone.save(
        InterventionPart(
            id=ident(63),
            intervention_id=VISIT,
            product_id=ident(62),
            quantity=Decimal("2.500"),
            unit_id=unit.id,
            storehouse_id=van.id,
            client_created_at=NOW,
        ),
        InterventionPhoto(id=ident(64), intervention_id=VISIT, phase=PhotoPhase.BEFORE, caption="Avant", taken_at=NOW),
        InterventionSignature(id=ident(65), intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="Roy"),
    )
    found = await read(company)
    (part,), (photo,), (signature,) = found.parts, found.photos, found.signatures
    assert (part.code, part.label, part.quantity, part.unit, part.storehouse) == (
        "JNT",
        "Joint",
        Decimal("2.500"),
        "U",
        "Camion",
    )
    assert (photo.phase, photo.caption, signature.signer_name) == (PhotoPhase.BEFORE, "Avant", "Roy")
    assert {part.mark.state, photo.mark.state, signature.mark.state} == {"pending"}
    assert found.visit.mark.state == "synced"


async def test_a_checklist_is_shown_for_each_appliance_with_what_its_thresholds_say(company: Company) -> None:
    await whole(company)

    def answer(item: str, **values: Any) -> ChecklistAnswer:
        return ChecklistAnswer(
            id=answer_id(VISIT, ident(21), ident(30), item),
            intervention_id=VISIT,
            equipment_id=ident(21),
            template_id=ident(30),
            item_key=item,
            **values,
        )

    await company.phone.save(answer("co_ppm", value_number=Decimal(50), out_of_range=True))
    await company.phone.save(answer("clean", value_bool=False))
    first, second = (await read(company)).checklists
    assert (first.title, first.equipment_id, first.answered) == ("Chaudière gaz", ident(21), 2)
    assert [(one.key, one.value, one.judgement) for one in first.items] == [
        ("co_ppm", Decimal(50), Judgement.DANGER),
        ("clean", False, Judgement.NORMAL),
        ("remark", None, Judgement.NORMAL),
    ]
    assert first.missing == () and first.judgement == Judgement.DANGER
    assert {one.mark.state for one in first.items} == {"pending", "synced"}
    assert [one.key for one in second.missing] == ["co_ppm", "clean"]
    assert (second.equipment_id, second.judgement) == (ident(22), Judgement.NORMAL)


async def test_a_visit_says_what_it_may_become_and_what_lacks_before_it_is_done(company: Company) -> None:
    await whole(company)
    found = await read(company)
    assert set(found.may_become) == {VisitStatus.PAUSED, VisitStatus.DONE, VisitStatus.CANCELLED}
    codes = [reason.code for reason in found.missing]
    assert "done_without_times" in codes and "done_without_answers" in codes and "done_without_signature" in codes


async def test_a_new_row_that_the_server_refused_is_shown_with_what_was_typed(company: Company) -> None:
    """A colleague has had the customer sign meanwhile, and the phone did not know it yet."""
    await whole(company)
    await company.add(InterventionSignature(intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="Roy"))
    await company.phone.save(
        InterventionSignature(intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="Roy, senior")
    )
    await company.phone.sync()
    found = await read(company)
    (refused,) = found.refused
    assert (refused.twin, refused.new["signer_name"]) == ("intervention_signatures", "Roy, senior")
    assert "already" in refused.detail


async def test_a_part_that_comes_when_the_visit_is_closed_is_taken(company: Company) -> None:
    await whole(company)
    await company.world.sql("UPDATE mobile.interventions SET status = 'done'")
    await company.phone.save(InterventionPart(intervention_id=VISIT, label="Vanne", quantity=Decimal(3)))
    await company.phone.sync()
    found = await read(company)
    (part,) = found.parts
    assert (part.label, part.quantity, found.refused) == ("Vanne", Decimal(3), ())


async def test_the_last_visits_at_the_same_site_are_at_hand(company: Company) -> None:
    await whole(company)
    here: dict[str, Any] = {"customer_id": ident(10), "site_id": ident(11), "status": VisitStatus.DONE}
    await company.add_and_sync(
        visit(2, paris(1, 8), **here, report="Ramonage"),
        visit(3, paris(3, 8), **here),
        visit(4, paris(11, 8), **here),
        visit(5, paris(2, 8), customer_id=ident(10), status=VisitStatus.DONE),
        *(visit(10 + n, datetime(2026, 5, 12 + n, tzinfo=NOW.tzinfo), **here) for n in range(12)),
    )
    history = (await read(company)).history
    assert [one.number for one in history[:2]] == ["V3", "V2"] and len(history) == 10
    assert (history[1].report, history[1].by) == ("Ramonage", "Anna Martin")


async def test_a_bare_visit_is_whole_too(company: Company) -> None:
    """No customer, no site, no template, no contact: nothing is found by NULL, nothing fails."""
    await company.add_and_sync(visit(1, paris(10, 8)), visit(2, paris(9, 8)))
    found = await read(company)
    assert found.contact is None and found.contract is None and found.checklists == () and found.history == ()
    noted = {"name": "M. Roy", "phone": "05"}
    await company.world.sql("DELETE FROM mobile.interventions")
    await company.add_and_sync(visit(1, paris(10, 8), contact_snapshot=noted))
    contact = (await read(company)).contact
    assert contact is not None and (contact.name, contact.phone, contact.contact_id) == ("M. Roy", "05", None)


async def test_a_visit_that_is_not_on_the_phone_is_none(company: Company) -> None:
    async with company.phone.replica.read() as session:
        assert await read_job(session, ident(9), now=NOW) is None
