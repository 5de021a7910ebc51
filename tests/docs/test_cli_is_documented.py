"""The reference and the parts of plugins hold every command with its options; a failure prints what to write."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twinbase_server.cli.commands import make_group

DOCS = Path(__file__).parents[2] / "docs"
PRODUCT = (DOCS / "reference" / "cli.md").read_text()
PARTS = {name: (DOCS / "plugins" / f"{name}.md").read_text() for name in ("ebp", "ninjaone", "openid")}


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The commands that do something, with their whole names."""
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    for child in command.list_commands(None):
        yield from commands(command.get_command(None, child), f"{name} {child}")


def all_commands() -> dict[str, Any]:
    """Those of the product and of every plugin of this repository, each of which is active."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINBASE_PLUGINS", "accounts,mobile,ebp,ninjaone,openid")
        return dict(commands(make_group(), "twinbase"))


COMMANDS = all_commands()


def section(name: str, command: Any) -> str:
    """What the page has to say about a command."""
    parameters = [p for p in command.params if "--help" not in p.opts]
    lines = [f"## {name}", "", " ".join(str(command.help).split()), ""]
    if parameters:
        lines += ["| argument or option | default | meaning |", "|---|---|---|", *map(_row, parameters), ""]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    shown = f"`{parameter.opts[0]}`" if parameter.param_type_name == "option" else f"`{parameter.name.upper()}`"
    default = "" if parameter.default in (None, "", [], False) or callable(parameter.default) else parameter.default
    meaning = getattr(parameter, "help", "") or ""
    variable = parameter.envvar if isinstance(parameter.envvar, str) else ""
    if variable and variable not in meaning:
        meaning = f"{meaning} Or `{variable}`.".strip()
    return f"| {shown} | {f'`{default}`' if default != '' else ''} | {meaning} |"


def test_there_are_commands_to_document() -> None:
    assert {"twinbase serve", "twinbase db init", "twinbase user add", "twinbase account add"} <= COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_stands_on_the_page_with_its_options_and_their_defaults(name: str) -> None:
    """Words may differ; what can be given, and what holds when it is not, may not."""
    wanted = section(name, COMMANDS[name])
    written = page_of(name).partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert options(written) == options(wanted), f"the page should hold:\n\n{wanted}"


def page_of(name: str) -> str:
    """A plugin's commands stand in the plugin's own part."""
    return PARTS.get(name.split()[1], PRODUCT)


def options(text: str) -> list[tuple[str, str]]:
    """The arguments and options of a section's table, with their defaults."""
    return re.findall(r"^\| `([^`]+)` \| (.*?) \|", text, re.MULTILINE)


def test_no_command_of_the_past_is_still_documented() -> None:
    pages = "".join((PRODUCT, *PARTS.values()))
    assert set(re.findall(r"^## (twinbase .*)$", pages, re.MULTILINE)) == COMMANDS.keys()
