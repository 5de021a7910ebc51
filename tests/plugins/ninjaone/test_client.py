"""The client comes through NinjaOne's bad days, writes nothing twice, and lets no secret into a log."""

import asyncio
import logging
import time
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError
from tests.plugins.ninjaone.conftest import Desk, make_desk

from twinbase_ninjaone import errors
from twinbase_ninjaone.client import NinjaOne
from twinbase_ninjaone.client.http_client import parse_retry_after
from twinbase_ninjaone.contract import calls
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.standin import CLIENT_SECRET, serve_app

FIELDS = {"clientId": 1, "ticketFormId": 1, "subject": "Écran noir", "status": "1000"}
ORGANIZATIONS = "/v2/organizations"


async def ids(ninja: NinjaOne, board: int = 2, **options: Any) -> list[int]:
    return [row["id"] async for page in ninja.read_board(board, **options) for row in page]


# Tokens


async def test_one_token_serves_many_calls_at_once(desk: Desk) -> None:
    async with desk.client() as ninja:
        await asyncio.gather(*(ninja.read_ticket(ticket) for ticket in desk.world.tickets))
    assert desk.calls().count("POST /ws/oauth/token") == 1


async def test_a_token_is_renewed_before_it_expires(desk: Desk) -> None:
    clock = [0.0]
    async with NinjaOne(desk.configured(), transport=desk.transport, clock=lambda: clock[0]) as ninja:
        for seconds in (0.0, 3500.0, 3550.0, 3600.0):
            clock[0] = seconds
            await ninja.read_ticket(1001)
    assert desk.calls().count("POST /ws/oauth/token") == 2


async def test_a_token_that_is_not_accepted_any_more_is_replaced_once_for_all_callers(desk: Desk) -> None:
    async with desk.client() as ninja:
        await ninja.read_ticket(1001)
        desk.door.expire_all()
        await asyncio.gather(*(ninja.read_ticket(ticket) for ticket in desk.world.tickets))
    assert desk.calls().count("POST /ws/oauth/token") == 2


async def test_a_write_that_met_an_expired_token_is_carried_out_once(desk: Desk) -> None:
    async with desk.client() as ninja:
        before = len(desk.world.tickets)
        await ninja.read_ticket(1001)
        desk.door.expire_all()
        await ninja.create_ticket(FIELDS)
    assert len(desk.world.tickets) == before + 1


async def test_a_second_401_says_that_we_are_not_accepted(desk: Desk) -> None:
    desk.faults.plan("401", ORGANIZATIONS, times=2)
    async with desk.client() as ninja:
        with pytest.raises(errors.WrongCredentials):
            _ = [page async for page in ninja.read_pages(calls.ORGANIZATIONS)]


async def test_the_wrong_region_is_named_with_the_setting_that_changes_it(desk: Desk) -> None:
    async with desk.client(client_id="of another region") as ninja:
        with pytest.raises(errors.WrongRegion, match=r"TWINBASE_NINJAONE_REGION .* The one set is eu\."):
            await ninja.read_ticket(1001)


async def test_a_wrong_secret_is_said_to_be_wrong_and_never_shown(desk: Desk) -> None:
    async with desk.client(client_secret="hunter2-hunter2") as ninja:
        with pytest.raises(errors.WrongCredentials) as refused:
            await ninja.read_ticket(1001)
    assert "hunter2" not in str(refused.value)


# Lists


async def test_a_list_after_ids_is_read_to_its_end(desk: Desk) -> None:
    async with desk.client(page_rows=5) as ninja:
        found = [row["id"] async for page in ninja.read_pages(calls.ORGANIZATIONS) for row in page]
    assert found == sorted(desk.world.organizations)


async def test_a_server_that_gives_shorter_pages_than_asked_for_still_gives_the_whole_list() -> None:
    """How many rows a page may have at most is not documented."""
    rows: list[dict[str, Any]] = [{"id": number, "name": "x"} for number in range(1, 24)]

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("token"):
            return httpx2.Response(200, json={"access_token": "t"})
        after = int(request.url.params.get("after", 0))
        return httpx2.Response(200, json=[row for row in rows if row["id"] > after][:10])

    async with NinjaOne(make_desk().configured(), transport=httpx2.MockTransport(answer)) as ninja:
        assert [row["id"] async for page in ninja.read_pages(calls.LOCATIONS) for row in page] == [*range(1, 24)]


async def test_a_board_is_read_to_its_end_and_no_ticket_comes_twice(desk: Desk) -> None:
    async with desk.client() as ninja:
        found = await ids(ninja, page_rows=7)
    assert sorted(found) == sorted(desk.world.tickets)
    newest_first = sorted(desk.world.tickets, key=lambda ticket: -desk.world.last_updated[ticket])
    assert found == newest_first


async def test_tickets_that_leave_a_board_while_it_is_read_do_not_hide_others(desk: Desk) -> None:
    """Under an offset, a row that leaves above moves all others up: without an overlap, one of them is jumped over."""
    order = sorted(desk.world.tickets, key=lambda ticket: -desk.world.last_updated[ticket])
    leaving = iter(order[:8])

    def close_two() -> None:
        for ticket in (next(leaving, None), next(leaving, None)):
            if ticket:
                desk.world.tickets[ticket]["deleted"] = True

    desk.faults.after_page = close_two
    async with desk.client() as ninja:
        assert set(await ids(ninja, page_rows=6)) >= set(order[8:])


async def test_more_rows_than_the_overlap_may_leave_and_none_is_hidden(desk: Desk) -> None:
    order = sorted(desk.world.tickets, key=lambda ticket: -desk.world.last_updated[ticket])

    def empty_the_top() -> None:
        desk.faults.after_page = None
        for ticket in order[:9]:
            desk.world.tickets[ticket]["deleted"] = True

    desk.faults.after_page = empty_the_top
    async with desk.client() as ninja:
        assert set(await ids(ninja, page_rows=10)) >= set(order[9:])


async def test_a_whole_page_of_rows_may_leave_and_none_is_hidden(desk: Desk) -> None:
    order = sorted(desk.world.tickets, key=lambda ticket: -desk.world.last_updated[ticket])
    pages = iter(range(10))

    def empty_the_top() -> None:
        if next(pages) == 1:
            for ticket in order[:10]:
                desk.world.tickets[ticket]["deleted"] = True

    desk.faults.after_page = empty_the_top
    async with desk.client() as ninja:
        assert set(await ids(ninja, page_rows=10)) >= set(order[10:])


@pytest.mark.parametrize("moved", [4, 5, 6, 10, 11])
async def test_so_many_tickets_may_move_to_the_top_that_a_page_shows_nothing_new(desk: Desk, moved: int) -> None:
    order = sorted(desk.world.tickets, key=lambda ticket: -desk.world.last_updated[ticket])

    def update_the_last() -> None:
        desk.faults.after_page = None
        for ticket in order[-moved:]:
            desk.world.add_comment(ticket, desk.later(seconds=1), "Tout fermé")

    desk.faults.after_page = update_the_last
    async with desk.client() as ninja:
        found = await ids(ninja, page_rows=10)
    assert len(found) == len(set(found)) and set(found) >= set(order[:-moved])


async def test_a_ticket_that_is_updated_while_a_board_is_read_comes_once_and_hides_none(desk: Desk) -> None:
    order = sorted(desk.world.tickets, key=lambda ticket: -desk.world.last_updated[ticket])
    moving = iter(order[-3:])

    def update_one() -> None:
        if ticket := next(moving, None):
            desk.world.add_comment(ticket, desk.later(minutes=1), "Rappelé")

    desk.faults.after_page = update_one
    async with desk.client() as ninja:
        found = await ids(ninja, page_rows=6)
    assert len(found) == len(set(found))
    # Those that moved to the top behind our back are found by the next look at the top.
    assert set(found) >= set(order[:-3])


async def test_a_cursor_that_counts_no_rows_is_passed_on_as_it_came() -> None:
    """That it is an offset was observed, and is documented nowhere."""
    pages = {None: ([1, 2], 77), 77: ([3, 4], 99), 99: ([4], 99)}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("token"):
            return httpx2.Response(200, json={"access_token": "t"})
        body = httpx2.Response(200, content=request.content).json()
        found, cursor = pages[body.get("lastCursorId")]
        rows = [{"id": number} for number in found]
        return httpx2.Response(200, json={"data": rows, "metadata": {"lastCursorId": cursor}})

    async with NinjaOne(make_desk().configured(), transport=httpx2.MockTransport(answer)) as ninja:
        assert await ids(ninja) == [1, 2, 3, 4]


@pytest.mark.parametrize("left", [0, 1, 2, 3])
async def test_a_board_with_no_more_than_a_few_tickets_is_read(desk: Desk, left: int) -> None:
    for ticket in list(desk.world.tickets)[left:]:
        del desk.world.tickets[ticket]
    async with desk.client() as ninja:
        assert sorted(await ids(ninja)) == sorted(desk.world.tickets)
    assert sum(call.endswith("/run") for call in desk.calls()) <= 3


@pytest.mark.parametrize("rows_max", [2, 3, 29, 30, 31])
async def test_a_board_that_gives_fewer_rows_than_asked_for_is_still_read_whole(desk: Desk, rows_max: int) -> None:
    desk.faults.rows_max = rows_max
    async with desk.client() as ninja:
        assert sorted(await ids(ninja)) == sorted(desk.world.tickets)


@pytest.mark.parametrize("rows_max", [1, 10, 30])
async def test_a_board_that_gives_the_same_page_again_and_again_ends_with_an_error(desk: Desk, rows_max: int) -> None:
    desk.faults.board_pages_once, desk.faults.rows_max = True, rows_max
    async with desk.client() as ninja:
        with pytest.raises(errors.NotWhole, match="The same rows come again"):
            await ids(ninja)
    assert sum(call.endswith("/run") for call in desk.calls()) < 10


@pytest.mark.parametrize("answer", [[], {}, {"data": None}, {"data": {}}, "data", 7, None])
async def test_an_answer_that_is_no_board_is_not_an_empty_board(answer: Any) -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"access_token": "t"} if request.url.path.endswith("token") else answer)

    async with NinjaOne(make_desk().configured(), transport=httpx2.MockTransport(respond)) as ninja:
        with pytest.raises(errors.UnexpectedAnswer, match="holds no row of a board"):
            await ids(ninja)


@pytest.mark.parametrize("oldest_first", [True, False])
@pytest.mark.parametrize("rows_max", [2, 5, 100, 499])
async def test_a_log_that_comes_in_shorter_pages_than_asked_for_is_read_whole(
    desk: Desk, oldest_first: bool, rows_max: int
) -> None:
    desk.world.log_oldest_first, desk.faults.rows_max = oldest_first, rows_max
    for number in range(10):
        desk.world.add_comment(1001, desk.later(seconds=1), f"n° {number}")
    async with desk.client() as ninja:
        found = [row["id"] for row in await ninja.read_log(1001)]
    assert sorted(found) == sorted(entry["id"] for entry in desk.world.logs[1001])


async def test_a_log_that_begins_anew_each_time_ends_with_an_error_that_holds_what_came(desk: Desk) -> None:
    desk.faults.anchors_ignored, desk.faults.rows_max = True, 3
    for number in range(10):
        desk.world.add_comment(1001, desk.later(seconds=1), f"n° {number}")
    async with desk.client() as ninja:
        with pytest.raises(errors.NotWhole) as doubt:
            await ninja.read_log(1001)
    assert [row["body"] for row in doubt.value.rows] == ["n° 9", "n° 8", "n° 7"]


@pytest.mark.parametrize("rows_max", [1, 7, 200])
async def test_activities_that_come_in_shorter_pages_than_asked_for_all_come(desk: Desk, rows_max: int) -> None:
    desk.faults.rows_max = rows_max
    newest = desk.world.activities[-1]["id"]
    for _ in range(15):
        desk.world.add_activity("NINJA_TICKETING", "NINJA_TICKETING_TICKET_CREATED", desk.later(seconds=1))
    async with desk.client() as ninja:
        assert len(await ninja.read_activities(newest)) == 15


@pytest.mark.parametrize("oldest_first", [True, False])
async def test_a_long_log_is_read_whole_whichever_way_it_goes(desk: Desk, oldest_first: bool) -> None:
    desk.world.log_oldest_first = oldest_first
    for number in range(1200):
        desk.world.add_comment(1001, desk.later(seconds=1), f"n° {number}")
    async with desk.client() as ninja:
        found = [row["id"] for row in await ninja.read_log(1001)]
    assert sorted(found) == sorted(entry["id"] for entry in desk.world.logs[1001])


async def test_activities_after_an_id_come_whole_and_others_do_not(desk: Desk) -> None:
    newest = desk.world.activities[-1]["id"]
    for _ in range(2300):
        desk.world.add_activity("NINJA_TICKETING", "NINJA_TICKETING_TICKET_CREATED", desk.later(seconds=1))
        desk.world.add_activity("SYSTEM", "NODE_CREATED", desk.now)
    async with desk.client() as ninja:
        found = [row["id"] for row in await ninja.read_activities(newest)]
    assert len(found) == len(set(found)) == 2300 and min(found) > newest
    # Three pages, and the answer that there are no more: a page that looks short may have been cut.
    assert sum(call.endswith("/activities") for call in desk.calls()) == 4


# Bad days


@pytest.mark.parametrize("fault", ["429", "429-html", "500", "500-html", "502", "401"])
async def test_reading_goes_on_after_a_failure(desk: Desk, fault: Any) -> None:
    desk.faults.plan(fault, ORGANIZATIONS)
    async with desk.client() as ninja:
        found = [row["id"] async for page in ninja.read_pages(calls.ORGANIZATIONS) for row in page]
    assert found == sorted(desk.world.organizations)


async def test_running_a_board_is_a_read_and_is_tried_again_although_it_is_a_post(desk: Desk) -> None:
    desk.faults.plan("500", "/run", times=2)
    async with desk.client() as ninja:
        assert sorted(await ids(ninja)) == sorted(desk.world.tickets)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        ("429", errors.TooManyCalls),
        ("500", errors.Uncertain),
        ("500-html", errors.Uncertain),
        ("slow", errors.Uncertain),
    ],
)
async def test_a_write_is_tried_once_and_says_whether_it_may_have_happened(
    desk: Desk, fault: Any, meaning: type[Exception]
) -> None:
    desk.faults.plan(fault, "/comment")
    async with desk.client(timeout_seconds=0.05) as ninja:
        await ninja.read_ticket(1001)
        desk.calls()
        with pytest.raises(meaning):
            await ninja.add_comment(1001, "Rappelé", public=True)
    assert desk.calls() == ["POST /v2/ticketing/ticket/1001/comment"]


async def test_reading_gives_up_after_some_attempts_and_says_what_was_answered(desk: Desk) -> None:
    desk.faults.plan("500", ORGANIZATIONS, times=10)
    async with desk.client(attempts=3) as ninja:
        with pytest.raises(errors.Unreachable, match=r"GET /v2/organizations: 500, FAILURE, standin-1\."):
            _ = [page async for page in ninja.read_pages(calls.ORGANIZATIONS)]
    assert desk.calls().count(f"GET {ORGANIZATIONS}") == 3


async def test_a_pause_that_is_asked_for_is_made_by_all_calls(desk: Desk) -> None:
    desk.faults.retry_after = "0.2"
    desk.faults.plan("429", "/ticket/1001")
    async with desk.client(longest_pause_seconds=5) as ninja:
        await ninja.read_ticket(1002)
        begun = time.monotonic()
        await ninja.read_ticket(1001)
        assert time.monotonic() - begun >= 0.2


async def test_a_pause_that_is_asked_for_with_a_503_is_made_too(desk: Desk) -> None:
    desk.faults.retry_after = "0.2"
    desk.faults.plan("503", "/ticket/1001")
    async with desk.client(longest_pause_seconds=5) as ninja:
        await ninja.read_ticket(1002)
        begun = time.monotonic()
        await ninja.read_ticket(1001)
        assert time.monotonic() - begun >= 0.2


async def test_a_pause_that_is_longer_than_we_wait_ends_the_run_and_says_how_long_it_is(desk: Desk) -> None:
    desk.faults.retry_after = "3600"
    desk.faults.plan("429", "/ticket/1001")
    async with desk.client() as ninja:
        with pytest.raises(errors.TooManyCalls) as asked:
            await ninja.read_ticket(1001)
    assert asked.value.retry_after_seconds == 3600


@pytest.mark.parametrize("fault", ["html", "not-json", "redirect"])
async def test_what_is_not_data_is_not_taken_for_data(desk: Desk, fault: Any) -> None:
    desk.faults.plan(fault, ORGANIZATIONS, times=9)
    async with desk.client() as ninja:
        with pytest.raises(errors.UnexpectedAnswer):
            _ = [page async for page in ninja.read_pages(calls.ORGANIZATIONS)]


async def test_an_answer_that_is_too_large_is_refused(desk: Desk) -> None:
    desk.faults.plan("huge", ORGANIZATIONS)
    async with desk.client(answer_bytes_max=1_000_000) as ninja:
        with pytest.raises(errors.UnexpectedAnswer, match="more than 1000000 bytes"):
            _ = [page async for page in ninja.read_pages(calls.ORGANIZATIONS)]


async def test_a_slow_answer_is_waited_for_no_longer_than_set(desk: Desk) -> None:
    desk.faults.plan("slow", ORGANIZATIONS)
    async with desk.client(timeout_seconds=0.05, attempts=2) as ninja:
        found = [row["id"] async for page in ninja.read_pages(calls.ORGANIZATIONS) for row in page]
    assert found == sorted(desk.world.organizations)


async def test_nothing_at_the_other_end_is_unreachable() -> None:
    settings = make_desk().configured(url="http://127.0.0.1:9", attempts=2)
    async with NinjaOne(settings) as ninja:
        with pytest.raises(errors.Unreachable):
            await ninja.read_ticket(1001)


async def test_over_a_real_line_everything_is_as_in_one_process() -> None:
    desk = make_desk()
    desk.faults.slow_seconds = 1.0
    desk.faults.plan("slow", "/run")
    with serve_app(desk.app) as url:
        async with NinjaOne(desk.configured(url=url, timeout_seconds=0.5)) as ninja:
            assert sorted(await ids(ninja)) == sorted(desk.world.tickets)
            with pytest.raises(errors.NotThere):
                await ninja.read_ticket(1)


# Writing


async def test_where_only_users_may_write_that_is_said_and_reading_goes_on(desk: Desk) -> None:
    desk.faults.writes_forbidden = True
    async with desk.client() as ninja:
        with pytest.raises(errors.UserContextRequired):
            await ninja.add_comment(1001, "Rappelé", public=True)
        assert (await ninja.read_ticket(1001))["id"] == 1001


async def test_an_application_without_the_scope_to_write_is_told_so(desk: Desk) -> None:
    async with desk.client(scope="monitoring") as ninja:
        with pytest.raises(errors.NotAllowed) as refused:
            await ninja.create_ticket(FIELDS)
    assert not isinstance(refused.value, errors.UserContextRequired)


async def test_a_ticket_that_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    requester = next(iter(desk.world.contacts))
    async with desk.client() as ninja:
        read = await ninja.read_ticket(1001)
        desk.world.change_ticket(1001, desk.later(minutes=1), priority="HIGH")
        with pytest.raises(errors.OutOfDate) as refused:
            await ninja.update_ticket(1001, read["version"], {**FIELDS, "requesterUid": requester})
    assert refused.value.said == "the ticket was changed meanwhile" and refused.value.said not in str(refused.value)
    assert desk.world.tickets[1001]["priority"] == "HIGH"


async def test_what_is_refused_says_why_to_the_person_who_asked(desk: Desk) -> None:
    async with desk.client() as ninja:
        with pytest.raises(errors.CallRefused) as refused:
            await ninja.create_ticket({**FIELDS, "subject": None})
    assert (refused.value.status, refused.value.said) == (400, "subject is required")


# Limits and secrets


async def test_all_calls_together_are_no_more_a_second_than_set(desk: Desk) -> None:
    async with desk.client(calls_per_second=50) as ninja:
        begun = time.monotonic()
        await asyncio.gather(*(ninja.read_ticket(ticket) for ticket in list(desk.world.tickets)[:10]))
        assert time.monotonic() - begun >= 10 / 50
    assert ninja.calls == 11


async def test_no_secret_is_in_a_log_or_a_repr(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.faults.plan("500", "/ticket/1001", times=1)
    async with desk.client() as ninja:
        await ninja.read_ticket(1001)
        shown = f"{ninja!r} {desk.configured()!r} {vars(ninja)!r} {vars(ninja._token)!r}"
        token = await ninja._token.get()
    assert caplog.records and token
    for secret in (CLIENT_SECRET, token):
        assert secret not in caplog.text and secret not in shown


def test_a_secret_is_not_sent_in_the_open() -> None:
    with pytest.raises(ValidationError, match="must begin with https"):
        NinjaOneSettings(url="http://ninja.example.com")


def test_without_credentials_there_is_no_client() -> None:
    with pytest.raises(errors.NotConfigured, match="TWINBASE_NINJAONE_CLIENT_ID"):
        NinjaOne(NinjaOneSettings())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("-3", 0.0),
        ("soon", None),
        ("Fri, 20 Nov 2026 08:01:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 07:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 08:01:00", 60.0),
        ("Fri, 20 Nov 2026 08:01:00 -0000", 60.0),
        ("Fri, 20 Nov 2026 08:01:00 +999999999999999999", None),
        ("Fri, 20 Nov 99999 08:01:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +1400", 0.0),
        ("nan", None),
        ("1e999", None),
        ("", None),
    ],
)
def test_a_pause_is_read_in_both_of_its_forms(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, datetime(2026, 11, 20, 8, 0, tzinfo=UTC)) == seconds


async def test_a_character_that_postgresql_cannot_hold_is_left_out(desk: Desk) -> None:
    desk.world.tickets[1001]["subject"] = "Écran\0 noir"
    async with desk.client() as ninja:
        assert (await ninja.read_ticket(1001))["subject"] == "Écran noir"


async def test_reading_a_board_can_stop_early(desk: Desk) -> None:
    async with desk.client() as ninja, aclosing(ninja.read_board(2, page_rows=5)) as pages:
        async for _ in pages:
            break
    assert sum(call.endswith("/run") for call in desk.calls()) == 1
