"""Look for links between those who have none that a person confirmed. A proposal counts for nothing by itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase_mobile import tables as mobile
from twinbase_ninjaone.linking.kinds import KINDS, LinkKind
from twinbase_ninjaone.linking.matching import Match, Matcher, Party, Stranger
from twinbase_ninjaone.linking.names import normalise_email, normalise_name, normalise_person
from twinbase_ninjaone.tables import LinkRejection, NinjaContact, NinjaOrganization, NinjaUser, table_of

TECHNICIAN = "TECHNICIAN"


async def propose(connection: AsyncConnection, score_min: float) -> dict[str, int]:
    """Renew the proposals, in the caller's transaction; answers how many there are of each kind.

    Links that were confirmed stay as they are, whoever was renamed since: they go by id and code.
    """
    organizations = await _organizations(connection), await _customers(connection)
    users = await _technicians(connection), await _colleagues(connection)
    return {
        "org": await _renew(connection, KINDS["org"], *organizations, score_min),
        "user": await _renew(connection, KINDS["user"], *users, score_min),
    }


async def _renew(
    connection: AsyncConnection, kind: LinkKind, there: Sequence[Stranger], here: Sequence[Party], score_min: float
) -> int:
    matcher = Matcher(here, score_min)
    found = [match for one in there if (match := matcher.find(one, kind.order))]
    stale = delete(kind.links).where(kind.links.c.confirmed_at.is_(None), kind.id.not_in([one.id for one in found]))
    await connection.execute(stale)
    if found:
        # A person may be confirming one at this moment: that one stays.
        statement = kind.upsert(where=kind.links.c.confirmed_at.is_(None))
        await connection.execute(statement, [_row(kind, match) for match in found])
    return len(found)


def _row(kind: LinkKind, match: Match) -> dict[str, Any]:
    return {
        kind.id_column: match.id, kind.code_column: match.code, "method": match.method, "score": match.score,
        "confirmed_by": None, "confirmed_at": None,
    }  # fmt: skip


async def _organizations(connection: AsyncConnection) -> list[Stranger]:
    o, contacts = table_of(NinjaOrganization), table_of(NinjaContact)
    said = select(contacts.c.client_id, contacts.c.email).where(contacts.c.deleted_at.is_(None))
    emails = _addresses((await connection.execute(said)).all())
    refused = await _refused(connection, "org")
    rows = await connection.execute(_unconfirmed(KINDS["org"], select(o.c.id, o.c.name), o))
    return [
        Stranger(id, normalise_name(name), emails.get(id, frozenset()), refused.get(id, frozenset()))
        for id, name in rows
    ]


async def _technicians(connection: AsyncConnection) -> list[Stranger]:
    u = table_of(NinjaUser)
    refused = await _refused(connection, "user")
    wanted = select(u.c.id, u.c.first_name, u.c.last_name, u.c.email).where(u.c.user_type == TECHNICIAN)
    rows = await connection.execute(_unconfirmed(KINDS["user"], wanted, u))
    return [
        Stranger(id, normalise_person(first, last), _known(email), refused.get(id, frozenset()))
        for id, first, last, email in rows
    ]


async def _customers(connection: AsyncConnection) -> list[Party]:
    c, contacts = table_of(mobile.Customer), table_of(mobile.Contact)
    said = select(contacts.c.customer_id, contacts.c.email).where(contacts.c.email.is_not(None))
    emails = _addresses((await connection.execute(said)).all())
    rows = await connection.execute(select(c.c.id, c.c.code, c.c.name, c.c.email))
    return [
        Party(code, normalise_name(name), _known(email) | emails.get(id, frozenset())) for id, code, name, email in rows
    ]


async def _colleagues(connection: AsyncConnection) -> list[Party]:
    c = table_of(mobile.Colleague)
    rows = await connection.execute(select(c.c.code, c.c.first_name, c.c.last_name, c.c.email))
    return [Party(code, normalise_person(first, last), _known(email)) for code, first, last, email in rows]


def _unconfirmed(kind: LinkKind, wanted: Any, there: Any) -> Any:
    """Those who are still in NinjaOne and whose link nobody has confirmed."""
    confirmed = exists().where(kind.id == there.c.id, kind.links.c.confirmed_at.is_not(None))
    return wanted.where(there.c.deleted_at.is_(None), ~confirmed).order_by(there.c.id)


async def _refused(connection: AsyncConnection, kind: str) -> Mapping[int, frozenset[str]]:
    r = table_of(LinkRejection)
    rows = await connection.execute(select(r.c.remote_id, r.c.code).where(r.c.kind == kind))
    return _grouped((id, code) for id, code in rows)


def _addresses(rows: Iterable[Any]) -> Mapping[Any, frozenset[str]]:
    return _grouped((key, email) for key, written in rows for email in _known(written))


def _known(email: str | None) -> frozenset[str]:
    return frozenset(filter(None, [normalise_email(email)]))


def _grouped(pairs: Iterable[tuple[Any, str]]) -> Mapping[Any, frozenset[str]]:
    groups: dict[Any, set[str]] = defaultdict(set)
    for key, value in pairs:
        groups[key].add(value)
    return {key: frozenset(values) for key, values in groups.items()}
