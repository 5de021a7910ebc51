"""`twinbase db remove --everything`: nothing stays, and nothing that somebody else needs goes with it."""

from collections.abc import Iterator

import pytest
from tests.cli.conftest import PLUGINS, blocking, execute
from tests.cli.said import Twinbase
from tests.schemas.ground import read_rows

from twinbase.testing.databases import Databases
from twinbase_server.cli import run

_OF_TWINBASE = """
SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%twinbase%'),
    (SELECT count(*) FROM pg_namespace WHERE nspname = 'twinbase'), (SELECT count(*) FROM mobile.units)
"""
_DEVICE = "INSERT INTO twinbase.replica (id, account, oldest_outbox) VALUES (gen_random_uuid(), 'anna', {})"
_DELIVERY = """
INSERT INTO twinbase.deliveries (id, destination, author, twin, row_key, key, action, payload, mutation, created_at,
    next_at)
VALUES (gen_random_uuid(), 'erp', 'anna', 'units', '1', '{}', 'save', '{}', gen_random_uuid(), now(), now())
"""
_SALVAGED = """
INSERT INTO twinbase.salvaged (id, replica, tx, offset_ms, mutation, salvaged_at)
VALUES (gen_random_uuid(), gen_random_uuid(), '1', 0, '{}', now())
"""


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """A database that was set up, with a row."""
    url = databases.create()
    assert run(["db", "init", "--create-tables", "--plugins", PLUGINS, "--database-url", url]) == 0
    blocking(
        execute(url, "INSERT INTO mobile.units (id, code, caption, decimals) VALUES (gen_random_uuid(), '1', 'One', 0)")
    )
    yield url
    databases.drop(url)


def of_twinbase(url: str) -> tuple[int, ...]:
    """Our triggers and schemas, and the customer's rows."""
    (found,) = blocking(read_rows(url, _OF_TWINBASE))
    return tuple(found)


def test_it_goes_without_its_plugins_from_renamed_tables_too_and_twice(
    url: str, twinbase: Twinbase, capsys: pytest.CaptureFixture[str]
) -> None:
    blocking(execute(url, "ALTER TABLE mobile.colleagues RENAME TO people"))
    capsys.readouterr()
    gone = twinbase("db", "remove", "--everything", "--yes", "--database-url", url, "--json")
    assert gone.status == 0 and "mobile.units" in gone.json["removed"]
    assert of_twinbase(url) == (0, 0, 1)
    blocking(execute(url, "DELETE FROM mobile.people; DELETE FROM mobile.units"))
    again = twinbase("db", "remove", "--everything", "--yes", "--database-url", url, "--json")
    assert again.status == 0 and again.json == {"removed": []}


@pytest.mark.parametrize(
    ("unsent", "said"),
    [(_DEVICE.format("now()"), "1 devices"), (_DELIVERY, "1 deliveries"), (_SALVAGED, "1 salvaged")],
    ids=["edits", "deliveries", "salvaged"],
)
def test_what_is_known_to_be_unsent_is_lost_only_if_told(url: str, twinbase: Twinbase, unsent: str, said: str) -> None:
    blocking(execute(url, unsent))
    before = of_twinbase(url)
    refused = twinbase("db", "remove", "--everything", "--yes", "--database-url", url)
    assert refused.status != 0 and said in refused.err and "--lose-unsent" in refused.err
    assert of_twinbase(url) == before
    assert twinbase("db", "remove", "--everything", "--yes", "--lose-unsent", "--database-url", url).status == 0
    assert of_twinbase(url) == (0, 0, 1)


def test_nothing_is_done_without_a_yes(url: str, twinbase: Twinbase) -> None:
    blocking(execute(url, _DEVICE.format("NULL")))
    before = of_twinbase(url)
    assert twinbase("db", "remove", "--everything", "--database-url", url).status != 0
    assert of_twinbase(url) == before


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("CREATE VIEW public.decided AS SELECT * FROM twinbase.journal", "public.decided"),
        ("CREATE TABLE public.mine (id uuid REFERENCES twinbase.journal)", "public.mine"),
        ("CREATE TABLE public.like_it (one twinbase.journal)", "public.like_it"),
    ],
)
def test_what_others_have_built_on_it_is_named_and_stays(url: str, twinbase: Twinbase, made: str, name: str) -> None:
    before = of_twinbase(url)
    blocking(execute(url, made))
    refused = twinbase("db", "remove", "--everything", "--yes", "--database-url", url)
    assert refused.status != 0 and name in refused.err
    assert of_twinbase(url)[0] >= before[0] and of_twinbase(url)[1:] == (1, 1)
