"""The pages about EBP are followed, on a PostgreSQL with the shape of EBP: there is no SQL Server here."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tests.docs.conftest import in_a_loop
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.terminal import OpenTerminal, Terminal

from twinbase.plugins import load_plugins
from twinbase.testing.databases import Databases
from twinbase_demo.erp import generate
from twinbase_ebp.settings import EbpSettings
from twinbase_ebp.tables import TABLES

SETTINGS, LOAD = find_blocks("docs/how-to/connect-ebp.md", "sh")
FILES, CALLS, DELIVERIES = find_blocks("docs/how-to/send-changes-to-ebp.md", "sh")
EVENTS, ASK, ON_DEVICES = find_blocks("docs/reference/ebp-tables.md", "sql", "python", "bash")
(README,) = find_blocks("plugins/ebp/README.md")
KNOWN = {*(table.name for table in TABLES), "SaleSettlement", "GeographicSector"}
DELIVERY = UUID(int=7)
REFUSED = f"""
INSERT INTO twinbase.deliveries
    (id, destination, state, said, author, twin, row_key, key, action, payload, mutation, created_at, next_at)
VALUES ('{DELIVERY}', 'ebp', 'refused', 'No such customer.', 'anna', 'contacts', 'x', '["x"]', 'contact',
    '{{}}', gen_random_uuid(), now(), now())
"""


@pytest.fixture(scope="module")
def source(databases: Databases) -> Iterator[str]:
    """An EBP with the tables that are known by name, and few rows."""
    url = databases.create()
    asyncio.run(generate(url, scale=0.002, today=date(2026, 11, 20)))
    there = in_a_loop(
        ask(url, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    )
    others = ", ".join(f'"{name}"' for (name,) in there if name not in KNOWN)
    in_a_loop(ask(url, f"DROP TABLE {others}"))
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[str]:
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def terminal(open_terminal: OpenTerminal, source: str, server: str) -> Terminal:
    """With the settings of the pages."""
    ours = {"postgresql://…": server, "mssql+pymssql://twinbase:password@server/YourCompany": source}
    terminal = open_terminal({**ours, "/srv/ebp-import": ".", "/etc/twinbase/": "./", "retry ID": f"retry {DELIVERY}"})
    terminal.run(README)
    terminal.run(SETTINGS)
    return terminal


async def ask(url: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@executes(README, SETTINGS, LOAD, EVENTS, ASK)
def test_a_whole_ebp_is_looked_at_loaded_verified_projected_and_asked(terminal: Terminal, server: str) -> None:
    tables, _, _, verified, projected = terminal.run(LOAD)
    assert "ScheduleEvent" in tables.out and "every value" in verified.out and "customers" in projected.out
    ((copied,),) = in_a_loop(ask(server, 'SELECT count(*) FROM "Customer"'))
    assert in_a_loop(ask(server, "SELECT count(*) FROM mobile.customers")) == [(copied,)] != [(0,)]
    events = in_a_loop(ask(server, EVENTS.take().replace("41", "0").strip().rstrip(";")))
    assert {kind for _, _, kind, _ in events} == {"table_new"} and events == sorted(events)
    in_a_loop(_ask_any_table(server))


async def _ask_any_table(server: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        there = await connection.fetch(
            'SELECT "ItemId", "StorehouseId"::text, "RealStock" FROM "StockItem" ORDER BY 1, 2'
        )
        article, place, stock = there[0]
        source = ASK.take().replace("ART-1", article).replace("0198c5a0-0000-7000-8000-000000000001", place)
        page: dict[str, Any] = {}
        exec(source, page)
        real, custom, rows, cursor = await page["shelves"](connection)
    finally:
        await connection.close()
    assert (real, rows) == (stock, min(100, len(there) - 1)) and all(name.startswith("x") for name in custom) and cursor


@executes(ON_DEVICES)
def test_a_table_without_a_class_is_mirrored_by_one_line_of_configuration(terminal: Terminal) -> None:
    terminal.run_line("twinbase ebp reflect --out ebp-specs.json")
    terminal.run(ON_DEVICES)
    mirrored = set(load_plugins(("ebp",)).registry.twins)
    assert {"SaleSettlement", "GeographicSector"} <= mirrored


@executes(FILES, CALLS, DELIVERIES)
def test_the_settings_of_the_way_back_are_read_and_what_was_refused_is_tried_again(
    terminal: Terminal, server: str
) -> None:
    terminal.run(FILES)
    assert (EbpSettings().export, EbpSettings().export_folder) == ("csv", ".")
    terminal.run(CALLS)
    settings = EbpSettings()
    assert settings.export == "rest" and settings.rest_categories.keys() == {"Activity", "ScheduleEvent"}
    terminal.run_line("twinbase db init --create-tables")
    in_a_loop(ask(server, REFUSED))
    to_ebp, refused, _ = terminal.run(DELIVERIES)
    assert "No such customer." in to_ebp.out and str(DELIVERY) in refused.out
    assert in_a_loop(ask(server, "SELECT state FROM twinbase.deliveries")) == [("waiting",)]
