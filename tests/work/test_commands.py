"""The commands `source`, `delivery` and `worker`, with a plugin that is a distribution of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.said import Twinbase, command_line
from tests.work.desk import brought, standing, until
from tests.work.test_handing_over import enter, states

from twinbase_server.database.connection import Connection

MODULE = """
from datetime import timedelta

import asyncpg

from twinbase import DeliveryOutcome, Exporter, Source, TwinbaseError, hookimpl


class Shut(TwinbaseError):
    'The other system is shut.'


async def prices(run):
    run.tell("prices", 1, 2)
    connection = await asyncpg.connect(run.database_url)
    await connection.execute("INSERT INTO brought (what) VALUES ('price')")
    await connection.execute("SELECT pg_advisory_xact_lock_shared(79)")
    await connection.close()
    run.tell("prices", 2, 2)
    return {"rows": 1200}


async def broken(run):
    raise Shut


async def send(waiting, run):
    return [DeliveryOutcome(one.id, "sent") for one in waiting]


@hookimpl
def twinbase_sources():
    yield Source("prices", prices, every=timedelta(hours=2), project=False)
    yield Source("broken", broken, every=timedelta(days=1))


@hookimpl
def twinbase_exporters():
    yield Exporter("erp", send)
"""


@pytest.fixture
def vending(tmp_path: Path) -> Path:
    """A folder with what `pip install` leaves behind of a plugin."""
    (tmp_path / "vending_machines.py").write_text(MODULE)
    found = tmp_path / "vending_machines-0.1.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: vending-machines\nVersion: 0.1\n")
    (found / "entry_points.txt").write_text("[twinbase]\nvending = vending_machines\n")
    return tmp_path


@pytest.fixture
def twinbase(vending: Path, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Twinbase:
    """The command line, in this process but not in this loop."""
    monkeypatch.syspath_prepend(str(vending))
    monkeypatch.delitem(sys.modules, "vending_machines", raising=False)
    monkeypatch.setenv("TWINBASE_DATABASE_URL", url)
    monkeypatch.setenv("TWINBASE_PLUGINS", "vending")
    return command_line(capsys, monkeypatch)


async def test_sources_are_listed_and_run_by_hand_and_say_how_they_are_doing(
    twinbase: Twinbase, office: Connection
) -> None:
    listed = await asyncio.to_thread(twinbase, "source", "list", "--json")
    assert listed.json == [
        {"name": "prices", "every_seconds": 7200.0, "project": False},
        {"name": "broken", "every_seconds": 86400.0, "project": True},
    ]
    assert "prices every 2 h" in (await asyncio.to_thread(twinbase, "source", "list")).out

    ran = await asyncio.to_thread(twinbase, "source", "run", "prices")
    assert ran.status == 0 and "rows 1,200" in ran.out and "2/2" in ran.err and "prices" in ran.err
    assert await brought(office) == ["price"]

    failed = await asyncio.to_thread(twinbase, "source", "run", "broken", "--json")
    assert (failed.status, failed.json["state"], failed.json["said"]) == (1, "failed", "The other system is shut.")

    status = await asyncio.to_thread(twinbase, "source", "status", "--json")
    assert status.status == 1 and [one["state"] for one in status.json] == ["done", "failed"]
    assert status.json[0]["figures"] == {"rows": 1200} and status.json[0]["next_at"]
    words = await asyncio.to_thread(twinbase, "source", "status", "prices")
    assert words.status == 0 and "done, rows 1,200" in words.out


async def test_a_source_that_nobody_brings_is_one_sentence(twinbase: Twinbase) -> None:
    said = await asyncio.to_thread(twinbase, "source", "run", "price")
    assert said.status == 1 and "'price'; there are: prices, broken" in said.err and said.out == ""


async def test_deliveries_are_listed_without_what_is_in_them_and_decided_about(
    twinbase: Twinbase, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("b", "b1"))
    listed = (await asyncio.to_thread(twinbase, "delivery", "list", "--json")).json
    assert [one["action"] for one in listed] == ["b1", "a1"] and not any("payload" in one for one in listed)
    held = await asyncio.to_thread(twinbase, "delivery", "hold", listed[0]["id"], "--json")
    assert held.json == {"changed": [listed[0]["id"]]} and await states(office) == {"a1": "waiting", "b1": "held"}
    shown = await asyncio.to_thread(twinbase, "delivery", "list", "--state", "held")
    assert "erp b1" in shown.out and "erp a1" not in shown.out and "of anna" in shown.out
    assert "1 deliveries" in (await asyncio.to_thread(twinbase, "delivery", "release", "--all")).out
    assert len((await asyncio.to_thread(twinbase, "delivery", "retry", "--all", "--to", "erp", "--json")).json) == 1
    unsaid = await asyncio.to_thread(twinbase, "delivery", "hold")
    assert unsaid.status == 1 and "say --all" in unsaid.err


@contextmanager
def a_worker(vending: Path, url: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {
        **os.environ, "PYTHONPATH": str(vending), "TWINBASE_DATABASE_URL": url, "TWINBASE_PLUGINS": "vending",
    }  # fmt: skip
    program = Path(sys.executable).with_name("twinbase")
    process = subprocess.Popen([program, "worker"], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
async def test_a_worker_stops_cleanly_in_the_middle_of_a_run(
    vending: Path, url: str, office: Connection, sign: signal.Signals
) -> None:
    await office.execute("SELECT pg_advisory_lock(79)")
    with a_worker(vending, url) as worker:
        await until(lambda: brought(office), "the middle of the run")
        await until(lambda: _failed(office), "that the other source has failed")
        worker.send_signal(sign)
        _, said = await asyncio.to_thread(worker.communicate, timeout=60)
    assert worker.returncode == (130 if sign == signal.SIGINT else 0)
    assert "Working on source:prices, source:broken, exporter:erp." in said and "Stopped." in said
    assert "broken: failed: The other system is shut." in said
    found = await standing(office, "prices")
    assert found.state == "stopped" and found.next_at == found.finished_at


async def test_a_worker_over_a_database_that_is_not_set_up_says_what_to_do(vending: Path, database_url: str) -> None:
    with a_worker(vending, database_url) as worker:
        _, said = await asyncio.to_thread(worker.communicate, timeout=60)
    assert worker.returncode == 1 and "run `twinbase db init`" in said


async def _failed(office: Connection) -> bool:
    return (await standing(office, "broken")).state == "failed"
