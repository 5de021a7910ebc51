"""Commands of other distributions: where one cannot run, the answer says what to install."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.cli.said import Twinbase, command_line


def distribution(folder: Path, name: str, *headers: str) -> None:
    """What `pip install` leaves behind of one whose command needs a driver that is not there."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text("import a_driver_that_is_not_there\n")
    found = folder / f"{module}-0.1.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", f"Name: {name}", "Version: 0.1", *headers, ""]))
    (found / "entry_points.txt").write_text(f"[twinbase.commands]\n{name} = {module}:command\n")


@pytest.fixture
def twinbase(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Twinbase:
    distribution(tmp_path, "coffee-cups", "Provides-Extra: server", "Provides-Extra: test")
    distribution(tmp_path, "coffee-pots")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in ("coffee_cups", "coffee_pots"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return command_line(capsys, monkeypatch)


@pytest.mark.parametrize(("name", "wanted"), [("coffee-cups", "coffee-cups[server]"), ("coffee-pots", "coffee-pots")])
def test_a_command_that_lacks_a_driver_says_which_distribution_brings_it(
    twinbase: Twinbase, name: str, wanted: str
) -> None:
    said = twinbase(name)
    assert said.status == 2 and said.out == ""
    sentence = f"It needs a_driver_that_is_not_there, which is not installed: pip install '{wanted}'."
    assert sentence in " ".join(said.err.split())


def test_a_command_that_cannot_run_is_left_out_of_the_list(twinbase: Twinbase) -> None:
    said = twinbase("--help")
    assert said.status == 0 and "coffee" not in said.out and "ebp" in said.out


def test_the_version_is_that_of_the_distribution(twinbase: Twinbase) -> None:
    said = twinbase("--version")
    assert (said.status, said.out) == (0, f"twinbase {version('twinbase')}\n")


def test_a_command_of_ours_that_lacks_a_driver_says_where_it_comes_from(
    twinbase: Twinbase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No index has a package of our name: whoever installs what the index calls so has something else."""
    monkeypatch.delitem(sys.modules, "twinbase_server.cli.worker", raising=False)
    monkeypatch.setitem(sys.modules, "pydantic", None)  # as Python finds what is not installed
    said = twinbase("worker")
    assert said.status == 2 and "the path of the checkout or the wheel" in " ".join(said.err.split())
