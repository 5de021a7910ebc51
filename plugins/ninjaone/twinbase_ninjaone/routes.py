"""The webhook: NinjaOne says that something has happened. It is a hint to look; nothing it says is believed."""

import hashlib
import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Response

from twinbase_ninjaone.hook import HEADER
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_server.extension import ConnectionDep, NowDep, ProblemError, describe_problems, make_due, open_to_anybody

SOURCE = "ninjaone"
router = APIRouter(prefix="/ninjaone", tags=["ninjaone"])


@router.post(
    "/hook",
    status_code=204,
    response_class=Response,
    dependencies=[open_to_anybody("it asks for the secret that NinjaOne was given")],
    responses=describe_problems("not-found"),
)
async def receive_hook(
    connection: ConnectionDep, now: NowDep, secret: Annotated[str, Header(alias=HEADER)] = ""
) -> None:
    """Have the source `ninjaone` run soon, however often it is said. The body is not read.

    Without the secret there is nothing at this address.
    """
    settings = NinjaOneSettings()
    if not is_same_secret(secret, settings.hook_secret.get_secret_value()):
        raise ProblemError("not-found", "There is nothing here.")
    await make_due(connection, SOURCE, now, timedelta(seconds=settings.hook_gap_seconds))


def is_same_secret(given: str, secret: str) -> bool:
    """Compared in a time that says nothing of how much of it was right; no secret is no way in."""
    return bool(secret) and hmac.compare_digest(_digest(given), _digest(secret))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
