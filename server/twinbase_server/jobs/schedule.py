"""`twinbase.schedule`: of every task its last run, what came of it, and when the next is due."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from twinbase.errors import TwinbaseError
from twinbase_server.database.connection import Connection
from twinbase_server.jobs.task import Task, TaskKind, pause_after


class NoFigures(TwinbaseError):
    """What the run answered cannot be kept. A run answers figures by name: numbers, or short texts."""


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """Where a task stands. `state`: never, running, done, failed, stopped; or dead, when whoever ran it is gone.

    `figures` are of the last run that was done, `said` is what went wrong since, `failures` how often in a row.
    """

    kind: TaskKind
    name: str
    state: str = "never"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    done_at: datetime | None = None
    next_at: datetime | None = None
    progress: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""
    failures: int = 0


async def read_task_statuses(connection: Connection, kind: TaskKind, names: Iterable[str]) -> list[TaskStatus]:
    """Of these tasks, in this order."""
    wanted = list(names)
    rows = await connection.fetch(_READ, kind, wanted)
    found = {row["name"]: TaskStatus(**{**row, "figures": json.loads(row["figures"])}) for row in rows}
    return [found.get(name, TaskStatus(kind, name)) for name in wanted]


async def find_due_tasks(connection: Connection, tasks: Iterable[Task], now: datetime) -> list[Task]:
    """The tasks to run now: their time has come or whoever ran them is gone, and nobody runs them.

    One whose runs end with their worker again and again (the system may have killed it for its memory) has a growing
    pause like one that fails: its worker runs others too.
    """
    by_key = {task.key: task for task in tasks}
    if not by_key:
        return []
    kinds, names = zip(*by_key, strict=True)
    locks = [task.lock for task in by_key.values()]
    rows = await connection.fetch(_DUE, kinds, names, locks, now)
    return [by_key[row["kind"], row["name"]] for row in rows if not _rests(dict(row), now)]


def retry_time(started_at: datetime, failures: int) -> datetime:
    """When a run that ended with its worker is taken up again: the first at once. `failures`: those before it."""
    return started_at + pause_after(failures) if failures else started_at


async def begin(connection: Connection, task: Task, now: datetime) -> datetime:
    """A run starts. Answers when it was due, or would have been. One before it that nobody ended counts as failed."""
    due_at: datetime = await connection.fetchval(_BEGIN, *task.key, now, now + task.every)
    return due_at


async def hasten(connection: Connection, kind: TaskKind, name: str, now: datetime, interval_min: timedelta) -> None:
    """Somebody says that there is something to do: it is due now, but not before `interval_min` after its last start.

    A task that fails keeps its growing pause, and one that never ran is due anyway.
    """
    await connection.execute(_HASTEN, kind, name, now, interval_min)


async def note_progress(connection: Connection, task: Task, progress: str) -> None:
    await connection.execute(
        "UPDATE twinbase.schedule SET progress = $3 WHERE kind = $1 AND name = $2", *task.key, progress
    )


def encode_figures(figures: Any) -> str:
    """The figures of a run as they are kept; raises NoFigures for what PostgreSQL would not take."""
    try:
        text = json.dumps(dict(figures or {}), default=str, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise NoFigures from error
    if "\\u0000" in text:
        raise NoFigures
    return text


async def note_done(connection: Connection, task: Task, figures: str, now: datetime) -> None:
    """It ended well. `figures`: as `encode_figures` has made them."""
    await connection.execute(_DONE, *task.key, now, figures)


async def note_failed(connection: Connection, task: Task, said: str, now: datetime) -> None:
    """It is tried again after a pause that grows."""
    async with connection.transaction():
        failures = await connection.fetchval(_FAILED, *task.key, now, said)
        await connection.execute(
            "UPDATE twinbase.schedule SET next_at = $3 WHERE kind = $1 AND name = $2",
            *task.key,
            now + pause_after(failures),
        )


async def note_stopped(connection: Connection, task: Task, now: datetime, next_at: datetime) -> None:
    """Somebody stopped the run; the next one goes on."""
    await connection.execute(_STOPPED, *task.key, now, next_at)


def _rests(row: Mapping[str, Any], now: datetime) -> bool:
    return row["state"] == "running" and now < retry_time(row["started_at"], row["failures"])


_HELD = """
EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended({text}, 0))
"""
# The text of the lock is that of Task.lock.
_READ = f"""
SELECT kind, name, CASE WHEN state = 'running' AND NOT {_HELD.format(text="'twinbase ' || kind || ' ' || name")}
    THEN 'dead' ELSE state END AS state,
    started_at, finished_at, done_at, next_at, progress, figures::text, said, failures
FROM twinbase.schedule WHERE kind = $1 AND name = ANY ($2::text[])
"""
_DUE = f"""
SELECT t.kind, t.name, s.state, s.started_at, s.failures
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS t (kind, name, lock, o)
LEFT JOIN twinbase.schedule s ON s.kind = t.kind AND s.name = t.name
WHERE (s.name IS NULL OR s.next_at <= $4 OR s.state = 'running') AND NOT {_HELD.format(text="t.lock")}
ORDER BY t.o
"""
_BEGIN = """
WITH before AS (SELECT next_at FROM twinbase.schedule WHERE kind = $1 AND name = $2)
INSERT INTO twinbase.schedule AS s (kind, name, state, started_at, next_at) VALUES ($1, $2, 'running', $3, $4)
ON CONFLICT (kind, name) DO UPDATE
SET state = 'running', started_at = $3, finished_at = NULL, next_at = $4, progress = '',
    failures = s.failures + (s.state = 'running')::int,
    said = CASE s.state WHEN 'running' THEN 'Its worker was gone before the run had ended.' ELSE s.said END
RETURNING coalesce((SELECT next_at FROM before), $3)
"""
_HASTEN = """
UPDATE twinbase.schedule SET next_at = greatest($3, started_at + $4::interval)
WHERE kind = $1 AND name = $2 AND state <> 'failed' AND next_at > greatest($3, started_at + $4::interval)
"""
_DONE = """
UPDATE twinbase.schedule SET state = 'done', finished_at = $3, done_at = $3, figures = $4, said = '', failures = 0,
    progress = ''
WHERE kind = $1 AND name = $2
"""
_FAILED = """
UPDATE twinbase.schedule SET state = 'failed', finished_at = $3, said = $4, failures = failures + 1, progress = ''
WHERE kind = $1 AND name = $2 RETURNING failures
"""
_STOPPED = """
UPDATE twinbase.schedule SET state = 'stopped', finished_at = $3, next_at = $4, progress = ''
WHERE kind = $1 AND name = $2
"""
