"""A device's session: begun by a person, gone on with by the device itself, for as long as the server lets it.

The access token is in memory, what the session goes on with is in a store of tokens; neither is in the replica's file.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from twinbase.errors import ForeignReplica, KeystoreFailed, NotSignedIn, ServerRefused, TwinbaseError
from twinbase.identity import Identity
from twinbase.protocol import EnrollRequest, LoginAnswer, LoginRequest, SigningRequest
from twinbase.replica.file.state import FileState, read_state
from twinbase.replica.sync.messages import RequestContext
from twinbase.replica.sync.server import Server
from twinbase.replica.sync.sign_in import keep_identity, keep_sign_in, take_old_token
from twinbase.replica.sync.thread import FileThread
from twinbase.replica.tokens.kept import (
    KeptSession,
    begin_rotation,
    keep_session,
    read_device_key,
    read_kept,
    show_device_key,
    sign_refresh,
)
from twinbase.replica.tokens.store import MemoryTokens, TokenStore

Renew = Callable[[], Awaitable[str | None]]
_log = logging.getLogger(__name__)


class DeviceSession:
    """`renew`: an app's own way to a new access token; None when it has none, or at the moment."""

    def __init__(self, server: Server, store: TokenStore, renew: Renew | None = None) -> None:
        self.server, self.store, self._renew = server, store, renew
        self._access_token = ""

    @property
    def access_token(self) -> str:
        """The token of this process, expired perhaps; "" when it has none."""
        return self._access_token

    async def sign_in(self, thread: FileThread, email: str, password: str, device_name: str) -> LoginAnswer:
        """Begin a session; raises NotSignedIn, and ForeignReplica when the file is of another account (H30)."""
        state = await thread.run(read_state)
        device = await self._describe_device(thread, state, device_name)
        request = LoginRequest(email=email, password=password, **device.model_dump())
        return await self._begin(thread, state, await self._ask_to_sign_in(request))

    async def enroll(self, thread: FileThread, code: str, device_name: str) -> LoginAnswer:
        """Begin a session by a code of the office; raises as `sign_in` does."""
        state = await thread.run(read_state)
        key = show_device_key(await thread.run(read_device_key))
        request = EnrollRequest(code=code, replica=UUID(state.replica), device_name=device_name, device_key=key)
        return await self._begin(thread, state, await self.server.enroll(request))

    async def sign_in_by(
        self, thread: FileThread, route: str, said: Mapping[str, Any], device_name: str
    ) -> LoginAnswer:
        """Begin a session at a plugin's route; raises as `sign_in` does."""
        state = await thread.run(read_state)
        device = await self._describe_device(thread, state, device_name)
        content = {**said, **device.model_dump(mode="json", exclude_defaults=True)}
        return await self._begin(thread, state, await self.server.sign_in_by(route, content))

    async def find_access_token(self, thread: FileThread) -> str:
        """The token of this process, or the one that a file of before the sessions still holds; "" without any."""
        self._access_token = self._access_token or await thread.run(take_old_token)
        return self._access_token

    async def renew_if_expired(self, thread: FileThread, expired: str) -> str:
        """Another token than the expired one: that which somebody else has got meanwhile, or a new one."""
        current = await self.find_access_token(thread)
        return current if current and current != expired else await self.renew_access_token(thread, expired)

    async def renew_access_token(self, thread: FileThread, expired: str) -> str:
        """A new access token, without a person; raises NotSignedIn when it cannot be had."""
        token = await self._renew() if self._renew is not None else None
        if not token or token == expired:
            token = await self._refresh(thread)
        self._access_token = token
        return token

    async def sign_out(self, caller: RequestContext) -> None:
        """End the session here, and on the server if that can be reached."""
        try:
            if caller.token:
                await self.server.sign_out(caller)
        except TwinbaseError:
            _log.warning("The server was not told that the session is over: it ends there when it is not used.")
        await self.forget(str(caller.replica))

    async def forget(self, replica: str) -> None:
        """Keep nothing of the session on this device; the server is not told."""
        self._access_token = ""
        await asyncio.to_thread(self.store.forget, replica)

    async def _describe_device(self, thread: FileThread, state: FileState, device_name: str) -> SigningRequest:
        kept = await self._find_replaced(state.replica)
        return SigningRequest(
            replica=UUID(state.replica),
            device_name=device_name,
            device_key=show_device_key(await thread.run(read_device_key)),
            replaces=UUID(kept.session) if kept is not None else None,
        )

    async def _begin(self, thread: FileThread, state: FileState, answer: LoginAnswer) -> LoginAnswer:
        if state.account and state.account != answer.subject:
            raise ForeignReplica("It is of another account.")
        await thread.run(keep_sign_in, answer)
        await self._keep(state.replica, answer)
        return answer

    async def _refresh(self, thread: FileThread) -> str:
        state = await thread.run(read_state)
        kept = await self._read_kept(state.replica)
        if kept is None:
            raise NotSignedIn("Nobody has signed in on this device, or not for a long time.")
        kept = await asyncio.to_thread(begin_rotation, self.store, state.replica, kept)
        key = await thread.run(read_device_key)
        answer = await self.server.renew_session(sign_refresh(kept, UUID(state.replica), key))
        # A file without an account has lost the sign-in with its -wal; the session, which is kept elsewhere, knows.
        if state.account and state.account != answer.subject:
            raise ForeignReplica("It is of another account.")
        await thread.run(keep_identity, Identity(answer.subject, answer.claims))
        await self._keep(state.replica, answer)
        return answer.token

    async def _ask_to_sign_in(self, request: LoginRequest) -> LoginAnswer:
        try:
            return await self.server.sign_in(request)
        except ServerRefused as problem:
            if problem.kind != "bad-request":
                raise
            # A server of before the sessions takes no member that is new to it.
            return await self.server.sign_in(request.model_copy(update={"device_key": "", "replaces": None}))

    async def _keep(self, replica: str, answer: LoginAnswer) -> None:
        """Keep the tokens of an answer; where the keyring takes none, the session lasts as long as this process."""
        self._access_token = answer.token
        try:
            await asyncio.to_thread(keep_session, self.store, replica, answer)
        except (OSError, TwinbaseError) as error:
            _log.warning("The device's token was not kept (%s): after the next start sign in again.", error)
            self.store = MemoryTokens()
            keep_session(self.store, replica, answer)

    async def _find_replaced(self, replica: str) -> KeptSession | None:
        """The session that a new one replaces; None where a keyring does not say: signing in is the way out of that."""
        with suppress(TwinbaseError):
            return await self._read_kept(replica)
        return None

    async def _read_kept(self, replica: str) -> KeptSession | None:
        try:
            return await asyncio.to_thread(read_kept, self.store, replica)
        except OSError as error:
            raise KeystoreFailed(f"({type(error).__name__})") from error
