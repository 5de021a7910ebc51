"""The fenced blocks of the documentation, which test executes each of them, and a page's Python as one module."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
Test = Callable[..., Any]


@dataclass(frozen=True)
class Block:
    """A fenced block; `page` as seen from the root, `mark` what a comment directly above it says."""

    page: str
    number: int
    kind: str
    mark: str = field(repr=False)
    text: str = field(repr=False)

    def take(self) -> str:
        """Its text, for a test that executes it."""
        _TAKEN.add(self)
        return self.text


EXECUTED: dict[Block, list[str]] = {}
"""Which tests say of a block that they execute it; filled when their modules are imported."""
NOT_RUN: dict[Block, str] = {}
"""Which blocks are only checked, and why."""
_TAKEN: set[Block] = set()


def list_pages() -> list[Path]:
    """Every page that somebody may follow."""
    beside = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
    return [
        *beside,
        *(page for tree in ("docs", "plugins", "examples") for page in sorted((ROOT / tree).rglob("*.md"))),
    ]


def read_blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page from top to bottom; what has no kind is drawn with letters, and is none."""
    mark, number, name = "", 0, str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else page.name
    for token in MarkdownIt().parse(page.read_text()):
        if token.type == "fence" and token.info:
            number += 1
            yield Block(name, number, token.info, mark, token.content)
        if token.type in ("fence", "html_block"):
            mark = "".join(re.findall(r"<!-- (.*) -->\s*$", token.content)) if token.type == "html_block" else ""
        elif token.type.endswith("_open"):
            mark = ""


def find_blocks(page: str, *kinds: str) -> list[Block]:
    """A page's blocks of these kinds, or all of them; an error when there are none."""
    found = [block for block in read_blocks(ROOT / page) if not kinds or block.kind in kinds]
    assert found, f"{page} has no {' or '.join(kinds)} block"
    return found


def executes(*blocks: Block) -> Callable[[Test], Test]:
    """Marks a test that executes these blocks. It fails when it has not taken all of them."""

    def decorate(test: Test) -> Test:
        for block in blocks:
            EXECUTED.setdefault(block, []).append(f"{test.__module__}.{test.__qualname__}")
        return _followed_by(test, lambda: _expect_taken(blocks))

    return decorate


def only_checks(*blocks: Block, because: str) -> Callable[[Test], Test]:
    """Marks a test that checks blocks which nobody can execute here, for this reason."""

    def decorate(test: Test) -> Test:
        NOT_RUN.update(dict.fromkeys(blocks, because))
        return _followed_by(test, lambda: _expect_taken(blocks))

    return decorate


def _followed_by(test: Test, check: Callable[[], None]) -> Test:
    if inspect.iscoroutinefunction(test):

        @wraps(test)
        async def run_async(*arguments: Any, **named: Any) -> None:
            await test(*arguments, **named)
            check()

        return run_async

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        test(*arguments, **named)
        check()

    return run


def _expect_taken(blocks: tuple[Block, ...]) -> None:
    left = [block for block in blocks if block not in _TAKEN]
    assert not left, f"the test says that it executes {left}, and has not taken it"


def load_page(page: str) -> ModuleType:
    """The Python of a page as one module. Its tables get other names: another test declares the same ones once more."""
    source = "\n".join(block.take() for block in find_blocks(page, "python"))
    for table in re.findall(r'__tablename__ = "(\w+)"', source):
        source = re.sub(rf"\b{table}\b", f"ran_{table}", source)
    module = ModuleType(f"ran_{Path(page).stem.replace('-', '_')}")
    sys.modules[module.__name__] = module
    exec(compile(source, page, "exec"), module.__dict__)
    return module
