"""docs/reference/testing.md holds every name of the kit, every test of it and all that a plugin may give."""

import re
import subprocess
import sys
from pathlib import Path

from twinbase import testing
from twinbase.testing import conformance
from twinbase.testing.conformance import Conformance

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "testing.md").read_text()
NAMES = set(re.findall(r"`(\w+)", PAGE))


def test_every_name_of_the_kit_stands_on_the_page() -> None:
    assert {*testing.__all__, *conformance.__all__} - NAMES == set()


def test_every_test_of_the_kit_stands_on_the_page_and_none_of_the_past() -> None:
    assert {name for name in vars(Conformance) if name.startswith("test_")} == set(re.findall(r"`(test_\w+)`", PAGE))


def test_all_that_a_plugin_may_give_stands_on_the_page() -> None:
    given = {name for name in (*Conformance.__annotations__, "given_rows", "adjust_row") if not name.startswith("_")}
    assert given - NAMES == set()


def test_the_how_to_makes_the_plugin_that_it_says(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "plugin.md").read_text()
    (block,) = re.findall(r"<!-- run -->\n```console\n\$ twinbase (.*)\n(.*)\n```", page)
    program = Path(sys.executable).with_name("twinbase")
    done = subprocess.run([program, *block[0].split()], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(block[1].removesuffix("…"))
