"""Who calls outside of a sync. Its token is renewed under the sync's lock: two that renew at once end a session."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

from twinbase.replica.engines import Database
from twinbase.replica.file.lock import hold_sync_lock
from twinbase.replica.file.state import read_state
from twinbase.replica.sync.device_session import DeviceSession
from twinbase.replica.sync.messages import RequestContext
from twinbase.replica.sync.thread import open_file_thread

WAIT_SECONDS = 30.0


class Callers:
    """Makes what a request says of who asks."""

    def __init__(
        self, database: Database, session: DeviceSession, *, who: str = "", ids: Callable[[], UUID] = uuid4
    ) -> None:
        self._database, self._session, self._who, self._ids = database, session, who, ids
        self._known: RequestContext | None = None

    async def make_caller(self) -> RequestContext:
        """Who calls, with the token of this process; raises NotSignedIn when there is none to be had.

        The file is asked once: what these requests say of it does not change, and a token does until it has expired.
        """
        if self._known is not None:
            return replace(self._known, request=self._ids())
        async with open_file_thread(self._database) as thread:
            state, token = await thread.run(read_state), await self._session.find_access_token(thread)
        caller = RequestContext(token, UUID(state.replica), state.epoch, state.schema, self._ids())
        self._known = caller if token else await self.renew_caller(caller)
        return self._known

    async def renew_caller(self, expired: RequestContext) -> RequestContext:
        """The same with another token."""
        path = self._database.file.path
        async with hold_sync_lock(path, self._ids(), wait_seconds=WAIT_SECONDS, who=self._who):
            async with open_file_thread(self._database) as thread:
                token = await self._session.renew_if_expired(thread, expired.token)
        self._known = replace(expired, token=token, request=self._ids())
        return self._known
