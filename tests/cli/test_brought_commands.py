"""Commands of other distributions: shown when their plugin is active; one that cannot run says what it needs."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.said import Twinbase, command_line

from twinbase_server.cli.brought_commands import find_brought_commands


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
    assert said.status == 0 and "coffee" not in said.out and "demo" in said.out


def plugin(folder: Path) -> None:
    """What `pip install` leaves behind of a distribution with two plugins and three commands."""
    (folder / "tea_house.py").write_text('def command() -> None:\n    """Say what there is."""\n    print(\'green\')\n')
    found = folder / "tea_house-0.1.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: tea-house\nVersion: 0.1\n")
    commands = "".join(f"{name} = tea_house:command\n" for name in ("tea", "tea-cups", "tea-pots"))
    (found / "entry_points.txt").write_text(
        f"[twinbase]\ntea = tea_house\ntea-cups = tea_house\n[twinbase.commands]\n{commands}"
    )


@pytest.mark.parametrize("named", ["accounts", "accounts,mobile", '["accounts"]', ""])
@pytest.mark.parametrize("arguments", [["--help"], []])
def test_somebody_without_a_plugin_reads_no_word_of_it(
    twinbase: Twinbase, tmp_path: Path, named: str, arguments: list[str]
) -> None:
    plugin(tmp_path)
    said = twinbase(*arguments, TWINBASE_PLUGINS=named)
    assert said.status == 0 and "serve" in said.out
    assert not [word for word in ("tea", "ebp", "ninja") if word in said.out.lower()]


@pytest.mark.parametrize("named", ["accounts,mobile,ebp", '["mobile", "ebp"]', "ebp"])
def test_the_commands_of_an_active_plugin_are_shown_and_no_others(twinbase: Twinbase, named: str) -> None:
    said = twinbase("--help", TWINBASE_PLUGINS=named)
    assert "ebp" in said.out and "ninja" not in said.out.lower()


@pytest.mark.parametrize(("name", "arguments"), [("ebp", ["status"]), ("ninjaone", ["--help"]), ("ebp", [])])
def test_a_command_of_an_inactive_plugin_says_how_to_activate_it(
    twinbase: Twinbase, name: str, arguments: list[str]
) -> None:
    said = twinbase(name, *arguments, TWINBASE_PLUGINS="accounts,mobile")
    assert said.status == 2 and said.out == ""
    assert f"which is not active. Activate it: TWINBASE_PLUGINS=accounts,mobile,{name}" in " ".join(said.err.split())


@pytest.mark.parametrize("name", ["ebp", "ninjaone"])
def test_a_command_promises_no_plugins_that_nobody_has_named(twinbase: Twinbase, name: str) -> None:
    """It runs when its plugin is named, so a default of its own would never be used."""
    group = typer.main.get_command(find_brought_commands()[name].load())
    options = [one for command in leaves(group) for one in command.params if one.name == "plugins"]
    assert options and {one.default for one in options} == {""}


def leaves(command: Any) -> list[Any]:
    """The commands that do something."""
    below = getattr(command, "commands", {}).values()
    return [leaf for one in below for leaf in leaves(one)] if below else [command]


def test_a_command_belongs_to_the_plugin_of_its_name_or_to_any_of_its_distribution(
    twinbase: Twinbase, tmp_path: Path
) -> None:
    plugin(tmp_path)
    for active, shown in (("tea", {"tea", "tea-pots"}), ("tea-cups", {"tea-cups", "tea-pots"})):
        ran = {name for name in ("tea", "tea-cups", "tea-pots") if twinbase(name, TWINBASE_PLUGINS=active).status == 0}
        assert ran == shown


@pytest.mark.parametrize("option", [["--plugins", "accounts,ebp"], ["--plugins=ebp"]])
def test_a_plugin_that_the_command_line_names_is_active(twinbase: Twinbase, option: list[str]) -> None:
    said = twinbase("ebp", "status", *option, TWINBASE_PLUGINS="accounts")
    assert said.status == 1 and "No PostgreSQL is named" in said.err


def test_the_version_is_that_of_the_distribution(twinbase: Twinbase) -> None:
    said = twinbase("--version")
    assert (said.status, said.out) == (0, f"twinbase {version('twinbase')}\n")


def test_a_command_of_ours_that_lacks_a_driver_says_where_it_comes_from(
    twinbase: Twinbase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No index has a package of our name: whoever installs what the index calls so has something else."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)  # as Python finds what is not installed
    said = twinbase("worker")
    assert said.status == 2 and "It needs asyncpg" in said.err
    assert "the path of the checkout or the wheel" in " ".join(said.err.split())


def test_where_no_server_is_installed_its_commands_are_left_out_of_the_list(
    twinbase: Twinbase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    words = twinbase("--help").out.split()
    assert {"file", "plugin", "app"} <= set(words) and not {"serve", "worker", "db", "user"} & set(words)


def test_a_driver_that_lacks_only_when_the_work_begins_is_named_too(twinbase: Twinbase, tmp_path: Path) -> None:
    (tmp_path / "coffee_pots.py").write_text("def command() -> None:\n    import a_driver_that_is_not_there\n")
    assert "coffee-pots" in twinbase("--help").out
    said = twinbase("coffee-pots")
    assert said.status == 2 and "pip install 'coffee-pots'" in " ".join(said.err.split())
