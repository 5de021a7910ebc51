"""Cursors, resume tokens and schemas: only what this server gave, in this history, for this question."""

from datetime import timedelta
from typing import Any

import pytest
from tests.server.depot import ANNA, NOON, House, open_house

from twinbase_server.feed.cursor import Cursor, Resume, TokenSigner
from twinbase_server.keys.signing_key import FIRST, KeyRing, SigningKey
from twinbase_server.problems import ProblemError

CURSOR = Cursor(generation="g", milestone="s", snapshot="10:20:12,15", schema="f", claims="c", as_of=0)


def _signer(letter: bytes) -> TokenSigner:
    return TokenSigner(KeyRing([SigningKey("cursor", FIRST, "HS256", letter * 32, NOON)], lambda: NOON))


def test_a_signer_opens_what_it_sealed_and_nothing_else() -> None:
    signer = _signer(b"k")
    sealed = signer.seal(CURSOR)
    assert signer.open(sealed, Cursor) == CURSOR
    changed = sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BB")
    for bad in ("", "x", "é", "=" * 9, sealed[1:], changed, sealed + "AAAA", _signer(b"o").seal(CURSOR)):
        with pytest.raises(ProblemError) as problem:
            signer.open(bad, Cursor)
        assert problem.value.kind == "bad-cursor"


def test_a_resume_token_is_no_cursor() -> None:
    signer = _signer(b"k")
    with pytest.raises(ProblemError):
        signer.open(signer.seal(Resume(kind="initial", twin="t", key=[], first=CURSOR)), Cursor)


async def test_garbage_in_place_of_a_cursor_is_refused(house: House) -> None:
    device = await house.device()
    for answer in (
        await device.pending("garbage"),
        await device.initial(resume="garbage"),
        await device.repair("garbage", {}),
    ):
        assert (answer.status, answer.problem["type"]) == (400, "bad-cursor")


async def test_a_resume_token_of_another_question_is_refused(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    page = (await device.initial(twins=["product"])).of("page")[0]
    assert (await device.initial(resume=page["resume"])).problem["type"] == "bad-cursor"
    cursor = (await device.initial()).end["cursor"]
    assert (await device.pending(cursor, resume=page["resume"])).problem["type"] == "bad-cursor"


async def test_a_cursor_of_another_history_is_answered_with_the_generation(depot_url: str) -> None:
    async with open_house(depot_url) as house:
        device = await house.device()
        cursor = (await device.initial()).end["cursor"]
        await house.office.execute(
            "UPDATE twinbase.generation SET id = 'after a restore' WHERE n = (SELECT max(n) FROM twinbase.generation)"
        )
        answer = await device.pending(cursor)
        assert (answer.status, answer.problem["type"]) == (409, "generation")
        assert answer.problem["generation"] == "after a restore"


async def test_a_cursor_whose_mark_this_history_does_not_know_is_of_another_one(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute("DELETE FROM twinbase.salt")
    assert (await device.pending(cursor)).problem["type"] == "generation"


async def test_a_cursor_from_the_future_is_of_another_history(house: House) -> None:
    device = await house.device()
    signer = house.app.state.serving.context.signer
    seen = signer.open((await device.initial()).end["cursor"], Cursor)
    ahead = Cursor(**{**{f: getattr(seen, f) for f in seen.__struct_fields__}, "snapshot": "90000000:90000000:"})
    assert (await device.pending(signer.seal(ahead))).problem["type"] == "generation"


async def test_a_cursor_of_any_age_still_brings_the_changes(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.products("pipe")
    house.clock.now = NOON + timedelta(days=400)
    await device.login("anna@depot")
    assert (await device.pending(cursor)).keys("product") == ["pipe"]


async def test_an_unknown_schema_is_asked_for_and_then_served(house: House) -> None:
    device = await house.device()
    device.schema = "0123456789abcdef"
    answer = await device.initial()
    assert (answer.status, answer.problem["type"]) == (409, "schema-unknown")
    assert (await device.agree(house.schema())).status_code == 200
    assert (await device.initial()).status == 200


async def test_a_device_gets_the_columns_that_both_have_and_learns_what_is_refused(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    asked: dict[str, Any] = {
        "product": {"version": 2, "columns": ["code", "label", "colour"]},
        "job": {"version": 1, "columns": ["title", "id"]},
        "unheard_of": {"version": 1, "columns": ["id"]},
    }
    answer = (await device.agree(asked)).json()
    assert answer["twins"] == {"product": ["code", "label"]}
    assert set(answer["refused"]) == {"job", "unheard_of"}
    first = await device.initial()
    assert [row[2:] for row in first.rows("product")] == [["boiler", "label of boiler"]]
    assert list(first.end["digests"]) == ["product"]


async def test_a_column_that_a_device_does_not_have_is_not_in_its_digest(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    await device.agree({"product": {"version": 1, "columns": ["code", "label"]}})
    first = await device.initial()
    await house.office.execute("UPDATE depot.product SET price = 9")
    pull = await device.pending(first.end["cursor"])
    assert pull.end["digests"]["product"] == first.digest("product")


async def test_another_schema_makes_every_twin_due_for_proof(house: House) -> None:
    await house.jobs(ANNA)
    device = await house.device(twins=["product", "job"])
    cursor = (await device.initial()).end["cursor"]
    await device.agree(house.schema())
    answer = await device.pending(cursor)
    assert all("schema" in answer.end["causes"][twin] for twin in house.plugins.registry.twins)
