"""The links as people see them: both names, how they were found, who confirmed them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_ninjaone.linking.kinds import KINDS, LinkKind
from twinbase_ninjaone.tables import table_of


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A link. `there`, `here`: the names; None where one of the two is gone."""

    id: str
    there: str | None
    code: str
    here: str | None
    method: str
    score: float | None
    confirmed_by: str | None
    confirmed_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"confirmed_at": self.confirmed_at and self.confirmed_at.isoformat()}


async def list_links(connection: AsyncConnection) -> list[ListedLink]:
    """What waits for a person first, the surest of it on top; then what is confirmed."""
    found = [link for kind in KINDS.values() for link in await _of(connection, kind)]
    return sorted(found, key=lambda link: (link.confirmed_at is not None, -(link.score or 101.0), link.id))


async def _of(connection: AsyncConnection, kind: LinkKind) -> list[ListedLink]:
    there, here, links = table_of(kind.there), table_of(kind.here), kind.links
    wanted = (
        select(
            kind.id,
            _name(there),
            kind.code,
            _name(here),
            links.c.method,
            links.c.score,
            links.c.confirmed_by,
            links.c.confirmed_at,
        )
        .select_from(links)
        .outerjoin(there, there.c.id == kind.id)
        .outerjoin(here, here.c.code == kind.code)
    )
    return [ListedLink(f"{kind.name}-{number}", *rest) for number, *rest in await connection.execute(wanted)]


def _name(table: Table) -> ColumnElement[str]:
    if "name" in table.c:
        return table.c.name
    return func.nullif(func.concat_ws(" ", table.c.first_name, table.c.last_name), "")
