"""`twinbase db status` says how much is remembered, and that it is more than it should be."""

from collections.abc import Iterator

import pytest
from tests.cli.said import Twinbase

from twinbase.testing.databases import Databases


@pytest.fixture
def url(databases: Databases, twinbase: Twinbase) -> Iterator[str]:
    """A database that is set up."""
    url = databases.create()
    assert twinbase("db", "init", "--database-url", url).status == 0
    yield url
    databases.drop(url)


def test_a_limit_that_is_passed_is_said_with_what_takes_the_room_and_is_no_fault(twinbase: Twinbase, url: str) -> None:
    status = ("db", "status", "--database-url", url)
    assert "History" not in twinbase(*status).out
    within = twinbase(*status, TWINBASE_HISTORY_BYTES_MAX="1000000")
    passed = twinbase(*status, TWINBASE_HISTORY_BYTES_MAX="1000")
    assert (within.status, passed.status) == (0, 0)
    assert "✓ History: 0.3 MB" in within.out and "TWINBASE_HISTORY_BYTES_MAX" not in within.out
    said = " ".join(passed.out.split())
    assert "! History: 0.3 MB (journal 0.1, ledger 0.1," in said and "more than TWINBASE_HISTORY_BYTES_MAX" in said
    size = twinbase(*status, "--json", TWINBASE_HISTORY_BYTES_MAX="1000").json["history"]
    assert size["bytes"] == sum(size["tables"].values()) > size["limit"] == 1000
