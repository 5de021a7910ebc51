"""A device that listens is told when a pull would bring something, whatever way it took; and no other device is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.depot import ANNA, BOB, NOON, TWINS, Device, House, open_house
from tests.server.ear import listening, until_told, watch_of, who_heard
from tests.server.phone import Phone, a_job

from twinbase_server.feed.news.concern import Question
from twinbase_server.feed.news.look import NewsLook, read_snapshot
from twinbase_server.feed.news.plan import plan_news
from twinbase_server.sql.unseen import Snapshot

SITE = UUID("00000000-0000-7000-8000-0000000000aa")


@pytest.fixture
async def pair(house: House) -> dict[str, Device]:
    """Anna's and Bob's devices, both of all twins."""
    return {"anna": await house.device("anna@depot"), "bob": await house.device("bob@depot")}


async def test_a_new_row_is_told_to_whom_its_scope_gives_it(house: House, pair: dict[str, Device]) -> None:
    assert await who_heard(house, pair, house.jobs(ANNA)) == {"anna"}
    assert await who_heard(house, pair, house.jobs(BOB, BOB)) == {"bob"}
    assert await who_heard(house, pair, house.jobs(ANNA, BOB)) == {"anna", "bob"}
    assert await who_heard(house, pair, house.jobs(uuid4())) == set()


async def test_what_everybody_has_is_told_to_everybody_who_has_it(house: House) -> None:
    few = {"anna": await house.device(), "bob": await house.device("bob@depot", ["job"])}
    assert await who_heard(house, few, house.products("boiler")) == {"anna"}


async def test_a_scope_over_a_list_is_asked_like_any_other(house: House, pair: dict[str, Device]) -> None:
    new = house.office.execute("INSERT INTO depot.customer VALUES (1, 'west', 'Weber')")
    assert await who_heard(house, pair, new) == {"anna"}
    moved = house.office.execute("UPDATE depot.customer SET sector = 'south'")
    assert await who_heard(house, pair, moved) == {"anna", "bob"}


async def test_a_row_that_left_a_scope_is_told_to_who_had_it(house: House, pair: dict[str, Device]) -> None:
    await house.jobs(ANNA)
    given_away = house.office.execute("UPDATE depot.job SET lead_id = $1", BOB)
    assert await who_heard(house, pair, given_away) == {"anna", "bob"}
    out_of_reach = house.office.execute("UPDATE depot.job SET starts_at = $1", NOON + timedelta(days=90))
    assert await who_heard(house, pair, out_of_reach) == {"bob"}


async def test_a_row_that_is_deleted_is_told_to_who_had_it(house: House, pair: dict[str, Device]) -> None:
    await house.jobs(BOB)
    assert await who_heard(house, pair, house.office.execute("DELETE FROM depot.job")) == {"bob"}


async def test_a_table_that_is_emptied_is_told_to_all_who_have_it(house: House, pair: dict[str, Device]) -> None:
    await house.jobs(BOB)
    assert "bob" in await who_heard(house, pair, house.office.execute("TRUNCATE depot.job"))


async def test_what_follows_a_row_goes_where_it_goes(house: House, pair: dict[str, Device]) -> None:
    (job,) = await house.jobs(ANNA)
    assert await who_heard(house, pair, house.lines(job, 3)) == {"anna"}
    lines_alone = {"anna": await house.device("anna@depot", ["line"]), "bob": await house.device("bob@depot", ["line"])}
    given_away = house.office.execute("UPDATE depot.job SET lead_id = $1", BOB)
    assert await who_heard(house, lines_alone, given_away) == {"anna", "bob"}
    assert await who_heard(house, pair, house.office.execute("DELETE FROM depot.line WHERE position = 2")) == {"bob"}


async def test_a_table_that_a_scope_reads_and_nobody_has_concerns_all_whose_scope_it_is(
    house: House, pair: dict[str, Device]
) -> None:
    await house.office.execute("INSERT INTO depot.site VALUES ($1, 'Lyon')", SITE)
    devices = {**pair, "without sites": await house.device("anna@depot", ["job"])}
    sent_there = house.office.execute("INSERT INTO depot.assignment VALUES ($1, $2)", ANNA, SITE)
    assert await who_heard(house, devices, sent_there) == {"anna", "bob"}


async def test_what_no_device_has_is_no_news(house: House, pair: dict[str, Device]) -> None:
    await house.products("boiler")
    assert await who_heard(house, pair, house.office.execute("UPDATE depot.product SET secret_margin = 9")) == set()
    await house.jobs(ANNA)
    assert await who_heard(house, pair, house.office.execute("UPDATE depot.job SET title = title")) == set()


async def test_what_is_taken_back_is_no_news(house: House, pair: dict[str, Device]) -> None:
    async def take_back() -> None:
        transaction = house.office.transaction()
        await transaction.start()
        await house.jobs(ANNA)
        await transaction.rollback()

    assert await who_heard(house, pair, take_back()) == set()


async def test_a_transaction_that_was_open_for_long_is_told_when_it_commits(
    house: House, pair: dict[str, Device], late: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    transaction = late.transaction()
    await transaction.start()
    await late.execute("INSERT INTO depot.job VALUES ($1, $2, 'late')", uuid4(), ANNA)
    assert await who_heard(house, pair, house.jobs(BOB)) == {"bob"}
    assert await who_heard(house, pair, transaction.commit()) == {"anna"}


@pytest.fixture
async def late(house: House) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A second program that writes."""
    connection = await asyncpg.connect(house.url)
    yield connection
    await connection.close()


async def test_what_a_device_pushed_is_news_to_all_but_itself(house: House) -> None:
    phone, tablet = Phone(house.http), await house.device()
    await phone.sign_in()
    await phone.agree(house.schema())
    devices: dict[str, Device] = {"phone": phone, "tablet": tablet}
    assert await who_heard(house, devices, phone.push(a_job(ANNA, "boiler"))) == {"tablet"}
    assert await who_heard(house, devices, house.office.execute("UPDATE depot.job SET title = 'pump'")) == {
        "phone",
        "tablet",
    }


async def test_a_change_of_many_rows_is_told_to_all_one_after_the_other(depot_url: str) -> None:
    async with open_house(depot_url, news_rows_max=10, news_per_second=50, account_listeners_max=100) as house:
        devices = {str(number): await house.device() for number in range(60)}
        assert await who_heard(house, devices, house.jobs(*[BOB] * 11)) == set(devices)
        assert await who_heard(house, devices, house.jobs(*[BOB] * 10)) == set()


async def test_a_line_to_postgresql_that_is_cut_costs_no_news(house: House, pair: dict[str, Device]) -> None:
    async def cut() -> None:
        await house.office.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND"
            " datname = current_database() AND application_name = 'twinbase news' OR query LIKE '%pg_current_snapshot%'"
            " AND pid <> pg_backend_pid()"
        )
        await house.jobs(BOB)

    assert "bob" in await who_heard(house, pair, cut())


async def test_a_look_keeps_nobody_from_a_table(house: House, pair: dict[str, Device]) -> None:
    async def alter() -> None:
        await house.office.execute("SET lock_timeout = 300")
        for number in range(20):
            await house.jobs(ANNA)
            await house.office.execute(f"ALTER TABLE depot.job ALTER title SET STATISTICS {number}")

    assert await who_heard(house, pair, alter()) == {"anna"}


async def test_however_many_listen_two_connections_look_and_none_when_nobody_does(house: House) -> None:
    devices = [await house.device() for _ in range(12)]
    before = await connections(house)
    async with AsyncExitStack() as stack:
        for device in devices:
            await stack.enter_async_context(listening(house.app, device))
        assert await connections(house) <= before + 2
    while await connections(house) > before:
        await asyncio.sleep(0)


async def connections(house: House) -> int:
    return int(await house.office.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"))


async def test_each_server_process_tells_those_who_listen_to_it(depot_url: str) -> None:
    async with open_house(depot_url) as house, open_house(depot_url) as other:
        phone = Phone(house.http)
        await phone.sign_in()
        await phone.agree(house.schema())
        anna, bob = await other.device("anna@depot"), await house.device("bob@depot")
        async with (
            listening(house.app, bob) as at_first,
            listening(other.app, anna) as at_second,
            listening(other.app, phone) as pushes,
        ):
            await phone.push(a_job(ANNA, "boiler"))
            await at_second.expect("news")
            await house.jobs(BOB)
            await at_first.expect("news")
            await until_told(other)
            await watch_of(other).close()
            assert await pushes.hear_all() == ["bye"]


async def test_a_standby_which_finds_again_what_it_has_found_tells_it_once(
    house: House, pair: dict[str, Device], late: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """It does not know what is open on the primary, so for it all that began after the oldest open one is new."""
    async with listening(house.app, pair["anna"]), AsyncExitStack() as stack:
        connections = [await asyncpg.connect(house.url) for _ in range(2)]
        for connection in connections:
            stack.push_async_callback(connection.close)
        before, after = NewsLook(connections[0]), NewsLook(connections[1])
        await late.execute("BEGIN; SELECT pg_current_xact_id()")
        await before.begin()
        await house.jobs(ANNA)
        await after.begin()
        oldest = (await read_snapshot(after.connection)).xmin
        since, plans = Snapshot(oldest, oldest, ()), plan_news(house.plugins.registry)
        found = await after.find_news(tuple(plans), since)
        audience, known = watch_of(house).audience, set[int]()
        for told in (1, 0):
            question = Question(plans, 9, since, before, after, found, NOON, known)
            concerned = await question.find_concerned(audience)
            assert len(concerned.by_scope) == told
            known = concerned.xids
        await late.execute("ROLLBACK")


PEOPLE = st.sampled_from([ANNA, BOB, uuid4()])
NUMBERS = st.integers(1, 3)
STARTS = st.sampled_from([None, NOON, NOON + timedelta(days=90)])
JOBS = [uuid4() for _ in range(3)]
SITES = [uuid4() for _ in range(2)]
SECTORS = st.sampled_from(["north", "west", "south", "east"])
STATEMENTS = st.one_of(
    st.tuples(
        st.just("INSERT INTO depot.job VALUES ($1, $2, 'new', $3) ON CONFLICT (id) DO UPDATE SET lead_id = $2"),
        st.tuples(st.sampled_from(JOBS), PEOPLE, STARTS),
    ),
    st.tuples(st.just("UPDATE depot.job SET starts_at = $2 WHERE id = $1"), st.tuples(st.sampled_from(JOBS), STARTS)),
    st.tuples(st.just("DELETE FROM depot.job WHERE id = $1"), st.tuples(st.sampled_from(JOBS))),
    st.tuples(
        st.just("INSERT INTO depot.line VALUES ($1, $2, $3) ON CONFLICT (job_id, position) DO UPDATE SET text = $3"),
        st.tuples(st.sampled_from(JOBS), NUMBERS, st.sampled_from(["a", "b", None])),
    ),
    st.tuples(
        st.just(
            "UPDATE depot.line l SET job_id = $2 WHERE job_id = $1"
            " AND NOT EXISTS (SELECT FROM depot.line o WHERE o.job_id = $2 AND o.position = l.position)"
        ),
        st.tuples(st.sampled_from(JOBS), st.sampled_from(JOBS)),
    ),
    st.tuples(st.just("DELETE FROM depot.line WHERE position = $1"), st.tuples(NUMBERS)),
    st.tuples(
        st.just("INSERT INTO depot.site VALUES ($1, 'Lyon') ON CONFLICT (id) DO UPDATE SET city = site.city || '!'"),
        st.tuples(st.sampled_from(SITES)),
    ),
    st.tuples(
        st.just("INSERT INTO depot.assignment VALUES ($1, $2) ON CONFLICT DO NOTHING"),
        st.tuples(PEOPLE, st.sampled_from(SITES)),
    ),
    st.tuples(st.just("DELETE FROM depot.assignment WHERE person_id = $1"), st.tuples(PEOPLE)),
    st.tuples(
        st.just("INSERT INTO depot.customer VALUES ($1, $2, 'x') ON CONFLICT (number) DO UPDATE SET sector = $2"),
        st.tuples(NUMBERS, SECTORS),
    ),
    st.tuples(st.just("DELETE FROM depot.customer WHERE sector = $1"), st.tuples(SECTORS)),
    st.tuples(st.just("TRUNCATE depot.customer"), st.just(())),
    st.tuples(st.just("INSERT INTO depot.product VALUES ('p', 'p', 1, $1) ON CONFLICT DO NOTHING"), st.tuples(NUMBERS)),
)
TRANSACTIONS = st.lists(st.lists(STATEMENTS, min_size=1, max_size=3), min_size=1, max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(script=TRANSACTIONS, open_for_long=st.booleans())
async def test_every_change_that_a_pull_would_bring_is_told(
    house: House, late: "asyncpg.Connection[asyncpg.Record]", script: list[list[tuple[str, tuple[object, ...]]]],
    open_for_long: bool,
) -> None:  # fmt: skip
    devices = {"anna": await house.device("anna@depot"), "bob": await house.device("bob@depot")}
    before = {name: await what_it_has(device) for name, device in devices.items()}
    for statements in script:
        writer = late if open_for_long else house.office

        async def write(
            writer: "asyncpg.Connection[asyncpg.Record]" = writer,
            statements: list[tuple[str, tuple[object, ...]]] = statements,
        ) -> None:
            async with writer.transaction():
                for statement, values in statements:
                    await writer.execute(statement, *values)
                if writer is late:
                    await house.office.execute("INSERT INTO depot.gauge VALUES (1) ON CONFLICT DO NOTHING")
                    await until_told(house)

        heard = await who_heard(house, devices, write())
        after = {name: await what_it_has(device) for name, device in devices.items()}
        assert {name for name in devices if before[name] != after[name]} <= heard
        before = after


async def what_it_has(device: Device) -> dict[str, list[list[object]]]:
    """All rows that a first sync brings, without their versions."""
    whole = await device.initial()
    return {twin: sorted((row[1:] for row in whole.rows(twin)), key=repr) for twin in TWINS}
