"""A database that somebody has altered: all that can be done is done, and the rest is listed at once."""

from collections.abc import Iterator

import pytest
from tests.cli.conftest import PLUGINS, blocking, execute
from tests.cli.said import Twinbase

from twinbase.testing.databases import Databases
from twinbase_server.cli import run


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """A database that was set up once."""
    url = databases.create()
    assert run(["db", "init", "--create-tables", "--plugins", PLUGINS, "--database-url", url]) == 0
    yield url
    databases.drop(url)


def test_what_was_altered_is_listed_and_the_rest_is_brought_up_to_date(
    url: str, twinbase: Twinbase, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    at = ("--plugins", PLUGINS, "--database-url", url)
    blocking(
        execute(
            url,
            "ALTER TABLE mobile.units RENAME caption TO label; DROP TABLE mobile.travel_logs CASCADE;"
            "ALTER TABLE mobile.colleagues DISABLE TRIGGER ALL",
        )
    )

    upgraded = twinbase("db", "upgrade", *at)
    after = twinbase("db", "status", *at, "--json")

    assert (upgraded.status, after.status) == (1, 1)
    said = upgraded.out.replace("\n", " ")
    assert "✗" in said and "renamed={'caption': '…'}" in said
    assert "mobile.units lacks caption." in said and "mobile.travel_logs does not exist" in said
    assert said.count("travel_logs") == 1, "each fault is said once"
    assert "--create-tables" in said
    assert "colleagues" not in said, "what could be captured again is"
    waiting = {misfit["twin"] for misfit in after.json["misfits"] if misfit["blocks"]}
    assert waiting == {"units", "travel_logs"}


def test_rows_that_no_device_can_get_are_counted(
    url: str, twinbase: Twinbase, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    statement = (
        "ALTER TABLE mobile.units DROP CONSTRAINT units_pkey CASCADE; ALTER TABLE mobile.units ALTER id DROP NOT NULL;"
        "CREATE UNIQUE INDEX ON mobile.units (id); INSERT INTO mobile.units (id, code, caption, decimals)"
        " VALUES (NULL, 'a', 'A', 0), (NULL, 'b', 'B', 0), (gen_random_uuid(), 'c', 'C', 0)"
    )
    blocking(execute(url, statement))
    said = twinbase("db", "status", "--plugins", PLUGINS, "--database-url", url, "--json")
    told = [one["detail"] for one in said.json["misfits"] if one["twin"] == "units"]
    assert said.status == 0, "it can be synced as it is"
    assert any(detail.startswith("2 rows of mobile.units have no key") for detail in told)
