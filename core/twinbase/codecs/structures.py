"""JSON documents and arrays: what travels as the text of a JSON document."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache
from typing import Any

from twinbase.codecs.codec import Codec, kind_of
from twinbase.codecs.numbers import cast_to, hash_text_sql
from twinbase.codecs.text import check_text

_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _number(digits: str) -> int:
    """Numbers are checked for their size only: PostgreSQL's numeric holds 131,072 digits before the point."""
    mantissa, _, exponent = digits.lower().partition("e")
    if len(mantissa) + abs(int(exponent or 0)) > 16_000:
        raise ValueError("a number with too many digits")
    return 0


_strict = json.JSONDecoder(parse_constant=_no_constant, parse_int=_number, parse_float=_number)


def _wrong_document(value: object) -> str | None:
    wrong = f"expected JSON as text, got {kind_of(value)}" if type(value) is not str else check_text(value)
    if wrong:
        return wrong
    if _is_too_deep(str(value)):
        return "JSON nested too deeply"
    try:
        _strict.decode(str(value))
    except ValueError as error:
        return f"not JSON: {error}"
    return None


def _check_json(value: object) -> str | None:
    return None if value is None else _wrong_document(value)


def _check_jsonb(value: object) -> str | None:
    wrong = _check_json(value)
    if wrong or type(value) is not str or "\\u" not in value:
        return wrong
    if _NUL_ESCAPE.search(value):
        return "holds a NUL character (\\u0000), which jsonb cannot store"
    try:
        json.dumps(_strict.decode(value), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "holds half of a character (a lone surrogate), which jsonb cannot store"
    return None


def load_document(text: str) -> Any:
    """A document, whatever numbers are in it: Python itself reads no integer of more than 4,300 digits."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=lambda digits: int(Decimal(digits)))


def _loads(value: str | None) -> Any:
    return None if value is None else load_document(value)


DEPTH_MAX = 500
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)


def _check_depth(value: str | None) -> str | None:
    """The document, if a person's program can read it; most have too few brackets to be looked at."""
    if value is not None and _is_too_deep(value):
        raise ValueError("JSON nested too deeply")
    return value


def _is_too_deep(value: str) -> bool:
    return value.count("[") + value.count("{") > DEPTH_MAX and _depth_of(value) > DEPTH_MAX


def _depth_of(value: str) -> int:
    depth = deepest = 0
    for token in _TOKENS.finditer(value):
        opening = token[0] in ("[", "{")
        depth += 1 if opening else -1 if token[0] in ("]", "}") else 0
        deepest = max(deepest, depth)
    return deepest


def _dumps(value: Any) -> str | None:
    return None if value is None else json.dumps(value, allow_nan=False)


@cache
def document_codec(binary: bool) -> Codec:
    """The text of the document as PostgreSQL prints it: json keeps it to the letter, jsonb in its own form."""
    name = "jsonb" if binary else "json"
    return Codec(
        name,
        "TEXT",
        lambda column: f"{column}::text",
        cast_to(name),
        hash_text_sql,
        _check_jsonb if binary else _check_json,
        python_from_wire=_loads,
        wire_from_python=_dumps,
        wire_to_storage=_check_depth,
        direct=False,
    )


def array_codec(item: Codec, item_type: str) -> Codec:
    """The text of a JSON array of the items' wire values. A value of several dimensions quarantines its row."""

    def to_wire(column: str) -> str:
        if item.direct:
            return f"to_json({column})::text"
        items = f"SELECT {item.to_wire_sql('_u._i')} FROM unnest({column}) WITH ORDINALITY AS _u(_i, _n) ORDER BY _n"
        return f"CASE WHEN {column} IS NOT NULL THEN to_json(ARRAY({items}))::text END"

    def from_wire(expression: str) -> str:
        source = f"json_array_elements_text(({expression})::json) WITH ORDINALITY AS _u(_i, _n)"
        items = f"SELECT {item.from_wire_sql('_u._i')} FROM {source} ORDER BY _n"
        return f"CASE WHEN ({expression}) IS NOT NULL THEN ARRAY({items})::{item_type}[] END"

    def guard(column: str) -> str:
        flat = f"coalesce(array_ndims({column}) = 1 AND array_lower({column}, 1) = 1, true)"
        fits = item.guard_sql("_u._i")
        if fits is None:
            return flat
        return f"({flat} AND NOT EXISTS (SELECT FROM unnest({column}) AS _u(_i) WHERE NOT {fits}))"

    def check(value: object) -> str | None:
        wrong = _check_json(value)
        return wrong if wrong or value is None else _wrong_items(str(value), item)

    def python(value: str | None) -> list[Any] | None:
        return None if value is None else [item.python_from_wire(each) for each in json.loads(value)]

    def wire(value: Any) -> str | None:
        if value is None:
            return None
        return json.dumps([item.wire_from_python(each) for each in value], allow_nan=False, separators=(",", ":"))

    return Codec(
        f"array({item.name})",
        "TEXT",
        to_wire,
        from_wire,
        lambda column: hash_text_sql(f"({to_wire(column)})"),
        check,
        python_from_wire=python,
        wire_from_python=wire,
        guard_sql=guard,
        direct=False,
    )


def _wrong_items(value: str, item: Codec) -> str | None:
    try:
        items = json.loads(value)
    except ValueError:
        # All else that is no JSON was found before: Python reads no integer of more than 4,300 digits.
        return "a number with too many digits"
    if type(items) is not list:
        return f"expected a JSON array, got {kind_of(items)}"
    wrongs = (f"item {position}: {wrong}" for position, each in enumerate(items) if (wrong := item.check_wire(each)))
    return next(wrongs, None)
