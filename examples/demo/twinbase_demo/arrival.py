"""How pictures come to the server: after their rows, whole, and from the byte on at which the line broke."""

import asyncio
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from twinbase_demo.company import Company
from twinbase_demo.network import Network
from twinbase_demo.phone import Phone
from twinbase_demo.telling import Teller

PIECES = "/files/uploads/"
BREAKS_AFTER = 320 * 1024
"""More than the first piece, and less than the whole."""


class Arrival:
    """What becomes of pictures in the evening; `promises` says whether they are whole on the server."""

    def __init__(self, teller: Teller, network: Network, company: Company, files: Path) -> None:
        self._teller, self._network, self._company, self._files = teller, network, company, files
        self.promises: dict[str, bool] = {}

    async def compare_pictures(self) -> None:
        """Every picture that a row on the server names, against its bytes in the server's folder."""
        with self._teller.show_phase("pictures", "Comparing pictures") as phase:
            named = await self._company.connection.fetch(_PICTURES)
            contents = [await asyncio.to_thread(self._read, row["object"]) for row in named]
            pairs = zip(named, contents, strict=True)
            whole = bool(named) and all(sha256(content).hexdigest() == row["sha256"] for row, content in pairs)
            kilobytes = sum(map(len, contents)) / 1000
            phase.ok = self.promises["every picture is whole on the server"] = whole
            phase.rows = len(named)
            phase.said = f"The pictures follow their rows: {kilobytes:,.0f} kB, each whole by its SHA-256"

    async def break_upload(self, phone: Phone, visit: UUID) -> None:
        """The line breaks in the middle of a photo; the next sync goes on where it was."""
        with self._teller.show_phase("upload cut", "Sending a photo") as phase:
            await phone.ask("sync")  # So that there is nothing else to send.
            photo = await phone.ask("take_photo", visit=str(visit), seed=phone.owner.key)
            trap = self._network.break_off(PIECES, after=BREAKS_AFTER)
            await phone.ask("sync")
            self._network.release()
            there = (await phone.ask("read_upload", sha256=photo["sha256"]))["sent"]
            again = await phone.ask("sync")
            goes_on = again["files_sent"] == 1 and again["files_bytes"] == photo["size"] - there
            cut = trap.sprung.is_set() and 0 < there < photo["size"]
            phase.ok = self.promises["the photo whose line broke went on where it was"] = cut and goes_on
            phase.said = f"The line breaks in {phone.owner.called}'s photo: it goes on at byte {there:,}"

    async def open_photo(self, phone: Phone, visit: UUID, taker: Phone) -> None:
        """A colleague who is on the visit opens a photo that is not on his phone yet."""
        with self._teller.show_phase("photo opened", "Opening a photo") as phase:
            opened = await phone.ask("open_photo", visit=str(visit))
            phase.ok = self.promises["a colleague has opened a photo"] = bool(opened and opened["is_whole"])
            phase.said = f"{phone.owner.called} opens the photo that {taker.owner.called} took on their visit"

    def _read(self, name: str | None) -> bytes:
        return b"" if name is None else (self._files / name).read_bytes()


_PICTURES = """
SELECT named.sha256, c.object
FROM (SELECT sha256 FROM mobile.intervention_photos UNION SELECT image_sha256 FROM mobile.intervention_signatures)
    AS named
LEFT JOIN twinbase.content c USING (sha256)
WHERE named.sha256 IS NOT NULL
"""
