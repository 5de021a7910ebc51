"""docs/glossary.md says what the words mean: what it names is there, and the meanings that went are gone."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from tests.architecture.distributions import PACKAGES
from tests.architecture.names import parsed_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text()
ENTRIES = dict(re.findall(r"^- \*\*(.+?)\*\*: (.*?)(?=^- \*\*|\Z)", PAGE, re.MULTILINE | re.DOTALL))
# Where a path without a package may stand.
FOLDERS = (ROOT, ROOT / "core/twinbase", ROOT / "server/twinbase_server")

# A word with one meaning, and the files that may use it in a name; None: no name has it any more.
MEANINGS: dict[str, tuple[str, ...] | None] = {
    "door": None,
    "standing": None,
    "told": None,
    "behind": (
        "core/twinbase/protocol.py",
        "core/twinbase/replica/outbox/",
        "server/twinbase_server/accept/",
        "frontends/presentation/",
        "frontends/textual/twinbase_textual/inspect/edits.py",  # as the outbox says it
    ),
    "gap": (
        "server/twinbase_server/capture/",
        "server/twinbase_server/feed/reading.py",
        "plugins/mobile/twinbase_mobile/tables/kinds.py",  # INVENTORY_GAP: a kind of movement, in the data
        "frontends/presentation/twinbase_presentation/screens/hours.py",  # a time of which nothing is written down
        "frontends/kivy/twinbase_kivy/hours_sheets.py",
        "frontends/kivy/twinbase_kivy/screens/day_bar.py",
        "frontends/kivy/twinbase_kivy/screens/hours.py",
        "frontends/kivy/twinbase_kivy/boxes.py",  # what is left free between two widgets
        "frontends/kivy/twinbase_kivy/widgets/long_column.py",
        "frontends/kivy/twinbase_kivy/flow_boxes.py",
        "frontends/kivy/twinbase_kivy/row_box.py",
        "frontends/kivy/twinbase_kivy/widgets/cards.py",
        "plugins/ninjaone/twinbase_ninjaone/settings.py",  # a setting, TWINBASE_NINJAONE_HOOK_GAP_SECONDS
    ),
    "place": (
        "plugins/mobile/twinbase_mobile/reading/",
        "core/twinbase/screens.py",  # PlaceRef: somewhere to go to, in an app
        "frontends/",
        "plugins/ebp/twinbase_ebp/tables/",
        "examples/demo/twinbase_demo/erp/",
    ),
    "salt": ("core/twinbase/replica/file/", "examples/demo/twinbase_demo/proof.py"),
    "shape": (
        "core/twinbase/replica/",
        "server/twinbase_server/feed/",
        "server/twinbase_server/http/",
        "frontends/textual/twinbase_textual/inspect/",  # what a file says of its twins' columns
    ),
    "unit": (
        "plugins/",
        "core/twinbase/screens.py",
        "frontends/",
        "examples/demo/twinbase_demo/erp/",
        "server/twinbase_server/bench/",
        "server/twinbase_server/cli/source.py",
    ),
}


def words_of(name: str) -> set[str]:
    """`FeedShapes` and `feed_shapes`: feed, shapes, shape."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")
    return {*words, *(word.removesuffix("s") for word in words)}


def named(file: str) -> set[str]:
    """Every name that a file gives: to functions, classes, parameters, variables and attributes, and to itself."""
    found = {Path(file).stem}
    for node in ast.walk(parsed_files()[file]):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
    return found


@cache
def defined(path: Path) -> frozenset[str]:
    """What a file, or a folder with all below it, defines: functions, classes, and what stands in these."""
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    found.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    found.add(name)
    return frozenset(found)


def code(entry: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", entry.replace("\n  ", " "))


def files_of(name: str) -> list[Path]:
    """The files and folders of a path, as it stands on the page."""
    return [folder / name for folder in FOLDERS if (folder / name).exists()]


def test_the_terms_are_in_the_order_of_the_alphabet() -> None:
    assert len(ENTRIES) > 70
    assert list(ENTRIES) == sorted(ENTRIES, key=str.lower)


@pytest.mark.parametrize("term", ENTRIES)
def test_what_the_glossary_names_is_where_it_says(term: str) -> None:
    names = code(ENTRIES[term])
    paths = [name for name in names if name.endswith((".py", "/")) or name.startswith("plugins/")]
    assert [path for path in paths if not files_of(path)] == [], "there is no such file"
    here = [file for path in paths for file in files_of(path)] or [ROOT / package for package in PACKAGES]
    for name in set(names) - set(paths):
        where, _, last = name.removesuffix("()").rpartition(".")
        if re.fullmatch(r"[a-z]+", where.partition(".")[0]) and where != "twinbase":
            module = ROOT / f"core/twinbase/{where.partition('.')[0]}.py"
            assert module.exists(), f"{name}: there is no such module"
            assert {*where.split(".")[1:], last} <= defined(module), f"{name} is not defined there"
        elif name.endswith("()") or re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
            assert any(last in defined(path) for path in here), f"{name} is not defined there"


@pytest.mark.parametrize("word", MEANINGS)
def test_a_word_of_one_meaning_has_no_other(word: str) -> None:
    allowed = MEANINGS[word] or ()
    found = {file: {name for name in named(file) if word in words_of(name)} for file in parsed_files()}
    assert {file: names for file, names in found.items() if names and not file.startswith(allowed)} == {}


def test_every_reason_to_allow_a_word_is_still_there() -> None:
    for word, allowed in MEANINGS.items():
        for start in allowed or ():
            files = [file for file in parsed_files() if file.startswith(start)]
            assert any(word in words_of(name) for file in files for name in named(file)), f"{word} in {start}"
