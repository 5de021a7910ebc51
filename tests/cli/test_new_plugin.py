"""`twinbase plugin new` makes a distribution whose tests are green before anything is written in it."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from twinbase.testing.databases import Databases
from twinbase_server.cli.new_plugin import NameTaken, check_name, make_plugin

PROGRAM = Path(sys.executable).with_name("twinbase")


def installed(folder: Path) -> None:
    """What `pip install -e .` leaves behind: a name, and entry points."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    found = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    found.mkdir()
    (found / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {module}" for name, module in project["entry-points"]["twinbase"].items()]
    (found / "entry_points.txt").write_text("\n".join(["[twinbase]", *lines, ""]))


@pytest.mark.timeout(400)
def test_the_tests_of_a_new_plugin_are_green_at_once(tmp_path: Path, databases: Databases) -> None:
    done = subprocess.run(
        [PROGRAM, "plugin", "new", "field-work", "--json"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    folder = tmp_path / json.loads(done.stdout)["folder"]
    installed(folder)
    environment = {**os.environ, "PYTHONPATH": str(folder), "TWINBASE_TEST_DATABASE_URL": databases.admin_url}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout and "failed" not in ran.stdout


def test_a_new_plugin_holds_its_name_everywhere_and_no_gap(tmp_path: Path) -> None:
    made = make_plugin("field-work", tmp_path / "somewhere")
    texts = {str(path): (tmp_path / "somewhere" / path).read_text() for path in made}
    assert {"pyproject.toml", ".gitignore", "field_work/__init__.py", "tests/test_conformance.py"} <= texts.keys()
    assert not [path for path, text in texts.items() if "$module" in text or "$name" in text]
    assert tomllib.loads(texts["pyproject.toml"])["project"]["name"] == "field-work"


@pytest.mark.parametrize("written", [None, {"TABLES.md": ""}], ids=["with a table of its own", "over tables"])
def test_what_its_readme_installs_is_there_in_an_empty_environment(
    tmp_path: Path, written: dict[str, str] | None
) -> None:
    """No index has Twinbase: pip is told where it is, as the tutorial tells it."""
    make_plugin("field-work", tmp_path / "made", written)
    readme = (tmp_path / "made" / "README.md").read_text()
    (install,) = re.findall(r"^\$ (pip install .*)$", readme, re.M)
    assert install == 'pip install -c "$TWINBASE/requirements.lock" "${TWINBASE}[testing]" -e .'
    assert "`TWINBASE` is the checkout" in readme


def test_a_new_plugin_keeps_the_rules_of_the_house(tmp_path: Path) -> None:
    make_plugin("field-work", tmp_path / "made")
    checked = subprocess.run(
        [Path(sys.executable).with_name("ruff"), "check", "--line-length=120", "--select=E,F,I,UP,B", "."],
        cwd=tmp_path / "made",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Field",
        "9lives",
        "a_b",
        "-a",
        "a-",
        "a--b",
        "../a",
        "a b",
        "class",
        "match",
        "json",
        "twinbase",
        "sqlmodel",
        "tests",
        "public",
        "pg-x",
        "é",
        "a" * 41,
        "accounts",
        "deliveries",
        "user",
        "order",
        "table",
        "information-schema",
    ],
)
def test_a_name_that_could_not_be_installed_or_would_hide_something_is_refused(name: str) -> None:
    with pytest.raises(NameTaken):
        check_name(name)


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = subprocess.run(
        [PROGRAM, "plugin", "new", "field-work", "--folder", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "exists already" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
