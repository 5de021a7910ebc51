"""A row that was made on a device, and the row that EBP made of it, are one row from then on."""

from typing import Any
from uuid import UUID

from twinbase_ebp.delivering.copies import Row
from twinbase_ebp.delivering.known import TABLES
from twinbase_ebp.delivering.ready import Ready
from twinbase_mobile.tables import SCHEMA


async def link(connection: Any, one: Ready, found: Row) -> None:
    """Say of the row of `mobile` which row of EBP it is: its id stays as it is for life."""
    entry = one.entry
    if entry.entity in _PROJECTED and "source_id" in TABLES[entry.table].c:
        await connection.execute(
            f'UPDATE "{SCHEMA}"."{entry.table}" SET source_table = $2, source_id = $3'
            " WHERE id = $1 AND source_table IS NULL",
            UUID(entry.id), entry.entity, str(found["Id"]),
        )  # fmt: skip


_PROJECTED = frozenset({"Activity", "Contact", "CustomerProduct", "Incident", "ScheduleEventCustomerProduct"})
