"""Who is whom: proposed by name, by e-mail and by likeness; a person decides, and a rename changes nothing."""

import pytest
from tests.plugins.ninjaone.office.company import CLARA, Company

from twinbase_ninjaone.linking import NoSuchLink, confirm, confirm_sure, link_by_hand, reject
from twinbase_ninjaone.linking.matching import Matcher, Party, Stranger
from twinbase_ninjaone.linking.names import normalise_name, normalise_person


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("BOULANGERIE LEFEVRE", "Boulangerie Lefèvre"),
        ("Garage Müller ", "S.A.R.L. Garage Muller"),
        ("L'Hôpital", "L\u2019HOPITAL"),
        ("Cœur & Fils", "Coeur  Fils"),
        ("SCI", "sci"),
    ],
)
def test_capitals_accents_signs_and_legal_forms_make_no_difference(there: str, here: str) -> None:
    assert normalise_name(there) == normalise_name(here) != ""


def test_a_name_of_signs_alone_is_nobody_s() -> None:
    nobody = Stranger(1, normalise_name("***"))
    assert Matcher([Party("A", normalise_name("---"))], 50).find(nobody, ("exact", "email", "fuzzy")) is None


def test_which_name_of_a_person_comes_first_makes_no_difference() -> None:
    assert normalise_person("Benoît", "du Château") == normalise_person("DU CHATEAU", "benoit")


async def test_it_is_found_by_name_by_email_and_by_likeness_and_counts_for_nothing_until_confirmed(
    company: Company,
) -> None:
    await company.customer("C1", "Boulangerie Lefèvre")
    await company.customer("C2", "Mairie de Bron", email="Contact1@example.net")
    await company.customer("C3", "Transports Guérin Lyon")
    await company.colleague("ANNA", "Aïcha", "Noël")
    await company.colleague("BOB", "Robert", "Martin", email="bob@example.com")
    for id, contact in enumerate(company.desk.world.contacts.values()):
        contact["clientId"] = 2 if contact["email"] == "contact1@example.net" else 3 + id
    for id in company.desk.world.organizations:
        company.call_organization(id, f"zzz {id} zzz")
    company.call_organization(1, "SARL BOULANGERIE LEFEVRE")
    company.call_organization(2, "La commune")
    company.call_organization(3, "Transport Guerin, Lyon")
    for id in company.desk.world.users:
        company.call_user(id, f"qqq{id}", "qqq")
    company.call_user(1, "NOEL", "Aicha")
    company.call_user(2, "Bobby", "M.", "BOB@example.com")
    await company.fetch()
    found = await company.propose_links()
    assert {id: (link.code, link.method) for id, link in found.items()} == {
        "org-1": ("C1", "exact"),
        "org-2": ("C2", "email"),
        "org-3": ("C3", "fuzzy"),
        "user-1": ("ANNA", "exact"),
        "user-2": ("BOB", "email"),
    }
    assert 85 <= (found["org-3"].score or 0) < 100 and found["org-1"].score is None
    assert not any(link.confirmed_at for link in found.values())


async def test_two_customers_of_one_name_are_alike_and_not_the_same(company: Company) -> None:
    await company.customer("C1", "Garage Colas")
    await company.customer("C2", "GARAGE COLAS")
    company.call_organization(1, "Garage Colas")
    await company.fetch()
    link = (await company.propose_links())["org-1"]
    assert (link.code, link.method, link.score) == ("C1", "fuzzy", 100.0)


async def test_confirming_all_that_is_sure_confirms_nothing_that_is_only_alike(company: Company) -> None:
    await company.customer("C1", "Garage Colas")
    await company.customer("C2", "Pharmacie du Rhône")
    company.call_organization(1, "Garage Colas")
    company.call_organization(2, "Pharmacie du Rhon")
    await company.fetch()
    await company.propose_links()
    async with company.world.engine.begin() as connection:
        await confirm_sure(connection, CLARA)
    links = await company.links()
    assert (links["org-1"].confirmed_by, links["org-2"].confirmed_by) == ("clara", None)


async def test_a_confirmed_link_survives_renames_on_both_sides(company: Company) -> None:
    await company.customer("C1", "Garage Colas")
    await company.customer("C2", "Garage Hébert")
    company.call_organization(1, "Garage Colas")
    await company.fetch()
    await company.propose_links()
    await company.link("org-1")
    company.call_organization(1, "Garage Hébert")
    await company.world.sql("UPDATE mobile.customers SET name = 'Vasseur' WHERE code = 'C1'")
    company.desk.later(hours=2)
    await company.fetch()
    link = (await company.propose_links())["org-1"]
    assert (link.there, link.here, link.code, link.confirmed_by) == ("Garage Hébert", "Vasseur", "C1", "clara")


async def test_what_a_person_rejected_is_not_proposed_again_and_the_next_best_is(company: Company) -> None:
    await company.customer("C1", "Garage Colas et Compagnie Bron")
    await company.customer("C2", "Garage Colas et Compagnie Bronze")
    company.call_organization(1, "Garage Colas et Compagnie Bron")
    await company.fetch()
    assert (await company.propose_links())["org-1"].code == "C1"
    async with company.world.engine.begin() as connection:
        await reject(connection, "org-1", CLARA)
    assert "org-1" not in await company.links()
    assert (await company.propose_links())["org-1"].code == "C2"


async def test_a_proposal_goes_when_its_organisation_is_renamed_to_something_else(company: Company) -> None:
    await company.customer("C1", "Garage Colas")
    company.call_organization(1, "Garage Colas")
    await company.fetch()
    assert "org-1" in await company.propose_links()
    company.call_organization(1, "Xylophone")
    company.desk.later(hours=2)
    await company.fetch()
    assert "org-1" not in await company.propose_links()


async def test_a_person_may_say_who_it_is_but_not_somebody_who_is_not_there(company: Company) -> None:
    await company.customer("C1", "Garage Colas")
    await company.fetch()
    async with company.world.engine.begin() as connection:
        await link_by_hand(connection, "org-7", "C1", CLARA)
        for id, code in (("org-7", "C9"), ("org-9999", "C1")):
            with pytest.raises(NoSuchLink):
                await link_by_hand(connection, id, code, CLARA)
    link = (await company.links())["org-7"]
    assert (link.code, link.method, link.confirmed_by) == ("C1", "by_hand", "clara")


@pytest.mark.parametrize("id", ["org-1", "user-x", "org", "robot-1", "org-99999999999"])
async def test_a_link_that_is_not_there_cannot_be_confirmed(company: Company, id: str) -> None:
    async with company.world.engine.begin() as connection:
        with pytest.raises(NoSuchLink, match="twinbase ninjaone links"):
            await confirm(connection, id, CLARA)
