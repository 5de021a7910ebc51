"""One line holds the version of all that is released, and a tag on HEAD says the same."""

import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from tests.architecture.distributions import DISTRIBUTIONS, ROOT
from tests.architecture.release import disagreements, tags_on_head

CHANGELOG = "# Changelog\n\n## [0.2.0] - 2027-01-31\n\n## [0.1.0] - 2026-12-24\n"
VERSION = Version(DISTRIBUTIONS["twinbase"].project["version"])


def test_the_version_stands_in_one_line() -> None:
    others = [one for name, one in DISTRIBUTIONS.items() if name != "twinbase"]
    assert [one.project.get("version") for one in others] == [None] * len(others)
    assert {(one.folder / one.hatch["version"]["path"]).resolve() for one in others} == {ROOT / "pyproject.toml"}
    assert (ROOT / "pyproject.toml").read_text().count(f'\nversion = "{VERSION}"\n') == 1


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_distribution_asks_for_siblings_of_its_own_minor_version(name: str) -> None:
    """Before 1.0 a minor version may break, and those two were tested together."""
    project = DISTRIBUTIONS[name].project
    siblings = [one for one in map(Requirement, project["dependencies"]) if one.name in DISTRIBUTIONS]
    assert {str(one.specifier) for one in siblings} <= {f">={VERSION.major}.{VERSION.minor}"}


def test_a_tag_on_head_if_there_is_one_is_that_of_the_version() -> None:
    assert not list(disagreements(tags_on_head(ROOT), str(VERSION), (ROOT / "CHANGELOG.md").read_text()))


def test_a_tag_of_another_version_is_said_and_so_is_a_changelog_that_knows_nothing_of_it() -> None:
    assert not list(disagreements([], "0.3.0", CHANGELOG))
    assert not list(disagreements(["v0.2.0"], "0.2.0", CHANGELOG))
    assert len(list(disagreements(["v0.2.0"], "0.1.0", CHANGELOG))) == 1
    assert len(list(disagreements(["v0.3.0"], "0.3.0", CHANGELOG))) == 1
    assert len(list(disagreements(["v0.2.0", "v0.2.1"], "0.2.0", CHANGELOG))) == 1


def test_only_tags_of_releases_on_head_count(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert tags_on_head(tmp_path) == []
    git("init")
    git("commit", "--allow-empty", "-m", "one")
    git("tag", "v0.1.0")
    git("commit", "--allow-empty", "-m", "two")
    git("tag", "vacation")
    assert tags_on_head(tmp_path) == []
    git("tag", "v0.2.0")
    assert tags_on_head(tmp_path) == ["v0.2.0"]
