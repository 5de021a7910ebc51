"""Which functions of a plugin are awaited, and which are called: the other kind is refused before anybody calls it."""

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from twinbase.errors import WrongHook

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def check_function(label: str, function: object, *, awaited: bool) -> None:
    """Raise WrongHook where an `async def` stands for a `def`, or the other way round."""
    innermost = _innermost(function)
    if inspect.isasyncgenfunction(innermost):
        raise WrongHook(f"{label} yields in an `async def`: {'return a list' if awaited else 'write `def`'}.")
    if inspect.iscoroutinefunction(innermost) and not awaited:
        raise WrongHook(f"{label} is called and not awaited: write `def`, and not `async def`.")
    # A lambda cannot be async, and may well answer what an `async def` does.
    if awaited and not inspect.iscoroutinefunction(innermost) and getattr(innermost, "__name__", "") != "<lambda>":
        raise WrongHook(f"{label} is awaited: write `async def`, and not `def`.")


def check_functions(label: str, declared: "DataclassInstance") -> None:
    """Raise WrongHook for a function in a field of a dataclass that is not of the kind which the field's type says."""
    kinds = get_type_hints(type(declared))
    for field in fields(declared):
        value = getattr(declared, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if callable(one) and not isinstance(one, type):
                check_function(f"{label}: {field.name}=", one, awaited=_says_awaited(kinds[field.name]))


def _innermost(function: Any) -> Any:
    """What is written by hand, below partials, decorators that say what they decorate, and objects that are called."""
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    return function if inspect.isroutine(function) else inspect.getattr_static(type(function), "__call__", function)


def _says_awaited(annotation: Any) -> bool:
    return any(get_origin(answer) is Awaitable for answer in _answers(annotation))


def _answers(annotation: Any) -> Iterator[Any]:
    """What the functions of a type answer: of `Callable[[Run], X] | None`, X."""
    if get_origin(annotation) is Callable:
        yield get_args(annotation)[1]
        return
    for inner in get_args(annotation):
        yield from _answers(inner)
