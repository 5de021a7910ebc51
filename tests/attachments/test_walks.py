"""Chance moves rows, bytes and devices: what a row names and the server lacks is on a device, or said to be lost."""

import random
from collections.abc import Awaitable, Callable
from hashlib import sha256
from uuid import UUID

import pytest
from tests.attachments.gallery import Picture
from tests.attachments.pictures import make_picture, read_bytes

from twinbase.errors import TransportError
from twinbase.testing import Device, World, drop_answer, drop_request

STEPS = 25
LACKING = (
    "SELECT p.id, p.sha256 FROM gallery.picture p WHERE p.sha256 IS NOT NULL AND NOT EXISTS (SELECT FROM"
    " twinbase.attached a WHERE a.sha256 = p.sha256 AND a.row_key = '[\"' || p.id || '\"]')"
)


class Walk:
    """A device, an office, and what may happen between them. `named`: which row was given which content here last."""

    def __init__(self, world: World, anna: Device, rng: random.Random) -> None:
        self.world, self.anna, self.rng = world, anna, rng
        self.named: dict[UUID, str] = {}
        self.moves: tuple[Callable[[], Awaitable[None]], ...] = (
            *[self.takes_a_picture] * 3, self.takes_it_again, self.deletes_one, *[self.syncs] * 3, self.loses_the_line,
            self.starts_again, self.changes_the_network, *[self.office_gives_away] * 2, self.office_deletes,
            self.office_gives_back, self.begins_anew, self.time_passes,
        )  # fmt: skip

    async def takes_a_picture(self) -> None:
        picture = Picture(sha256=await self._put())
        await self.anna.save(picture)
        self.named[picture.id] = picture.sha256 or ""

    async def takes_it_again(self) -> None:
        if one := await self._one_of_mine():
            new = await self._put()
            await self.anna.change(Picture, one.id, sha256=new)
            self.named[one.id] = new

    async def deletes_one(self) -> None:
        if one := await self._one_of_mine():
            await self.anna.delete(Picture, one.id)
            self.named.pop(one.id, None)

    async def syncs(self) -> None:
        await self.anna.sync()

    async def loses_the_line(self) -> None:
        path = self.rng.choice(("/files", "mark-synced", "pending"))
        self.anna.wire.spoil(path, self.rng.choice((drop_answer, drop_request))())
        try:
            await self.anna.sync()
        except TransportError:
            assert self.anna.replica.status.now.problem
        self.anna.wire.mend()

    async def starts_again(self) -> None:
        await self.anna.close()
        await self.anna.reopen()
        await self.changes_the_network()

    async def changes_the_network(self) -> None:
        self.anna.replica.attachments.metered = self.rng.random() < 0.7
        self.anna.replica.attachments.budget_bytes = self.rng.choice((0, 10**9))

    async def office_gives_away(self) -> None:
        await self._write_there("UPDATE gallery.picture SET lead = 'bob' WHERE id = :id")

    async def office_gives_back(self) -> None:
        await self._write_there("UPDATE gallery.picture SET lead = 'anna' WHERE id = :id")

    async def office_deletes(self) -> None:
        await self._write_there("DELETE FROM gallery.picture WHERE id = :id")

    async def begins_anew(self) -> None:
        await self.anna.sql("UPDATE _twinbase_state SET cursor = ''")

    async def time_passes(self) -> None:
        self.world.clock.advance(days=self.rng.choice((1, 31)))
        await self.anna.close()
        await self.anna.reopen()
        await self.world.sign_in(self.anna, "anna")
        await self.changes_the_network()

    async def check(self) -> None:
        """What a row names that was given it here is at the server, or here, or it is said what became of it."""
        said = {one.sha256 for one in await self.anna.replica.attachments.list_refused()}
        for id, name in await self.world.sql(LACKING):
            if self.named.get(id) == name and name not in said:
                assert sha256(await read_bytes(self.anna, Picture(sha256=name))).hexdigest() == name

    async def _put(self) -> str:
        return await self.anna.replica.attachments.put(make_picture(16, self.rng.randrange(250)))

    async def _one_of_mine(self) -> Picture | None:
        rows = [row for row in await self.anna.all(Picture) if row.blob_state is None]
        return self.rng.choice(sorted(rows, key=lambda row: row.id)) if rows else None

    async def _write_there(self, statement: str) -> None:
        rows = sorted(id for (id,) in await self.world.sql("SELECT id FROM gallery.picture"))
        if rows:
            await self.world.sql(statement, id=self.rng.choice(rows))


@pytest.mark.parametrize("walk", range(4))
async def test_whatever_happens_no_bytes_are_lost_in_silence(
    world: World, pytestconfig: pytest.Config, walk: int
) -> None:
    rng = random.Random(f"{pytestconfig.option.hypothesis_seed} {walk}")
    moved = Walk(world, await world.device("anna", claims={"lead": "anna"}), rng)
    for _ in range(STEPS):
        await moved.rng.choice(moved.moves)()
        await moved.check()
    moved.anna.replica.attachments.metered = False
    for _ in range(4):
        await moved.anna.sync()
    said = {one.sha256 for one in await moved.anna.replica.attachments.list_refused()}
    lacking = {(id, name) for id, name in await world.sql(LACKING) if name not in said}
    assert lacking.isdisjoint(moved.named.items())
