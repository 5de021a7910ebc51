"""The account of a device, when nobody is there to sign in."""

import json

from twinbase.identity import Identity
from twinbase.plugins import Plugins
from twinbase_server.database.connection import Connection

_LAST_CLAIMS = "SELECT claims::text FROM twinbase.session WHERE account = $1 ORDER BY made_at DESC LIMIT 1"


async def identify_account(connection: Connection, plugins: Plugins, account: str) -> Identity:
    """Who the account is now. Raises Refused when it is closed.

    A subject of another directory has no claims here but those of its last session, which its plugin brings up to date.
    """
    claims = await connection.fetchval(_LAST_CLAIMS, account)
    return await plugins.identify_again(Identity(account, json.loads(claims or "{}")), connection)
