"""Who "me" is: the colleague whose device this is."""

from uuid import UUID

from twinbase.errors import NotSignedIn
from twinbase.replica import Replica
from twinbase_mobile.scopes import ME


async def whoami(replica: Replica) -> UUID:
    """The colleague who signed in on this device (the claim `colleague_id`), as the file knows it; no network.

    Raises NotSignedIn when nobody has signed in yet, ClaimMissing when the account is no colleague's.
    """
    identity = await replica.read_identity()
    if identity is None:
        raise NotSignedIn("Nobody has signed in on this device.")
    return UUID(str(identity.require_claim(ME)))
