"""What every request about content passes: who asks, whether files are served, and which slot is meant."""

from base64 import urlsafe_b64decode
from typing import Annotated, Any

import msgspec
from fastapi import Depends

from twinbase_server.files.named import NOTHING_THERE, ContentSlot, find_slot
from twinbase_server.http.access import AdmittedDep
from twinbase_server.http.caller import ServingDep
from twinbase_server.http.serving import Serving
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError

ASKING_PROBLEMS = (
    "token-invalid", "token-expired", "session-ended", "other-account", "device-revoked", "device-wiped", "sync-off",
    "claim-missing", "store-missing", "store-down", "garbled", "too-busy", "database-unavailable",
)  # fmt: skip


async def read_asking(who: AdmittedDep, serving: ServingDep) -> SignedIn:
    """Who asks; raises `sync-off` and `store-missing`."""
    if not serving.settings.sync_enabled:
        raise ProblemError("sync-off", "The operator has paused sync.")
    serving.require_store()
    return who


AskingDep = Annotated[SignedIn, Depends(read_asking)]


def read_slot(serving: Serving, twin: str, column: str, key: bytes) -> ContentSlot:
    """The slot whose key this JSON array is; raises `not-found` for what can be none."""
    try:
        found: Any = msgspec.json.decode(key)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if twin in serving.readiness.waiting:
        raise ProblemError("too-busy", f"{twin} is not synced at the moment.")
    return find_slot(serving.registry, twin, column, found)


def decode_key(text: str) -> bytes:
    """The key in an address: base64url, with padding or without."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise ProblemError("not-found", NOTHING_THERE) from error
