"""docs/explanation/hazards.md names every hazard and every trap, with tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "hazards.md").read_text()
NUMBERS = [f"H{n}" for n in range(1, 43)] + [f"T{n}" for n in range(1, 18)]
LATER = {"H1", "H2", "H42"}


def rows(page: str) -> dict[str, list[str]]:
    """The cells after the number, of every row that has one."""
    found: dict[str, list[str]] = {}
    for number, rest in re.findall(r"^\| ([HT]\d+) \| (.*) \|$", page, re.MULTILINE):
        assert number not in found, f"{number} stands there twice"
        found[number] = rest.split(" | ")
    return found


ROWS = rows(PAGE)


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_"))


def test_every_hazard_and_every_trap_has_a_row_in_order() -> None:
    assert sorted(ROWS, key=NUMBERS.index) == NUMBERS
    assert [number for number in ROWS if number not in LATER] == [n for n in NUMBERS if n not in LATER]


@pytest.mark.parametrize("number", [number for number in NUMBERS if number not in LATER])
def test_a_row_says_the_danger_and_the_cure_and_names_tests_that_exist(number: str) -> None:
    danger, cure, shown = ROWS[number]
    assert danger.endswith(".") and "`" in cure
    named = re.findall(r"`([^`]+)::(\w+)`", shown)
    assert named and len(named) == shown.count("::")
    for path, test in named:
        assert (ROOT / path).is_file(), f"{number}: there is no {path}"
        assert test in names_of_tests(path), f"{number}: {path} has no {test}"


@pytest.mark.parametrize("number", sorted(LATER))
def test_what_comes_later_says_why(number: str) -> None:
    (why,) = ROWS[number]
    assert why.endswith(".")


def test_every_file_that_a_row_names_exists() -> None:
    """A file without a folder, or in a folder of the server, is the server's; `replica/` is the core's."""
    for file in set(re.findall(r"`([\w/]+\.py)`", PAGE)):
        places = (ROOT, ROOT / "server" / "twinbase_server", ROOT / "core" / "twinbase")
        assert any((place / file).is_file() for place in places), f"there is no {file}"
