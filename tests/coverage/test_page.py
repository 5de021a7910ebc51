"""The page of the coverage is what was measured: every package, right sums, and a tree that is still this one."""

import re
from datetime import date
from pathlib import Path

import pytest
from tests.architecture.distributions import PACKAGES, ROOT
from tests.coverage.page import PAGE, Counts, counted, page

TEXT = PAGE.read_text()
ROW = r"^\| (\S+) \| (\d+) \| (\d+) of (\d+) \| (\d+) of (\d+) \| (\d+\.\d %) \|$"
ROWS = {
    name.strip("`"): (Counts(int(files), int(lines), int(run), int(branches), int(taken)), percent)
    for name, files, run, lines, taken, branches, percent in re.findall(ROW, TEXT, re.MULTILINE)
}
OLD = 0.25
"""How much a package may have grown or shrunk before the page is measured again."""


def test_every_package_stands_on_the_page_and_then_their_sum() -> None:
    assert list(ROWS) == [*(package.name for package in PACKAGES), "all"]
    assert ROWS["all"][0] == sum((counts for name, (counts, _) in ROWS.items() if name != "all"), Counts())


@pytest.mark.parametrize("name", ROWS)
def test_a_percentage_is_that_of_its_row(name: str) -> None:
    counts, percent = ROWS[name]
    assert counts.lines_run <= counts.lines and counts.branches_taken <= counts.branches
    assert counts.percent == percent


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_what_was_measured_is_about_what_there_is(package: Path) -> None:
    files = len(list((ROOT / package).rglob("*.py")))
    assert abs(ROWS[package.name][0].files - files) <= OLD * files, "measure again: tox -e coverage"


def test_the_page_says_how_and_when_it_was_measured() -> None:
    said = re.search(r"`tox -e coverage( -- .+)?`, measured on ([\d-]+)\nwith Python 3\.\d+\.\d+ ", TEXT)
    assert said and date.fromisoformat(said[2])


def test_the_page_is_made_of_what_coverage_counted() -> None:
    def file(lines: int, run: int, branches: int = 0, taken: int = 0) -> dict[str, dict[str, int]]:
        return {
            "summary": {
                "num_statements": lines, "covered_lines": run, "num_branches": branches, "covered_branches": taken,
            }
        }  # fmt: skip

    core, server = (f"{package}/some.py" for package in PACKAGES[:2])
    counts = counted({"files": {core: file(20, 19, 10, 8), server: file(5, 5)}})
    made = page(counts, "tox -e coverage -- tests/core", date(2027, 1, 31), "3.13.0")
    assert "| `twinbase` | 1 | 19 of 20 | 8 of 10 | 90.0 % |" in made
    assert "| `twinbase_server` | 1 | 5 of 5 | 0 of 0 | 100.0 % |" in made
    assert "| all | 2 | 24 of 25 | 8 of 10 | 91.4 % |" in made
    assert f"| `{core}` | 3 | 90.0 % |" in made and f"`{server}`" not in made
    assert "`tox -e coverage -- tests/core`, measured on 2027-01-31\nwith Python 3.13.0 " in made
