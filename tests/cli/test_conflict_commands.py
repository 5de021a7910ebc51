"""`twinbase conflict`: what conflicts set aside and what was flagged, at a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from tests.cli.conftest import _ROWS, ANNA, BRUNO, EMAIL, PASSWORD, PLUGINS, VISIT, blocking, execute
from tests.cli.said import Said, Twinbase

from twinbase.testing.databases import Databases
from twinbase_server.cli import run

LINE = """
INSERT INTO twinbase.journal (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs, decided, kind,
    theirs_by, detail, asks)
VALUES ('{id}', now(), 'interventions', '["{visit}"]', gen_random_uuid(), '{author}', gen_random_uuid(), 'merge',
    '{{"report": null}}', '{{"report": "Hers: \\u001b[31mred"}}', '{{"report": "Theirs."}}', '{decided}', '{kind}',
    '{by}', '{detail}', true)
"""


@dataclass(frozen=True)
class Books:
    """The company's database; nobody has to serve it."""

    url: str

    def sql(self, statement: str) -> None:
        blocking(execute(self.url, statement))


@pytest.fixture(scope="module")
def books(databases: Databases) -> Iterator[Books]:
    url = databases.create()
    assert run(["db", "init", "--create-tables", "--plugins", PLUGINS, "--database-url", url]) == 0
    books = Books(url)
    books.sql(_ROWS)
    claim = f"colleague_id={ANNA}"
    assert run(["account", "add", EMAIL, "--password", PASSWORD, "--claim", claim, "--database-url", url]) == 0
    yield books
    databases.drop(url)


@pytest.fixture
def lines(books: Books) -> tuple[UUID, UUID]:
    """A conflict that asks, and an edit that was flagged; no others."""
    conflict, flag = uuid4(), uuid4()
    books.sql("DELETE FROM twinbase.journal")
    books.sql(f"UPDATE mobile.interventions SET report = 'Theirs.' WHERE id = '{VISIT}'")
    about = {"visit": VISIT, "author": EMAIL}
    books.sql(LINE.format(id=conflict, kind="conflict", decided='{"report": "server"}', by="bob", detail="", **about))
    books.sql(LINE.format(id=flag, kind="flag", decided="{}", by="", detail="It came late.", **about))
    return conflict, flag


def restore(twinbase: Twinbase, books: Books, line: UUID, *more: str) -> Said:
    at = ("--database-url", books.url, "--plugins", PLUGINS)
    return twinbase("conflict", "restore", line, "--side", "device", "--as", EMAIL, *at, *more)


def test_lines_are_listed_and_filtered_and_one_is_shown_column_by_column(
    twinbase: Twinbase, books: Books, lines: tuple[UUID, UUID]
) -> None:
    at = ("--database-url", books.url)
    assert {line["kind"] for line in twinbase("conflict", "list", *at, "--json").json} == {"conflict", "flag"}
    assert [line["id"] for line in twinbase("conflict", "list", "--flagged", *at, "--json").json] == [str(lines[1])]
    assert twinbase("conflict", "list", "--twin", "units", *at, "--json").json == []
    assert len(twinbase("conflict", "list", "--row", VISIT, "--waiting", *at, "--json").json) == 2
    listed = twinbase("conflict", "list", "--limit", "1", *at).out
    assert "--before" in listed
    shown = twinbase("conflict", "show", lines[0], *at).out
    assert 'device "Hers: \\u001b[31mred"' in shown and 'server "Theirs."' in shown and "against bob" in shown
    assert "\x1b" not in shown
    assert twinbase("conflict", "show", uuid4(), *at).status == 1


def test_one_side_is_written_back_in_a_name_and_with_its_rights(
    twinbase: Twinbase, books: Books, lines: tuple[UUID, UUID]
) -> None:
    conflict, _ = lines
    books.sql(f"UPDATE mobile.interventions SET lead_id = '{BRUNO}' WHERE id = '{VISIT}'")
    refused = restore(twinbase, books, conflict)
    assert refused.status == 1 and "no longer yours" in refused.out
    books.sql("UPDATE mobile.interventions SET lead_id = (SELECT id FROM mobile.colleagues WHERE code = 'A')")
    said = restore(twinbase, books, conflict, "--note", "Yours.", "--json")
    assert said.status == 0 and said.json["status"] == "applied"
    at = ("--database-url", books.url)
    (line,) = [one for one in twinbase("conflict", "list", *at, "--json").json if one["id"] == str(conflict)]
    assert line["settled_as"] == "device" and line["settled_by"].endswith(f"as {EMAIL}") and line["note"] == "Yours."
    again = restore(twinbase, books, conflict)
    assert again.status == 1 and "No line of the journal" in again.err


def test_a_line_is_settled_once_and_the_row_stays(twinbase: Twinbase, books: Books, lines: tuple[UUID, UUID]) -> None:
    at = ("--database-url", books.url)
    assert "stays as it is" in twinbase("conflict", "settle", lines[1], "--note", "Seen.", *at).out
    again = twinbase("conflict", "settle", lines[1], *at)
    assert again.status == 1 and "settled by" in again.err
    assert [line["id"] for line in twinbase("conflict", "list", "--waiting", *at, "--json").json] == [str(lines[0])]


def test_what_is_typed_wrongly_is_told_and_nothing_is_written(
    twinbase: Twinbase, books: Books, lines: tuple[UUID, UUID]
) -> None:
    at = ("--database-url", books.url, "--plugins", PLUGINS)
    wrong = twinbase("conflict", "restore", lines[0], "--side", "mine", "--as", EMAIL, *at)
    assert wrong.status == 2 and "`device` or `server`" in wrong.err
    nobody = twinbase("conflict", "restore", lines[0], "--side", "device", "--as", "nobody@example.com", *at)
    assert nobody.status == 1
    assert twinbase("conflict", "list", "--waiting", "--database-url", books.url, "--json").json != []
