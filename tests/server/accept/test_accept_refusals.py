"""What is refused, why, and what it takes with it."""

import tracemalloc
from uuid import uuid4

import pytest
from tests.server.accept.workshop import Server, a_job, deleted, inserted, job, only, statuses, updated

from twinbase_server.accept.batch import read_batch


async def test_a_refused_mutation_refuses_its_local_transaction_and_no_other(server: Server) -> None:
    ana = await server.person()
    one, two, three = uuid4(), uuid4(), uuid4()
    bad = ana.transaction(inserted("rule", one, text="x", other=""), job(two, ana.person, visits=-1))
    good = ana.insert("rule", three, text="y", other="")
    outcomes = await ana.push()
    assert [outcomes[id].status for id in bad] == ["parked", "refused"]
    assert outcomes[bad[0]].behind == bad[1]
    assert outcomes[good].status == "applied"
    assert await server.row("rule", id=one) is None
    assert "visits_not_negative" in outcomes[bad[1]].detail


async def test_work_on_a_row_whose_insert_was_refused_waits_behind_it_in_later_batches_too(server: Server) -> None:
    ana, id, part = await server.person(), uuid4(), uuid4()
    (culprit,) = ana.transaction(job(id, ana.person, visits=-1))
    child = ana.insert("part", part, job_id=id, position=1, name="Valve")
    grandchild = ana.update("part", part, {"name": "Valve"}, None, name="Tap")
    outcomes = await ana.push()
    assert outcomes[culprit].status == "refused"
    assert (outcomes[child].status, outcomes[child].behind) == ("parked", culprit)
    assert (outcomes[grandchild].status, outcomes[grandchild].behind) == ("parked", culprit)
    ana.update("job", id, {"title": "Boiler"}, None, title="Pump")
    later = await only(ana)
    assert (later.status, later.behind) == ("parked", culprit)
    ana.transaction(job(id, ana.person, visits=1))  # corrected: a new mutation
    ana.update("job", id, {"title": "Boiler"}, None, title="Pump")
    assert await statuses(ana) == ["applied", "applied"]


@pytest.mark.parametrize(
    ("mutation", "reason"),
    [
        ({"twin": "nothing"}, "unknown-twin"),
        ({"twin": None}, "unknown-twin"),
        ({"twin": [[], []]}, "unknown-twin"),
        ({"op": {"insert": True}}, "malformed"),
        ({"at": [[]]}, "malformed"),
        ({"base": {}}, "malformed"),
        ({"key": [[]]}, "malformed"),
        ({"key": {}}, "malformed"),
        ({"new": {"text": {"deep": [[]]}}}, "value"),
        ({"new": [[], []]}, "malformed"),
        ({"old": {"text": []}, "op": "update"}, "value"),
        ({"twin": "person", "op": "delete", "new": {}}, "read-only"),
        ({"twin": "event", "op": "delete", "new": {}}, "operation"),
        ({"op": "merge"}, "malformed"),
        ({"at": "yesterday"}, "malformed"),
        ({"at": "2030-01-01T00:00:00"}, "malformed"),
        ({"key": []}, "malformed"),
        ({"key": ["not a uuid"]}, "value"),
        ({"key": [None]}, "value"),
        ({"base": "x"}, "malformed"),
        ({"new": {"colour": "red"}}, "unknown-column"),
        ({"new": {"text": 5}}, "value"),
        ({"new": {"text": "a\x00b"}}, "value"),
        ({"new": {"text": None, "other": ""}}, "not-null"),
        ({"new": {"text": ["x"]}}, "value"),
        ({"new": []}, "malformed"),
        ({"op": "update", "new": {"text": "x"}}, "malformed"),
        ({"op": "update", "new": {"id": str(uuid4())}, "old": {"id": str(uuid4())}}, "read-only"),
    ],
)
async def test_what_is_wrong_with_one_mutation_is_its_own_outcome(
    server: Server, mutation: dict[str, object], reason: str
) -> None:
    ana, good = await server.person(), uuid4()
    (bad,) = ana.transaction({**inserted("rule", uuid4(), text="x", other=""), **mutation})
    ana.insert("rule", good, text="x", other="")
    outcomes = list((await ana.push()).values())
    assert [outcome.status for outcome in outcomes] == ["refused", "applied"]
    assert (outcomes[0].id, outcomes[0].reason) == (bad, reason)
    assert outcomes[0].detail.endswith(".")


async def test_a_column_that_is_not_writable_is_refused_and_one_that_is_not_insertable_stays_empty(
    server: Server,
) -> None:
    ana, id = await server.person(), uuid4()
    ana.transaction(job(id, ana.person, office="mine"))
    ana.transaction(job(uuid4(), ana.person))
    other = await a_job(ana)
    ana.update("job", other, {"office": None}, await server.version("job", id=other), office="mine")
    outcomes = list((await ana.push()).values())
    assert [(o.status, o.reason) for o in outcomes] == [
        ("refused", "read-only"),
        ("applied", ""),
        ("refused", "read-only"),
    ]


async def test_a_guard_holds_whoever_wins(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    ana.update("job", id, {"status": "planned"}, await server.version("job", id=id), status="done")
    outcome = await only(ana)
    assert (outcome.status, outcome.reason) == ("refused", "guard")
    assert "started" in outcome.detail


async def test_a_rule_of_the_database_is_named_without_a_value_of_a_customer(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    ana.insert("part", uuid4(), job_id=id, position=1, name="Valve of Mrs Petit")
    ana.insert("part", uuid4(), job_id=id, position=1, name="Tap of Mrs Petit")
    first, second = (await ana.push()).values()
    assert (first.status, second.status, second.reason) == ("applied", "refused", "unique")
    assert "one_part_a_place" in second.detail and "job_id and position" in second.detail
    assert "Petit" not in second.detail and str(id) not in second.detail


async def test_a_swap_of_unique_values_within_the_rules_of_the_database_is_written_in_its_own_order(
    server: Server,
) -> None:
    ana, one, two = await server.person(), uuid4(), uuid4()
    id = await a_job(ana)
    ana.insert("part", one, job_id=id, position=1, name="a")
    ana.insert("part", two, job_id=id, position=2, name="b")
    await ana.push()
    ana.transaction(
        updated("part", one, {"position": 1}, None, position=9),
        updated("part", two, {"position": 2}, None, position=1),
        updated("part", one, {"position": 9}, None, position=2),
    )
    assert await statuses(ana) == ["applied"] * 3
    row = await server.row("part", id=one)
    assert row is not None and row["position"] == 2


async def test_a_place_that_one_transaction_frees_is_taken_by_the_next(server: Server) -> None:
    ana, one, two = await server.person(), uuid4(), uuid4()
    id = await a_job(ana)
    ana.insert("part", one, job_id=id, position=1, name="a")
    await ana.push()
    ana.transaction(
        deleted("part", one, {"id": str(one), "job_id": str(id), "position": 1, "name": "a"}, None),
        inserted("part", two, job_id=id, position=1, name="b"),
    )
    assert await statuses(ana) == ["applied"] * 2


@pytest.mark.parametrize(
    "spelled",
    [b'"half \\ud83d"', b'"\\udc00"', b'"\xed\xa0\xbd"', b"NaN", b"-Infinity"],
    ids=["half", "other half", "as bytes", "no number", "infinity"],
)
@pytest.mark.parametrize("column", ["text", "other"])
async def test_a_value_that_json_can_spell_and_no_text_can_hold_is_refused_alone(
    server: Server, spelled: bytes, column: str
) -> None:
    ana = await server.person()
    good = ana.insert("rule", uuid4(), text="good", other="")
    bad = ana.insert("rule", uuid4(), **{"text": "t", "other": "o", column: "@"})
    body = ana.batch().replace(b'"@"', spelled)

    answers = [await ana.send(body), await ana.send(body)]

    for answer in answers:
        outcomes = {outcome.id: outcome for outcome in answer.outcomes}
        assert outcomes[good].status == "applied"
        assert (outcomes[bad].status, outcomes[bad].reason) == ("refused", "value")
        assert outcomes[bad].detail.startswith(column)
    assert answers[1].replayed


@pytest.mark.parametrize("word", ["rule", "text", "2030", "insert"])
async def test_half_a_character_anywhere_in_a_change_is_the_fault_of_that_change(server: Server, word: str) -> None:
    ana = await server.person()
    good = ana.insert("note", uuid4(), text="good")
    bad = ana.insert("rule", uuid4(), text="t", other="o")
    head, _, tail = ana.batch().partition(str(bad).encode())
    body = head + str(bad).encode() + tail.replace(word.encode(), b"\\ud800", 1)

    answer = await ana.send(body)

    outcomes = {outcome.id: outcome.status for outcome in answer.outcomes}
    assert outcomes == {good: "applied", bad: "refused"}


async def test_a_mutation_that_is_sent_twice_in_one_batch_has_its_effect_once(server: Server) -> None:
    """Under two local transactions, and under one."""
    ana = await server.person()
    (added,) = ana.transaction(inserted("stock", ("Lyon", 1), place="Lyon", article=1, amount=1))
    ana.pending += [{**ana.pending[0], "tx": tx} for tx in (1, 7)]
    ana.update("stock", ("Lyon", 1), {"amount": 1}, None, amount=3)
    ana.pending.append({**ana.pending[-1], "tx": 9})
    answer = await ana.send(ana.batch())
    assert [outcome.status for outcome in answer.outcomes] == ["applied"] * 5
    assert [outcome.id for outcome in answer.outcomes[:3]] == [added] * 3
    assert await server.value("SELECT amount FROM workshop.stock") == 3


async def test_an_id_that_one_batch_gives_to_two_mutations_is_the_first_one_s(server: Server) -> None:
    ana, one, other = await server.person(), uuid4(), uuid4()
    ana.insert("rule", one, text="first", other="")
    ana.insert("rule", other, text="second", other="")
    ana.pending[1]["id"] = ana.pending[0]["id"]
    body = ana.batch()
    for answer in [await ana.send(body), await ana.send(body)]:
        assert [(o.status, o.reason) for o in answer.outcomes] == [("applied", ""), ("refused", "id-reused")]
    assert await server.value("SELECT array_agg(text) FROM workshop.rule") == ["first"]


@pytest.mark.parametrize("member", ["tx", "twin", "op", "key", "base", "old", "new", "at"])
def test_what_no_value_can_be_is_not_even_made(member: str) -> None:
    """Five million empty lists in the place of a value would be half a gigabyte, and two seconds for everybody."""
    lists = b"[" + b"[]," * 5_000_000 + b"0]"
    body = b'{"n":1,"mutations":[{"id":"0198c5a0-1111-7000-8000-000000000001","%b":%b}]}' % (member.encode(), lists)
    tracemalloc.start()
    try:
        (sent,) = read_batch(body).mutations
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert getattr(sent, member) == [] and peak < 2 * len(body)
