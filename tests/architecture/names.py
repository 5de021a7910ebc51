"""The names that our packages define; `python -m tests.architecture.names` lists functions by their first words."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.architecture.distributions import PACKAGES, ROOT

# A migration is what it was on its day, its names too.
LEFT_OUT = "database/migrations/"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Name:
    """A name where it is defined. `owner`: the classes that it stands in, outermost first, with dots."""

    name: str
    file: str
    owner: str
    node: ast.stmt

    @property
    def full(self) -> str:
        """`Class.method`, or the name alone."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def where(self) -> str:
        return f"{self.file}:{self.node.lineno} {self.full}"


@cache
def parsed_files() -> dict[str, ast.Module]:
    """Every file of our packages, by its path from the root."""
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    paths = {str(path.relative_to(ROOT)): path for path in files}
    return {name: ast.parse(path.read_text()) for name, path in paths.items() if LEFT_OUT not in name}


def classes() -> list[Name]:
    """Every class, those inside of classes and functions too."""
    return [name for name in _all_names() if isinstance(name.node, ast.ClassDef)]


def public_functions() -> list[Name]:
    """Functions of modules and methods without an underscore. What is read like an attribute is named like one."""
    return [
        name
        for name in _all_names()
        if isinstance(name.node, Function) and not name.name.startswith("_") and not _is_attribute(name.node)
    ]


def aliases() -> list[Name]:
    """What a module calls a type: `Row = tuple[…]`. A TypeVar is of the signatures that it stands in, and no type."""
    return [
        Name(target.id, file, "", node)
        for file, tree in parsed_files().items()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and not _is_parameter(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id[0].isupper() and not target.id.isupper()
    ]


def by_name(names: list[Name]) -> dict[str, list[str]]:
    """Where each name is defined."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[name.name].append(name.where)
    return found


def _all_names() -> Iterator[Name]:
    for file, tree in parsed_files().items():
        yield from _names_in(tree.body, file, "")


def _names_in(body: list[ast.stmt], file: str, owner: str) -> Iterator[Name]:
    for node in body:
        match node:
            case ast.ClassDef():
                yield Name(node.name, file, owner, node)
                yield from _names_in(node.body, file, f"{owner}.{node.name}".lstrip("."))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield Name(node.name, file, owner, node)
                yield from (one for one in _names_in(node.body, file, owner) if isinstance(one.node, ast.ClassDef))
            case ast.If() | ast.Try() | ast.With():
                yield from _names_in(node.body, file, owner)


def _is_attribute(function: Function) -> bool:
    words = {word for one in function.decorator_list for word in ast.unparse(one).split(".")}
    return bool(words & {"property", "cached_property", "setter", "field_validator"})


def _is_parameter(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) in ("TypeVar", "ParamSpec")


def _main() -> None:
    found = defaultdict(list)
    for name in public_functions():
        found[name.name.partition("_")[0]].append(name.full)
    for first, names in sorted(found.items()):
        print(f"{first:16}", ", ".join(sorted(set(names))))


if __name__ == "__main__":
    _main()
