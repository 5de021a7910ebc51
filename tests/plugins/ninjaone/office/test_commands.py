"""The commands of NinjaOne, as a person or a program calls them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from twinbase_ninjaone.commands.links import NoneNamed, confirm, list_links
from twinbase_ninjaone.commands.proposals import approve, list_proposals
from twinbase_ninjaone.commands.status import show_status
from twinbase_ninjaone.proposing import NoSuchProposal

FILL = """
INSERT INTO ninjaone.organizations (id, name, extra) VALUES (12, 'GARAGE COLAS', '{}'), (13, 'Garage Hebbert', '{}');
INSERT INTO mobile.customers (id, code, name, state, is_person)
VALUES (gen_random_uuid(), 'C1', 'Garage Colas', 'active', false),
    (gen_random_uuid(), 'C2', 'Garage Hébert', 'active', false);
INSERT INTO ninjaone.tickets (id, client_id, subject, extra) VALUES (1042, 12, 'Écran noir', '{}');
INSERT INTO ninjaone.visit_proposals (ticket_id, state, checksum, proposed_at, with_incident)
VALUES (1042, 'proposed', '', now(), false);
INSERT INTO twinbase.deliveries
    (id, destination, state, said, author, twin, row_key, key, action, payload, mutation, created_at, next_at)
VALUES (gen_random_uuid(), 'ninjaone', 'held', 'Only users may.', 'anna', 'ticket_comments', 'x', '["x"]', 'comment',
    '{}', gen_random_uuid(), now(), now());
"""


@pytest.fixture
def said(company_url: str, capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    async def fill() -> None:
        connection = await asyncpg.connect(company_url)
        await connection.execute(FILL)
        await connection.close()

    asyncio.run(fill())
    return lambda: json.loads(capsys.readouterr().out)


def test_links_are_proposed_listed_and_confirmed(company_url: str, said: Callable[[], Any]) -> None:
    list_links(True, company_url, as_json=True)
    assert [(one["id"], one["code"], one["method"]) for one in said()] == [
        ("org-12", "C1", "exact"),
        ("org-13", "C2", "fuzzy"),
    ]
    confirm(sure=True, by="clara", database_url=company_url, as_json=True)
    assert said() == {"confirmed": 1}
    confirm(["org-13"], by="clara", database_url=company_url, as_json=True)
    list_links(database_url=company_url, as_json=False)


def test_nothing_is_confirmed_unless_it_is_named(company_url: str) -> None:
    with pytest.raises(NoneNamed):
        confirm(database_url=company_url)


def test_a_proposal_is_listed_and_approved_and_one_that_is_not_there_is_not(
    company_url: str, said: Callable[[], Any]
) -> None:
    list_proposals("proposed", company_url, as_json=True)
    assert [(one["ticket"], one["subject"], one["organization"]) for one in said()] == [
        (1042, "Écran noir", "GARAGE COLAS")
    ]
    approve(1042, by="clara", database_url=company_url, as_json=True)
    assert said() == {"ticket": 1042, "state": "approved"}
    with pytest.raises(NoSuchProposal, match="1043"):
        approve(1043, by="clara", database_url=company_url)
    list_proposals("", company_url)


def test_the_status_says_that_writing_is_held_and_why(company_url: str, said: Callable[[], Any]) -> None:
    assert show_status(company_url, as_json=True) == 1
    found = said()
    assert (found["deliveries"], found["held"], found["visits_to_decide"]) == ({"held": 1}, ["Only users may."], 1)
    assert show_status(company_url) == 1
