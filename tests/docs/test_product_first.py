"""Somebody with another database sees a product: what belongs to one plugin stands in the part of plugins."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = ("ebp", "ninjaone")
PRODUCT = (
    "docs/index.md", "docs/tutorial/index.md", "docs/tutorial/first-table.md", "docs/how-to/index.md",
    "docs/reference/index.md", "docs/explanation/index.md", "docs/reference/settings.md", "docs/reference/cli.md",
    "docs/how-to/plugin.md", "docs/how-to/mirror-a-table.md", "docs/how-to/sign-in.md", "docs/how-to/postgresql.md",
)  # fmt: skip


@pytest.mark.parametrize("page", PRODUCT)
def test_a_page_of_the_product_names_no_plugin_for_one_system(page: str) -> None:
    assert re.findall(r"(?i)\b(?:\w*_)?(?:ebp|ninjaone)\w*", (ROOT / page).read_text()) == []


def test_the_readme_names_them_in_what_is_installed_for_the_demo_alone() -> None:
    prose = re.sub(r"^```.*?^```$", "", (ROOT / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"(?i)ebp|ninjaone", prose) == []


@pytest.mark.parametrize("folder", ["core", "server"])
def test_the_core_and_the_server_name_no_plugin_but_as_an_example(folder: str) -> None:
    """In what runs, that is: a docstring may say `for example`."""
    for path in (ROOT / folder).rglob("*.py"):
        code = re.sub(r'"""(?:.|\n)*?"""', "", path.read_text())
        assert not re.findall(r"(?i)\bebp|ninja", code), path


@pytest.mark.parametrize("name", PLUGINS)
def test_the_part_of_plugins_leads_to_every_page_of_a_plugin(name: str) -> None:
    part = (ROOT / "docs" / "plugins" / "index.md").read_text()
    pages = [page for page in (ROOT / "docs").rglob("*.md") if name in page.stem]
    assert pages and all(f"{page.name})" in part for page in pages)
