"""What was handed over, by whichever way: it is noted before anybody is told, so that no crash hands it over again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from twinbase.delivery import Waiting
from twinbase_ebp.delivering.ready import Ready
from twinbase_ebp.delivering.standing import Standing


async def handed_before(connection: Any, waiting: Sequence[Waiting]) -> dict[UUID, str]:
    """Those of them that were handed over, by a run that died before it could say so, and in which file."""
    rows = await connection.fetch(
        "SELECT delivery, file FROM ebp.exported_file WHERE delivery = ANY ($1)", [one.id for one in waiting]
    )
    return {row["delivery"]: row["file"] for row in rows}


async def note_handed(connection: Any, ready: Sequence[Ready], file: str, at: datetime, standing: Standing) -> None:
    """Note them; an error when one of them was handed over already."""
    records = [(one.waiting.id, file, at, msgspec.json.encode(standing.before(one)).decode()) for one in ready]
    columns = ("delivery", "file", "at", "before")
    await connection.copy_records_to_table("exported_file", schema_name="ebp", records=records, columns=columns)
