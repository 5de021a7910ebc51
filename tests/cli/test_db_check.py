"""`twinbase db check` says beforehand what stands in the way; `db init` says which right is missing."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.cli.conftest import PLUGINS, Company
from tests.cli.said import Twinbase

from twinbase.testing.databases import Databases

ROLE = "twinbase_of_the_shop"


@pytest.fixture
def office(databases: Databases, twinbase: Twinbase) -> Iterator[Company]:
    """Tables that somebody else owns, in a database that is not set up."""
    url = databases.create()
    company = Company(url, 0)
    assert twinbase("db", "init", "--create-tables", "--plugins", PLUGINS, "--database-url", url).status == 0
    assert twinbase("db", "remove", "--yes", "--plugins", PLUGINS, "--database-url", url).status == 0
    company.sql(f"DROP SCHEMA twinbase CASCADE; DROP ROLE IF EXISTS {ROLE}; CREATE ROLE {ROLE} LOGIN PASSWORD 'x'")
    yield company
    company.sql(f"DROP OWNED BY {ROLE}")
    databases.drop(url)


def as_role(company: Company) -> str:
    at = urlsplit(company.url)
    return at._replace(netloc=f"{ROLE}:x@{at.hostname}:{at.port}").geturl()


def test_a_database_that_is_fit_is_said_to_be(twinbase: Twinbase, office: Company) -> None:
    said = twinbase("db", "check", "--plugins", PLUGINS, "--database-url", office.url, "--json")
    assert (said.status, said.json) == (0, {"fit": True, "found": []})


def test_each_right_that_a_role_lacks_is_named_with_its_grant(twinbase: Twinbase, office: Company) -> None:
    said = twinbase("db", "check", "--plugins", PLUGINS, "--database-url", as_role(office), "--json")
    text = " ".join(said.json["found"])
    assert said.status == 1
    assert f"GRANT CREATE ON DATABASE {urlsplit(office.url).path[1:]} TO {ROLE}" in text
    assert f"{ROLE} does not own mobile.expenses" in text and f"GRANT postgres TO {ROLE}" in text
    assert f"GRANT USAGE ON SCHEMA mobile TO {ROLE}" in text
    assert f"GRANT SELECT, INSERT, UPDATE, DELETE ON mobile.expenses TO {ROLE}" in text
    assert f"GRANT SELECT ON mobile.units TO {ROLE}" in text


def test_setting_up_without_the_rights_changes_nothing_and_says_which(twinbase: Twinbase, office: Company) -> None:
    said = twinbase("db", "init", "--plugins", PLUGINS, "--database-url", as_role(office))
    assert said.status == 1 and "GRANT CREATE ON DATABASE" in said.err and "mobile.expenses" in said.err
    state = twinbase("db", "status", "--plugins", PLUGINS, "--database-url", office.url, "--json").json
    assert state["version"] is None


def test_a_table_that_cannot_be_watched_is_listed_with_all_others(twinbase: Twinbase, office: Company) -> None:
    office.sql("DROP TABLE mobile.expenses CASCADE; ALTER TABLE mobile.units DROP COLUMN code;"
               " ALTER TABLE mobile.vat_rates DROP CONSTRAINT vat_rates_pkey CASCADE")  # fmt: skip
    said = twinbase("db", "check", "--plugins", PLUGINS, "--database-url", office.url)
    assert said.status == 1
    for wrong in (
        "expenses does not exist",
        "db init --create-tables",
        "units lacks code",
        "vat_rates has no unique index on (id)",
    ):
        assert wrong in said.out
