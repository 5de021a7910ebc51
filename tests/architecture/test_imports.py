"""Arrows point at the core, and the core loads no more than a device needs."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_ON_A_DEVICE = {
    "alembic", "asyncpg", "fastapi", "kivy", "prometheus_client", "psycopg", "starlette", "textual", "typer",
    "twinbase_ebp", "twinbase_mobile", "twinbase_ninjaone", "twinbase_openid", "twinbase_presentation",
    "twinbase_server", "uvicorn",
}  # fmt: skip


def loaded_by(module: str) -> set[str]:
    """The top-level names in a new Python after one import."""
    said = subprocess.run(
        [sys.executable, "-c", f"import {module}, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    return {name.partition(".")[0] for name in said.stdout.split()}


def test_the_core_loads_no_screen_no_web_framework_and_no_driver() -> None:
    assert loaded_by("twinbase") & NOT_ON_A_DEVICE == set()


def test_the_replica_loads_no_screen_no_web_framework_and_no_driver() -> None:
    assert loaded_by("twinbase.replica") & NOT_ON_A_DEVICE == set()


def test_a_zone_is_known_where_the_system_knows_none() -> None:
    """Windows and Android. The plugins, which stand on it, reckon in the days of a technician."""
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert any(one.startswith("tzdata") for one in dependencies)
    program = "from zoneinfo import ZoneInfo, TZPATH; ZoneInfo('Europe/Paris'); print(len(TZPATH))"
    environment = {**os.environ, "PYTHONTZPATH": ""}
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    assert (said.returncode, said.stdout) == (0, "0\n"), said.stderr


def test_the_import_contracts_are_kept() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
