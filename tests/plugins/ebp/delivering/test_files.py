"""Files for EBP's import: whole or not there, no delivery in two, nothing that a spreadsheet would calculate."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.crash.processes import Killable
from tests.plugins.ebp.delivering.company import read
from tests.plugins.ebp.delivering.export_process import START, contact, export

from twinbase import Run, WaitingDelivery
from twinbase.testing.databases import Databases
from twinbase_ebp.delivering.cells import guard_formula
from twinbase_ebp.delivering.csv_files import CsvFiles, FolderMissing
from twinbase_ebp.delivering.entry import EbpEntry
from twinbase_ebp.settings import EbpSettings

COUNT, SIZE, KILLS = 120, 4, 6
NOTED = "INSERT INTO ebp.exported_file (delivery, file, at) VALUES ($1, 'another', now())"
TURN_WAITED_FOR = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)
"""
KEPT = """
INSERT INTO twinbase.deliveries
    (id, destination, state, said, author, twin, row_key, key, action, payload, mutation, created_at, next_at)
VALUES ($1, 'ebp', 'sent', '', 'anna', 'contacts', 'k', '["k"]', 'create Contact', '{}', $1, now(), now())
"""


@pytest.fixture
def url(databases: Databases, office_template: tuple[str, str]) -> Iterator[str]:
    made = databases.create(office_template[1])
    yield made
    databases.drop(made)


def settings(folder: Path, **more: Any) -> EbpSettings:
    return EbpSettings.model_validate({"export": "csv", "export_folder": str(folder), **more})


def note(text: str) -> WaitingDelivery:
    entry = EbpEntry("Activity", "create", "intervention_notes", "n", "n", {"NotesClear": text, "Caption": "Note"})
    return WaitingDelivery(contact(0).id, "intervention_notes", ("n",), entry.action, entry.as_payload(), "anna", 0)


async def test_a_worker_that_is_killed_again_and_again_hands_each_over_once_and_leaves_no_half_file(
    url: str, tmp_path: Path
) -> None:
    chance = random.Random(7)
    for _ in range(KILLS):
        process = Killable(export, url, str(tmp_path), COUNT, SIZE)
        goal = min(await _written(url) + chance.randint(1, 20), COUNT - SIZE)
        while await _written(url) < goal and process.runs:
            await asyncio.sleep(0.001)
        process.kill()
        assert all(path.read_bytes().endswith(b"\r\n") for path in tmp_path.glob("*.csv"))
    assert await Killable(export, url, str(tmp_path), COUNT, SIZE).ended() == 0

    rows = [row["TwinbaseDelivery"] for path in tmp_path.glob("*.csv") for row in read(path)]
    assert Counter(rows) == Counter(str(contact(number).id) for number in range(COUNT))
    assert {path.name for path in tmp_path.glob("*.csv")} == {path.name for path in (tmp_path / "archive").iterdir()}
    assert not list(tmp_path.glob(".*")) and not list((tmp_path / "archive").glob(".*"))


async def test_a_file_that_the_import_has_taken_away_is_not_written_again(url: str, tmp_path: Path) -> None:
    files, run = CsvFiles(settings(tmp_path)), Run(url, START, lambda *_: None)
    (first,) = await files.send([contact(1)], run)
    (path,) = tmp_path.glob("*.csv")
    path.unlink()
    assert await files.send([contact(1)], run) == [first]
    assert not list(tmp_path.glob("*.csv"))


async def test_a_run_leaves_alone_the_file_that_another_is_about_to_name(url: str, tmp_path: Path) -> None:
    files, run = CsvFiles(settings(tmp_path)), Run(url, START, lambda *_: None)
    holding, looking = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        async with rolled_back(holding):
            await holding.execute(NOTED, contact(1).id)  # The first writes its file, and waits here to note it.
            first = asyncio.create_task(files.send([contact(1)], run))
            await until(lambda: first.done() or any(tmp_path.glob(".*.part")))
            second = asyncio.create_task(files.send([], run))
            while not second.done() and not await looking.fetchval(TURN_WAITED_FOR):
                await asyncio.sleep(0)
        await asyncio.gather(first, second)
    finally:
        await holding.close()
        await looking.close()
    (path,) = tmp_path.glob("*.csv")
    assert read(path)[0]["ContactFields_Name"] == "Contact 1"


async def test_what_was_handed_over_is_forgotten_with_its_delivery(url: str, tmp_path: Path) -> None:
    files = CsvFiles(settings(tmp_path))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(KEPT, contact(1).id)
        for number, days in ((1, 0), (2, 0), (3, 2)):
            await files.send([contact(number)], Run(url, START + timedelta(days=days), lambda *_: None))
        left = await connection.fetch("SELECT delivery FROM ebp.exported_file")
    finally:
        await connection.close()
    assert {row["delivery"] for row in left} == {contact(1).id, contact(3).id}


async def test_names_sort_in_the_order_of_writing_within_one_second(url: str, tmp_path: Path) -> None:
    files, run = CsvFiles(settings(tmp_path)), Run(url, START, lambda *_: None)
    for number in (3, 1, 2):
        await files.send([contact(number)], run)
    names = [read(path)[0]["ContactFields_Name"] for path in sorted(tmp_path.glob("*.csv"))]
    assert names == ["Contact 3", "Contact 1", "Contact 2"]


async def test_any_text_comes_out_as_it_went_in(url: str, tmp_path: Path) -> None:
    text = 'Robinet "A";\n=1+1\t€ œ 🔧'
    await CsvFiles(settings(tmp_path)).send([note(text)], Run(url, START, lambda *_: None))
    (path,) = tmp_path.glob("*.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") and read(path)[0]["NotesClear"] == text


async def test_what_windows_1252_lacks_is_replaced_and_said(url: str, tmp_path: Path) -> None:
    files = CsvFiles(settings(tmp_path, export_encoding="cp1252"))
    (told,) = await files.send([note("€ œ 🔧")], Run(url, START, lambda *_: None))
    (path,) = tmp_path.glob("*.csv")
    assert "€ œ ?".encode("cp1252") in path.read_bytes() and "question marks" in told.said


async def test_titles_are_what_the_import_wants(url: str, tmp_path: Path) -> None:
    files = CsvFiles(settings(tmp_path, export_headers={"Activity.NotesClear": "Texte"}))
    await files.send([note("Bonjour")], Run(url, START, lambda *_: None))
    assert read(next(tmp_path.glob("*.csv")))[0]["Texte"] == "Bonjour"


async def test_without_a_folder_nothing_is_lost_and_the_worker_says_what_lacks(url: str, tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match="TWINBASE_EBP_EXPORT_FOLDER"):
        await CsvFiles(settings(tmp_path / "nowhere")).send([contact(1)], Run(url, START, lambda *_: None))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("-12,5", "-12,5"),
        ("Durand", "Durand"),
    ],
)
def test_a_text_is_never_a_formula(text: str, written: str) -> None:
    assert guard_formula(text) == written


@asynccontextmanager
async def rolled_back(connection: Any) -> AsyncIterator[None]:
    """What the block does with the connection is undone at its end."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0)


async def _written(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM ebp.exported_file"))
    finally:
        await connection.close()
