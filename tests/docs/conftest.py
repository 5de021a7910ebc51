"""A terminal for whoever follows a page, and a database that is set up."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.docs.terminal import OpenTerminal, Terminal


@pytest.fixture
def open_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> OpenTerminal:
    """`open_terminal({"db.example.com": "127.0.0.1"})`, in an empty folder."""
    for name in ("TWINBASE_DATABASE_URL", "TWINBASE_PLUGINS", "TWINBASE_POSTGRES_BIN"):
        monkeypatch.delenv(name, raising=False)

    def open_(instead: dict[str, str] | None = None) -> Terminal:
        return Terminal(tmp_path, monkeypatch, capsys, instead or {})

    return open_


@pytest.fixture
def ask(database_url: str) -> Callable[..., list[Any]]:
    """`ask(statement, *values)` in the test's database: the rows."""

    def ask(statement: str, *values: Any, url: str = database_url) -> list[Any]:
        rows: list[Any] = in_a_loop(_fetch(url, statement, values))
        return rows

    return ask


async def _fetch(url: str, statement: str, values: tuple[Any, ...]) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *values)]
    finally:
        await connection.close()


def in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """In a loop of its own, whatever loops there were."""
    with asyncio.Runner() as runner:
        return runner.run(work)
