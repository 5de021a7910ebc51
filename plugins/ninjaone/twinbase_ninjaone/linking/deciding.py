"""What a person says of a link: this is right, this is wrong, or who it is instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_ninjaone.linking.kinds import KINDS, LinkKind, NoSuchLink, parse_link_id
from twinbase_ninjaone.linking.matching import SURE
from twinbase_ninjaone.tables import LinkRejection, table_of


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """Who decided, and when."""

    by: str
    at: datetime


async def confirm(connection: AsyncConnection, written: str, who: LinkDecision) -> None:
    """From now on it counts. One that is confirmed already stays as it was."""
    kind, number = parse_link_id(written)
    await _found(connection, kind, number)
    pending = update(kind.links).where(kind.id == number, kind.links.c.confirmed_at.is_(None))
    await connection.execute(pending.values(confirmed_by=who.by, confirmed_at=who.at))


async def confirm_sure(connection: AsyncConnection, who: LinkDecision) -> int:
    """Confirm every proposal by the same name or by e-mail, and none by likeness; answers how many."""
    changed = 0
    for kind in KINDS.values():
        sure = update(kind.links).where(kind.links.c.confirmed_at.is_(None), kind.links.c.method.in_(SURE))
        changed += (await connection.execute(sure.values(confirmed_by=who.by, confirmed_at=who.at))).rowcount
    return changed


async def reject(connection: AsyncConnection, written: str, who: LinkDecision) -> None:
    """These two are not the same: the link goes, and is never proposed again."""
    kind, number = parse_link_id(written)
    code = await _found(connection, kind, number)
    rejection = {"kind": kind.name, "remote_id": number, "code": code, "rejected_by": who.by, "rejected_at": who.at}
    await connection.execute(insert(table_of(LinkRejection)).values(rejection).on_conflict_do_nothing())
    await connection.execute(delete(kind.links).where(kind.id == number))


async def link_by_hand(connection: AsyncConnection, written: str, code: str, who: LinkDecision) -> None:
    """Say who it is. Raises NoSuchLink when there is nobody of that id in NinjaOne, or of that code here."""
    kind, number = parse_link_id(written)
    there, here = table_of(kind.there), table_of(kind.here)
    if await connection.scalar(select(there.c.id).where(there.c.id == number)) is None:
        raise NoSuchLink(f"{written!r} is not in NinjaOne.")
    if await connection.scalar(select(here.c.code).where(here.c.code == code).limit(1)) is None:
        raise NoSuchLink(f"Nobody of {here.name} has this code.")
    row: dict[str, Any] = {kind.id_column: number, kind.code_column: code, "method": "by_hand", "score": None}
    await connection.execute(kind.upsert(), [row | {"confirmed_by": who.by, "confirmed_at": who.at}])


async def _found(connection: AsyncConnection, kind: LinkKind, number: int) -> str:
    code = await connection.scalar(select(kind.code).where(kind.id == number))
    if code is None:
        raise NoSuchLink(f"'{kind.name}-{number}'.")
    return code
