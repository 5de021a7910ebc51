"""Two accidents in the middle of a sync: a phone is killed, and the server is. Both with SIGKILL, both for certain.

The line holds the answer that is on its way, so that there is a middle to kill in.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from twinbase_demo.network import Network, Trap
from twinbase_demo.phone import Phone, PhoneDied
from twinbase_demo.server import ApiServer
from twinbase_demo.telling import Teller


class Accidents:
    """What goes wrong in the evening; `promises` says whether it really went wrong in the middle."""

    def __init__(self, teller: Teller, network: Network, api: ApiServer) -> None:
        self._teller, self._network, self._api = teller, network, api
        self.promises: dict[str, bool] = {}

    async def kill_phone(self, phone: Phone) -> None:
        """The server has taken the day's work, and the phone is killed before it hears so."""
        with self._teller.show_phase("phone killed", "A phone syncs") as phase:
            trap = self._network.set_trap("/sync/mark-synced")
            syncing = await _until_held(phone.ask("sync"), trap)
            self.promises["the phone was killed in the middle of its sync"] = not syncing.done()
            await phone.kill()
            await asyncio.wait([syncing])
            died = isinstance(syncing.exception(), PhoneDied)
            self.promises["the phone was killed in the middle of its sync"] &= died
            self._network.release()
            await phone.start()
            report = await phone.ask("sync")
            phase.rows = report["pushed"]
            phase.said = f"{phone.owner.called}'s phone is killed before it hears the answer: nothing is done twice"

    async def kill_server(self, phone: Phone) -> None:
        """The server is killed in the middle of its answer to a pull."""
        with self._teller.show_phase("server killed", "A phone syncs") as phase:
            trap = self._network.set_trap("/sync/pending")
            syncing = await _until_held(phone.try_to("sync"), trap)
            self.promises["the server was killed in the middle of an answer"] = not syncing.done()
            await self._api.kill()
            self._network.release()
            failed = await syncing
            self.promises["the phone noticed, and kept what it had"] = failed != ""
            await self._api.start()
            report = await phone.ask("sync")
            phase.rows = report["pulled"] + report["removed"]
            phase.said = f"The server is killed while it answers {phone.owner.called}'s phone, which goes on later"


async def _until_held(sync: Coroutine[Any, Any, Any], trap: Trap) -> asyncio.Task[Any]:
    """Start a sync; answer when the line holds its answer, or when it is over."""
    syncing = asyncio.ensure_future(sync)
    held = asyncio.ensure_future(trap.sprung.wait())
    await asyncio.wait([syncing, held], return_when=asyncio.FIRST_COMPLETED)
    held.cancel()
    return syncing
