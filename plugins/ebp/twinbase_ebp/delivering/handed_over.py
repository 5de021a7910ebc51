"""What was handed over, by whichever way: it is noted before anybody is told, so that no crash hands it over again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from twinbase.delivery import WaitingDelivery
from twinbase.postgres import PostgresConnection
from twinbase_ebp.delivering.copies import Copies
from twinbase_ebp.delivering.expected_rows import ExpectedRows
from twinbase_ebp.delivering.finding import RowFinder
from twinbase_ebp.delivering.make_ready import Ready
from twinbase_ebp.links import LINKED

KEPT = timedelta(days=1)
"""A file's name, and whether a hidden one is whole, are told by the notes of the last runs."""
Before = Mapping[UUID, Mapping[str, Any] | None]


async def find_handed(connection: PostgresConnection, waiting: Sequence[WaitingDelivery]) -> dict[UUID, str]:
    """Those of them that were handed over, by a run that died before it could say so, and in which file."""
    rows = await connection.fetch(
        "SELECT delivery, file FROM ebp.exported_file WHERE delivery = ANY ($1)", [one.id for one in waiting]
    )
    return {row["delivery"]: row["file"] for row in rows}


async def look_before(ready: Sequence[Ready], expected: ExpectedRows, copies: Copies) -> Before:
    """What EBP has before these are handed over: of a row to be changed its values, of a new one what looks like it."""
    looking, before = RowFinder(copies), dict[UUID, Mapping[str, Any] | None]()
    for one in ready:
        if one.entry.operation == "update":
            before[one.waiting.id] = expected.values_before(one)
        elif one.entry.entity in LINKED:
            before[one.waiting.id] = {"Id": [str(row["Id"]) for row in await looking.find_alike(one)]}
    return before


async def note_handed(
    connection: PostgresConnection, ready: Sequence[Ready], file: str, at: datetime, before: Before
) -> None:
    """Note them; an error when one of them was handed over already."""
    records = [(one.waiting.id, file, at, _json(before.get(one.waiting.id))) for one in ready]
    columns = ("delivery", "file", "at", "before")
    await connection.copy_records_to_table("exported_file", schema_name="ebp", records=records, columns=columns)


async def forget_handed(connection: PostgresConnection, now: datetime) -> None:
    """Forget what was handed over of deliveries that nobody keeps any more (`TWINBASE_DELIVERY_DAYS`)."""
    await connection.execute(_FORGET, now - KEPT)


def _json(before: Mapping[str, Any] | None) -> str | None:
    return None if before is None else msgspec.json.encode(before).decode()


_FORGET = """
DELETE FROM ebp.exported_file f
WHERE f.at < $1 AND NOT EXISTS (SELECT FROM twinbase.deliveries d WHERE d.id = f.delivery)
"""
