"""What a technician makes becomes a row of EBP's, and stays one row with one id, whatever key EBP gives it."""

import json

from tests.plugins.ebp.delivering.company import ANNA, BOILER, CUSTOMER, VISIT, Company

from twinbase_mobile.tables import (
    Contact,
    CustomerEquipment,
    Incident,
    InterventionEquipment,
    InterventionNote,
    InterventionPhoto,
)
from twinbase_mobile.tables.kinds import Severity


async def test_an_appliance_found_on_site_gets_ebps_code_and_keeps_its_id(company: Company) -> None:
    found = CustomerEquipment(
        customer_id=CUSTOMER, caption="Pompe à chaleur", serial_number="PAC-7", location_in_site="Cave"
    )
    id = found.id
    await company.phone.save(found)
    await company.phone.save(InterventionEquipment(intervention_id=VISIT, equipment_id=id))
    await company.phone.sync()
    assert await company.hand_over() == {"sent": 1, "waiting": 1}
    (row,) = company.rows("CustomerProduct")
    assert (row["CustomerId"], row["TrackingNumber"], row["NotesClear"]) == ("C1", "PAC-7", "Emplacement : Cave")

    await company.imports()
    await company.load()
    company.world.clock.advance(minutes=10)
    assert await company.hand_over() == {"sent": 1, "acknowledged": 1}
    assert company.rows("ScheduleEventCustomerProduct")[0]["CustomerProductId"] == "N0001"
    await company.phone.sync()
    mine = {one.id: (one.code, one.serial_number) for one in await company.phone.all(CustomerEquipment)}
    assert mine == {BOILER: ("P1", None), id: ("N0001", "PAC-7")}

    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 1}
    await company.phone.change(CustomerEquipment, id, serial_number="PAC-8", location_in_site=None)
    await company.phone.sync()
    await company.hand_over()
    (row,) = company.rows("CustomerProduct")
    assert (row["Id"], row["TrackingNumber"], row["NotesClear"]) == ("N0001", "PAC-8", "")


async def test_where_an_appliance_stands_is_one_line_of_the_notes_that_ebp_has(company: Company) -> None:
    await company.phone.change(CustomerEquipment, BOILER, location_in_site="Grenier")
    await company.phone.sync()
    await company.hand_over()
    (row,) = company.rows("CustomerProduct")
    assert row["NotesClear"] == "Emplacement : Grenier\nClé chez le gardien"
    assert row["Caption"] == "Chaudière", "what nobody has changed is written as EBP has it"


async def test_an_appliance_that_only_looks_like_the_new_one_is_not_taken_for_it(company: Company) -> None:
    await company.phone.save(CustomerEquipment(customer_id=CUSTOMER, caption="Chaudière", serial_number=None))
    await company.phone.sync()
    await company.hand_over()
    await company.load()
    assert await company.hand_over() == {}
    assert await company.deliveries() == [("create CustomerProduct", "sent")]


async def test_a_note_and_a_contact_keep_the_ids_of_the_phone(company: Company) -> None:
    note = InterventionNote(
        intervention_id=VISIT, customer_id=CUSTOMER, author_id=ANNA, title="Appel", body="Rappeler {lundi}"
    )
    person = Contact(customer_id=CUSTOMER, last_name="Petit", phone="+33 1 02 03 04 05")
    ids = note.id, person.id
    await company.phone.save(note, person)
    await company.phone.sync()
    await company.hand_over()
    (row,) = company.rows("Activity")
    assert (row["Id"], row["ActivityCategory"], row["CreatorColleagueId"]) == (str(ids[0]), "0", "ANNA")
    assert "\\{lundi\\}" in row["Notes"] and company.rows("Contact")[0]["ContactFields_Phone"] == "+33 1 02 03 04 05"

    await company.imports()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 2}
    await company.phone.sync()
    assert [one.id for one in await company.phone.all(InterventionNote)] == [ids[0]]
    assert [one.id for one in await company.phone.all(Contact)] == [ids[1]]

    await company.phone.change(Contact, ids[1], phone="+33 9 99 99 99 99")
    await company.phone.sync()
    await company.hand_over()
    assert [(row["Id"], row["ContactFields_Name"]) for row in company.rows("Contact")] == [(str(ids[1]), "Petit")]


async def test_an_incident_is_accepted_under_ebps_code(company: Company) -> None:
    fault = Incident(
        customer_id=CUSTOMER,
        caption="Fuite",
        description="Au plafond",
        severity=Severity.DANGER,
        creator_id=ANNA,
        equipment_ids=[str(BOILER)],
    )
    id = fault.id
    await company.phone.save(fault)
    await company.phone.sync()
    await company.hand_over()
    (row,) = company.rows("Incident")
    assert row["DescriptionClear"] == "Gravité : DANGER\nAu plafond" and row["CustomerProductId"] == "P1"
    await company.imports()
    await company.load()
    await company.hand_over()
    assert await company.told() == [("create Incident", "acknowledged", "It is in EBP: N0000.")]
    assert [(one.id, one.code) for one in await company.phone.all(Incident)] == [(id, "N0000")]


async def test_photos_stay_and_the_phone_says_so(company: Company) -> None:
    await company.phone.save(InterventionPhoto(intervention_id=VISIT, caption="Plaque"))
    await company.phone.sync()
    assert await company.hand_over() == {"held": 1}
    payload = await company.world.sql("SELECT payload::text FROM twinbase.deliveries")
    assert "stay on the server" in json.loads(payload[0][0])["held"]


async def test_a_row_that_was_projected_before_it_was_known_again_is_one_row_in_the_end(company: Company) -> None:
    """A load by hand, or another source's run while EBP is loaded: both project what is there."""
    found = CustomerEquipment(customer_id=CUSTOMER, caption="Pompe à chaleur", serial_number="PAC-7")
    id = found.id
    await company.phone.save(found)
    await company.phone.sync()
    await company.hand_over()
    await company.imports()
    await company.load_and_project_apart()
    await company.load()
    assert await company.hand_over() == {"acknowledged": 1}
    await company.load()
    await company.phone.sync()
    mine = {one.id: (one.code, one.serial_number) for one in await company.phone.all(CustomerEquipment)}
    assert mine == {BOILER: ("P1", None), id: ("N0001", "PAC-7")}
