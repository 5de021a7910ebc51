"""What NinjaOne has is held here: nothing lost, nothing twice, and nothing written that did not change."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from tests.plugins.ninjaone.conftest import MORNING, Desk, Office, make_desk
from tests.plugins.ninjaone.held import held, there

from twinbase_ninjaone import errors
from twinbase_ninjaone.standin import CLIENT_ID, CLIENT_SECRET, Sizes, serve_app

HOUR = 3600
FAULTS = ["401", "429", "429-html", "500", "500-html", "502", "html", "not-json", "slow", "huge", "redirect"]
PLACES = ["/oauth/token", "/organizations", "/contact/contacts", "/activities", "/log-entry"]
EVERY_FAILURE = [(fault, place) for fault in FAULTS for place in ("/run", "/ticket/")]
EVERYWHERE = [(fault, place) for fault in ("500-html", "html") for place in PLACES]


async def test_after_a_run_everything_is_here(office: Office, desk: Desk) -> None:
    figures = await office.run()
    assert await held(office) == there(desk.world)
    assert figures["tickets_written"] == len(desk.world.tickets) and "failed" not in figures
    assert ("tickets", 30, 30) in office.told


async def test_a_run_in_which_nothing_changed_writes_nothing_and_makes_four_calls(office: Office, desk: Desk) -> None:
    await office.run()
    before = await office.images()
    desk.later(minutes=5)
    desk.calls()
    assert await office.run() == {"calls": 4}
    assert desk.calls() == [
        "POST /ws/oauth/token",
        "GET /v2/alerts",
        "GET /v2/activities",
        "POST /v2/ticketing/trigger/board/2/run",
    ]
    assert await office.images() == before


async def test_lists_that_are_due_and_did_not_change_move_only_their_cursors(office: Office, desk: Desk) -> None:
    await office.run()
    before = await office.images()
    desk.later(days=2)
    await office.run()
    after = await office.images()
    assert {table for table in after if after[table] != before[table]} == {"sync_cursors"}


async def test_of_many_tickets_only_the_one_that_changed_is_fetched(office: Office, desk: Desk) -> None:
    await office.run()
    before = await office.images()
    desk.world.change_ticket(1007, desk.later(minutes=3), status="2001", assignedAppUserId=2)
    desk.world.add_comment(1007, desk.later(seconds=20), "Câble remplacé", timeTracked=900)
    desk.calls()
    figures = await office.run()
    assert await held(office) == there(desk.world)
    assert figures == {"calls": 6, "ticket_log_entries_written": 2, "tickets_written": 1}
    assert [call for call in desk.calls() if "/ticket/" in call] == [
        "GET /v2/ticketing/ticket/1007",
        "GET /v2/ticketing/ticket/1007/log-entry",
    ]
    after = await office.images()
    assert len(after["tickets"] - before["tickets"]) == 1


async def test_a_new_ticket_arrives_with_its_log(office: Office, desk: Desk) -> None:
    await office.run()
    desk.world.open_ticket({"clientId": 3, "ticketFormId": 1, "subject": "Onduleur"}, desk.later(minutes=2))
    await office.run()
    assert await held(office) == there(desk.world)


async def test_an_update_that_shows_late_is_still_found(office: Office, desk: Desk) -> None:
    """It was made before the newest one known, and could not be seen yet."""
    await office.run(page_rows=5)
    for number in range(1001, 1008):
        desk.world.add_comment(number, desk.later(minutes=1), "vu")
    await office.run(page_rows=5)
    desk.world.add_comment(1009, desk.now - timedelta(minutes=9), "validé plus tard")
    await office.run(page_rows=5)
    assert await held(office) == there(desk.world)


@pytest.mark.parametrize("answers_404", [True, False], ids=["as if it never was", "as deleted"])
async def test_a_ticket_that_was_deleted_is_marked_and_one_that_came_back_is_not(
    office: Office, desk: Desk, answers_404: bool
) -> None:
    desk.world.deleted_answers_404 = answers_404
    await office.run()
    desk.world.delete_ticket(1003, desk.later(minutes=5))
    figures = await office.run()
    assert figures["tickets_deleted"] == 1
    assert await held(office) == there(desk.world)
    assert await office.rows("SELECT id FROM ninjaone.tickets WHERE deleted_at IS NOT NULL") == [(1003,)]
    desk.world.reinstate_ticket(1003, desk.later(minutes=5))
    await office.run()
    assert await held(office) == there(desk.world)


async def test_a_deletion_that_nobody_told_of_is_found_by_the_next_whole_look(office: Office, desk: Desk) -> None:
    await office.run()
    desk.world.tickets[1003]["deleted"] = True
    desk.later(hours=25)
    assert (await office.run())["tickets_deleted"] == 1


async def test_a_run_that_is_killed_after_it_heard_of_a_deletion_does_not_forget_it(office: Office, desk: Desk) -> None:
    await office.run()
    desk.world.delete_ticket(1003, desk.later(minutes=5))
    desk.faults.plan("500", "/run", times=9)
    with pytest.raises(errors.Unreachable):
        await office.run()
    desk.faults.planned.clear()
    assert (await office.run())["tickets_deleted"] == 1


async def test_a_ticket_that_only_left_the_board_stays(office: Office, desk: Desk) -> None:
    await office.run(board_id=1001)
    desk.world.change_ticket(1005, desk.later(minutes=1), status="6000")
    desk.later(hours=25)
    await office.run(board_id=1001)
    assert await office.rows("SELECT status_id, deleted_at FROM ninjaone.tickets WHERE id = 1005") == [(6000, None)]


async def test_where_no_board_shows_everything_all_boards_are_read(office: Office, desk: Desk) -> None:
    desk.world.boards[2]["conditions"]["all"] = [{"field": "status", "operator": "any"}]
    await office.run()
    assert await held(office) == there(desk.world)


async def test_what_is_missing_from_a_list_is_deleted_and_what_comes_back_is_not(office: Office, desk: Desk) -> None:
    await office.run()
    gone = desk.world.organizations.pop(4)
    desk.later(hours=2)
    assert (await office.run())["organizations_deleted"] == 1
    assert await held(office) == there(desk.world)
    desk.world.organizations[4] = gone
    desk.later(hours=2)
    await office.run()
    assert await held(office) == there(desk.world)


@pytest.mark.parametrize("left", [0, 2])
async def test_a_list_that_lost_nearly_everything_is_not_believed_and_the_run_says_so(
    office: Office, desk: Desk, left: int
) -> None:
    await office.run()
    for number in list(desk.world.organizations)[left:]:
        del desk.world.organizations[number]
    desk.later(hours=2)
    figures = await office.run()
    assert "TWINBASE_NINJAONE_MISSING_SHARE_MAX=1" in figures["failed"]["organizations"]
    assert await office.rows("SELECT count(*) FROM ninjaone.organizations WHERE deleted_at IS NULL") == [(12,)]
    await office.run(missing_share_max=1)
    assert await held(office) == there(desk.world)


async def test_alerts_that_end_may_all_end_at_once(office: Office, desk: Desk) -> None:
    await office.run()
    desk.world.alerts.clear()
    assert (await office.run())["alerts_deleted"] == 3


async def test_a_list_that_may_not_be_read_does_not_stop_the_others(office: Office, desk: Desk) -> None:
    desk.faults.plan("403", "/contact/contacts")
    figures = await office.run()
    assert set(figures["failed"]) == {"contacts"}
    assert {**await held(office), "contacts": {}} == {**there(desk.world), "contacts": {}}


@pytest.mark.parametrize(("fault", "place"), EVERY_FAILURE + EVERYWHERE)
async def test_after_any_failure_the_next_run_makes_it_whole(
    office: Office, desk: Desk, fault: Any, place: str
) -> None:
    """Lasting as long as a run does, and in its middle."""
    patience = {"attempts": 2, "answer_bytes_max": 200_000}
    desk.faults.huge_bytes = 300_000
    desk.faults.plan(fault, place, times=3 if fault == "slow" else 1000, after=0 if place == PLACES[0] else 1)
    with suppress(errors.NinjaOneError):
        await office.run(**patience | ({"timeout_seconds": 0.5} if fault == "slow" else {}))
    desk.faults.planned.clear()
    desk.world.add_comment(1002, desk.later(hours=2), "entre-temps")
    await office.run(**patience)
    assert await held(office) == there(desk.world)


async def test_a_ticket_whose_log_cannot_be_had_does_not_hide_the_others_and_is_tried_again(
    office: Office, desk: Desk
) -> None:
    desk.faults.plan("500", "/1004/log-entry", times=1000)
    figures = await office.run(page_rows=5)
    assert figures["tickets_failed"] == 1
    assert await office.rows("SELECT count(*), count(last_updated) FROM ninjaone.tickets") == [(30, 29)]
    for number in (1005, 1006):
        desk.world.add_comment(number, desk.later(hours=1), "plus récent")
    await office.run(page_rows=5)
    desk.faults.planned.clear()
    assert (await office.run(page_rows=5))["tickets_written"] == 1
    assert await held(office) == there(desk.world)


async def test_a_few_tickets_that_ninjaone_never_gives_do_not_end_the_quiet_runs_after_them(
    office: Office, desk: Desk
) -> None:
    for number in (1004, 1009):
        desk.faults.plan("500", f"/{number}/log-entry", times=1000)
    await office.run(page_rows=5)
    desk.later(minutes=5)
    assert (await office.run(page_rows=5))["tickets_failed"] == 2


async def test_a_ticket_whose_log_is_said_not_to_be_there_is_not_deleted(office: Office, desk: Desk) -> None:
    desk.faults.plan("404", "/1004/log-entry", times=1000)
    figures = await office.run()
    assert figures["tickets_failed"] == 1
    assert await office.rows("SELECT deleted_at FROM ninjaone.tickets WHERE id = 1004") == [(None,)]
    desk.faults.planned.clear()
    await office.run()
    assert await held(office) == there(desk.world)


async def test_a_comment_that_was_removed_in_ninjaone_is_gone_here_too(office: Office, desk: Desk) -> None:
    wrong = desk.world.add_comment(1004, desk.later(minutes=1), "Le code est 1234")
    await office.run()
    desk.world.logs[1004].remove(wrong)
    desk.world.add_comment(1004, desk.later(minutes=1), "Rappelé")
    await office.run()
    assert await held(office) == there(desk.world)


async def test_tokens_that_expire_in_the_middle_are_not_noticed(office: Office, desk: Desk) -> None:
    calls = iter(range(1000))

    def expire_now_and_then(path: str) -> None:
        if next(calls) % 9 == 8:
            desk.door.expire_all()

    desk.faults.before_call = expire_now_and_then
    await office.run(calls_at_once=1)
    assert await held(office) == there(desk.world)


async def test_while_people_work_in_ninjaone_a_run_loses_nothing(office: Office, desk: Desk) -> None:
    """Tickets are updated, opened and deleted between the pages of the board; one run more, and all is the same."""
    numbers = iter([1001, 1011, 1021, 1012, 1002])

    def work() -> None:
        if number := next(numbers, None):
            desk.world.add_comment(number, desk.later(seconds=30), "pendant ce temps")
            desk.world.delete_ticket(number + 4, desk.later(seconds=1))
            desk.world.open_ticket({"clientId": 2, "ticketFormId": 1, "subject": "Encore"}, desk.later(seconds=1))

    desk.faults.after_page = work
    await office.run(page_rows=7)
    desk.later(minutes=5)
    await office.run(page_rows=7)
    assert await held(office) == there(desk.world)


async def test_a_ticket_that_moves_to_the_top_behind_our_back_is_found_in_the_same_run(
    office: Office, desk: Desk
) -> None:
    order = sorted(desk.world.tickets, key=lambda ticket: desk.world.last_updated[ticket])
    moving = iter(order[:2])

    def touch() -> None:
        if number := next(moving, None):
            desk.world.add_comment(number, desk.later(seconds=30), "rappel")

    desk.faults.after_page = touch
    await office.run(page_rows=8)
    assert await held(office) == there(desk.world)


async def test_a_run_that_is_cancelled_goes_on_where_it_was(office: Office, desk: Desk) -> None:
    logs: set[str] = set()
    running = asyncio.create_task(asyncio.sleep(0))

    def stop(path: str) -> None:
        if _is_log_of_another(path, logs) and len(logs) == 28:
            running.cancel()

    desk.faults.before_call = stop
    running = asyncio.create_task(office.run(calls_at_once=1))  # type: ignore[arg-type]
    with pytest.raises(asyncio.CancelledError):
        await running
    desk.faults.before_call = None
    assert await office.rows("SELECT count(*) FROM ninjaone.tickets") == [(25,)]
    desk.calls()
    await office.run()
    assert len({call for call in desk.calls() if call.endswith("/log-entry")}) == 5
    assert await held(office) == there(desk.world)


def _is_log_of_another(path: str, logs: set[str]) -> bool:
    """Whether this is the log of a ticket whose log was not asked for before: some are asked for twice."""
    if not path.endswith("/log-entry") or path in logs:
        return False
    logs.add(path)
    return True


RUN = """
import asyncio, sys
from datetime import datetime
from twinbase.source import Run
from twinbase_ninjaone.fetching import fetch
from twinbase_ninjaone.settings import NinjaOneSettings
run = Run(sys.argv[1], datetime.fromisoformat(sys.argv[2]), lambda *told: None)
print(asyncio.run(fetch(NinjaOneSettings(), run)))
"""


async def test_a_run_that_is_killed_goes_on_where_it_was(office: Office, desk: Desk) -> None:
    logs: set[str] = set()
    victims: list[subprocess.Popen[bytes]] = []

    def kill(path: str) -> None:
        if _is_log_of_another(path, logs) and len(logs) == 28:
            os.kill(victims[0].pid, signal.SIGKILL)

    desk.faults.before_call = kill
    with serve_app(desk.app) as url:
        environment = {
            **os.environ, "TWINBASE_NINJAONE_URL": url, "TWINBASE_NINJAONE_CLIENT_ID": CLIENT_ID,
            "TWINBASE_NINJAONE_CLIENT_SECRET": CLIENT_SECRET, "TWINBASE_NINJAONE_CALLS_PER_SECOND": "10000",
            "TWINBASE_NINJAONE_CALLS_AT_ONCE": "1",
        }  # fmt: skip
        command = [sys.executable, "-c", RUN, office.database_url, MORNING.isoformat()]
        victims.append(subprocess.Popen(command, env=environment))
        assert await asyncio.to_thread(victims[0].wait, 60) == -signal.SIGKILL
    desk.faults.before_call = None
    assert await office.rows("SELECT count(*) FROM ninjaone.tickets") == [(25,)]
    assert (await office.run())["tickets_written"] == 5
    assert await held(office) == there(desk.world)


# What cannot be read

ODD_ROWS: list[Any] = [
    {"name": "no id"},
    {"id": "seven"},
    {"id": None},
    {"id": 2**70},
    {"uid": "x"},
    "text",
    None,
    7,
    [],
]
LISTS = [
    "/organizations", "/locations", "/devices", "/users", "/alerts", "/boards", "/statuses", "/ticket-form",
    "/attributes", "/contacts",
]  # fmt: skip


async def test_rows_that_cannot_be_read_are_counted_and_hide_no_others(office: Office, desk: Desk) -> None:
    desk.faults.odd_rows = {end: ODD_ROWS for end in [*LISTS, "/run", "/1004/log-entry", "/activities"]}
    figures = await office.run()
    assert await held(office) == there(desk.world)
    assert figures["unreadable"]["contact"] == figures["unreadable"]["log entry"] == len(ODD_ROWS)
    assert "9 rows could not be read" in figures["failed"]["contacts"] and "board 2" not in figures["failed"]
    desk.world.add_comment(1004, desk.later(minutes=5), "vu")
    await office.run()
    assert await held(office) == there(desk.world)


async def test_a_list_with_a_row_that_cannot_be_read_marks_nothing_as_deleted(office: Office, desk: Desk) -> None:
    """The row may be the one that seems to be missing."""
    await office.run()
    desk.faults.odd_rows = {"/organizations": [desk.world.organizations.pop(4) | {"id": None}]}
    desk.later(hours=2)
    figures = await office.run()
    assert "organizations_deleted" not in figures and "organizations" in figures["failed"]


@pytest.mark.parametrize("fault", ["403", "404", "500", "html", "not-json"])
@pytest.mark.parametrize("place", ["/contact/contacts", "/devices", "/alerts", "/activities"])
async def test_what_fails_beside_the_tickets_does_not_stop_them(
    office: Office, desk: Desk, fault: Any, place: str
) -> None:
    desk.faults.plan(fault, place, times=1000)
    figures = await office.run(attempts=2)
    assert set(figures["failed"]) == {place.removeprefix("/contact").strip("/")}
    ours, theirs = await held(office), there(desk.world)
    assert (ours["tickets"], ours["log"]) == (theirs["tickets"], theirs["log"])


@pytest.mark.parametrize("answer", [{}, {"activities": None}, [], {"activities": {}}, None])
async def test_activities_that_are_none_do_not_stop_the_tickets(office: Office, desk: Desk, answer: Any) -> None:
    desk.faults.instead = {"/activities": answer}
    await office.run()
    assert await held(office) == there(desk.world)


async def test_when_nobody_answers_at_all_the_run_ends_soon(office: Office, desk: Desk) -> None:
    desk.faults.plan("500", "/v2/", times=1000)
    with pytest.raises(errors.Unreachable):
        await office.run(attempts=2)
    assert len(desk.calls()) == 1 + 3 * 2


async def test_a_ticket_that_is_answered_as_another_is_not_taken_for_it(office: Office, desk: Desk) -> None:
    desk.faults.instead = {"/ticket/1005": desk.world.tickets[1006]}
    figures = await office.run()
    assert figures["tickets_failed"] == 1
    assert await office.rows("SELECT count(*) FROM ninjaone.ticket_log_entries WHERE ticket_id = 1005") == [(0,)]
    desk.faults.instead = {"/ticket/1005": [desk.world.tickets[1005]]}
    assert (await office.run())["tickets_failed"] == 1
    desk.faults.instead = {}
    await office.run()
    assert await held(office) == there(desk.world)


async def test_numbers_of_any_size_are_no_reason_to_write_a_row_again(office: Office, desk: Desk) -> None:
    odd = [1e15, 1e16, 1e22, 1e23, 1.5e300, -1e23, 1e-7, 0.1, 2**63, 2**70, 1.0, -0.0, {"in": [1e23]}]
    desk.world.organizations[3] |= {"odd": odd, "userData": {"odd": odd}}
    desk.world.tickets[1003] |= {"odd": odd}
    await office.run()
    before = await office.images()
    desk.later(days=2)
    await office.run()
    after = await office.images()
    assert {table for table in after if after[table] != before[table]} == {"sync_cursors"}


# Lists that come in pieces, or not whole


@pytest.mark.parametrize("left", [0, 1, 2])
async def test_a_desk_with_no_more_than_a_few_tickets_is_fetched(office: Office, desk: Desk, left: int) -> None:
    for ticket in list(desk.world.tickets)[left:]:
        del desk.world.tickets[ticket]
    await office.run()
    assert await held(office) == there(desk.world)


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_answers_that_are_cut_lose_nothing_and_mark_nothing(
    office: Office, desk: Desk, oldest_first: bool
) -> None:
    desk.world.log_oldest_first = oldest_first
    await office.run()
    desk.faults.rows_max = 3
    for number in range(1001, 1006):
        desk.world.add_comment(number, desk.later(minutes=1), "vu")
    desk.later(days=2)
    figures = await office.run()
    assert await held(office) == there(desk.world)
    assert "failed" not in figures and not [name for name in figures if name.endswith("_deleted")]


async def test_a_board_of_which_nobody_knows_whether_it_is_whole_gives_what_it_shows_and_marks_nothing(
    office: Office, desk: Desk
) -> None:
    await office.run()
    marks = await office.rows("SELECT resource, watermark, full_at FROM ninjaone.sync_cursors WHERE resource='tickets'")
    desk.faults.board_pages_once, desk.faults.rows_max = True, 3
    desk.world.open_ticket({"clientId": 3, "ticketFormId": 1, "subject": "Onduleur"}, desk.later(days=2))
    desk.calls()
    figures = await office.run()
    assert figures["tickets_written"] == 1 and "The same rows come again" in figures["failed"]["board 2"]
    assert sum("/ticket/" in call for call in desk.calls()) < 5
    after = await office.rows("SELECT resource, watermark, full_at FROM ninjaone.sync_cursors WHERE resource='tickets'")
    assert after == marks
    desk.faults.board_pages_once, desk.faults.rows_max = False, 10_000
    await office.run()
    assert await held(office) == there(desk.world)


async def test_a_board_that_is_in_no_order_is_read_to_its_end_each_time(office: Office, desk: Desk) -> None:
    """Such a board may show what is new on its last page, behind rows that are old."""
    desk.world.sorts_boards = False
    await office.run(page_rows=4)
    for number in (1001, 1015, 1030):
        desk.world.add_comment(number, desk.later(minutes=20), "vu")
        await office.run(page_rows=4)
        assert await held(office) == there(desk.world)


async def test_a_log_that_is_not_whole_is_kept_and_nothing_of_it_is_taken_for_removed(
    office: Office, desk: Desk
) -> None:
    for number in range(6):
        desk.world.add_comment(1004, desk.later(seconds=1), f"n° {number}")
    await office.run()
    desk.faults.anchors_ignored, desk.faults.rows_max = True, 2
    desk.world.add_comment(1004, desk.later(minutes=1), "le dernier")
    figures = await office.run()
    assert figures["ticket_logs_doubted"] == 1 and figures["ticket_log_entries_written"] == 1
    assert "The same rows come again" in figures["failed"]["ticket_log_entries"]
    assert await held(office) == there(desk.world)


async def test_old_activities_go_and_new_ones_are_kept(office: Office, desk: Desk) -> None:
    await office.run()
    desk.world.add_activity("NINJA_TICKETING", "NINJA_TICKETING_TICKET_CREATED", desk.later(minutes=1))
    desk.world.add_activity("SYSTEM", "NODE_CREATED", desk.now)
    assert (await office.run())["activities_written"] == 1
    desk.later(days=91)
    await office.run()
    assert await office.rows("SELECT count(*) FROM ninjaone.activities") == [(0,)]


async def test_a_board_that_shows_no_updates_is_refused_with_what_to_do(office: Office, desk: Desk) -> None:
    desk.world.hidden_columns = frozenset({"lastUpdated"})
    with pytest.raises(errors.UnexpectedAnswer, match="Add the column Last Updated"):
        await office.run()


async def test_the_volumes_of_a_real_installation_arrive_whole(office: Office) -> None:
    desk = office.desk = make_desk(Sizes())
    figures = await office.run()
    assert await held(office) == there(desk.world)
    assert figures["tickets_written"] == 965
    desk.later(minutes=5)
    assert await office.run() == {"calls": 4}
