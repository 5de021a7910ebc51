"""The machines' report of sales, fetched again and again; every sale takes one from its slot, once."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2

from twinbase import Run, Source
from vending.settings import VendingSettings

Row = tuple[int, int, str, int]
# A sale that is known already has been counted: only what INSERT returns is taken from the slots.
_KEEP = """
WITH report AS (
    SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::int[]) AS r(machine, serial, position, cents)),
new AS (INSERT INTO vending.sales SELECT * FROM report ON CONFLICT DO NOTHING RETURNING machine, position),
sold AS (SELECT m.id, new.position, count(*)::int AS many FROM new JOIN vending.machines m ON m.number = new.machine
    GROUP BY m.id, new.position),
taken AS (UPDATE vending.slots s SET "left" = greatest(0, s."left" - sold.many) FROM sold
    WHERE s.machine_id = sold.id AND s.position = sold.position RETURNING s.id)
SELECT (SELECT count(*) FROM new) AS sales, (SELECT count(*) FROM taken) AS slots
"""


def source(settings: VendingSettings) -> Source:
    """Fetch the report every five minutes."""
    return Source("vending-sales", partial(fetch_sales, settings.sales_url), every=timedelta(minutes=5))


async def fetch_sales(url: str, run: Run) -> Mapping[str, Any]:
    """Bring the report's new sales in; a run that dies has done nothing, and the next one does it all."""
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url)
        answer.raise_for_status()
    rows = read_report(answer.text)
    run.tell("sales", len(rows), len(rows))
    return await keep(run.database_url, rows)


def read_report(text: str) -> list[Row]:
    """`machine,serial,position,cents`, with a heading. What follows the last end of a line was cut off, perhaps in the
    middle of a number: it is left for the next run."""
    lines = csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1]))
    return [(int(line["machine"]), int(line["serial"]), line["position"], int(line["cents"])) for line in lines]


async def keep(database_url: str, rows: Sequence[Row]) -> Mapping[str, Any]:
    """Write sales down and take them from the slots, in one statement."""
    # On a device nobody fetches anything, and there is no driver of PostgreSQL.
    import asyncpg

    connection = await asyncpg.connect(database_url)
    try:
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
        (figures,) = await connection.fetch(_KEEP, *columns)
        return dict(figures)
    finally:
        await connection.close()
