"""What NinjaOne is asked to tell, and how it shows that it is NinjaOne."""

from typing import TYPE_CHECKING

from twinbase_ninjaone.errors import NotConfigured
from twinbase_ninjaone.settings import NinjaOneSettings

if TYPE_CHECKING:
    from twinbase_ninjaone.client import NinjaOne

HEADER = "Twinbase-Hook"
PATH = "/api/v1/ninjaone/hook"
ACTIVITIES = {
    "NINJA_TICKETING": (
        "NINJA_TICKETING_TICKET_CREATED",
        "NINJA_TICKETING_TICKET_DELETED",
        "NINJA_TICKETING_TICKET_REINSTATED",
        "NINJA_TICKETING_STATUS_UPDATED",
    )
}


async def register(ninja: "NinjaOne", server: str, settings: NinjaOneSettings) -> str:
    """Have it told to this server (https://…), in the place of whatever was told before; answers the address."""
    secret = settings.hook_secret.get_secret_value()
    if not secret:
        raise NotConfigured("Set TWINBASE_NINJAONE_HOOK_SECRET first, here and where the server runs.")
    if not server.startswith("https://"):
        raise NotConfigured("The server's address must begin with https://: the secret travels to it.")
    url = server.rstrip("/") + PATH
    await ninja.set_webhook(url, activities=ACTIVITIES, headers={HEADER: secret})
    return url
