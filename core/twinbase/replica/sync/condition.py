"""What a device tells the office of itself at a pull: how much is unsent, how large it is, when it was last proven."""

import platform
from pathlib import Path

from twinbase.replica.connection import Connection
from twinbase.replica.file.file import wal_of
from twinbase.replica.file.state import recall, remember
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox.states import ON_ITS_WAY

PLATFORM_LETTERS = 64
PROVEN_NOTE = "proven_at"
"""Under which the file keeps when all of it was last proven."""


def read_condition(connection: Connection, path: Path) -> dict[str, str]:
    """The parameters of a pull that say it. `unsent`: what is on its way, as this pull is asked for."""
    unsent, oldest = connection.execute(f"SELECT count(*), min(at) FROM _twinbase_outbox WHERE {ON_ITS_WAY}").fetchone()
    said = {
        "unsent": str(unsent),
        "oldest_outbox": oldest,
        "storage": str(sum(file.stat().st_size for file in (path, wal_of(path)) if file.exists())),
        PROVEN_NOTE: recall(connection, PROVEN_NOTE),
        "platform": f"{platform.system()} {platform.release()}"[:PLATFORM_LETTERS].strip(),
    }
    return {name: value for name, value in said.items() if value}


def note_proven(connection: Connection, token: str, at: str) -> None:
    """A sync has ended with every twin proven."""
    with begin_fenced(connection, token):
        remember(connection, PROVEN_NOTE, at)
