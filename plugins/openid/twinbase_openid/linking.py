"""From whom the provider knows to the account that person works as."""

from datetime import datetime

from twinbase.errors import TwinbaseError
from twinbase.identity import Identity
from twinbase_openid.id_token import VouchedPerson
from twinbase_openid.settings import OpenIdSettings
from twinbase_server.extension import Connection, admit_person, change_claims, read_account


class NotAdmitted(TwinbaseError):
    """The provider knows the person, and this server does not let them in."""


async def find_account(
    connection: Connection, person: VouchedPerson, settings: OpenIdSettings, now: datetime
) -> Identity:
    """The account of a person, linked when they come for the first time; raises NotAdmitted with what to do.

    From then on it is theirs whatever their e-mail becomes, and whoever gets that e-mail later does not get it.
    """
    async with connection.transaction():
        await connection.execute(_TAKE_TURN, person.issuer, person.subject)
        account = await connection.fetchval(_FIND, person.issuer, person.subject)
        found = await read_account(connection, account) if account else await _link(connection, person, settings, now)
        if found is None:
            raise NotAdmitted("The account was disabled. Ask whoever manages the accounts.")
        return await _with_role(connection, found, person, settings)


async def _link(
    connection: Connection, person: VouchedPerson, settings: OpenIdSettings, now: datetime
) -> Identity | None:
    if not person.email:
        raise NotAdmitted("The directory vouches for no e-mail of yours, and nobody has linked you to an account.")
    new = settings.claims_of_new if settings.create_accounts else None
    found = await admit_person(connection, person.email, now, claims_of_new=new)
    if found is None:
        raise NotAdmitted("The directory knows you, and the office does not: ask for an invitation.")
    if await connection.fetchval(_IS_ANOTHERS, person.issuer, found.subject):
        raise NotAdmitted("The account of this e-mail is somebody else's at the directory. Ask the office.")
    await connection.execute(_LINK, person.issuer, person.subject, found.subject, now)
    return found


async def _with_role(
    connection: Connection, found: Identity, person: VouchedPerson, settings: OpenIdSettings
) -> Identity:
    """The roles of one's groups, where groups give roles; they are the account's from now on."""
    if not settings.roles:
        return found
    roles = sorted({role for group, role in settings.roles.items() if group in person.groups})
    if not roles:
        raise NotAdmitted("No group of yours at the directory gives a role here. Ask whoever manages it.")
    role = roles[0] if len(roles) == 1 else roles
    if found.claims.get("role") == role:
        return found
    return Identity(found.subject, await change_claims(connection, found.subject, {"role": role}, ()))


_TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase openid ' || $1::text || ' ' || $2::text, 0))"
_FIND = "SELECT account FROM openid.links WHERE issuer = $1 AND subject = $2"
_IS_ANOTHERS = "SELECT EXISTS (SELECT FROM openid.links WHERE issuer = $1 AND account = $2)"
_LINK = "INSERT INTO openid.links (issuer, subject, account, linked_at) VALUES ($1, $2, $3, $4)"
