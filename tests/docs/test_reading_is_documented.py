"""docs/reference/reading.md lists every function with its arguments, and every value with its fields."""

import inspect
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import twinbase_mobile.reading as reading
from twinbase_mobile.reading import office

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "reading.md").read_text()
SERVER: list[Any] = [office.prepare_product_search, office.search_products, office.nearby_sites_in_office]


def signature(function: Any) -> str:
    """A function as it is called: its arguments, and what they are when they are left out."""
    said = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "self":
            continue
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in said:
            said.append("*")
        said.append(("*" if parameter.kind is parameter.VAR_POSITIONAL else "") + name + default)
    return f"{function.__name__}({', '.join(said)})"


def listed_functions() -> set[str]:
    return set(re.findall(r"^\| `(\w+\([^`]*\))` \|", PAGE, re.MULTILINE))


def public_values(model: Any) -> set[str]:
    """Fields and properties."""
    return {field.name for field in fields(model)} | {n for n, v in vars(model).items() if isinstance(v, property)}


def test_every_function_stands_on_the_page_as_it_is_called() -> None:
    named = [getattr(reading, name) for name in reading.__all__]
    functions = [each for each in named if inspect.isfunction(each)]
    wanted = {signature(each) for each in (*functions, *SERVER, reading.ProductSearch.find)}
    assert listed_functions() == wanted


def test_every_value_stands_on_the_page_with_its_fields() -> None:
    named = {name: getattr(reading, name) for name in reading.__all__}
    wanted = {name: public_values(model) for name, model in named.items() if is_dataclass(model)}
    rows = re.findall(r"^\| `([A-Z]\w+)` \| (.*?) \|$", PAGE, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", cells)) for name, cells in rows} == wanted
