"""Which public signatures take or give `Any`: `python -m tests.architecture.signatures`.

Public is a function or a method whose own name and class have no underscore in front. `Any` counts as the type of a
parameter or of the answer, alone or beside others (`Any | None`), under its own name or under that of an alias that is
nothing else: a type that says nothing says nothing under another name either. Inside of another type it does not count:
`Mapping[str, Any]` says that there are names, `Column[Any]` is a column.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from tests.architecture.distributions import PACKAGES
from tests.architecture.names import Function, parsed_files

MEASURED = tuple(str(package) for package in PACKAGES if package.parts[0] != "examples")
"""What others build on; the demo is nobody's library."""


@dataclass(frozen=True)
class Signature:
    """A public function: where it is, and whether its types say `Any`."""

    place: str
    says_any: bool


@dataclass(frozen=True)
class Share:
    """Of so many public signatures so many say `Any`."""

    signatures: int
    saying_any: int

    @property
    def percent(self) -> float:
        return 100 * self.saying_any / max(1, self.signatures)


def public_signatures(package: str) -> list[Signature]:
    """The public functions and methods of a package, in order."""
    return [
        Signature(f"{file}:{function.lineno} {name}", _says_any(function, _vague_aliases()))
        for file, tree in parsed_files().items()
        if file.startswith(f"{package}/")
        if not any(part.startswith("_") and part != "__init__.py" for part in PurePath(file).parts)
        for name, function in _public(tree.body, "")
    ]


def share_of(package: str) -> Share:
    """How many public signatures of a package say `Any`."""
    found = public_signatures(package)
    return Share(len(found), sum(one.says_any for one in found))


def _public(body: list[ast.stmt], inside: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield inside + node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public(node.body, f"{inside}{node.name}.")


def _says_any(function: Function, vague: frozenset[str]) -> bool:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    annotations = [each.annotation for each in every if each is not None] + [function.returns]
    return any(_is_any(annotation, vague) for annotation in annotations if annotation is not None)


def _is_any(annotation: ast.AST, vague: frozenset[str]) -> bool:
    """Whether a type is `Any`, or a union that it swallows."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _is_any(ast.parse(annotation.value, mode="eval").body, vague)
    if isinstance(annotation, ast.BinOp):
        return _is_any(annotation.left, vague) or _is_any(annotation.right, vague)
    return isinstance(annotation, ast.Name) and annotation.id in vague


@cache
def _vague_aliases() -> frozenset[str]:
    """`Any`, and every alias of a module that is nothing else."""
    vague = {"Any"}
    assigned = (node for tree in parsed_files().values() for node in tree.body if isinstance(node, ast.Assign))
    found = [node for node in assigned if isinstance(node.value, ast.Name | ast.BinOp)]
    while (
        more := {alias for node in found if (alias := _alias(node)) and _is_any(node.value, frozenset(vague))} - vague
    ):
        vague |= more
    return frozenset(vague)


def _alias(node: ast.Assign) -> str | None:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) and target.id[:1].isupper() else None


def main() -> None:
    """Print the share of each package, and each signature that says `Any`."""
    for package in MEASURED:
        share = share_of(package)
        print(f"{package}: {share.saying_any} of {share.signatures} public signatures say Any ({share.percent:.1f} %)")
        for one in public_signatures(package):
            if one.says_any:
                print(f"  {one.place}")


if __name__ == "__main__":
    main()
