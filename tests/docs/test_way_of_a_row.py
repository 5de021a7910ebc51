"""The pages that show the tree show the tree that is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/way-of-a-row.md").read_text()
SIDES = {"device": ROOT / "core/twinbase/replica", "server": ROOT / "server/twinbase_server"}
STEPS = re.findall(r"^\| (\d \w+) \| (device|server) \| `(\S+)` \| (.+) \|$", PAGE, re.MULTILINE)
FORMS = PAGE.partition("## The forms that a mutation takes")[2]


@pytest.mark.parametrize(("step", "side", "file", "called"), STEPS)
def test_what_a_step_calls_is_in_the_file_that_the_page_names(step: str, side: str, file: str, called: str) -> None:
    names = re.findall(r"`([\w.]+)\(\)`", called)
    assert names and set(names) <= _defined(SIDES[side] / file)


def test_every_step_of_the_way_has_its_rows() -> None:
    wanted = re.findall(r"^(\d \w+) {2}", PAGE, re.MULTILINE)
    assert list(dict.fromkeys(step for step, *_ in STEPS)) == wanted and len(wanted) == 7


def test_the_forms_of_a_mutation_are_made_where_the_drawing_says() -> None:
    """Each verb stands in the file on its line; each form is a class of that file, or of the protocol."""
    made = re.findall(r"(\w+)\(\) +(\w+/\w+\.py)$", FORMS, re.MULTILINE)
    assert len(made) == 6
    for name, file in made:
        assert any(name in _defined(folder / file) for folder in SIDES.values() if (folder / file).exists())
    batch, decide = SIDES["server"] / "accept/batch.py", SIDES["server"] / "accept/decide.py"
    forms = set(re.findall(r"^  ([A-Z]\w+):", FORMS, re.MULTILINE))
    assert forms == {"SentMutation", "Change", "Verdict", "Outcome"}
    assert forms <= _defined(batch) | _defined(decide) | _defined(ROOT / "core/twinbase/protocol.py")


def test_the_page_for_contributors_shows_every_room() -> None:
    shown = (ROOT / "CONTRIBUTING.md").read_text().partition("## The tree")[2].partition("\n## ")[0]
    for folder in SIDES.values():
        rooms = {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
        block = shown.partition(f"{folder.relative_to(ROOT)}/\n")[2].partition("\n\n")[0].partition("```")[0]
        assert set(re.findall(r"^  (\w+)/", block, re.MULTILINE)) == rooms


@cache
def _defined(path: Path) -> frozenset[str]:
    """Functions, classes, and methods as Class.method."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.AsyncFunctionDef)}
    return frozenset(found)
