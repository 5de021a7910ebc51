"""The page about NinjaOne is followed with the stand-in of its last chapter, over HTTP."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from tests.docs.conftest import in_a_loop
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.terminal import OpenTerminal, Terminal

from twinbase_ninjaone.standin import CLIENT_ID, CLIENT_SECRET, Faults, StandinWorld, create_app, make_world, serve_app
from twinbase_ninjaone.standin.sizes import SMALL

PAGE = "docs/how-to/connect-ninjaone.md"
SETTINGS, FETCH, LINKS, PROPOSALS, HOOK, _, STANDIN = find_blocks(PAGE, "bash")
(IN_A_TEST,) = find_blocks(PAGE, "python")
(README,) = find_blocks("plugins/ninjaone/README.md")
FILL = """
DELETE FROM ninjaone.organizations; DELETE FROM ninjaone.tickets;
INSERT INTO ninjaone.organizations (id, name, extra)
VALUES (11, 'Garage Colas', '{}'), (12, 'Garage Hebbert', '{}'), (13, 'Boulangerie Lefebvre', '{}'), (14, 'ACME', '{}');
INSERT INTO mobile.customers (id, code, name, state, is_person)
VALUES (gen_random_uuid(), 'C0001', 'GARAGE COLAS', 'active', false),
    (gen_random_uuid(), 'C0002', 'Garage Hébert', 'active', false),
    (gen_random_uuid(), 'C0003', 'Boulangerie Lefèvre', 'active', false),
    (gen_random_uuid(), 'C0042', 'Quelqu''un', 'active', false);
INSERT INTO mobile.colleagues (id, code, first_name, state) VALUES (gen_random_uuid(), 'BOB', 'Bob', 'active');
INSERT INTO mobile.interventions (id, number, title, status, priority, to_invoice, follow_up_needed)
VALUES ('0198c5a0-0000-7000-8000-000000000001', 'V1', 'x', 'done', 'normal', false, false);
INSERT INTO ninjaone.tickets (id, client_id, subject, extra)
SELECT id, 12, 'Écran noir', '{}' FROM generate_series(1042, 1044) id;
INSERT INTO ninjaone.visit_proposals (ticket_id, state, checksum, proposed_at, with_incident)
SELECT id, 'proposed', '', now(), false FROM generate_series(1042, 1044) id;
"""


@pytest.fixture
def world() -> StandinWorld:
    return make_world(random.Random(1), datetime.now(UTC), sizes=SMALL)


@pytest.fixture
def terminal(
    open_terminal: OpenTerminal, database_url: str, world: StandinWorld, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """Somebody who has the stand-in's id and secret."""
    with serve_app(create_app(world)) as url:
        for name, value in {"URL": url, "CALLS_PER_SECOND": "10000"}.items():
            monkeypatch.setenv(f"TWINBASE_NINJAONE_{name}", value)
        monkeypatch.setenv("TWINBASE_DATABASE_URL", database_url)
        terminal = open_terminal({"CLIENT_ID=…": f"CLIENT_ID={CLIENT_ID}", "SECRET=…": f"SECRET={CLIENT_SECRET}"})
        terminal.run(README)
        terminal.run(SETTINGS)
        yield terminal


@executes(README, SETTINGS, FETCH, LINKS, PROPOSALS, HOOK)
def test_the_page_is_followed_from_the_first_fetch_to_the_hook(
    terminal: Terminal, database_url: str, world: StandinWorld
) -> None:
    *once, worker = terminal.list_commands(FETCH)
    for command in once:
        terminal.run_line(command)
    assert in_a_loop(_ask(database_url, "SELECT count(*) FROM ninjaone.tickets")) == [(len(world.tickets),)]
    terminal.start(worker, until="Working on")
    in_a_loop(_ask(database_url, FILL))

    listed, *_ = terminal.run(LINKS)
    assert all(name in listed.out for name in ("org-11", "org-12", "org-13"))
    links = "SELECT organization_id, customer_code FROM ninjaone.org_customer_links WHERE confirmed_at IS NOT NULL"
    assert sorted(in_a_loop(_ask(database_url, links))) == [(11, "C0001"), (12, "C0002"), (14, "C0042")]

    answers = terminal.run(PROPOSALS)
    assert all(str(ticket) in answers[0].out for ticket in (1042, 1043, 1044))
    decided = "SELECT ticket_id, state, colleague_code, minutes, with_incident FROM ninjaone.visit_proposals"
    assert sorted(in_a_loop(_ask(database_url, decided))) == [
        (1042, "done", None, 60, False), (1043, "approved", "BOB", None, True), (1044, "rejected", None, None, False),
    ]  # fmt: skip

    terminal.run(HOOK)
    assert len(os.environ["TWINBASE_NINJAONE_HOOK_SECRET"]) > 32 and world.webhook is None


async def _ask(url: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        if ";" in statement:
            await connection.execute(statement)
            return []
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@executes(STANDIN)
def test_the_stand_in_prints_the_variables_to_set(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal({"8100": "0"})
    (command,) = terminal.list_commands(STANDIN)
    terminal.start(command, until="export TWINBASE_NINJAONE_CLIENT_SECRET=")


@executes(IN_A_TEST)
def test_a_stand_in_of_ones_own_has_what_was_added_and_fails_as_it_was_told() -> None:
    names: dict[str, Any] = {}
    exec(IN_A_TEST.take(), names)
    comments = [line for line in names["world"].logs[1001] if "Câble remplacé" in str(line)]
    faults: Faults = names["faults"]
    assert len(comments) == 1 and faults.writes_forbidden and [one.times for one in faults.planned] == [2]
