"""The commands of the operator, on a small company."""

import json

from tests.cli.conftest import ANNA, BRUNO, EMAIL, OLD_VISIT, PLUGINS, VISIT, Company
from tests.cli.said import Said, Twinbase


def explain(twinbase: Twinbase, company: Company, row: str, user: str = EMAIL, *more: str) -> Said:
    return twinbase("explain", row, "--for", user, "--plugins", PLUGINS, "--database-url", company.url, "--json", *more)


def is_one_line(text: str) -> bool:
    """Besides the line that says which PostgreSQL was found."""
    lines = [line for line in text.splitlines() if not line.startswith("PostgreSQL ")]
    return len(lines) == 1 and lines[0].startswith("error ")


def test_alone_it_shows_the_commands(twinbase: Twinbase) -> None:
    said = twinbase()
    assert said.status == 0
    for command in ("serve", "db", "account", "project", "explain", "device", "demo"):
        assert f" {command} " in said.out


def test_a_database_that_is_set_up_is_sound(twinbase: Twinbase, company: Company) -> None:
    said = twinbase("db", "status", "--plugins", PLUGINS, "--database-url", company.url, "--json")
    assert said.status == 0
    assert said.json["sound"] and len(said.json["tables"]) == 34


def test_setting_up_again_changes_nothing(twinbase: Twinbase, company: Company) -> None:
    first = twinbase("db", "status", "--plugins", PLUGINS, "--database-url", company.url, "--json").json
    for command in ("init", "upgrade"):
        said = twinbase("db", command, "--plugins", PLUGINS, "--database-url", company.url, "--json")
        assert said.status == 0 and said.json == first


def test_what_escapes_capture_makes_the_status_one(twinbase: Twinbase, company: Company) -> None:
    company.sql("ALTER TABLE mobile.expenses DISABLE TRIGGER USER")
    said = twinbase("db", "status", "--plugins", PLUGINS, "--database-url", company.url)
    assert said.status == 1 and "mobile.expenses" in said.out
    assert twinbase("db", "upgrade", "--plugins", PLUGINS, "--database-url", company.url).status == 0


def test_capture_can_be_removed_and_set_up_again(twinbase: Twinbase, company: Company) -> None:
    removed = twinbase("db", "remove", "--yes", "--plugins", PLUGINS, "--database-url", company.url, "--json")
    assert removed.status == 0 and len(removed.json["removed"]) == 34
    assert twinbase("db", "status", "--plugins", PLUGINS, "--database-url", company.url).status == 1
    assert twinbase("db", "init", "--plugins", PLUGINS, "--database-url", company.url).status == 0


def test_an_account_keeps_claims_as_they_are_typed(twinbase: Twinbase, company: Company) -> None:
    said = twinbase(
        "account",
        "add",
        "Boss@Example.com",
        "--claim",
        "role=boss",
        "--claim",
        'sectors=["RHONE"]',
        "--database-url",
        company.url,
        "--json",
        TWINBASE_PASSWORD="three old trains",
    )
    assert said.json == {"email": "boss@example.com", "claims": {"role": "boss", "sectors": ["RHONE"]}}


def test_projecting_without_a_projection_says_so(twinbase: Twinbase, company: Company) -> None:
    said = twinbase("project", "--plugins", PLUGINS, "--database-url", company.url)
    assert said.status == 0 and "No active plugin brings a projection" in said.out


def test_a_row_in_scope_is_explained(twinbase: Twinbase, company: Company) -> None:
    said = explain(twinbase, company, f"interventions/{VISIT}")
    assert said.status == 0 and said.json["has"]
    assert said.json["because"].startswith("it is in scope: it is assigned to them; it is planned on 2")
    permission, mine, *_ = said.json["reasons"]
    assert permission["text"] == "permission interventions.read" and permission["holds"]
    assert "lead_id = claim colleague_id" in mine["text"]


def test_a_row_outside_the_window_is_explained_part_by_part(twinbase: Twinbase, company: Company) -> None:
    said = explain(twinbase, company, f"interventions/{OLD_VISIT}")
    assert said.status == 1 and not said.json["has"]
    _, mine, ahead, recent = said.json["reasons"]
    assert mine["holds"] and ahead["holds"] and not recent["holds"] and recent["text"] == "one of"
    assert "more than 30 days ago, and is done" in said.json["because"]


def test_a_row_of_somebody_else_is_explained(twinbase: Twinbase, company: Company) -> None:
    said = explain(twinbase, company, f"interventions/{VISIT}", "bruno", "--claim", f"colleague_id={BRUNO}")
    assert not said.json["has"] and not said.json["reasons"][1]["holds"]
    assert said.json["because"] == "it is outside the scope: it is assigned to somebody else."


def test_a_claim_that_is_missing_is_named(twinbase: Twinbase, company: Company) -> None:
    said = explain(twinbase, company, f"interventions/{VISIT}", "boss", "--claim", "role=technicien")
    assert said.status == 1 and "'colleague_id'" in said.json["because"]


def test_a_deleted_row_is_told_from_one_that_never_was(twinbase: Twinbase, company: Company) -> None:
    gone = "00000000-0000-7000-8000-0000000000aa"
    company.sql(f"INSERT INTO mobile.units (id, code, decimals) VALUES ('{gone}', 'X', 0)")
    company.sql(f"DELETE FROM mobile.units WHERE id = '{gone}'")
    assert "was deleted" in explain(twinbase, company, f"units/{gone}").json["because"]
    assert "no trace" in explain(twinbase, company, f"units/{ANNA}").json["because"]


def test_in_words_too(twinbase: Twinbase, company: Company) -> None:
    arguments = ("--for", EMAIL, "--plugins", PLUGINS, "--database-url", company.url)
    said = twinbase("explain", f"interventions/{VISIT}", *arguments)
    assert f"{EMAIL} has interventions/{VISIT}: it is in scope: it is assigned to them; it is planned" in said.out


def test_what_goes_wrong_is_one_line_and_a_status(twinbase: Twinbase, company: Company) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    wrong = [
        (2, ("nonsense",)),
        (2, ("explain",)),
        (2, ("account", "add", "a@b", "--password", "p", "--claim", "role", "--database-url", company.url)),
        (1, ("explain", "units", "--for", EMAIL, "--plugins", PLUGINS, "--database-url", company.url)),
        (1, ("explain", "nothing/1", "--for", EMAIL, "--plugins", PLUGINS, "--database-url", company.url)),
        (1, ("explain", f"units/{ANNA}", "--for", "nobody", "--plugins", PLUGINS, "--database-url", company.url)),
        (1, ("explain", "units/12", "--for", EMAIL, "--plugins", PLUGINS, "--database-url", company.url)),
        (1, ("db", "status", "--plugins", "nonsense", "--database-url", company.url)),
        (1, ("db", "status", "--database-url", nowhere)),
        (1, ("project", "--database-url", nowhere)),
        (1, ("account", "add", "a@b", "--password", "three old trains", "--database-url", nowhere)),
    ]
    for status, arguments in wrong:
        said = twinbase(*arguments)
        assert (said.status, is_one_line(said.err)) == (status, True), (arguments, said)
        assert said.out == ""


def test_json_is_one_document_whatever_the_command(twinbase: Twinbase, company: Company) -> None:
    at = ("--plugins", PLUGINS, "--database-url", company.url, "--json")
    for arguments in (("db", "status", *at), ("project", *at), ("explain", f"units/{ANNA}", "--for", EMAIL, *at)):
        json.loads(twinbase(*arguments).out)
