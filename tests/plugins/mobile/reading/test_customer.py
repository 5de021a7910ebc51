"""A customer from all sides."""

from datetime import date
from typing import Any

from tests.plugins.mobile.reading.company import ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase_mobile.reading import Customer360, read_customer_360
from twinbase_mobile.tables import (
    Contact,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Document,
    Incident,
    InterventionNote,
    MaintenanceContract,
    Project,
    Ticket,
)
from twinbase_mobile.tables.kinds import IncidentStatus, OwnerKind, ProjectKind, Severity, VisitStatus

WHO = ident(10)


async def read(company: Company) -> Customer360:
    async with company.phone.replica.read() as session:
        found = await read_customer_360(session, WHO, now=NOW)
    assert found is not None
    return found


async def whole(company: Company) -> None:
    """A customer of Anna's with two sites, and something in every table."""

    def theirs(number: int) -> dict[str, Any]:
        return {"id": ident(number), "customer_id": WHO}

    await company.add(
        Customer(id=WHO, code="C1", name="Mairie", salesperson_id=ME, main_site_id=ident(22), notes="Badge"),
        CustomerSite(**theirs(21), label="École", is_main_delivery=True, city="Albi"),
        CustomerSite(**theirs(22), label="Mairie", address1="1 place", address2="Bât. B"),
        CustomerEquipment(
            **theirs(31),
            caption="Pompe",
            site_id=ident(21),
            parts_cover_end=date(2026, 6, 10),
            labour_cover_end=date(2026, 6, 9),
        ),
        CustomerEquipment(**theirs(32), caption="Chaudière", site_id=ident(22)),
        CustomerEquipment(**theirs(33), caption="Tableau"),
        Contact(**theirs(41), last_name="Zola", first_name="Émile"),
        Contact(**theirs(42), last_name="Abel"),
        Contact(**theirs(43), last_name="Maire", is_main=True, function="Maire"),
        MaintenanceContract(**theirs(51), code="OLD", start_on=date(2026, 1, 1), end_on=date(2026, 6, 9)),
        MaintenanceContract(
            **theirs(52), code="NOW", start_on=date(2025, 1, 1), parts_covered=True, equipment_ids=[str(ident(32))]
        ),
        Incident(**theirs(61), caption="Fuite", severity=Severity.DANGER, status=IncidentStatus.OPEN),
        Incident(**theirs(62), caption="Rejeté", status=IncidentStatus.REJECTED, creator_id=ME),
        Project(**theirs(71), kind=ProjectKind.CONSTRUCTION_SITE, code="P1", caption="Gymnase"),
        Ticket(**theirs(81), number=1, closed_at=paris(9, 8)),
        Ticket(**theirs(82), number=2, opened_at=paris(1, 8)),
        visit(1, paris(11, 8), customer_id=WHO, project_id=ident(71)),
        visit(2, paris(10, 8), customer_id=WHO),
        visit(3, paris(1, 8), customer_id=WHO, status=VisitStatus.DONE, report="Fait"),
        visit(4, paris(2, 8), customer_id=WHO, status=VisitStatus.CANCELLED),
        InterventionNote(**theirs(91), body="Appel", occurred_at=paris(3, 8)),
        InterventionNote(id=ident(92), intervention_id=ident(1003), body="Sur place", occurred_at=paris(4, 8)),
        Document(id=ident(93), owner_kind=OwnerKind.EQUIPMENT, owner_id=ident(32), name="notice.pdf"),
    )
    await company.add_and_sync()


async def test_a_customer_is_shown_from_all_sides(company: Company) -> None:
    await whole(company)
    found = await read(company)
    assert (found.code, found.name, found.notes) == ("C1", "Mairie", "Badge")
    assert [(site.label, site.is_main) for site in found.sites] == [("Mairie", True), ("École", False)]
    assert [[one.caption for one in site.equipment] for site in found.sites] == [["Chaudière"], ["Pompe"]]
    assert [one.caption for one in found.elsewhere] == ["Tableau"]
    assert found.sites[0].address == ("1 place", "Bât. B")
    assert found.sites[1].equipment[0].covered == ("parts",)
    assert [line.person.name for line in found.contacts] == ["Maire", "Abel", "Émile Zola"]
    assert [(one.code, one.in_force) for one in found.contracts] == [("NOW", True), ("OLD", False)]
    assert (found.contracts[0].covers, found.contracts[0].equipment_ids) == (("parts",), (ident(32),))
    assert [one.number for one in found.coming] == ["V2", "V1"]
    assert [(one.number, one.report) for one in found.history] == [("V4", ""), ("V3", "Fait")]
    assert [note.body for note in found.timeline] == ["Sur place", "Appel"]
    assert [(one.caption, one.severity) for one in found.incidents] == [("Fuite", Severity.DANGER)]
    assert [one.caption for one in found.projects] == ["Gymnase"]
    assert [one.number for one in found.tickets] == [2, 1]
    assert [one.name for one in found.files] == ["notice.pdf"]


async def test_what_a_technician_corrects_is_marked(company: Company) -> None:
    await whole(company)
    await company.phone.change(CustomerSite, ident(21), access_notes="Portail")
    await company.phone.change(CustomerEquipment, ident(33), serial_number="T-1")
    found = await read(company)
    assert [site.mark.state for site in found.sites] == ["synced", "pending"]
    assert (found.elsewhere[0].serial_number, found.elsewhere[0].mark.state) == ("T-1", "pending")


async def test_a_customer_without_anything_is_whole_too(company: Company) -> None:
    await company.add_and_sync(Customer(id=WHO, code="C1", salesperson_id=ME))
    found = await read(company)
    assert (found.name, found.sites, found.contacts, found.coming, found.files) == ("", (), (), (), ())


async def test_a_customer_who_is_not_on_the_phone_is_none(company: Company) -> None:
    async with company.phone.replica.read() as session:
        assert await read_customer_360(session, ident(9), now=NOW) is None
