"""Exactly once: replays, forks, gaps, new epochs."""

from uuid import uuid4

import msgspec
import pytest
from tests.server.accept.workshop import NOW, Device, Server, inserted, minutes, only, statuses

from twinbase.protocol import batch_hash
from twinbase_server.problems import ProblemError


async def stock(server: Server, amount: int = 5) -> int:
    """A van with some of article 1; the version of the row."""
    await server.connection.execute("INSERT INTO workshop.stock VALUES ('van', 1, $1)", amount)
    return await server.version("stock", place="van", article=1)


async def amount(server: Server) -> int:
    return int(await server.value("SELECT amount FROM workshop.stock"))


async def problem(device: Device, body: bytes) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        await device.send(body)
    return caught.value


async def test_the_same_batch_again_gets_the_same_answer_and_has_no_second_effect(server: Server) -> None:
    ana, base = await server.person(), await stock(server)
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    ana.insert("job", uuid4(), title=None)
    body = ana.batch()
    first = await ana.send(body)
    again = await ana.send(body, now=NOW + minutes(5))
    assert (first.replayed, again.replayed) == (False, True)
    assert first.outcomes == again.outcomes
    assert (again.last_n, again.hash) == (1, batch_hash(ana.id, 1, body))
    assert await amount(server) == 6


async def test_another_batch_with_a_number_that_was_used_is_a_fork(server: Server) -> None:
    ana, base = await server.person(), await stock(server)
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    await ana.push()
    clone = Device(server, ana.identity, ana.id)
    clone.update("stock", ("van", 1), {"amount": 5}, base, amount=9)
    found = await problem(clone, clone.batch())
    assert (found.kind, found.extra["epoch"], found.extra["last_n"]) == ("forked", 1, 1)
    assert found.extra["last_hash"] == ana.hash
    assert await amount(server) == 6


async def test_an_old_batch_is_a_fork_even_with_its_own_bytes(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    old = ana.batch()
    await ana.push()
    ana.insert("rule", uuid4(), text="b", other="")
    await ana.push()
    assert (await problem(ana, old)).kind == "forked"


async def test_the_next_number_on_another_history_is_a_fork(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    await ana.push()
    ana.hash = "0" * 64
    ana.insert("rule", uuid4(), text="b", other="")
    assert (await problem(ana, ana.batch())).kind == "forked"


async def test_a_number_too_far_is_a_gap_and_says_how_to_go_on(server: Server) -> None:
    ana = await server.person()
    ana.n = 6
    ana.insert("rule", uuid4(), text="a", other="")
    found = await problem(ana, ana.batch())
    assert (found.kind, found.status, found.extra["last_n"]) == ("gap", 409, 0)
    assert "epoch 2" in found.detail


async def test_an_older_epoch_is_a_fork(server: Server) -> None:
    ana = await server.person()
    ana.epoch = 3
    ana.insert("rule", uuid4(), text="a", other="")
    await ana.push()
    clone = Device(server, ana.identity, ana.id, epoch=2)
    clone.insert("rule", uuid4(), text="b", other="")
    found = await problem(clone, clone.batch())
    assert (found.kind, found.extra["epoch"]) == ("forked", 3)


async def test_a_clone_begins_a_new_epoch_and_loses_nothing(server: Server) -> None:
    ana, base = await server.person(), await stock(server)
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    shared = list(ana.pending)
    await ana.push()
    clone = Device(server, ana.identity, ana.id, epoch=2)
    clone.pending = shared  # the history that both copies hold is offered again
    fresh = clone.update("stock", ("van", 1), {"amount": 6}, base, amount=8)
    outcomes = await clone.push()
    assert [outcome.status for outcome in outcomes.values()] == ["applied", "applied"]
    assert fresh in outcomes
    assert await amount(server) == 8
    ana.insert("rule", uuid4(), text="a", other="")
    assert (await problem(ana, ana.batch())).kind == "forked"


async def test_history_offered_again_in_a_new_epoch_is_told_by_the_ledger_under_that_epoch(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    shared = list(ana.pending)
    await ana.push()
    ana.epoch, ana.n, ana.hash, ana.pending = 2, 0, "", shared
    await ana.push()
    assert await server.value("SELECT epoch FROM twinbase.ledger") == 2


async def test_a_refused_mutation_offered_again_stays_refused(server: Server) -> None:
    ana = await server.person()
    ana.insert("job", uuid4(), title=None)
    shared = list(ana.pending)
    first = await only(ana)
    ana.epoch, ana.n, ana.hash, ana.pending = 2, 0, "", shared
    assert await only(ana) == first


async def test_one_id_for_two_different_mutations_is_refused_and_not_taken_for_the_first(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    (mutation,) = ana.pending
    await ana.push()
    ana.pending = [{**mutation, "new": {**mutation["new"], "text": "b"}}]
    outcome = await only(ana)
    assert (outcome.status, outcome.reason) == ("refused", "id-reused")


async def test_unsent_work_recovered_into_a_new_replica_of_the_account_has_no_second_effect(server: Server) -> None:
    ana, base = await server.person(), await stock(server)
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    saved = list(ana.pending)
    await ana.push()
    phone = ana.other()
    phone.pending = saved
    assert await statuses(phone) == ["applied"]
    assert await amount(server) == 6


async def test_the_device_of_one_account_takes_no_work_of_another(server: Server) -> None:
    ana, ben = await server.person("Ana"), await server.person("Ben")
    ana.insert("rule", uuid4(), text="a", other="")
    await ana.push()
    ben.id = ana.id
    ben.insert("rule", uuid4(), text="b", other="")
    assert (await problem(ben, ben.batch())).kind == "other-account"


async def test_a_device_that_was_cut_off_pushes_nothing(server: Server) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    await ana.push()
    await server.connection.execute("UPDATE twinbase.replica SET revoked_at = now()")
    ana.insert("rule", uuid4(), text="b", other="")
    assert (await problem(ana, ana.batch())).kind == "device-revoked"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b'{"n":1,"mutations":[]}', "$.mutations"),
        (b'{"n":0,"mutations":[{"id":"00000000-0000-0000-0000-000000000000"}]}', "$.n"),
        (b'{"n":1,"mutations":[{"id":"x"}]}', "$.mutations[0].id"),
        (b'{"n":1,"mutations":[{}]}', "$.mutations[0]"),
        (b'{"n":1,"mutations":[{"id":"00000000-0000-0000-0000-000000000000","at":"\xff"}]}', ""),
        (b'{"n":1,"mutations":' + b"[" * 100_000, ""),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_problem_that_says_where(server: Server, body: bytes, place: str) -> None:
    found = await problem(await server.person(), body)
    assert (found.kind, found.status) == ("bad-batch", 422)
    assert place in found.detail


async def test_a_batch_beyond_the_limits_is_a_problem(server: Server) -> None:
    ana = await server.person()
    many = {"n": 1, "mutations": [inserted("rule", uuid4(), text="a", other="")] * 10_001}
    assert (await problem(ana, msgspec.json.encode(many))).kind == "batch-too-large"
    assert (await problem(ana, b" " * (16 * 1024 * 1024 + 1))).kind == "batch-too-large"
