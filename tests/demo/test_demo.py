"""The main job, small: it ends proven, says so in figures, and does not when a phone was tampered with."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from rich.console import Console
from sqlcipher3 import dbapi2 as sqlcipher

from twinbase_demo.expected import EXPECTED
from twinbase_demo.phone import Phone
from twinbase_demo.run import run
from twinbase_demo.telling import Teller

pytestmark = pytest.mark.timeout(400)
SCALE = 0.005


async def tell(url: str, file: Path, **options: Any) -> tuple[int, str, dict[str, Any]]:
    """The demo on a console that remembers: exit status, what was said, the figures."""
    said = io.StringIO()
    status = await run(url, Teller(Console(file=said, width=100)), scale=SCALE, seed=3, json_file=file, **options)
    return status, said.getvalue(), json.loads(file.read_text())


async def databases_of_the_demo(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname LIKE 'twinbase_demo%'"))
    finally:
        await connection.close()


async def test_the_demo_ends_proven_and_leaves_nothing_behind(database_url: str, tmp_path: Path) -> None:
    status, said, figures = await tell(database_url, tmp_path / "figures.json")
    assert status == 0, said
    assert figures["holds"] and all(figures["promises"].values())
    assert await databases_of_the_demo(database_url) == 0
    assert max(len(line) for line in said.splitlines()) <= 100

    # Every table of every phone is in the proof, with rows and values that were really compared.
    assert len(figures["proof"]) == 5
    for phone in figures["proof"]:
        assert set(phone["tables"]) == set(EXPECTED) and phone["holds"]
        for name in ("interventions", "customers", "products", "timesheets", "intervention_parts"):
            assert phone["tables"][name]["rows"] > 0
            assert phone["tables"][name]["values"] >= phone["tables"][name]["rows"]

    # Two wrote to the same visit; one worked on a visit that was given away.
    assert figures["outcomes"]["applied"] > 100
    assert {"device", "both"} <= set(figures["conflicts_by_decision"])
    assert any(refusal["reason"] == "gone" for refusal in figures["refusals"])
    given_away = [one for one in figures["flagged"] if one["detail"].startswith("What this belongs to is somebody")]
    assert given_away and all(one["edits"] >= 9 for one in given_away)  # parts, movements, hours, answer, photo, note

    # Two visits were closed before a phone's work on them came: parts, photo and answer of each are taken and flagged.
    flagged = {(one["who"], one["detail"].split(". ")[1]): one["edits"] for one in figures["flagged"]}

    def flagged_of(what: str) -> list[int]:
        told = f"Its {what} are taken, and the office looks at it."
        return [count for (_, said), count in flagged.items() if said == told]

    assert flagged_of("parts") == [2, 2] and flagged_of("photos") == [1, 1]
    # Two have answered one item of the visit that both did: the later answer stands, whosever it is.
    assert flagged_of("answers") in ([1], [1, 1])
    assert all(one["looked_at"] == one["edits"] for one in figures["flagged"])
    # What is refused contradicts: statuses of visits that are closed or another's, and signatures there.
    reasons = {refusal["reason"] for refusal in figures["refusals"]}
    assert reasons <= {"gone", "no-target", "status_transition", "status_office_only", "signed_already"}
    refused_twins = {twin for refusal in figures["refusals"] for twin in refusal["twins"]}
    assert refused_twins <= {"interventions", "intervention_signatures"}
    assert sum(refusal["edits"] for refusal in figures["refusals"]) <= 16 and "parked" not in figures["outcomes"]
    assert {phase["name"] for phase in figures["phases"]} >= {"phone killed", "server killed", "upload cut", "proof"}

    # Pictures follow their rows, one of them in two parts; and a phone that stays connected hears of a row.
    (pictures,) = [phase for phase in figures["phases"] if phase["name"] == "pictures"]
    assert pictures["ok"] and pictures["rows"] >= 30
    steps = [phase["said"] for phase in figures["phases"]]
    assert any("photo: it goes on at byte 262,144" in step for step in steps)
    assert 0 < figures["news_milliseconds"] < 60_000

    # A visit that was made without a network is one row in the end, with the number that EBP gave it.
    assert any(re.search(r"its number, TB\d{6}, is on the phone", step) for step in steps)
    assert figures["promises"]["the visit that was made on site has EBP's number, and its id"]


@pytest.mark.long
async def test_a_row_changed_behind_the_engines_back_makes_it_fail(database_url: str, tmp_path: Path) -> None:
    """No digest of the engine can see this: only a comparison of values does."""

    async def spoil(phones: list[Phone]) -> None:
        connection = sqlcipher.connect(str(phones[2].path))
        salt = phones[2].path.read_bytes()[:16].hex()
        connection.execute(f"PRAGMA key = \"x'{phones[2].key.hex()}{salt}'\"")
        with connection:
            connection.execute("UPDATE _twinbase_state SET applying = 1")
            connection.execute("UPDATE products SET price_ht = price_ht + 1 WHERE id = (SELECT min(id) FROM products)")
            connection.execute("UPDATE _twinbase_state SET applying = 0")
        connection.close()

    status, said, figures = await tell(database_url, tmp_path / "figures.json", before_proof=spoil)
    assert status == 1 and not figures["holds"]
    wrong = [
        (number, name)
        for number, phone in enumerate(figures["proof"])
        for name, table in phone["tables"].items()
        if not table["holds"]
    ]
    assert wrong == [(2, "products")]
    assert "Not proven." in said and "price_ht" in said


def test_ctrl_c_ends_everything_at_once(database_url: str, tmp_path: Path) -> None:
    """Status 130, one line, no process left, no database, no file."""
    environment = os.environ | {"TWINBASE_DATABASE_URL": database_url, "TMPDIR": str(tmp_path)}
    demo = subprocess.Popen(
        [Path(sys.executable).with_name("twinbase"), "demo", "--scale", str(SCALE)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    started = next(line for line in demo.stdout if "Each phone gets" in line)
    assert "✓" in started
    children = psutil.Process(demo.pid).children(recursive=True)
    assert len(children) >= 6
    demo.send_signal(signal.SIGINT)
    _, said = demo.communicate(timeout=60)
    assert demo.returncode == 130
    # Before it stands which PostgreSQL was found.
    assert said.splitlines()[1:] == ["Stopped. Nothing is half done: give the same command again to go on."]
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    assert list(tmp_path.glob("twinbase-demo-*")) == []
