"""What a plugin's route needs to sign somebody in: a turn to try, and a session to begin."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from twinbase.identity import Identity
from twinbase.protocol import LoginAnswer, SigningRequest
from twinbase_server.database.connection import Connection
from twinbase_server.http.auth import read_sender_address
from twinbase_server.http.caller import ServingDep, check_protocol_and_app
from twinbase_server.http.plugin_failures import translate_plugin_failure
from twinbase_server.http.serving import Serving
from twinbase_server.http.sessions import begin_answered
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import read_claims_version
from twinbase_server.sessions.begin import SigningDevice
from twinbase_server.sessions.device_key import read_device_key
from twinbase_server.sign_in.attempts import Counts, note_attempt, take_attempt_back
from twinbase_server.sign_in.delays import LinkAttempt


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Somebody signs in at a plugin's route. No connection is kept while the plugin asks another system."""

    serving: Serving
    address: str

    @asynccontextmanager
    async def count_attempt(self) -> AsyncIterator[None]:
        """A try, inside of the block. What fails with `credentials-wrong` counts for the address from which it came,
        and after many such the next has to wait; whatever else happens in it does not count.

        Raises the problem `too-many-sign-ins`.
        """
        async with self.serving.borrow_connection() as connection:
            counts = await note_attempt(connection, LinkAttempt(self.address), self.serving.clock())
        try:
            yield
        except BaseException as error:
            if not (isinstance(error, ProblemError) and error.kind == "credentials-wrong"):
                await self._take_back(counts)
            raise
        await self._take_back(counts)

    def borrow_connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection of the pool; raises `too-busy` when none comes free."""
        return self.serving.borrow_connection()

    async def begin_session(self, connection: Connection, identity: Identity, request: SigningRequest) -> LoginAnswer:
        """The session of somebody who has shown who they are, with the device's tokens. The claims are read once more
        where a plugin knows the account, so that they are not older than what the token says of them.

        Raises the problems `credentials-wrong` (the account is closed), `other-account`, `device-revoked` and
        `device-wiped`.
        """
        device = SigningDevice(
            request.replica, request.device_name, read_device_key(request.device_key), request.replaces
        )
        version = await read_claims_version(connection, identity.subject)
        with translate_plugin_failure("twinbase_identify_again", "credentials-wrong"):
            now_known = await self.serving.plugins.identify_again(identity, connection)
        return await begin_answered(self.serving, connection, now_known, device, version, self.serving.clock())

    async def _take_back(self, counts: Counts) -> None:
        async with self.serving.borrow_connection() as connection:
            await take_attempt_back(connection, counts)


async def read_signing_in(
    request: Request, serving: ServingDep, _: Annotated[None, Depends(check_protocol_and_app)]
) -> SigningIn:
    """For a route's dependency: refuses a protocol or an app that this server does not serve."""
    return SigningIn(serving, read_sender_address(request))


SigningInDep = Annotated[SigningIn, Depends(read_signing_in)]
