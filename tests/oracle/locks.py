"""The ERP keeps rows or a whole table to itself for a while: what has nothing to do with them goes on."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import asyncpg
from tests.oracle.person import Mine
from tests.oracle.reloads import LOCK
from tests.oracle.simulation import Simulation

from twinbase.replica.report import Report

ROWS = {"jobs": "id", "parts": "job_id", "stocks": "code", "teams": "id", "logs": "id"}
"""Tables of which rows are kept, and by what they are chosen."""
READ_BY: Mapping[str, frozenset[str]] = {
    "jobs": frozenset({"jobs", "parts"}),
    "parts": frozenset({"parts"}),
    "memberships": frozenset({"jobs", "parts", "notices", "visits"}),
    "notices": frozenset({"notices"}),
    "teams": frozenset({"teams"}),
    "logs": frozenset({"logs"}),
    "stocks": frozenset({"stocks"}),
}
"""The twins that cannot be read while a table is locked."""
TOUCHED: Mapping[str, frozenset[str]] = {
    "jobs": frozenset({"jobs", "parts"}),
    "parts": frozenset({"jobs", "parts"}),
    "memberships": frozenset({"jobs", "parts"}),
    "teams": frozenset({"jobs", "parts"}),
    "logs": frozenset({"logs"}),
    "stocks": frozenset({"stocks"}),
    "notices": frozenset(),
}
"""The twins whose edits may need a table or a row of it: foreign keys and scopes lead from one to the other."""
EDITED = {"jobs": "id", "parts": "job_id", "logs": "id", "stocks": "code", "tools": "id"}
"""The twins of which people edit rows beside those of others in one local transaction, and by what they are known."""
Row = tuple[str, Any]
Edits = Mapping[int, Collection[Row]]
"""By local transaction, what it touches."""


async def erp_keeps_rows(sim: Simulation, rng: Random) -> None:
    """Some rows are locked, or written and not committed, while two devices work and sync."""
    table = rng.choice(tuple(ROWS))
    keys = [row["key"] for row in await sim.office.connection.fetch(_keys_sql(table))]
    kept = set(rng.sample(keys, min(len(keys), rng.randint(1, 2))))
    chosen = f"oracle.{table} WHERE {ROWS[table]}::text = ANY ($1)"
    same = f"UPDATE oracle.{table} SET {ROWS[table]} = {ROWS[table]} WHERE {ROWS[table]}::text = ANY ($1)"
    statement = rng.choice((f"SELECT FROM {chosen} FOR UPDATE", same))
    async with keeping(sim, rng, statement, sorted(kept)) as is_kept:
        if is_kept:
            touched = TOUCHED[table]
            await _go_on(sim, rng, lambda row: row[0] in touched and (table == "teams" or row[1] in kept), frozenset())


async def erp_keeps_a_table(sim: Simulation, rng: Random) -> None:
    """A whole table is locked, as for a load or an ALTER, while two devices work and sync."""
    table = rng.choice(tuple(READ_BY))
    async with keeping(sim, rng, f"LOCK TABLE oracle.{table} IN ACCESS EXCLUSIVE MODE") as is_kept:
        if is_kept:
            await _go_on(sim, rng, lambda row: row[0] in TOUCHED[table], READ_BY[table])


def _keys_sql(table: str) -> str:
    return f"SELECT DISTINCT {ROWS[table]}::text AS key FROM oracle.{table} ORDER BY 1"


@asynccontextmanager
async def keeping(sim: Simulation, rng: Random, statement: str, *values: Any) -> AsyncIterator[bool]:
    """A transaction that keeps what the statement takes, then commits or not; False when something was in its way."""
    connection = await sim.office.connect()
    transaction = connection.transaction()
    try:
        await transaction.start()
        await connection.execute(LOCK)
        try:
            await connection.execute(statement, *values)
        except asyncpg.LockNotAvailableError:
            yield False
            return
        yield True
        await (transaction.commit() if rng.random() < 0.5 else transaction.rollback())
    finally:
        await connection.close()


async def _go_on(sim: Simulation, rng: Random, is_kept: Any, unread: frozenset[str]) -> None:
    mine = sim.somebody(rng)
    for _ in range(2):
        await sim.work(mine, rng)
    before, mine.problem = await _pending(mine), ""
    report = await sim.sync(mine)
    if report is None:
        if "(503 " in mine.problem or "(500 " in mine.problem:
            sim.surprises.append(f"{mine.device.name}: a sync broke off for what the ERP keeps: {mine.problem}")
        return
    left = (await _pending(mine)).keys() if sim.server.has_all_of(mine.edition) else ()
    # What a newer version of the app wrote waits in this file until the app is as new again.
    twins = mine.edition.plugins.registry.twins
    free = [tx for tx in _free(before, lambda row: row[0] not in twins or is_kept(row)) if tx in left]
    if free:
        sim.surprises.append(f"{mine.device.name}: {len(free)} local transactions wait for what they do not touch")
    sim.surprises += [f"{mine.device.name}: {what}" for what in _unread(report, unread)]


def _free(edits: Edits, is_kept: Any) -> list[int]:
    """The local transactions that touch nothing of what is kept, nor a row that one before them touches that waits."""
    waiting: set[Row] = set()
    free = []
    for tx, rows in edits.items():
        if any(is_kept(row) or row in waiting for row in rows):
            waiting.update(rows)
        else:
            free.append(tx)
    return free


def _unread(report: Report, unread: frozenset[str]) -> list[str]:
    """Twins that are not read although nobody keeps what they need."""
    late = [twin for twin, why in report.unproven.items() if why.startswith("Another program") and twin not in unread]
    return [f"{twin} was left out, and nobody keeps its table" for twin in late]


async def _pending(mine: Mine) -> dict[int, list[Row]]:
    """What waits to be sent, and what it touches: a part is its job's."""
    found: dict[int, list[Row]] = {}
    tables = {name for (name,) in await mine.device.sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for twin, key in EDITED.items():
        if f"_twinbase_change_{twin}" not in tables:
            continue  # the first version of the app has no tools
        rows = await mine.device.sql(
            f"SELECT o.tx, coalesce(c.new_{key}, c.old_{key}) FROM _twinbase_outbox o JOIN _twinbase_change_{twin} c"
            " USING (seq) WHERE o.state IN ('pending', 'sent') AND o.outcome IS NULL ORDER BY o.tx"
        )
        for tx, value in rows:
            found.setdefault(tx, []).append((twin, value))
            if twin == "parts":
                found[tx].append(("jobs", value))
    return dict(sorted(found.items()))
