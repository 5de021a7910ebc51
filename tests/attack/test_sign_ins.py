"""Monday morning: two hundred people sign in at one moment, on phones in two hundred networks."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import msgspec
import psutil
from tests.attack import server
from tests.attack.attackers import MIB, _head
from tests.attack.bystander import Bystander, open_client
from tests.attack.test_attacks import _device
from tests.crash.processes import ServerProcess, serving
from tests.server.conftest import depot_template, depot_url  # noqa: F401  fixtures
from tests.server.depot import PASSWORD

from twinbase_server.accounts import save_account
from twinbase_server.settings import Settings

PEOPLE = 200
HASH_BYTES = 64 * MIB
"""What argon2 takes for one password."""
SIGN_INS_MAX = int(Settings.model_fields["sign_ins_max"].default)
WAIT_SECONDS_MAX = float(Settings.model_fields["pool_wait_seconds"].default)


async def _come(process: ServerProcess, number: int) -> tuple[int, str]:
    """Every second one has an account; each comes from an address of his own. The status, and what it is called."""
    email = "carla@depot" if number % 2 else f"nobody{number}@depot"
    body = msgspec.json.encode({"email": email, "password": PASSWORD, "replica": str(uuid4())})
    head = _head("POST", "auth/login", {"Twinbase-Protocol": "1", "Connection": "close"}, len(body))
    here = (f"127.0.1.{number + 1}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", process.port, local_addr=here)
    writer.write(head + body)
    answer, _, content = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status = int(answer.split()[1])
    assert status != 503 or b"\r\nretry-after: " in answer.lower()
    return status, msgspec.json.decode(content).get("type", "signed in")


async def _watch_memory(process: psutil.Process) -> int:
    """The most that it holds until this is cancelled."""
    most = 0
    try:
        while True:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return most


async def test_two_hundred_sign_ins_at_once_take_no_more_memory_than_two_and_others_are_served(
    depot_url: str,  # noqa: F811
) -> None:
    office = await asyncpg.connect(depot_url)
    await save_account(office, "carla@depot", PASSWORD, {})
    await office.close()
    async with serving(server.run, depot_url) as process, open_client(process.port) as client:
        bystander = Bystander(await _device(client, "bob@depot"))
        await bystander.begin()
        assert (await _come(process, 0))[0] == 401
        watched = psutil.Process(process.process._process.pid)
        before, watching = watched.memory_info().rss, asyncio.create_task(_watch_memory(watched))
        coming, syncs = asyncio.gather(*(_come(process, number) for number in range(PEOPLE))), 0
        while not coming.done():
            async with asyncio.timeout(WAIT_SECONDS_MAX):
                await bystander.sync()
            syncs += 1
        watching.cancel()
        growth, kinds = await watching - before, Counter(kind for _, kind in await coming)
        print(f"\n{PEOPLE} sign-ins at once: {growth / MIB:.0f} MiB more, {syncs} syncs of others, {dict(kinds)}")
        assert growth < (SIGN_INS_MAX + 1) * HASH_BYTES
        assert syncs >= 5
        assert kinds["signed in"] and kinds["credentials-wrong"]
        assert kinds.keys() <= {"signed in", "credentials-wrong", "too-busy"}, "who has to wait is told so, and no more"
        assert (await _come(process, PEOPLE + 1))[0] == 200
