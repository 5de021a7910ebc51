"""A loader that is killed anywhere leaves nothing half done: the next run goes on, and the copy is exact."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.plugins.ebp.loading.erp import Erp, of
from tests.plugins.ebp.loading.test_loading import a_bit_of_everything

ROWS = 400
IN_A_PAGE = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.relation = to_regclass('public."Customer"') AND l.mode = 'RowExclusiveLock'
    AND a.state = 'idle in transaction')
"""
PROGRAM = Path(__file__).with_name("loader_process.py")


@pytest.mark.parametrize("rows_before", [1, 40, 333])
async def test_a_killed_loader_is_gone_on_with_and_nothing_is_missing(erp: Erp, rows_before: int) -> None:
    many_customers(erp)
    a_bit_of_everything(erp)
    killed_after(erp, rows_before)
    part = erp.value('SELECT count(*) FROM public."Customer"')
    assert rows_before <= part < ROWS
    report = await erp.load()
    assert of(report, "Customer").inserted == ROWS - part
    assert erp.differences() == []
    assert all(verdict.same for verdict in (await erp.verify()).values())
    assert erp.copy("SELECT outcome FROM ebp.load_run ORDER BY started_at") == [("killed",), ("finished",)]


async def test_what_changes_while_no_loader_runs_is_not_lost_on_the_way(erp: Erp) -> None:
    """Killed while it compared all rows again, with work going on in EBP in front of the place and behind it."""
    many_customers(erp)
    await erp.load()
    erp.ebp('ALTER TABLE "Customer" ADD COLUMN "xx_New" integer DEFAULT 1')
    killed_after(erp, 60, 'SELECT count(*) FROM public."Customer" WHERE "xx_New" = 1')
    moment = erp.later(minutes=3)
    for number in (1, 399):
        erp.rename(number, "Changed meanwhile", moment)
    erp.ebp("DELETE FROM \"Customer\" WHERE \"Id\" IN ('C0002', 'C0398')")
    erp.customers([1000], moment)
    await erp.load()
    assert erp.differences() == []


async def test_a_loader_that_was_thought_dead_writes_nothing_more(erp: Erp) -> None:
    many_customers(erp)
    with started(erp) as process:
        wait_for_rows(erp, 40)
        process.send_signal(signal.SIGSTOP)
        await another_takes_over(erp, process)


async def test_a_loader_that_stands_still_in_the_middle_of_a_page_keeps_nobody_waiting(erp: Erp) -> None:
    many_customers(erp)
    with started(erp) as process:
        wait_for_rows(erp, 2)
        process.send_signal(signal.SIGSTOP)
        while not erp.value(IN_A_PAGE):
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGSTOP)
        await another_takes_over(erp, process)


async def test_ctrl_c_ends_after_a_page_and_says_how_to_go_on(erp: Erp) -> None:
    many_customers(erp)
    command = "from twinbase_server.cli import main; main()"
    where = ["--source-url", erp.source_url, "--database-url", erp.target_url, "--plugins", "ebp"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, "ebp", "load", *where],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TWINBASE_EBP_PAGE_ROWS_MAX": "2"},
    )
    wait_for_rows(erp, 20)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "give the same command again to go on" in said
    assert erp.value('SELECT count(*) FROM public."Customer"') < ROWS
    assert erp.copy("SELECT outcome FROM ebp.load_run") == [("stopped",)]
    await erp.load()
    assert erp.differences() == []


async def another_takes_over(erp: Erp, process: "subprocess.Popen[bytes]") -> None:
    """A run that stands still loses its lock; it writes nothing when it wakes up after the next one."""
    lose_the_lock(erp)
    await erp.load()
    process.send_signal(signal.SIGCONT)
    assert process.wait(60) != 0
    assert erp.differences() == []


def lose_the_lock(erp: Erp) -> None:
    """What a network does that forgets the connection holding it."""
    with psycopg.connect(erp.target_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 30000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
        )


def many_customers(erp: Erp) -> None:
    erp.ebp(
        'INSERT INTO "Customer" ("Id", "Name", "Amount", "sysModifiedDate")'
        " SELECT format('C%%s', lpad(n::text, 4, '0')), 'Client', n, %s FROM generate_series(0, %s) n",
        erp.office_time,
        ROWS - 1,
    )


def killed_after(erp: Erp, rows: int, query: str = 'SELECT count(*) FROM public."Customer"') -> None:
    """Start a loader in a process of its own, and kill it when it has written so many rows."""
    with started(erp):
        wait_for_rows(erp, rows, query)


@contextmanager
def started(erp: Erp) -> Iterator["subprocess.Popen[bytes]"]:
    """A loader in a process of its own, which is killed at the end."""
    arguments = [sys.executable, str(PROGRAM), erp.source_url, erp.target_url, erp.now.isoformat()]
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_rows(erp: Erp, rows: int, query: str = 'SELECT count(*) FROM public."Customer"') -> None:
    """Ask until they are there; the pages are small, so that there are many places to be killed at."""
    table = "SELECT to_regclass('public.\"Customer\"') IS NOT NULL"
    column = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'xx_New'"
    while not erp.value(table) or ("xx_New" in query and not erp.value(column)) or erp.value(query) < rows:
        pass
