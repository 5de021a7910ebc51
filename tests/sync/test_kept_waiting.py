"""A session that keeps the only write lock: whoever waits for it is told, and goes on afterwards."""

import pytest
from tests.sync.shop import Job

from twinbase.errors import ReplicaLocked
from twinbase.replica.file import file
from twinbase.testing import World


async def test_a_session_that_is_left_open_stops_a_sync_with_what_to_do_about_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.2)
    anna = await world.device("anna", claims={"lead": "anna"})
    async with anna.replica.session() as session:
        session.add(Job(lead="anna", title="half typed"))
        await session.flush()
        with pytest.raises(ReplicaLocked, match="Commit or close the session"):
            await anna.sync()
        assert "Commit or close the session" in anna.replica.status.now.problem
        with pytest.raises(ReplicaLocked):
            await anna.save(Job(lead="anna", title="meanwhile"))
        await session.commit()

    assert (await anna.sync()).outcomes == {"applied": 1}
    assert await world.sql("SELECT title FROM workshop.job") == [("half typed",)]
