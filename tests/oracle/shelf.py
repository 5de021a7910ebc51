"""Where the bytes of pictures are in the end: on the server's shelf, on devices, and with nobody else.

What a row says of its bytes is compared with the bytes: `stored` is true, and any other word is an excuse only where no
device that sees the row has them.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2

from twinbase.errors import TwinbaseError
from twinbase.replica.attachments.fate import LOST, NOT_TAKEN_THERE, REPLACED
from twinbase.testing.wire import Wire

if TYPE_CHECKING:
    from tests.oracle.person import Mine
    from tests.oracle.simulation import Simulation

ASKED_MAX = 4
"""Of each device: pictures that it fetches, and as many that it must not be given."""
SAID = (LOST, NOT_TAKEN_THERE, REPLACED)
"""Why pictures may stay on a device: their rows are gone, or another person's, or name something else."""
SEEN_BY = "SELECT id FROM oracle.visits WHERE person = $1 OR sector IN (SELECT sector FROM oracle.memberships"
IS_THERE = "SELECT sha256 FROM _twinbase_content WHERE here = 1 AND thumbnail_of IS NULL"


@dataclass(frozen=True)
class Named:
    """A row of the server that names a picture."""

    id: UUID
    sha256: str
    is_stored: bool


async def find_wrong_pictures(sim: "Simulation") -> list[str]:
    """What is wrong with the bytes, in words; nothing when all holds."""
    rows = await sim.office.connection.fetch("SELECT id, sha256, state FROM oracle.visits WHERE sha256 IS NOT NULL")
    named = {row["id"]: Named(row["id"], row["sha256"], row["state"] == "stored") for row in rows}
    whole = read_shelf(sim)
    found = [
        f"the visit {one.id} says that its picture is stored, and it is not"
        for one in named.values()
        if one.is_stored and one.sha256 not in whole
    ]
    for mine in sim.mine:
        looked = _Looked(sim, mine, named, whole)
        found += [f"{mine.device.name}: {what}" for what in await looked.find_faults()]
    return found


def read_shelf(sim: "Simulation") -> set[str]:
    """The hashes of the contents that lie on the shelf, whole, whatever the server's tables say."""
    whole = set()
    for path in (sim.server.shelf / "content").glob("*/*"):
        sha256 = path.name.partition("-")[0]
        if hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
            whole.add(sha256)
    return whole


class _Looked:
    """What one device has of the pictures, and what it is given when it asks."""

    def __init__(self, sim: "Simulation", mine: "Mine", named: Mapping[UUID, Named], whole: set[str]) -> None:
        self._sim, self._mine, self._named, self._whole = sim, mine, named, whole
        self._rng = Random(f"{sim.world} {mine.device.name}")

    async def find_faults(self) -> list[str]:
        rows = await self._sim.office.connection.fetch(f"{SEEN_BY} WHERE person = $1)", self._mine.person)
        seen = {row["id"] for row in rows}
        mine = {one for id, one in self._named.items() if id in seen}
        here = {sha256 for (sha256,) in await self._mine.device.sql(IS_THERE)}
        # Before anything is fetched: what is here is what was put, or came.
        found = [f"the picture {sha256} was put here, and is not as it was" for sha256 in await self._misread(here)]
        found += [f"the visit {one.id} waits for a picture that is here" for one in mine if self._waits(one, here)]
        lost = self._mine.pictures & self._given() - here - self._whole
        found += [f"the picture {sha256} was put here, was not sent, and is gone" for sha256 in sorted(lost)]
        found += await self._find_unsaid(here)
        found += await self._fetch([one for one in mine if one.is_stored and one.sha256 not in here])
        hidden = [one for one in self._named.values() if one not in mine or not one.is_stored]
        return found + await self._ask_for(hidden)

    def _given(self) -> set[str]:
        """The pictures that visits name since somebody who had one gave it. Who names what he never had is promised
        nothing: its own row may have been deleted, and the house tidied."""
        given = set().union(*(mine.named for mine in self._sim.mine))
        return {one.sha256 for one in self._named.values() if (one.id, one.sha256) in given}

    async def _find_unsaid(self, here: set[str]) -> list[str]:
        """What this device gave a visit that names it still, whosever that is by now, is on the shelf, or the device
        says why it is not. Not of a file with another history than its own."""
        listed = {one.sha256: one.reason for one in await self._mine.device.replica.attachments.list_refused()}
        found = [f"{sha256} is refused: {why}" for sha256, why in listed.items() if why not in SAID]
        named = {one.sha256 for id, one in self._named.items() if (id, one.sha256) in self._mine.named}
        unsaid = set() if self._mine.has_copy else (named & here) - self._whole - listed.keys()
        return found + [f"the picture {sha256} waits here, and nobody is told" for sha256 in sorted(unsaid)]

    def _waits(self, one: Named, here: set[str]) -> bool:
        return not one.is_stored and one.sha256 in here

    async def _misread(self, here: set[str]) -> list[str]:
        return [sha256 for sha256 in sorted(here) if not await self._is_as_taken(sha256)]

    async def _is_as_taken(self, sha256: str) -> bool:
        try:
            with await self._mine.device.replica.attachments.open(sha256) as file:
                return bool(file.read() == self._sim.pictures[sha256])
        except TwinbaseError:
            return False

    async def _fetch(self, stored: list[Named]) -> list[str]:
        """Whoever sees the row gets the bytes, and the same."""
        found = []
        for one in self._some(stored):
            try:
                await self._mine.device.replica.attachments.fetch(one.sha256)
            except TwinbaseError as error:
                found.append(f"the picture of {one.id} could not be fetched: {error}")
                continue
            if not await self._is_as_taken(one.sha256):
                found.append(f"the picture of {one.id} came, and is another")
        return found

    async def _ask_for(self, hidden: list[Named]) -> list[str]:
        """Whoever does not see the row gets nothing, though he knows its key and the hash; nor does anybody get what
        this row was never given."""
        token = self._mine.device.replica.syncing.session.access_token
        wire, headers = Wire(self._sim.server.application), {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=wire, base_url=self._mine.device.url, headers=headers) as http:
            asked = [(one, (await http.get(_address_of(one))).status_code) for one in self._some(hidden)]
        return [
            f"the picture of {one.id} is not to be seen, and was answered {status}"
            for one, status in asked
            if status != 404
        ]

    def _some(self, those: list[Named]) -> list[Any]:
        ordered = sorted(those, key=lambda one: one.id)
        return self._rng.sample(ordered, min(len(ordered), ASKED_MAX))


def _address_of(one: Named) -> str:
    key = urlsafe_b64encode(json.dumps([str(one.id)]).encode()).decode().rstrip("=")
    return f"/api/v1/files/visits/sha256/{key}"
