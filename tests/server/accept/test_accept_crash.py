"""What fails for reasons of the moment: everything is tried again, and nothing happens twice."""

from datetime import datetime
from uuid import uuid4

import asyncpg
import pytest
from tests.server.accept.workshop import Server, Workshop, only

from twinbase import Identity, IncomingMutation, Plugins, hookimpl
from twinbase.errors import ClaimMissing
from twinbase_server.accept import AcceptLimits
from twinbase_server.problems import ProblemError


class Assassin:
    """A plugin whose look at a mutation ends the server's connection to PostgreSQL, `times` times."""

    def __init__(self, url: str, times: int) -> None:
        self.url = url
        self.times = times

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation, identity: Identity, now: datetime) -> None:
        if not self.times:
            return
        self.times -= 1
        connection = await asyncpg.connect(self.url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
        )
        await connection.close()


async def test_a_connection_that_dies_before_the_commit_leaves_nothing_and_the_retry_writes_once(
    server: Server,
) -> None:
    ana = await server.person()
    await server.connection.execute("INSERT INTO workshop.stock VALUES ('van', 1, 5)")
    base = await server.version("stock", place="van", article=1)
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    outcomes = await ana.push(plugins=Plugins(Workshop(), Assassin(server.url, 1)))
    assert [outcome.status for outcome in outcomes.values()] == ["applied"]
    assert await server.value("SELECT amount FROM workshop.stock") == 6


async def test_a_database_that_stays_away_is_a_problem_to_try_later_and_never_an_outcome(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    body = ana.batch()
    with pytest.raises(ProblemError) as caught:
        await ana.send(body, plugins=Plugins(Workshop(), Assassin(server.url, 99)))
    assert (caught.value.status, "Retry-After" in caught.value.headers) == (503, True)
    assert await server.value("SELECT count(*) FROM workshop.rule") == 0
    assert await server.value("SELECT count(*) FROM twinbase.ledger") == 0
    answer = await ana.send(body)
    assert (answer.replayed, answer.outcomes[0].status) == (False, "applied")


async def test_an_answer_that_is_lost_after_the_commit_is_given_again(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    body = ana.batch()
    await ana.send(body)
    await server.connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"
    )
    assert (await ana.send(body)).replayed
    assert await server.value("SELECT count(*) FROM workshop.rule") == 1


async def test_a_lock_that_does_not_come_is_no_reason_to_refuse(server: Server) -> None:
    ana = await server.person()
    await server.connection.execute("INSERT INTO workshop.rule VALUES ($1, 'a', '')", id := uuid4())
    base = await server.version("rule", id=id)
    ana.update("rule", id, {"text": "a"}, base, text="b")
    async with server.connection.transaction():
        await server.connection.execute("SELECT FROM workshop.rule FOR UPDATE")
        with pytest.raises(ProblemError) as caught:
            await ana.send(ana.batch(), limits=AcceptLimits(lock_seconds=0.05))
    assert caught.value.kind == "database-unavailable"
    assert (await only(ana)).status == "applied"


async def test_a_missing_claim_is_said_and_nothing_is_written(server: Server) -> None:
    ana = await server.person()
    ana.identity = Identity("nobody")
    ana.insert("rule", uuid4(), text="a", other="")
    ana.update("job", uuid4(), {"title": "a"}, 1, title="b")
    with pytest.raises(ClaimMissing, match="person"):
        await ana.send(ana.batch())
    assert await server.value("SELECT count(*) FROM workshop.rule") == 0
    assert await server.value("SELECT count(*) FROM twinbase.replica") == 0
