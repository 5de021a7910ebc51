"""A statement that somebody types reads one file for a second, and sees no secret."""

from pathlib import Path

import pytest

from twinbase.testing import Device
from twinbase_textual.inspect.opened_file import InspectedFile
from twinbase_textual.inspect.query import ROWS_MAX, SECONDS_MAX, QueryRefused, run_query

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def test_rows_come_with_the_names_of_their_columns(inspected: InspectedFile) -> None:
    answer = inspected.read(run_query, "SELECT id, upper(name) AS big FROM product WHERE id < 3 ORDER BY id")
    assert (answer.columns, answer.rows, answer.is_cut) == (("id", "big"), [(1, "TUBE 1"), (2, "TUBE 2")], False)


def test_of_more_rows_than_a_screen_needs_the_first_are_given(inspected: InspectedFile) -> None:
    answer = inspected.read(run_query, f"{ENDLESS} SELECT i FROM n")
    assert len(answer.rows) == ROWS_MAX and answer.is_cut


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM product", "UPDATE product SET name = 'x'", "INSERT INTO product (id, name) VALUES (0, 'x')",
        "DROP TABLE product", "CREATE TABLE mine (i)", "CREATE TEMP TABLE mine (i)", "PRAGMA user_version = 9",
        "PRAGMA rekey = 'x'", "PRAGMA key", "ATTACH '{path}' AS other", "VACUUM INTO '{path}'", "COMMIT",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('{path}')", "SELECT 1; DELETE FROM product", "SELEKT 1", "SELECT * FROM nothing",
        "SELECT sqlcipher_export('main')",
    ],
)  # fmt: skip
async def test_anything_but_a_select_over_the_file_is_refused_and_changes_nothing(
    anna: Device, inspected: InspectedFile, tmp_path: Path, statement: str
) -> None:
    other = tmp_path / "other"
    before = await anna.sql("SELECT count(*), sum(length(name)) FROM product")
    with pytest.raises(QueryRefused):
        inspected.read(run_query, statement.format(path=other))
    assert not other.exists()
    assert await anna.sql("SELECT count(*), sum(length(name)) FROM product") == before
    assert await anna.sql("PRAGMA user_version") == [(1,)]


def test_what_never_ends_is_ended(inspected: InspectedFile) -> None:
    with pytest.raises(QueryRefused, match="interrupted"):
        inspected.read(run_query, f"{ENDLESS} SELECT max(i) FROM n")
    assert inspected.read(run_query, "SELECT 1").seconds < SECONDS_MAX


@pytest.mark.parametrize(
    "column", ["key FROM _twinbase_content_key", "value FROM _twinbase_sync", "token FROM _twinbase_state"]
)
async def test_what_opens_something_else_than_this_file_is_not_shown(
    anna: Device, inspected: InspectedFile, column: str
) -> None:
    assert any(value for (value,) in await anna.sql(f"SELECT {column}")), "there is a secret"
    assert {value for (value,) in inspected.read(run_query, f"SELECT {column}").rows} == {None}
