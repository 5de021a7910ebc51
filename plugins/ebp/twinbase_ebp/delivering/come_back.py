"""Which of the deliveries that were sent have come back: EBP's row, as the loader copied it, says what they said."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from twinbase.delivery import DeliveryOutcome, WaitingDelivery
from twinbase.postgres import PostgresConnection
from twinbase.source import Run
from twinbase_ebp.delivering.compare_values import is_alike
from twinbase_ebp.delivering.copies import Copies, CopyRow
from twinbase_ebp.delivering.finding import NUMBERS, RowFinder
from twinbase_ebp.delivering.linking import link
from twinbase_ebp.delivering.make_ready import Ready, make_ready
from twinbase_ebp.settings import EbpSettings

IS_THERE = "It is in EBP."
OVERTAKEN = "A later change of the same columns is in EBP."


class ComeBack:
    """Looks at the copies in schema `public`."""

    def __init__(self, settings: EbpSettings) -> None:
        self._settings = settings

    async def __call__(self, sent: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        """Those that have come back; of the others nothing is said."""
        import asyncpg  # not on a device

        connection = await asyncpg.connect(run.database_url)
        try:
            ready, _ = await make_ready(sent, connection, self._settings)
            looking = RowFinder(Copies(connection))
            return [*await self._updated(ready, looking, connection), *await self._created(ready, looking, connection)]
        finally:
            await connection.close()

    async def _created(
        self, ready: Sequence[Ready], looking: RowFinder, connection: PostgresConnection
    ) -> list[DeliveryOutcome]:
        back = []
        for one in ready:
            if one.entry.operation == "create" and (row := await looking.find(one)):
                await link(connection, one, row)
                number = row.get(NUMBERS.get(one.entry.entity, ""))
                said = f"It is in EBP: {number}." if number else IS_THERE
                back.append(DeliveryOutcome(one.waiting.id, "acknowledged", said))
        return back

    async def _updated(
        self, ready: Sequence[Ready], looking: RowFinder, connection: PostgresConnection
    ) -> list[DeliveryOutcome]:
        """Newest first: what a later change of the row has overwritten counts as come back when that one has."""
        back: list[DeliveryOutcome] = []
        updates = [one for one in ready if one.entry.operation == "update" and one.entry.key]
        rows = await looking.find_updated(updates)
        overtaken = await _overtaken(updates, connection)
        seen: dict[tuple[str, str], set[str]] = {}
        for one in reversed(updates):
            position = (one.entry.entity, str(one.entry.key))
            later = seen.setdefault(position, set())
            row = rows.get(position)
            if row is not None and (said := _says(one, row, later | overtaken.get(one.waiting.id, set()))):
                back.append(DeliveryOutcome(one.waiting.id, "acknowledged", said))
                later.update(one.entry.values)
        return back


async def _overtaken(updates: Sequence[Ready], connection: PostgresConnection) -> Mapping[UUID, set[str]]:
    """The columns of each that a later change of its row has written, which came back in an earlier run."""
    rows = await connection.fetch(_OVERTAKEN, [one.waiting.id for one in updates])
    return {row["id"]: set(row["names"]) for row in rows}


def _says(one: Ready, row: CopyRow, later: set[str]) -> str:
    """The sentence when the row says what the entry said; nothing when it does not, or when it cannot tell."""
    kinds = one.entity.columns
    compared = [name for name in one.entry.values if name in row and kinds[name] != "rich"]
    same = {name for name in compared if is_alike(one.entry.values[name], row[name], kinds[name])}
    if not compared or not all(name in same or name in later for name in compared):
        return ""
    return IS_THERE if len(same) == len(compared) else OVERTAKEN


_OVERTAKEN = """
SELECT d.id, array_agg(DISTINCT name) AS names
FROM twinbase.deliveries d
JOIN twinbase.deliveries l USING (destination, twin, row_key, action)
CROSS JOIN LATERAL jsonb_object_keys(l.payload -> 'values') name
WHERE d.id = ANY ($1) AND l.n > d.n AND l.state = 'acknowledged' GROUP BY d.id
"""
