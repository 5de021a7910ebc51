"""The first sync: everything in scope, in whole pages, proven by one snapshot, and resumable after any of them."""

from datetime import timedelta

from tests.server.depot import ANNA, BOB, NOON, TWINS, Answer, House, open_house


async def test_the_first_sync_brings_each_twin_as_the_identity_sees_it(house: House) -> None:
    await house.products("boiler", "pipe")
    mine, _ = await house.jobs(ANNA, BOB)
    customers = "INSERT INTO depot.customer VALUES (1, 'north', 'A'), (2, 'south', 'B'), (3, 'west', 'C')"
    await house.office.execute(customers)
    answer = await (await house.device()).initial()
    assert answer.keys("product") == ["boiler", "pipe"]
    assert answer.keys("customer") == [1, 3]
    assert answer.keys("job") == [str(mine)]


async def test_the_first_sync_is_proven_at_once(house: House) -> None:
    await house.products("boiler", "pipe", "valve")
    (job,) = await house.jobs(ANNA)
    await house.lines(job, 10)
    answer = await (await house.device()).initial()
    assert answer.end["digests"] == {twin: answer.digest(twin) for twin in TWINS}
    assert answer.end["digests"]["line"][0] == 10


async def test_hidden_columns_never_travel(house: House) -> None:
    await house.products("boiler")
    (row,) = (await (await house.device()).initial()).rows("product")
    assert row[2:] == ["boiler", "label of boiler", "1.10"]


async def test_twins_come_by_priority_and_parents_before_children(house: House) -> None:
    await house.products("boiler")
    (job,) = await house.jobs(ANNA)
    await house.lines(job, 1)
    twins = [page["twin"] for page in (await (await house.device()).initial()).of("page")]
    assert twins == ["product", "job", "line"]


async def test_text_travels_to_the_letter(house: House) -> None:
    label = 'quote " backslash \\ tab \t newline \n é 🚿 \x7f </script>'
    await house.office.execute("INSERT INTO depot.product VALUES ('x', $1, NULL, 0)", label)
    (row,) = (await (await house.device()).initial()).rows("product")
    assert row[3:] == [label, None]


async def test_a_row_that_cannot_be_carried_is_quarantined_with_its_reason_and_no_other(house: House) -> None:
    await house.office.execute(
        "INSERT INTO depot.gauge VALUES (1, 'NaN', '2030-01-01', '1 day'), (2, 0.1, 'infinity', NULL),"
        " (3, 1e300, '2030-02-28', '1 month'), (4, '-Infinity', '0001-01-01', '-1 second')"
    )
    answer = await (await house.device()).initial()
    assert [row[2:] for row in answer.rows("gauge")] == [[4, "-Infinity", "0001-01-01", -1_000_000]]
    assert [(row[2], row[3].split(":")[0]) for row in answer.held("gauge")] == [
        ([1], "level"),
        ([2], "read_on"),
        ([3], "lasted"),
    ]
    assert answer.end["digests"]["gauge"] == answer.digest("gauge"), "quarantined rows are in the proof (H25)"


async def test_rows_that_stood_before_capture_have_the_version_of_its_base(house: House) -> None:
    await house.products("boiler")
    await house.office.execute('DELETE FROM twinbase."v_depot.product"')
    base = await house.office.fetchval("SELECT base::text::bigint FROM twinbase.capture WHERE table_name = 'product'")
    (row,) = (await (await house.device()).initial()).rows("product")
    assert row[0] == base


async def test_a_cut_answer_goes_on_after_its_last_page_and_nothing_is_missed_or_sent_twice(depot_url: str) -> None:
    async with open_house(depot_url, answer_seconds=0) as house:
        await house.products("boiler", "pipe")
        (job,) = await house.jobs(ANNA)
        await house.lines(job, 8)
        device, resume = await house.device(), None
        answers: list[Answer] = []
        while not answers or answers[-1].frames[-1]["frame"] == "cut":
            answers.append(await device.initial(resume=resume))
            resume = answers[-1].frames[-1].get("resume")
        assert len(answers) > 4
        assert [key for answer in answers for key in answer.keys("product")] == ["boiler", "pipe"]
        assert [key[1] for answer in answers for key in answer.keys("line", 2)] == list(range(1, 9))


async def test_any_whole_page_is_a_place_to_go_on_from(house: House) -> None:
    (job,) = await house.jobs(ANNA)
    await house.lines(job, 8)
    device = await house.device()
    whole = await device.initial()
    for number, page in enumerate(whole.of("page", "line")):
        rest = await device.initial(resume=page["resume"])
        assert rest.rows("line") == whole.rows("line")[3 * (number + 1) :]


async def test_what_changed_between_two_parts_of_a_first_sync_comes_with_the_next_pull(depot_url: str) -> None:
    async with open_house(depot_url, answer_seconds=0) as house:
        await house.products("boiler")
        await house.jobs(ANNA)
        device = await house.device()
        first = await device.initial()
        await house.office.execute("UPDATE depot.product SET label = 'changed meanwhile'")
        answer = first
        while answer.frames[-1]["frame"] == "cut":
            answer = await device.initial(resume=answer.frames[-1]["resume"])
        assert answer.end["digests"] == {}, "pages of several snapshots prove nothing"
    async with open_house(depot_url) as other_server:
        device.http = other_server.http
        pull = await device.pending(answer.end["cursor"])
        assert [row[3] for row in pull.rows("product")] == ["changed meanwhile"]
        assert set(pull.end["digests"]) == set(TWINS), "the pull after it proves everything"


async def test_some_twins_alone_can_be_asked_for(house: House) -> None:
    await house.products("boiler")
    await house.jobs(ANNA)
    answer = await (await house.device()).initial(twins=["product"])
    assert {page["twin"] for page in answer.of("page")} == {"product"}
    assert list(answer.end["digests"]) == ["product"]


async def test_new_columns_of_a_device_are_filled_without_the_others(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    (page,) = (await device.initial(columns={"product": ["price"]})).of("page")
    assert page["columns"] == ["code", "price"]
    ((_, row_hash, was, *values),) = page["content"]
    assert values == ["boiler", "1.10"]
    whole = await device.initial()
    assert row_hash == whole.rows("product")[0][1] != was, "the hash is of the whole row; what it was is without price"


async def test_a_window_is_measured_from_the_servers_time_cut_to_the_hour(house: House) -> None:
    (inside,) = await house.jobs(ANNA, starts_at=NOON - timedelta(days=30))
    await house.jobs(ANNA, starts_at=NOON - timedelta(days=30, seconds=1))
    (someday,) = await house.jobs(ANNA, starts_at=None)
    device = await house.device()
    house.clock.now = NOON + timedelta(minutes=10)
    assert sorted((await device.initial()).keys("job")) == sorted([str(inside), str(someday)])


async def test_an_identity_without_a_claim_gets_a_problem_and_never_an_empty_set(house: House) -> None:
    await house.office.execute("UPDATE twinbase.account SET claims = '{\"sectors\": []}' WHERE email = 'anna@depot'")
    answer = await (await house.device()).initial()
    assert (answer.status, answer.problem["type"]) == (403, "claim-missing")


async def test_a_claim_that_is_not_of_its_columns_type_is_a_problem_before_the_first_row(house: House) -> None:
    await house.products("boiler")
    for claims in (
        '{"person": "not a uuid", "sectors": []}',
        '{"person": "", "sectors": []}',
        f'{{"person": "{ANNA}", "sectors": "north"}}',
    ):
        await house.office.execute("UPDATE twinbase.account SET claims = $1 WHERE email = 'anna@depot'", claims)
        answer = await (await house.device()).initial()
        assert (answer.status, answer.problem["type"]) == (403, "claim-missing"), claims


async def test_an_empty_list_claim_sees_nothing_and_that_is_an_answer(house: House) -> None:
    claims = f'{{"person": "{ANNA}", "sectors": []}}'
    await house.office.execute("UPDATE twinbase.account SET claims = $1 WHERE email = 'anna@depot'", claims)
    await house.office.execute("INSERT INTO depot.customer VALUES (1, 'north', 'A')")
    assert (await (await house.device()).initial()).rows("customer") == []


async def test_the_stream_is_compressed_when_the_device_takes_it_and_is_never_stored(house: House) -> None:
    await house.products(*(f"p{n}" for n in range(200)))
    device = await house.device()
    answer = await device.initial()
    assert answer.headers["content-encoding"] == "zstd"
    assert answer.headers["cache-control"] == "no-store"
    plain = await house.http.post("sync/initial", json={}, headers={**device.headers(), "Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content.count(b"label of") == 200


async def test_no_transaction_stays_open_after_an_answer(house: House) -> None:
    await (await house.device()).initial()
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    assert await house.office.fetchval(open_ones) == 0
