"""The fenced blocks of a page, and its Python as one module."""

import re
import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"


def list_blocks(page: str, kind: str) -> list[str]:
    """The texts of a page's blocks of this kind, from top to bottom."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)


def load_page(page: str) -> ModuleType:
    """The Python of a page as one module. Its tables get other names: another test declares the same ones once more."""
    source = "\n".join(list_blocks(page, "python"))
    for table in re.findall(r'__tablename__ = "(\w+)"', source):
        source = re.sub(rf"\b{table}\b", f"ran_{table}", source)
    module = ModuleType(f"ran_{Path(page).stem.replace('-', '_')}")
    sys.modules[module.__name__] = module
    exec(compile(source, page, "exec"), module.__dict__)
    return module
