"""The page about taking a value back is followed: on a device, and at a terminal of the office."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.terminal import OpenTerminal

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import World
from twinbase_server import accounts

(APP,) = find_blocks("docs/how-to/take-a-value-back.md", "python")
(OFFICE,) = find_blocks("docs/how-to/take-a-value-back.md", "bash")
ANNA, VISIT = "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-000000000001"
LINE = """
INSERT INTO twinbase.journal
    (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs, decided, kind, reason, detail, asks)
VALUES ('0198c5a0-3333-7000-8000-00000000000{n}', now(), 'interventions', '["{visit}"]', gen_random_uuid(),
    'anna@example.org', gen_random_uuid(), 'merge', '{{"report": null}}', '{{"report": "Hers."}}',
    '{{"report": "Theirs."}}', '{decided}', '{kind}', '{reason}', '{detail}', true)
"""
ROWS = f"""
INSERT INTO mobile.colleagues (id, code, first_name, state) VALUES ('{ANNA}', 'A', 'Anna', 'active');
INSERT INTO mobile.interventions (id, number, title, status, lead_id, priority, scheduled_start, to_invoice,
    follow_up_needed, report)
VALUES ('{VISIT}', 'V1', 'Boiler', 'planned', '{ANNA}', 'normal', now(), false, false, 'Theirs.')
"""


class Shelf(SQLModel, registry=registry()):
    """The table of the page."""


class Report(Shelf, table=True):
    __tablename__ = "page_reports"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str = ""


class Reports:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Report, direction="both", conflict="server_wins")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(accounts, Reports()), tmp_path) as world:
        yield world


@executes(APP)
async def test_what_was_set_aside_is_told_and_taken_back(world: World) -> None:
    page: dict[str, Any] = {}
    exec(APP.take(), page)
    anna = await world.device("anna")
    reports = [Report(text="New."), Report(text="New.")]
    keys = [report.id for report in reports]
    await anna.save(*reports)
    await anna.sync()
    await world.sql("UPDATE page_reports SET text = 'Office.'")
    for key in keys:
        await anna.change(Report, key, text="Anna.")
    await anna.sync()
    await world.sql(f"DELETE FROM page_reports WHERE id = '{keys[1]}'")
    await anna.sync()
    for decision in await anna.replica.decisions():
        assert page["tell"](decision) == ["text: the office wrote 'Office.', you wrote 'Anna.'"]
    (failed,) = await page["put_mine_back"](anna.replica)
    assert "not on this device any more" in failed
    await anna.sync()
    assert await world.sql("SELECT text FROM page_reports") == [("Anna.",)]


@executes(OFFICE)
def test_the_office_writes_one_back_and_looks_at_the_other(
    open_terminal: OpenTerminal, database_url: str, ask: Any
) -> None:
    terminal = open_terminal({})
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("export TWINBASE_PLUGINS=accounts,mobile")
    terminal.run_line("twinbase db init --create-tables")
    ask(f"INSERT INTO twinbase.account VALUES ('anna@example.org', '', '{{\"colleague_id\": \"{ANNA}\"}}')")
    for statement in ROWS.split(";"):
        ask(statement)
    ask(LINE.format(n=1, visit=VISIT, decided='{"report": "server"}', kind="conflict", reason="", detail=""))
    ask(LINE.format(n=2, visit=VISIT, decided="{}", kind="flag", reason="late", detail="It came late."))
    listed, shown, restored, flagged, _ = terminal.run(OFFICE)
    assert "waits" in listed.out and "anna@example.org" in listed.out
    assert '"Hers."' in shown.out and '"Theirs."' in shown.out
    assert "applied" in restored.out and "It came late." in flagged.out
    assert ask("SELECT report FROM mobile.interventions") == [("Hers.",)]
    settled = ask("SELECT kind, settled_as, note FROM twinbase.journal WHERE kind <> 'restore' ORDER BY id")
    assert settled == [("conflict", "device", "You were right."), ("flag", "looked-at", "")]
    assert ask("SELECT author FROM twinbase.journal WHERE kind = 'restore'") == [("anna@example.org",)]
