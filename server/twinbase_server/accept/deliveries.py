"""What a batch has to hand over to other systems, kept beside its effects, in the same transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from twinbase.delivery import AppliedMutation, Delivery
from twinbase.identity import Identity
from twinbase.mutation import Operation
from twinbase.plugins import Plugins
from twinbase_server.accept.batch import Change, KeyTuple
from twinbase_server.accept.decide import Verdict
from twinbase_server.accept.plugins import translate_plugin_errors
from twinbase_server.database.connection import Connection
from twinbase_server.projection.echoes import keep_echoes

_COLUMNS = (
    "id", "destination", "author", "twin", "row_key", "key", "action", "payload", "mutation", "created_at", "next_at",
)  # fmt: skip


def applied_mutations(changes: Iterable[Change], verdicts: Mapping[str, Verdict]) -> list[AppliedMutation]:
    """The mutations among these that wrote something, in order, with what they wrote."""
    return [
        AppliedMutation(UUID(change.id), change.twin.name, _operation(verdict), change.key, dict(verdict.write))
        for change in changes
        if (verdict := verdicts[change.id]).stands and (verdict.write or verdict.delete)
    ]


def _operation(verdict: Verdict) -> Operation:
    return "delete" if verdict.delete else "insert" if verdict.insert else "update"


async def keep_deliveries(
    connection: Connection, plugins: Plugins, identity: Identity, written: Sequence[AppliedMutation], now: datetime
) -> None:
    """Ask plugins what is to be handed over, and keep it.

    Raises `plugin-failed` when one of them fails: then nothing of the batch may stand, for what it should have caused
    would be lost.
    """
    with translate_plugin_errors("twinbase_deliveries"):
        wanted = await plugins.collect_deliveries(written, identity, connection, now)
        ids = _ids(wanted)
        records = [_record(id, one, identity, now) for id, one in zip(ids, wanted, strict=True)]
    if records:
        await connection.copy_records_to_table("deliveries", schema_name="twinbase", records=records, columns=_COLUMNS)
        kept = zip(ids, (row_key(one.applied.key) for one in wanted), wanted, strict=True)
        await keep_echoes(connection, plugins.registry, kept)


def _ids(wanted: Sequence[Delivery]) -> list[UUID]:
    """Made from the mutation, so that work offered again after a restore is the same delivery to the other system."""
    counted: Counter[tuple[UUID, str, str]] = Counter()
    ids = []
    for one in wanted:
        row_id = (one.applied.id, one.destination, one.action)
        ids.append(uuid5(one.applied.id, f"{one.destination}\n{one.action}\n{counted[row_id]}"))
        counted[row_id] += 1
    return ids


def _record(id: UUID, one: Delivery, identity: Identity, now: datetime) -> tuple[Any, ...]:
    carried = one.applied
    return (
        id, one.destination, identity.subject, carried.twin, row_key(carried.key),
        msgspec.json.encode(carried.key).decode(), one.action, msgspec.json.encode(dict(one.payload)).decode(),
        carried.id, now, now,
    )  # fmt: skip


def row_key(key: KeyTuple) -> str:
    """A row's key as text, to look it up by: the value itself, or a JSON list where there are several."""
    return str(key[0]) if len(key) == 1 else msgspec.json.encode(key).decode()
