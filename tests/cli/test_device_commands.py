"""The commands of one device, against a server that is a process of its own."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from tests.cli.conftest import EMAIL, PASSWORD, PLUGINS, UNITS, VISIT, Company, blocking
from tests.cli.said import Said, Twinbase

from twinbase.plugins import Plugins
from twinbase.replica import Replica
from twinbase_demo.network import Network
from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import VisitStatus


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "anna.twinbase"


def enroll(twinbase: Twinbase, company: Company, file: Path) -> Said:
    return twinbase(
        "file",
        "enroll",
        file,
        "--server",
        company.server,
        "--email",
        EMAIL,
        "--plugins",
        PLUGINS,
        "--json",
        TWINBASE_PASSWORD=PASSWORD,
    )


def raw(file: Path) -> Any:
    """The file behind the engine's back."""
    connection = sqlcipher.connect(str(file))
    key, salt = Path(f"{file}.key").read_text(), file.read_bytes()[:16].hex()
    connection.execute(f"PRAGMA key = \"x'{key}{salt}'\"")
    return connection


def test_enrolling_fetches_what_one_may_see_and_proves_it(twinbase: Twinbase, company: Company, file: Path) -> None:
    said = enroll(twinbase, company, file)
    assert said.status == 0 and said.json["is_proven"]
    assert said.json["pulled"] == UNITS + 3
    assert Path(f"{file}.key").stat().st_mode & 0o777 == 0o600
    assert "keep it well" in said.err


def test_a_code_of_the_office_enrols_without_a_password_and_later_syncs_ask_for_none(
    twinbase: Twinbase, company: Company, file: Path
) -> None:
    code = twinbase("device", "code", EMAIL, "--database-url", company.url, "--json").json["code"]
    where = ("--server", company.server, "--plugins", PLUGINS, "--json")
    said = twinbase("file", "enroll", file, "--code", code, *where)
    assert said.status == 0 and said.json["is_proven"]
    for _ in range(2):
        again = twinbase("file", "sync", file, "--json")
        assert again.status == 0 and again.json["is_proven"]
    assert twinbase("file", "enroll", file.with_name("other"), "--code", code, *where).status == 1
    assert "Give --email, or --code" in twinbase("file", "enroll", file.with_name("third"), *where).err


def test_a_later_sync_fetches_what_changed(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    company.sql(f"UPDATE mobile.interventions SET title = title || '!' WHERE id = '{VISIT}'")
    said = twinbase("file", "sync", file, "--json")
    assert (said.status, said.json["pulled"], said.json["is_proven"]) == (0, 1, True)


def edit(file: Path, **values: Any) -> None:
    """What an app would do: change the visit in an ordinary session."""

    async def save() -> None:
        key = bytes.fromhex(Path(f"{file}.key").read_text())
        async with await Replica.open(file, key, plugins=Plugins("mobile")) as replica, replica.session() as session:
            visit = await session.get_one(Intervention, VISIT)
            for name, value in values.items():
                setattr(visit, name, value)
            await session.commit()

    blocking(save())


def test_an_edit_is_sent(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    edit(file, external_ref=None, travel_minutes=25)
    assert twinbase("file", "status", file, "--json").json["edits"] == {"pending": 1}
    said = twinbase("file", "sync", file, "--json")
    assert (said.status, said.json["pushed"], said.json["outcomes"]) == (0, 1, {"applied": 1})


def test_a_refused_edit_waits_in_the_outbox_with_its_reason(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    edit(file, status=VisitStatus.CANCELLED)
    assert twinbase("file", "sync", file, "--json").json["outcomes"] == {"refused": 1}
    (waiting,) = twinbase("file", "outbox", file, "--json").json
    assert (waiting["state"], waiting["reason"]) == ("refused", "cancel_without_reason")
    assert "Say why the visit is cancelled." in twinbase("file", "outbox", file).out
    assert twinbase("file", "outbox", file, "--discard", waiting["id"], "--json").json == []


def test_status_says_whose_file_it_is_and_what_it_holds(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    said = twinbase("file", "status", file, "--json").json
    assert (said["account"], said["server"], said["complete"]) == (EMAIL, company.server, True)
    assert said["rows"]["units"] == UNITS and said["rows"]["interventions"] == 1
    assert EMAIL in twinbase("file", "status", file).out


def test_nothing_waits_in_a_new_outbox(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    assert twinbase("file", "outbox", file, "--json").json == []
    assert "Nothing waits" in twinbase("file", "outbox", file).out


def test_a_sound_file_is_verified_with_and_without_the_server(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    assert twinbase("file", "verify", file, "--offline").status == 0
    said = twinbase("file", "verify", file, "--json")
    assert said.status == 0 and said.json["rows"] == UNITS + 3 and "units" in said.json["proven"]


def test_attachments_are_read_again_when_that_is_asked_for(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    names = put(file, b"a photo", b"another one", b"a third")
    verify = ("file", "verify", file, "--offline", "--attachments")
    assert twinbase(*verify, "--json").json["attachments"] == 3
    assert "3 attachments are as they were written" in twinbase(*verify).out
    kept = sorted(file.with_name(f"{file.name}-content").glob("??/*"))
    kept[0].write_bytes(kept[0].read_bytes()[:-1] + b"?")
    kept[1].unlink()
    said = twinbase(*verify, "--json")
    assert said.status == 1
    damaged, missing = sorted(said.json["problems"], key=lambda problem: "is damaged" not in problem)
    assert "is damaged" in damaged and "should be here, and is not; it is nowhere else" in missing
    assert {damaged.split()[2], missing.split()[2]} < set(names)
    assert twinbase("file", "verify", file, "--offline").status == 0


def put(file: Path, *contents: bytes) -> list[str]:
    """What an app would do: keep attachments."""

    async def keep() -> list[str]:
        key = bytes.fromhex(Path(f"{file}.key").read_text())
        async with await Replica.open(file, key, plugins=Plugins("mobile")) as replica:
            return [await replica.attachments.put(content) for content in contents]

    kept: list[str] = blocking(keep())
    return kept


def test_a_row_that_vanished_behind_the_engines_back_is_found(twinbase: Twinbase, company: Company, file: Path) -> None:
    enroll(twinbase, company, file)
    connection = raw(file)
    with connection:
        connection.execute("UPDATE _twinbase_state SET applying = 1")
        connection.execute("DELETE FROM units WHERE code = '0007'")
        connection.execute("UPDATE _twinbase_state SET applying = 0")
    connection.close()
    said = twinbase("file", "verify", file, "--offline")
    assert said.status == 1 and "units: 1 rows that should be here are not" in said.out


def test_what_goes_wrong_is_one_line_and_a_status(twinbase: Twinbase, company: Company, file: Path) -> None:
    none = twinbase("file", "sync", file)
    assert none.status == 1 and "no replica at this path" in none.err
    enroll(twinbase, company, file)
    wrong = twinbase("file", "sync", file, TWINBASE_KEY="00" * 32)
    assert wrong.status == 1 and "key does not open this replica" in wrong.err
    key = Path(f"{file}.key")
    key.rename(f"{key}.lost")
    lost = twinbase("file", "status", file)
    assert lost.status == 1 and "no key" in lost.err
    assert [said.err.count("\n") for said in (none, wrong, lost)] == [1, 1, 1]


def test_without_a_network_it_says_so(twinbase: Twinbase, company: Company, file: Path) -> None:
    said = twinbase(
        "file",
        "enroll",
        file,
        "--server",
        "http://127.0.0.1:1",
        "--email",
        EMAIL,
        "--plugins",
        PLUGINS,
        TWINBASE_PASSWORD=PASSWORD,
    )
    assert said.status == 1 and "no way to the server" in said.err


async def test_a_sync_that_is_interrupted_goes_on_later(twinbase: Twinbase, company: Company, file: Path) -> None:
    """Ctrl-C in the middle of a first sync: status 130, one line, and the same file is whole after the next sync."""
    environment = os.environ | {"TWINBASE_PASSWORD": PASSWORD}
    async with Network(company.port) as line:
        trap = line.set_trap("/sync/initial", after=8_000)
        enrolling = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("twinbase"),
            "file",
            "enroll",
            file,
            "--server",
            line.url,
            "--email",
            EMAIL,
            "--plugins",
            PLUGINS,
            env=environment,
            stderr=asyncio.subprocess.PIPE,
        )
        await trap.sprung.wait()
        enrolling.send_signal(signal.SIGINT)
        _, said = await enrolling.communicate()
        assert enrolling.returncode == 130
        assert said.decode().splitlines()[-1] == "Stopped. Nothing is half done: give the same command again to go on."
        line.release()
        report = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("twinbase"), "file", "sync", file, env=environment
        )
        assert await report.wait() == 0
    status = await asyncio.to_thread(twinbase, "file", "status", file, "--json")
    assert status.json["complete"] and status.json["rows"]["units"] == UNITS
