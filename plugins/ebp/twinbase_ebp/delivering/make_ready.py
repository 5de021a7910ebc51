"""Deliveries made ready to be handed over: keys that EBP has given meanwhile, codes that the settings say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from twinbase.delivery import DeliveryOutcome, WaitingDelivery
from twinbase.postgres import PostgresConnection
from twinbase_ebp.delivering.columns import ENTITIES, Entity
from twinbase_ebp.delivering.entry import EbpEntry, KeyReference, Word, entry_of
from twinbase_ebp.settings import EbpSettings
from twinbase_mobile.tables import SCHEMA

LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery whose entry holds EBP's own keys and codes."""

    waiting: WaitingDelivery
    entry: EbpEntry

    @property
    def entity(self) -> Entity:
        return ENTITIES[self.entry.sheet_name]


class KeyLookup:
    """EBP's keys of rows of `mobile`, one question for each table. `connection`: asyncpg."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection

    async def find(self, wanted: Iterable[KeyReference]) -> dict[KeyReference, str]:
        """Those that EBP has given by now."""
        by_table: dict[str, set[str]] = defaultdict(set)
        for reference in wanted:
            by_table[reference.table].add(reference.id)
        found = {}
        for table, ids in by_table.items():
            query = f'SELECT id, source_id FROM "{SCHEMA}"."{table}" WHERE id = ANY ($1) AND source_id IS NOT NULL'
            for row in await self._connection.fetch(query, [UUID(id) for id in ids]):
                found[KeyReference(table, str(row["id"]))] = str(row["source_id"])
        return found


async def make_ready(
    waiting: Sequence[WaitingDelivery], connection: PostgresConnection, settings: EbpSettings
) -> tuple[list[Ready], list[DeliveryOutcome]]:
    """Those that can go, and what becomes of the others."""
    entries = [(one, entry_of(one.payload)) for one in waiting]
    keys = await KeyLookup(connection).find(reference for _, entry in entries for reference in _named(entry))
    ready, others = [], []
    for one, entry in entries:
        lacks = _lacks(one, entry, keys, settings)
        if lacks:
            others.append(lacks)
        else:
            ready.append(Ready(one, _resolved(entry, keys, settings)))
    return ready, others


def _named(entry: EbpEntry) -> list[KeyReference]:
    own = [KeyReference(entry.table, entry.id)] if entry.operation == "update" and entry.key is None else []
    return own + [value for value in _values(entry) if isinstance(value, KeyReference)]


def _values(entry: EbpEntry) -> list[Any]:
    return [*entry.values.values(), *(value for line in entry.lines for value in line.values())]


def _lacks(
    one: WaitingDelivery, entry: EbpEntry, keys: Mapping[KeyReference, str], settings: EbpSettings
) -> DeliveryOutcome | None:
    if entry.held:
        return DeliveryOutcome(one.id, "held", entry.held)
    if entry.by_hand:
        return DeliveryOutcome(one.id, "refused", entry.by_hand)
    if unknown := [reference for reference in _named(entry) if reference not in keys]:
        said = f"It waits for EBP's key of a row of {unknown[0].table} that was handed over before it."
        return DeliveryOutcome(one.id, "waiting", said, LATER)
    for word in _values(entry):
        if isinstance(word, Word) and settings.code_of(word.map, word.word) is None:
            said = f"EBP's code for {word.word!r} is not known: set TWINBASE_EBP_{word.map.upper()}, then release this."
            return DeliveryOutcome(one.id, "held", said)
    return None


def _resolved(entry: EbpEntry, keys: Mapping[KeyReference, str], settings: EbpSettings) -> EbpEntry:
    def value(given: Any) -> Any:
        if isinstance(given, KeyReference):
            return keys[given]
        return settings.code_of(given.map, given.word) if isinstance(given, Word) else given

    def row(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value(given) for name, given in values.items()}

    own = keys.get(KeyReference(entry.table, entry.id))
    key = entry.key or (own if entry.operation == "update" else None)
    return replace(entry, key=key, values=row(entry.values), lines=[row(line) for line in entry.lines])
