"""The example stands on what is promised, and on nothing else of Twinbase."""

import ast
from pathlib import Path

from twinbase_server import extension

FOLDER = Path(__file__).parents[1]


def imported(path: Path) -> set[tuple[str, str]]:
    """(module, name) of all that a file imports from Twinbase."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
    return {(module, name) for module, name in found if module.startswith("twinbase")}


def test_only_public_names_are_imported() -> None:
    for path in sorted((FOLDER / "vending").rglob("*.py")):
        for module, name in imported(path):
            assert not any(part.startswith("_") for part in (*module.split("."), name)), f"{path.name}: {module}.{name}"
            public = module.partition(".")[0] == "twinbase" or module == extension.__name__
            assert public, f"{path.name}: {module}"
            assert module != extension.__name__ or name in extension.__all__, f"{path.name}: {name}"


def test_the_server_is_imported_where_there_is_one_only() -> None:
    users = {p.name for p in (FOLDER / "vending").rglob("*.py") if any("server" in m for m, _ in imported(p))}
    assert users == {"commands.py", "routes.py"}
