"""Files for EBP's import: one for each entity and run, whole or not there at all, and no delivery in two.

A file is written under a hidden name, its deliveries are noted in the database, then it gets its name. Whoever dies
before the note has written nothing; whoever dies after it leaves a hidden file that the next run gives its name. One
run writes at a time, for a hidden file that is not noted yet looks like that of somebody who died.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from twinbase.delivery import DeliveryOutcome, WaitingDelivery
from twinbase.errors import TwinbaseError
from twinbase.postgres import PostgresConnection
from twinbase.source import Run
from twinbase_ebp.delivering.copies import Copies
from twinbase_ebp.delivering.expected_rows import GONE, read_expected_rows
from twinbase_ebp.delivering.handed_over import find_handed, forget_handed, look_before, note_handed
from twinbase_ebp.delivering.import_file import make_sheet
from twinbase_ebp.delivering.make_ready import Ready, make_ready
from twinbase_ebp.settings import EbpSettings

ARCHIVE, HIDDEN = "archive", ".part"
# Of the connection that notes: who loses the turn cannot note either.
_TURN = "SELECT pg_advisory_lock(hashtextextended('twinbase ebp files', 0))"
LOST = "Characters that Windows-1252 does not have were replaced by question marks."


class FolderMissing(TwinbaseError):
    """The folder for files to EBP is not there. Set TWINBASE_EBP_EXPORT_FOLDER to one that the worker may write to."""


class CsvFiles:
    """Hands deliveries over as files."""

    def __init__(self, settings: EbpSettings) -> None:
        self._settings = settings

    async def send(self, waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        """Write what waits; what was written before, by a run that died, is only told."""
        import asyncpg  # not on a device

        folder = self._folder()
        connection = await asyncpg.connect(run.database_url)
        try:
            await connection.execute(_TURN)
            await _finish(folder, connection)
            await forget_handed(connection, run.now)
            written = await find_handed(connection, waiting)
            outcomes = [self._sent(one.id, written[one.id]) for one in waiting if one.id in written]
            left = [one for one in waiting if one.id not in written]
            ready, others = await make_ready(left, connection, self._settings)
            by_entity: dict[str, list[Ready]] = defaultdict(list)
            for one in ready:
                by_entity[one.entry.sheet_name].append(one)
            for entity, mine in by_entity.items():
                outcomes += await self._file(folder, entity, mine, connection, run)
            return [*outcomes, *others]
        finally:
            await connection.close()

    def _folder(self) -> Path:
        folder = Path(self._settings.export_folder)
        if not self._settings.export_folder or not folder.is_dir():
            raise FolderMissing()
        (folder / ARCHIVE).mkdir(exist_ok=True)
        return folder

    async def _file(
        self, folder: Path, entity: str, ready: Sequence[Ready], connection: PostgresConnection, run: Run
    ) -> list[DeliveryOutcome]:
        name = await _next_name(connection, f"{entity}-{run.now:%Y%m%dT%H%M%S}")
        copies = Copies(connection)
        rows = await read_expected_rows(entity, ready, copies)
        refused = [DeliveryOutcome(one.waiting.id, "refused", GONE) for one in ready if rows.is_gone(one)]
        ready = [one for one in ready if not rows.is_gone(one)]
        if not ready:
            return refused
        content, lost = make_sheet(entity, ready, rows, self._settings)
        _write(folder / f".{name}{HIDDEN}", content)
        await note_handed(connection, ready, name, run.now, await look_before(ready, rows, copies))
        _name(folder, name)
        return [*refused, *(self._sent(one.waiting.id, name, lost=one.waiting.id in lost) for one in ready)]

    def _sent(self, id: UUID, file: str, *, lost: bool = False) -> DeliveryOutcome:
        return DeliveryOutcome(id, "sent", f"Written to {file} for EBP's import.{f' {LOST}' if lost else ''}")


async def _next_name(connection: PostgresConnection, stem: str) -> str:
    """Names sort in the order in which files were written: a row's second change is imported after its first."""
    count = await connection.fetchval(
        "SELECT count(DISTINCT file) FROM ebp.exported_file WHERE starts_with(file, $1)", f"{stem}-"
    )
    return f"{stem}-{count + 1:03}.csv"


async def _finish(folder: Path, connection: PostgresConnection) -> None:
    """Give hidden files their names when their deliveries were noted; the others were never handed over."""
    for hidden in folder.glob(f".*{HIDDEN}"):
        name = hidden.name[1 : -len(HIDDEN)]
        if await connection.fetchval("SELECT EXISTS (SELECT FROM ebp.exported_file WHERE file = $1)", name):
            _name(folder, name)
        else:
            hidden.unlink()


def _write(path: Path, content: bytes) -> None:
    """Write it down for good."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _name(folder: Path, name: str) -> None:
    """Keep a copy in the archive, then let the file appear; after a crash in between, the same again."""
    hidden = folder / f".{name}{HIDDEN}"
    copy = folder / ARCHIVE / f".{name}{HIDDEN}"
    _write(copy, hidden.read_bytes())
    copy.replace(folder / ARCHIVE / name)
    hidden.replace(folder / name)
    _sync(folder)


def _sync(folder: Path) -> None:
    """Let the names survive a power cut; Windows keeps them without being asked."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
