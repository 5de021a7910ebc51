"""The example `notes` runs, and the lines of the README are its lines."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from tests.docs.page_blocks import executes, find_blocks

ROOT = Path(__file__).parents[2]
(README,) = find_blocks("README.md", "python")
SOURCE = ROOT / "examples" / "notes" / "notes.py"


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = spec_from_file_location("notes", SOURCE)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "notes", module)
    spec.loader.exec_module(module)
    return module


async def test_two_people_who_edit_one_note_offline_both_keep_their_edit(
    notes: ModuleType, database_url: str, tmp_path: Path
) -> None:
    note = await notes.main(database_url, tmp_path)
    assert (note.text, note.place) == ("The boiler leaks", "In the cellar")


@executes(README)
def test_the_ten_lines_of_the_readme_are_those_of_the_example() -> None:
    block = README.take()
    assert block in SOURCE.read_text()
    assert len([line for line in block.splitlines() if line.strip()]) == 10
