"""Repair: the buckets that differ, whole, and nothing else; with the delta, from one snapshot, proven."""

from typing import Any
from uuid import uuid4

from tests.server.depot import ANNA, Answer, House

from twinbase.digest import bucket_of, digest_of

BITS = 4


def sums(hashes: list[int], bits: int = BITS) -> dict[str, Any]:
    """What a device that holds rows with these hashes sends."""
    buckets: list[list[int]] = [[] for _ in range(1 << bits)]
    for row_hash in hashes:
        buckets[bucket_of(row_hash, bits)].append(row_hash)
    return {"bits": bits, "sums": [digest_of(bucket).as_list() for bucket in buckets]}


def hashes(answer: Answer, twin: str) -> list[int]:
    return [row[1] for row in answer.rows(twin)]


async def test_only_the_buckets_that_differ_are_sent_and_they_are_sent_whole(house: House) -> None:
    await house.products(*(f"p{n:03}" for n in range(100)))
    device = await house.device()
    first = await device.initial()
    lost = hashes(first, "product")[40]
    held = [row_hash for row_hash in hashes(first, "product") if row_hash != lost]
    answer = await device.repair(first.end["cursor"], {"product": sums(held)})
    (frame,) = answer.of("buckets")
    assert frame["buckets"] == [bucket_of(lost, BITS)] and frame["bits"] == BITS
    expected = [row for row in first.rows("product") if bucket_of(row[1], BITS) == bucket_of(lost, BITS)]
    assert answer.rows("product") == expected
    assert answer.end["digests"]["product"] == first.digest("product")


async def test_rows_that_a_device_should_not_have_show_as_a_bucket_without_them(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    first = await device.initial()
    ghost = 5
    answer = await device.repair(first.end["cursor"], {"product": sums([*hashes(first, "product"), ghost])})
    (frame,) = answer.of("buckets")
    assert frame["buckets"] == [bucket_of(ghost, BITS)]
    assert answer.rows("product") == []


async def test_equal_sums_need_no_bucket_and_are_proven_all_the_same(house: House) -> None:
    await house.products("boiler", "pipe")
    device = await house.device()
    first = await device.initial()
    answer = await device.repair(first.end["cursor"], {"product": sums(hashes(first, "product"))})
    assert answer.of("buckets") == answer.of("page") == []
    assert answer.end["digests"]["product"] == first.digest("product")


async def test_a_repair_brings_the_delta_of_all_twins_from_the_same_snapshot(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    first = await device.initial()
    (job,) = await house.jobs(ANNA)
    await house.products("pipe")
    answer = await device.repair(first.end["cursor"], {"product": sums([])})
    frames = [frame["frame"] for frame in answer.frames if frame.get("twin") == "product"]
    assert frames[0] == "page" and frames.index("buckets") > 0, "the delta first, then the buckets"
    assert answer.keys("job") == [str(job)]
    assert answer.end["digests"]["product"][0] == 2
    assert (await device.pending(answer.end["cursor"])).of("page") == []


async def test_a_row_that_entered_the_scope_unchanged_comes_by_repair(house: House) -> None:
    site = uuid4()
    await house.office.execute("INSERT INTO depot.site VALUES ($1, 'Lyon')", site)
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute("INSERT INTO depot.assignment VALUES ($1, $2)", ANNA, site)
    pull = await device.pending(cursor)
    assert pull.rows("site") == []
    answer = await device.repair(pull.end["cursor"], {"site": sums([], bits=0)})
    assert answer.keys("site") == [str(site)]


async def test_quarantined_rows_are_part_of_their_bucket(house: House) -> None:
    await house.office.execute("INSERT INTO depot.gauge VALUES (1, 'NaN', NULL, NULL), (2, 1, NULL, NULL)")
    device = await house.device()
    first = await device.initial()
    answer = await device.repair(first.end["cursor"], {"gauge": sums([], bits=0)})
    assert answer.keys("gauge") == [2]
    assert [row[2] for row in answer.held("gauge")] == [[1]]


async def test_sums_that_do_not_fit_their_bits_and_unknown_twins_are_refused(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    for twins in (
        {"product": {"bits": 2, "sums": [[0, 0, 0]]}},
        {"nothing": sums([])},
        {"product": {"bits": 13, "sums": []}},
    ):
        answer = await device.repair(cursor, twins)
        assert (answer.status, answer.problem["type"]) == (400, "bad-request")


async def test_repairs_that_nothing_explains_are_counted_for_the_operator(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    await device.repair(cursor, {"product": sums([])}, unexplained=["product", "no such twin"])
    text = (await house.http.get("metrics")).text
    assert 'twinbase_unexplained_repairs_total{twin="product"} 1.0' in text
    assert "no such twin" not in text
