"""Every hook stands in the reference with its arguments, when, where and an example that runs."""

import inspect
import re
from pathlib import Path

import pytest

from twinbase import errors, hooks

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
HOOKS = {name: hook for name, hook in inspect.getmembers(hooks, inspect.isfunction) if name.startswith("twinbase_")}


def sections(page: str) -> dict[str, str]:
    parts = re.split(r"^## ", (REFERENCE / page).read_text(), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].strip("` "): part for part in parts}


def test_there_are_hooks_to_document() -> None:
    assert "twinbase_mirrors" in HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_its_section_with_arguments_when_where_and_an_example(name: str) -> None:
    heading = f"{name}({', '.join(inspect.signature(HOOKS[name]).parameters)})"
    section = sections("hooks.md").get(heading)
    assert section is not None, f"docs/reference/hooks.md lacks the heading '## {heading}'"
    assert "**When**" in section and "**Where**" in section and "```python" in section
    assert f"def {name}(" in section


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_when_and_where_in_its_docstring(name: str) -> None:
    documentation = inspect.getdoc(HOOKS[name]) or ""
    assert "When:" in documentation and "Where:" in documentation and "Example:" in documentation


def test_no_hook_of_the_past_is_still_documented() -> None:
    assert {heading.split("(")[0] for heading in sections("hooks.md")} == set(HOOKS)


@pytest.mark.parametrize("name", [n for n, e in vars(errors).items() if inspect.isclass(e)])
def test_an_error_stands_in_the_reference_and_in_the_tree(name: str) -> None:
    assert f"`{name}`" in (REFERENCE / "errors.md").read_text()
    assert name in (errors.__doc__ or "")


def test_an_error_that_stands_beside_its_cause_is_in_the_reference_too() -> None:
    """The commands' own errors are sentences for whoever typed the command, and are left out."""
    root = REFERENCE.parents[1]
    sources = [*(root / "core").rglob("*.py"), *(root / "server").rglob("*.py")]
    library = [path.read_text() for path in sources if not {"cli", "bench"} & set(path.parts)]
    known = "|".join([*(name for name, error in vars(errors).items() if inspect.isclass(error)), "TwinbaseError"])
    raised = {name for text in library for name in re.findall(rf"^class (\w+)\((?:{known})\)", text, re.MULTILINE)}
    assert raised <= set(re.findall(r"^\| `(\w+)` \|", (REFERENCE / "errors.md").read_text(), re.MULTILINE))
