"""`twinbase conflict`: what conflicts set aside and what was flagged, at a terminal."""

from uuid import UUID, uuid4

import pytest
from tests.cli.conftest import BRUNO, EMAIL, PLUGINS, VISIT, Company
from tests.cli.said import Said, Twinbase

LINE = """
INSERT INTO twinbase.journal (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs, decided, kind,
    theirs_by, detail, asks)
VALUES ('{id}', now(), 'interventions', '["{visit}"]', gen_random_uuid(), '{author}', gen_random_uuid(), 'merge',
    '{{"report": null}}', '{{"report": "Hers: \\u001b[31mred"}}', '{{"report": "Theirs."}}', '{decided}', '{kind}',
    '{by}', '{detail}', true)
"""


@pytest.fixture
def lines(company: Company) -> tuple[UUID, UUID]:
    """A conflict that asks, and an edit that was flagged; no others."""
    conflict, flag = uuid4(), uuid4()
    company.sql("DELETE FROM twinbase.journal")
    company.sql(f"UPDATE mobile.interventions SET report = 'Theirs.' WHERE id = '{VISIT}'")
    about = {"visit": VISIT, "author": EMAIL}
    company.sql(LINE.format(id=conflict, kind="conflict", decided='{"report": "server"}', by="bob", detail="", **about))
    company.sql(LINE.format(id=flag, kind="flag", decided="{}", by="", detail="It came late.", **about))
    return conflict, flag


def restore(twinbase: Twinbase, company: Company, line: UUID, *more: str) -> Said:
    at = ("--database-url", company.url, "--plugins", PLUGINS)
    return twinbase("conflict", "restore", line, "--side", "device", "--as", EMAIL, *at, *more)


def test_lines_are_listed_and_filtered_and_one_is_shown_column_by_column(
    twinbase: Twinbase, company: Company, lines: tuple[UUID, UUID]
) -> None:
    at = ("--database-url", company.url)
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
    twinbase: Twinbase, company: Company, lines: tuple[UUID, UUID]
) -> None:
    conflict, _ = lines
    company.sql(f"UPDATE mobile.interventions SET lead_id = '{BRUNO}' WHERE id = '{VISIT}'")
    refused = restore(twinbase, company, conflict)
    assert refused.status == 1 and "no longer yours" in refused.out
    company.sql("UPDATE mobile.interventions SET lead_id = (SELECT id FROM mobile.colleagues WHERE code = 'A')")
    said = restore(twinbase, company, conflict, "--note", "Yours.", "--json")
    assert said.status == 0 and said.json["status"] == "applied"
    at = ("--database-url", company.url)
    (line,) = [one for one in twinbase("conflict", "list", *at, "--json").json if one["id"] == str(conflict)]
    assert line["settled_as"] == "device" and line["settled_by"].endswith(f"as {EMAIL}") and line["note"] == "Yours."
    again = restore(twinbase, company, conflict)
    assert again.status == 1 and "No line of the journal" in again.err


def test_a_line_is_settled_once_and_the_row_stays(
    twinbase: Twinbase, company: Company, lines: tuple[UUID, UUID]
) -> None:
    at = ("--database-url", company.url)
    assert "stays as it is" in twinbase("conflict", "settle", lines[1], "--note", "Seen.", *at).out
    again = twinbase("conflict", "settle", lines[1], *at)
    assert again.status == 1 and "settled by" in again.err
    assert [line["id"] for line in twinbase("conflict", "list", "--waiting", *at, "--json").json] == [str(lines[0])]


def test_what_is_typed_wrongly_is_told_and_nothing_is_written(
    twinbase: Twinbase, company: Company, lines: tuple[UUID, UUID]
) -> None:
    at = ("--database-url", company.url, "--plugins", PLUGINS)
    wrong = twinbase("conflict", "restore", lines[0], "--side", "mine", "--as", EMAIL, *at)
    assert wrong.status == 2 and "`device` or `server`" in wrong.err
    nobody = twinbase("conflict", "restore", lines[0], "--side", "device", "--as", "nobody@example.com", *at)
    assert nobody.status == 1
    assert twinbase("conflict", "list", "--waiting", "--database-url", company.url, "--json").json != []
