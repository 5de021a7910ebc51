"""What `twinbase file` does with a device's file, once it is open."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from twinbase.errors import NotSignedIn
from twinbase.quoting import quote_name
from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import read_state
from twinbase.replica.report import Report
from twinbase.replica.status import SyncStatus
from twinbase_server.cli.device_file import Enrolment, read_key
from twinbase_server.cli.open_file import open_existing, open_new, sign_in_again
from twinbase_server.cli.screen import make_error_console
from twinbase_server.cli.verify import Findings, verify_file


async def enroll_file(
    file: Path, key_file: Path | None, enrolment: Enrolment, begin: Callable[[Replica], Awaitable[None]]
) -> Report:
    async with open_new(file, read_key(file, key_file), enrolment, key_file) as replica:
        await begin(replica)
        return await _watched(replica)


async def sync_file(file: Path, key_file: Path | None) -> Report:
    async with open_existing(file, key_file) as replica:
        return await _watched(replica)


async def _watched(replica: Replica) -> Report:
    """Sync, and say meanwhile what it is at."""
    with make_error_console().status("Syncing") as line:

        def show(now: SyncStatus) -> None:
            line.update(f"{now.phase.capitalize()}{f' {now.rows:,} rows' if now.rows else ''}")

        stop = replica.status.watch(show)
        try:
            return await replica.sync()
        except NotSignedIn:
            line.stop()
            await sign_in_again(replica)
            return await replica.sync()
        finally:
            stop()


async def read_file_status(file: Path, key_file: Path | None) -> dict[str, Any]:
    async with open_existing(file, key_file) as replica:
        rows = await replica.database.look(_count_rows, list(replica.registry.twins))
        edits = await replica.database.look(_count_edits)
        state = await replica.database.look(read_state)
        return {
            "file": str(file),
            "server": state.server,
            "account": state.account,
            "replica": state.replica,
            "synced_at": state.synced_at or None,
            "complete": bool(state.cursor),
            "edits": edits,
            "rows": rows,
        }


async def list_waiting_edits(file: Path, key_file: Path | None, discard: UUID | None) -> list[dict[str, Any]]:
    async with open_existing(file, key_file) as replica:
        if discard is not None:
            await replica.discard(discard)
        return [asdict(waiting) for waiting in await replica.waiting_edits()]


async def check_file(file: Path, key_file: Path | None, *, online: bool, attachments: bool) -> Findings:
    async with open_existing(file, key_file) as replica:
        found = await asyncio.to_thread(verify_file, replica.database.file, replica.registry, attachments=attachments)
        if online and found.sound:
            report = await _watched(replica)
            found.unproven = report.unproven | {t: "It differs." for t, same in report.proven.items() if not same}
            found.proven = sorted(twin for twin, same in report.proven.items() if same)
        return found


def _count_rows(connection: Connection, twins: list[str]) -> dict[str, int]:
    return {twin: connection.execute(f"SELECT count(*) FROM {quote_name(twin)}").fetchone()[0] for twin in twins}


def _count_edits(connection: Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT state, count(*) FROM _twinbase_outbox GROUP BY state").fetchall())
