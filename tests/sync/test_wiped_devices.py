"""A device that is wiped: what was unsent is with the office, and nothing of it is left, wherever it was killed."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.sync.shop import Job, Product

from twinbase import Plugins
from twinbase.errors import DestroyedReplica, ReplicaClosed, ServerRefused, TransportError
from twinbase.replica import Replica
from twinbase.replica.file.destroy import destroy_file
from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase.testing.wire import Fault, cut, drop_answer, drop_request, garble_request, show_portal
from twinbase.testing.world import KEY
from twinbase_server.database.connection import connect, open_pool
from twinbase_server.devices.salvage import SalvagedEdit, accept_salvaged, list_salvaged
from twinbase_server.devices.store import OfficeDevice, read_device, revoke_device, wipe_device

SEALED = "sealed in the file of a lost phone"


async def a_phone(world: World, *, wiped: bool = True) -> tuple[Device, UUID]:
    """Anna's, with two edits that were not sent; the office asks for it to be wiped."""
    phone = await world.device("phone", account="anna", claims={"lead": "anna"})
    await phone.save(Job(lead="anna", title="sent"))
    await phone.sync()
    for title in ("unsent", "unsent too"):
        await phone.save(Job(lead="anna", title=title, report=SEALED))
    id = UUID((await phone.sql("SELECT replica FROM _twinbase_state"))[0][0])
    if wiped:
        await wipe(world, id)
    return phone, id


async def wipe(world: World, id: UUID) -> None:
    connection = await connect(world.database_url)
    await wipe_device(connection, id, world.clock())
    await connection.close()


async def known(world: World, id: UUID) -> tuple[OfficeDevice, list[SalvagedEdit]]:
    """The device as the office knows it, and what was salvaged."""
    connection = await connect(world.database_url)
    try:
        return await read_device(connection, id), list(await list_salvaged(connection))
    finally:
        await connection.close()


def left_of(path: Path) -> list[str]:
    return sorted(place.name for place in path.parent.iterdir() if place.name.startswith(path.name))


async def test_a_device_that_is_wiped_hands_over_what_is_unsent_and_nothing_is_left_of_its_file(world: World) -> None:
    phone, id = await a_phone(world)
    with pytest.raises(DestroyedReplica):
        await phone.sync()
    assert left_of(phone.path) == []
    device, salvaged = await known(world, id)
    assert device.state == "wiped"
    assert [edit.mutation["new"]["title"] for edit in salvaged] == ["unsent", "unsent too"]
    assert await world.sql("SELECT title FROM workshop.job") == [("sent",)]
    with pytest.raises(ReplicaClosed):
        await phone.sync()
    async with open_pool(world.database_url, min_size=1, max_size=2) as pool:
        for edit in salvaged:
            await accept_salvaged(pool, world.plugins, edit.id, "office", world.clock())
    assert len(await world.sql("SELECT title FROM workshop.job WHERE report = :sealed", sealed=SEALED)) == 2


async def test_so_it_is_when_somebody_signs_in_on_it(world: World) -> None:
    phone, id = await a_phone(world)
    with pytest.raises(DestroyedReplica):
        await world.sign_in(phone, "anna")
    device, salvaged = await known(world, id)
    assert device.state == "wiped" and len(salvaged) == 2 and left_of(phone.path) == []


@pytest.mark.parametrize("fault", [drop_request(), drop_answer(), cut(5), show_portal(), garble_request(0.8)])
async def test_without_a_way_to_hand_it_over_nothing_is_destroyed_and_it_goes_on_later(
    world: World, fault: Fault
) -> None:
    phone, id = await a_phone(world)
    phone.wire.spoil("auth/wipe/unsent", fault)
    with pytest.raises(TransportError):
        await phone.sync()
    assert len(await phone.all(Job)) == 3
    assert (await known(world, id))[0].state == "told to wipe"
    with pytest.raises(DestroyedReplica):
        await phone.sync()
    device, salvaged = await known(world, id)
    assert device.state == "wiped" and len(salvaged) == 2


@pytest.mark.parametrize(("fault", "state"), [(drop_request(), "told to wipe"), (drop_answer(), "wiped")])
async def test_a_device_that_cannot_say_that_it_is_done_is_wiped_all_the_same(
    world: World, fault: Fault, state: str
) -> None:
    phone, id = await a_phone(world)
    phone.wire.spoil("auth/wipe/done", fault)
    with pytest.raises(DestroyedReplica):
        await phone.sync()
    assert left_of(phone.path) == [] and (await known(world, id))[0].state == state


async def test_a_device_that_is_cut_off_while_it_syncs_gets_and_sends_nothing_more(world: World) -> None:
    phone, id = await a_phone(world, wiped=False)
    await world.sql("INSERT INTO workshop.product VALUES (7, 'not for a thief')")
    connection = await connect(world.database_url)

    async def revoking(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("sync/pending"):
            await revoke_device(connection, id, world.clock())
        await world.application(scope, receive, send)

    phone.wire.application = revoking
    with pytest.raises(ServerRefused, match="device-revoked"):
        await phone.sync()
    phone.wire.application = world.application
    await phone.save(Job(lead="anna", title="typed by a thief"))
    with pytest.raises(ServerRefused, match="device-revoked"):
        await phone.sync()
    assert await phone.all(Product) == [] and len(await phone.all(Job)) == 4
    assert len(await world.sql("SELECT title FROM workshop.job")) == 3
    await connection.close()


async def test_the_key_goes_first_and_a_device_with_a_key_of_its_own_signs(world: World) -> None:
    phone, id = await a_phone(world, wiped=False)
    found: list[list[str]] = []
    assert await world.sql("SELECT 1 FROM twinbase.replica WHERE device_key IS NOT NULL AND id = :id", id=id)

    async def destroy_key() -> None:
        found.append(left_of(phone.path))

    await phone.close()
    phone.replica = await Replica.open(
        phone.path,
        KEY,
        plugins=world.plugins,
        server=phone.url,
        clock=world.clock,
        transport=phone.wire,
        on_wipe=destroy_key,
    )
    await wipe(world, id)
    with pytest.raises(DestroyedReplica):
        await phone.sync()
    assert "phone.twin" in found[0] and (await known(world, id))[0].state == "wiped"


async def test_a_server_that_takes_nothing_gets_nothing(world: World) -> None:
    phone, id = await a_phone(world)
    serving = world.application.state.serving
    serving.settings = serving.settings.model_copy(update={"wipe_keeps_unsent": False})
    with pytest.raises(DestroyedReplica):
        await phone.sync()
    device, salvaged = await known(world, id)
    assert device.state == "wiped" and salvaged == []


DYING = """
import os, sys
from pathlib import Path
from twinbase.replica.file.destroy import destroy_file
left = int(sys.argv[2])
def die(event, arguments):
    global left
    if event in ("os.remove", "os.truncate") or (event == "open" and sys.argv[1] in str(arguments[0])):
        left -= 1
        if left < 0:
            os._exit(9)
sys.addaudithook(die)
destroy_file(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("step", range(1, 12))
async def test_killed_at_any_step_the_file_is_never_opened_again_and_its_end_can_be_finished(
    world: World, step: int
) -> None:
    phone, _ = await a_phone(world)
    await phone.replica.attachments.put(SEALED.encode())
    await phone.close()
    Path(f"{phone.path}-wal").write_bytes(b"what a crash left")
    done = subprocess.run([sys.executable, "-c", DYING, str(phone.path), str(step)], check=False)
    if phone.path.exists():
        with pytest.raises(DestroyedReplica, match="destroy_file"):
            await phone.reopen()
        assert SEALED.encode() not in phone.path.read_bytes()
    else:
        assert not [name for name in left_of(phone.path) if "wal" in name or "shm" in name]
    assert done.returncode == 9 or left_of(phone.path) == []
    destroy_file(phone.path)
    assert left_of(phone.path) == []


def test_what_only_looks_like_a_part_of_the_file_is_left_alone(tmp_path: Path) -> None:
    mine, other = tmp_path / "a[b].twin", tmp_path / "ab.twin-wal.lost-1"
    for place in (
        mine,
        other,
        tmp_path / "a[b].twin-wal.lost-2",
        tmp_path / "a[b].twin-tokens",
        tmp_path / "a[b].twin.txt",
    ):
        place.write_bytes(b"x" * 5000)
    destroy_file(mine)
    assert sorted(place.name for place in tmp_path.iterdir()) == ["a[b].twin.txt", "ab.twin-wal.lost-1"]


async def test_the_office_knows_what_is_unsent_on_a_device_and_when_it_was_last_proven(world: World) -> None:
    phone, id = await a_phone(world, wiped=False)
    await phone.sync()
    first = world.clock()
    world.clock.advance(minutes=5)
    assert (await phone.sync()).is_proven
    device, _ = await known(world, id)
    assert (device.unsent, device.oldest_unsent, device.proven_at) == (0, None, first)
    assert device.platform and device.storage_bytes and device.storage_bytes >= phone.path.stat().st_size


async def test_what_the_server_will_never_take_is_no_reason_to_keep_the_file(world: World) -> None:
    phone, id = await a_phone(world)
    serving = world.application.state.serving

    async def changing_its_mind(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("auth/wipe/unsent"):
            serving.settings = serving.settings.model_copy(update={"wipe_keeps_unsent": False})
        await world.application(scope, receive, send)

    phone.wire.application = changing_its_mind
    with pytest.raises(DestroyedReplica):
        await phone.sync()
    assert (await known(world, id))[0].state == "wiped" and left_of(phone.path) == []


async def test_much_unsent_work_is_handed_over_in_parts_that_the_server_takes(
    database_url: str, plugins: Plugins, tmp_path: Path
) -> None:
    async with World.open(database_url, plugins, tmp_path, prepared=True, body_bytes_max=4096) as world:
        phone, id = await a_phone(world)
        for number in range(20):
            await phone.save(Job(lead="anna", title=f"much {number}", report="x" * 500))
        with pytest.raises(DestroyedReplica):
            await phone.sync()
        device, salvaged = await known(world, id)
        assert device.state == "wiped" and len(salvaged) == 22
