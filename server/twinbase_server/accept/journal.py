"""The journal: every value that a conflict set aside, on either side, kept and restorable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from twinbase.identity import Identity
from twinbase_server.accept.batch import Change, Key
from twinbase_server.accept.decide import SetAside
from twinbase_server.connection import Connection


@dataclass(frozen=True, slots=True)
class Line:
    """A mutation and what was set aside for it."""

    change: Change
    set_aside: SetAside


async def write_journal(
    connection: Connection, replica: UUID, identity: Identity, lines: Sequence[Line], now: datetime
) -> None:
    """One row for each line."""
    if lines:
        await connection.executemany(_WRITE, [_row(replica, identity, line, now) for line in lines])


def _row(replica: UUID, identity: Identity, line: Line, now: datetime) -> tuple[Any, ...]:
    change, aside = line.change, line.set_aside
    strategy = change.twin.mirror.conflict
    return (
        uuid7(), now, change.twin.name, _text(change.key), replica, identity.subject, change.id,
        strategy if isinstance(strategy, str) else getattr(strategy, "__name__", "custom"),
        _text(aside.base), _text(aside.mine), _text(aside.theirs), _text(aside.decided),
    )  # fmt: skip


def _text(value: Mapping[str, Any] | Key | None) -> str:
    return msgspec.json.encode(value).decode()


_WRITE = """
INSERT INTO twinbase.journal
    (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs, decided)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
