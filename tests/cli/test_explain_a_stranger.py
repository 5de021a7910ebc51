"""`twinbase explain` for somebody whom a plugin signs in, and who has no account of ours."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.cli.conftest import ANNA, Company
from tests.cli.said import Said, Twinbase

from twinbase.testing.databases import Databases
from twinbase_server.cli import run

BADGE, UNIT, VISIT = "badge:4711", uuid4(), uuid4()


@pytest.fixture(scope="module")
def url(databases: Databases) -> Iterator[str]:
    """A database in which a device has signed in with a badge."""
    url = databases.create()
    assert run(["db", "init", "--create-tables", "--plugins", "mobile", "--database-url", url]) == 0
    Company(url, 0).sql(f"""
        INSERT INTO twinbase.replica (id, account, device_name) VALUES ('{uuid4()}', '{BADGE}', 'a phone');
        INSERT INTO mobile.colleagues (id, code, first_name, state) VALUES ('{ANNA}', 'A', 'Anna', 'active');
        INSERT INTO mobile.units (id, code, caption, decimals) VALUES ('{UNIT}', 'm', 'Metre', 0);
        INSERT INTO mobile.interventions (id, number, title, status, lead_id, priority, scheduled_start,
            to_invoice, follow_up_needed)
        VALUES ('{VISIT}', 'V1', 'Chaudière', 'planned', '{ANNA}', 'normal', now(), false, false)
    """)
    yield url
    databases.drop(url)


def explain(twinbase: Twinbase, url: str, row: str, who: str, *claims: str) -> Said:
    return twinbase("explain", row, "--for", who, "--plugins", "mobile", "--database-url", url, "--json", *claims)


def test_a_table_that_asks_for_no_claim_needs_none(twinbase: Twinbase, url: str) -> None:
    said = explain(twinbase, url, f"units/{UNIT}", BADGE)
    assert said.status == 0 and said.json["subject"] == BADGE and "a phone" in said.json["devices"][0]


def test_the_claims_that_a_scope_asks_for_are_named(twinbase: Twinbase, url: str) -> None:
    said = explain(twinbase, url, f"interventions/{VISIT}", BADGE)
    assert said.status == 1 and "alone knows the claims" in said.err
    assert f"'{BADGE}', for interventions: --claim colleague_id=…" in said.err
    assert explain(twinbase, url, f"interventions/{VISIT}", BADGE, "--claim", f"colleague_id={ANNA}").json["has"]


def test_somebody_of_whom_nobody_has_heard_is_no_stranger_who_signed_in(twinbase: Twinbase, url: str) -> None:
    said = explain(twinbase, url, f"units/{UNIT}", "badge:4712")
    assert said.status == 1 and "No account has this e-mail, and no device signed in as this subject" in said.err
