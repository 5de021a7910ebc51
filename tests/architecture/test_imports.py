"""Arrows point at the core, and the core loads no more than a device needs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_ON_A_DEVICE = {
    "alembic", "asyncpg", "fastapi", "kivy", "prometheus_client", "psycopg", "starlette", "textual", "typer",
    "twinbase_ebp", "twinbase_mobile", "twinbase_ninjaone", "twinbase_server", "uvicorn",
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


def test_the_import_contracts_are_kept() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
