"""The tree keeps its shape: what a reader learns once stays true everywhere."""

from pathlib import Path

import pytest
from tests.architecture.distributions import DISTRIBUTIONS

ROOT = Path(__file__).parents[2]
FLAT_FILES_MAX = 16
TOP_FOLDERS = ["core", "server", "plugins", "frontends", "examples"]


def python_files(folder: str) -> list[Path]:
    """The Python files below a folder, as paths from the root."""
    return [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py")]


def packages() -> list[Path]:
    """The packages of all wheels, as each pyproject.toml lists them."""
    return [package.relative_to(ROOT) for one in DISTRIBUTIONS.values() for package in one.packages]


@pytest.mark.parametrize("folder", TOP_FOLDERS)
def test_a_folder_that_holds_packages_is_none_itself(folder: str) -> None:
    """With an __init__.py in frontends/, `import kivy` would find our folder in place of Kivy."""
    inside = {package.parent for package in packages()} | {Path(folder)}
    assert [place for place in inside if (ROOT / place / "__init__.py").exists()] == []


def test_every_package_is_in_one_wheel_and_says_that_it_is_typed() -> None:
    """A package that the wheel forgets works on the machine of its author only."""
    written = sorted(
        path.parent
        for folder in TOP_FOLDERS
        for path in python_files(folder)
        if path.name == "__init__.py" and path.parent.name.startswith("twinbase") and not _is_inside_a_package(path)
    )
    assert written == sorted(packages())
    assert [package for package in packages() if not (ROOT / package / "py.typed").exists()] == []


def test_a_file_is_named_after_what_it_is_about() -> None:
    """What has no name of its own ends up in `utils`, and there nobody finds it."""
    nameless = {"utils", "helpers", "common", "manager", "misc"}
    named = [path for folder in (*TOP_FOLDERS, "tests") for path in python_files(folder)]
    assert [path for path in named if path.stem.strip("_") in nameless] == []


@pytest.mark.parametrize("package", ["server/twinbase_server", "core/twinbase/replica"])
def test_the_top_of_a_package_can_be_taken_in_at_a_glance(package: str) -> None:
    """A list of fifty files says nothing of the way of a row: what belongs to one step has a folder of its own."""
    flat = [path for path in (ROOT / package).glob("*.py") if path.name != "__init__.py"]
    assert len(flat) <= FLAT_FILES_MAX


def _is_inside_a_package(path: Path) -> bool:
    return (ROOT / path.parent.parent / "__init__.py").exists()
