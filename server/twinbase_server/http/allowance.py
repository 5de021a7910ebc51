"""What a request may send, decided by its address and its token before any of its body is read."""

from contextlib import suppress
from dataclasses import dataclass

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope

from twinbase_server.http.serving import Serving
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError
from twinbase_server.settings import Settings

SIGN_IN_BYTES_MAX = 8 * 1024
"""An e-mail, a password and the name of a device, each as long as can be."""
UNSIGNED = "Send Authorization: Bearer with the token of auth/login."


@dataclass(frozen=True, slots=True)
class BodyAllowance:
    """So many bytes, before and after they are decompressed. `sender`: whose device it is; empty before sign-in.

    Only what a signed-in device sends is decompressed: whoever has no token makes no work for the server.
    """

    bytes_max: int
    sender: str = ""

    @property
    def reads_zstd(self) -> bool:
        return bool(self.sender)


class BodyAllowances:
    """Decides on the requests of one application, whose routes are below `prefix`."""

    def __init__(self, prefix: str, settings: Settings) -> None:
        self._open = {f"{prefix}/auth/{name}" for name in ("login", "enroll", "link", "refresh")}
        self._push = f"{prefix}/sync/mark-synced"
        self._salvage = f"{prefix}/auth/wipe/unsent"
        self._signed = {f"{prefix}/sync/{name}" for name in ("schema", "initial", "repair")}
        self._files = f"{prefix}/files"
        self._settings = settings

    def decide(self, scope: Scope) -> BodyAllowance:
        """Raises the problem that the token has, where there is no other way than with a token."""
        path, settings = scope["path"].removeprefix(scope.get("root_path", "")), self._settings
        if path in self._open:
            return BodyAllowance(min(SIGN_IN_BYTES_MAX, settings.body_bytes_max))
        if path == self._push:
            return BodyAllowance(settings.body_bytes_max, _sender(scope))
        if path.startswith(f"{self._files}/uploads/"):
            return BodyAllowance(min(settings.files_piece_bytes_max, settings.body_bytes_max), _sender(scope))
        if path == self._files or path.startswith(f"{self._files}/"):
            return BodyAllowance(min(settings.request_bytes_max, settings.body_bytes_max), _sender(scope))
        bytes_max = min(settings.request_bytes_max, settings.body_bytes_max)
        if path == self._salvage:
            return BodyAllowance(settings.body_bytes_max, _wiped_sender(scope))
        if path in self._signed:
            return BodyAllowance(bytes_max, _sender(scope))
        with suppress(ProblemError):
            return BodyAllowance(bytes_max, _sender(scope))
        return BodyAllowance(min(settings.open_bytes_max, bytes_max))


def read_token(scope: Scope) -> SignedIn:
    """Who the request's token names; raises the problems `token-invalid` and `token-expired`."""
    serving: Serving = scope["app"].state.serving
    scheme, token = get_authorization_scheme_param(Headers(scope=scope).get("authorization"))
    if scheme.lower() != "bearer" or not token:
        raise ProblemError("token-invalid", UNSIGNED)
    return serving.tokens.read(token, serving.clock())


def _wiped_sender(scope: Scope) -> str:
    """Whose ticket it is: only a device that was told to wipe itself has one."""
    serving: Serving = scope["app"].state.serving
    _, ticket = get_authorization_scheme_param(Headers(scope=scope).get("authorization"))
    return str(serving.wipe_tickets.read(ticket or "").replica)


def _sender(scope: Scope) -> str:
    return str(read_token(scope).replica)
