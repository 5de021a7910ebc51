"""The README starts the product and its tests with one line each, and the continuous integration uses that line."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def command_under(marker: str, text: str = README) -> str:
    """The one line of the fenced block that follows a comment."""
    (block,) = re.findall(rf"^<!-- {marker} -->\n```\w*\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    assert "\n" not in block
    return str(block)


def test_the_main_job_is_one_line() -> None:
    assert command_under("main job").endswith("twinbase demo")


def test_the_tests_are_one_line() -> None:
    assert command_under("tests").endswith("tox")


def test_the_continuous_integration_runs_the_line_and_passes_its_status_on(tmp_path: Path) -> None:
    folder = tmp_path / ".ci"
    folder.mkdir()
    (folder / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    (tmp_path / "README.md").write_text(README.replace(command_under("tests"), "echo 3 passed in 1s; exit 7"))
    done = subprocess.run(["bash", folder / "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert "3 passed in 1s" in done.stdout.splitlines()


def test_a_readme_without_the_line_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / ".ci"
    folder.mkdir()
    (folder / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    (tmp_path / "README.md").write_text("# Nothing here\n")
    assert subprocess.run(["bash", folder / "run"], capture_output=True, check=False).returncode == 2


def test_the_lock_holds_versions_and_nothing_of_where_they_came_from() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.+]*", line)] == []


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "docs/index.md"])
def test_what_a_newcomer_looks_for_is_there(document: str) -> None:
    assert (ROOT / document).stat().st_size > 200
