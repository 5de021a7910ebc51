"""Every example of the documentation is executed by a test that compares what comes of it."""

from importlib import import_module
from pathlib import Path

import pytest
from tests.docs.page_blocks import EXECUTED, NOT_RUN, ROOT, Block, executes, list_pages, read_blocks

CHECKED_ONLY_MAX = 24
TODO = """
Execute it: @executes(*find_blocks({page!r}, {kind!r})) above a test that does what its reader would do, on a real
database, and compares. A terminal's commands are run by tests/docs/terminal.py. Where that cannot be done here (an
account at a vendor's, root), let @only_checks(…, because="…") stand above a test that at least reads it.
"""


def import_all_tests() -> None:
    """Those that take blocks say so when they are imported."""
    for file in (ROOT / "tests").rglob("test_*.py"):
        if "page_blocks import" in file.read_text():
            import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def say_what_is_idle(page: Path) -> str:
    """The blocks of a page that no test takes, each with what to do; empty when there are none."""
    idle = [block for block in read_blocks(page) if block not in EXECUTED and block not in NOT_RUN]
    return "\n".join(f"No test executes {block}:\n{block.text}{TODO.format(**vars(block))}" for block in idle)


@pytest.fixture(scope="module", autouse=True)
def all_tests() -> None:
    import_all_tests()


@pytest.mark.parametrize("page", list_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_is_executed(page: Path) -> None:
    assert say_what_is_idle(page) == ""


def test_a_new_block_is_told_with_what_to_do(tmp_path: Path) -> None:
    page = tmp_path / "new.md"
    page.write_text("# New\n\n1. In a list:\n\n   ~~~bash\n   twinbase db status\n   ~~~\n\n```\na → b\n```\n")
    said = say_what_is_idle(page)
    assert said.startswith("No test executes Block(page='new.md', number=1, kind='bash'):\ntwinbase db status\n")
    assert "@executes(*find_blocks('new.md', 'bash')) above a test" in said and "a → b" not in said


def test_a_test_that_does_not_take_what_it_declares_fails() -> None:
    block = Block("never.md", 1, "bash", "", "true")

    def test() -> None:
        """Takes nothing."""

    declared = executes(block)(test)
    del EXECUTED[block]
    with pytest.raises(AssertionError, match=r"has not taken it"):
        declared()
    block.take()
    declared()


def test_few_blocks_are_only_checked_and_each_with_its_reason() -> None:
    assert len(NOT_RUN) <= CHECKED_ONLY_MAX and all(len(reason) > 20 for reason in NOT_RUN.values())
    assert not NOT_RUN.keys() & EXECUTED.keys()
