"""JSON in the device's SQL: members, containment and equality as PostgreSQL's jsonb has them, and no more than that.

A document is text on the device. Functions of ours read it; every other operator is refused, as SQLite's own would
answer by the letters of the text.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, String, Text, func, type_coerce, types
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.operators import ASTEXT, CONTAINS, HAS_KEY, JSONPATH_ASTEXT
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

from twinbase.codecs.resolve import server_type
from twinbase.replica.connection import Connection
from twinbase.replica.dialect.casts import Element
from twinbase.replica.dialect.column_types import Process, dump_json, skip_none

_INDEX = {operators.json_getitem_op: True, ASTEXT: True, operators.json_path_getitem_op: False, JSONPATH_ASTEXT: False}
_AS_TEXT = (ASTEXT, JSONPATH_ASTEXT)
_EQUALITY = {operators.eq, operators.ne, operators.is_distinct_from, operators.is_not_distinct_from}
_NULL_TESTS = {operators.is_, operators.is_not}


class _Steps(TypeEngine[Any]):
    """A key, an index or a path, as a JSON array."""

    def __init__(self, one: bool) -> None:
        self.one = one

    def bind_processor(self, dialect: Dialect) -> Process:
        return lambda value: dump_json([value] if self.one else list(value))


def _dump(value: Any) -> str:
    return dump_json(None if value is types.JSON.NULL else value)


class _Document(TypeEngine[Any]):
    """A bound document. None is JSON's null, as it is for the column's type unless that says otherwise."""

    def __init__(self, none_as_null: bool) -> None:
        self.none_as_null = none_as_null

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(_dump) if self.none_as_null else _dump


def compute_document(binary: BinaryExpression[Any], operator: OperatorType) -> Element | None:
    """An expression over JSON as the device computes it; None if no side is JSON. Raises CompileError for others."""
    sides = [side for side in (binary.left, binary.right) if _is_structure(side)]
    if not sides or operator in _NULL_TESTS:
        return None
    if operator in _INDEX and isinstance(binary.right, BindParameter):
        return _member(binary, operator)
    if operator is HAS_KEY and _is_jsonb(binary.left):
        return func.twinbase_json_has_key(_form(binary.left), binary.right, type_=Boolean())
    if _is_jsonb(binary.left) and _is_jsonb(binary.right):
        if operator is CONTAINS:
            return func.twinbase_json_contains(_form(binary.left), _form(binary.right), type_=Boolean())
        if operator in _EQUALITY:
            return operator(_canonical(binary.left), _canonical(binary.right))
    raise _refuse(binary)


def _member(binary: Any, operator: Any) -> Element:
    one, left = _INDEX[operator], _form(binary.left)
    steps = binary.right._with_binary_element_type(_Steps(one))
    if operator not in _AS_TEXT and isinstance(binary.type, types.JSON):
        # Since 14, a subscript of jsonb is a path of one step; json's -> tells keys from positions.
        if one and not _is_jsonb(binary.left):
            return func.twinbase_json_get(left, steps, type_=String())
        return func.twinbase_json_get_path(left, steps, type_=String())
    if not isinstance(binary.type, types.String) or not _is_jsonb(binary.left):
        raise _refuse(binary)
    if one:
        return func.twinbase_json_text(left, steps, type_=Text())
    return func.twinbase_json_text_path(left, steps, type_=Text())


def _is_structure(element: Any) -> bool:
    type_ = getattr(element, "type", None)
    return type_ is not None and isinstance(server_type(type_), (types.JSON, types.ARRAY))


def _is_jsonb(element: Any) -> bool:
    return isinstance(server_type(element.type), postgresql.JSONB)


def _refuse(binary: Any) -> CompileError:
    return CompileError(f"{binary} cannot be computed on a device: read the value and look into it in Python")


def _form(element: Element) -> Element:
    """The text of a document."""
    if isinstance(element, BindParameter):
        return element._with_binary_element_type(_Document(getattr(element.type, "none_as_null", False)))
    return type_coerce(element, String)


def _canonical(element: Element) -> Element:
    return func.twinbase_json_canonical(_form(element), type_=String())


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def _contains(document: Any, wanted: Any) -> bool:
    """PostgreSQL's @>: an array holds a single value, too, but only at the top."""
    if isinstance(document, list) and not isinstance(wanted, (list, dict)):
        return any(_is_same(each, wanted) for each in document)
    return _holds(document, wanted)


def _holds(document: Any, wanted: Any) -> bool:
    if isinstance(document, dict) and isinstance(wanted, dict):
        return all(key in document and _holds(document[key], value) for key, value in wanted.items())
    if isinstance(document, list) and isinstance(wanted, list):
        return all(any(_holds(each, value) for each in document) for value in wanted)
    return _is_same(document, wanted)


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and not isinstance(one, (list, dict)) and bool(one == other)


def _has_key(document: Any, key: str) -> bool:
    """PostgreSQL's ?: a key of an object, a text of an array, the text itself."""
    if isinstance(document, list):
        return any(type(each) is str and each == key for each in document)
    return key in document if isinstance(document, dict) else type(document) is str and document == key


class _Absent(Exception):
    """There is nothing at this place of the document."""


def _step(document: Any, step: Any) -> Any:
    """PostgreSQL's ->."""
    if isinstance(document, dict) and isinstance(step, str) and step in document:
        return document[step]
    if isinstance(document, list) and isinstance(step, int) and -len(document) <= step < len(document):
        return document[step]
    raise _Absent


def _text_step(document: Any, step: Any) -> Any:
    """PostgreSQL's ->>, to which a single value is also an array of one."""
    return document if not isinstance(document, (list, dict)) and step in (0, -1) else _step(document, step)


def _path_step(document: Any, step: Any) -> Any:
    """One step of PostgreSQL's #>, whose steps are texts: what they mean depends on what they meet."""
    text = str(step)
    if isinstance(document, list) and re.fullmatch(r"[+-]?[0-9]+", text):
        return _step(document, int(text))
    return _step(document, text)


def _printed(value: Any, *, equal: bool = False) -> str:
    """As jsonb prints it; with `equal`, one text for whatever jsonb calls equal."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{_printed(key)}: {_printed(value[key], equal=equal)}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_printed(each, equal=equal) for each in value) + "]"
    if isinstance(value, Decimal):
        # jsonb's numbers have no negative zero, and 1.10 is equal to 1.1.
        plain = abs(value) if not value else value
        digits = f"{plain:f}"
        return digits.rstrip("0").rstrip(".") if equal and "." in digits else digits
    return json.dumps(value, ensure_ascii=False)


def _on_documents(compute: Any) -> Any:
    def function(document: str | None, other: str | None) -> Any:
        return None if document is None or other is None else compute(_read(document), other)

    return function


def _getter(step: Any, *, text: bool) -> Any:
    def find(document: Any, steps: str) -> str | None:
        try:
            for each in json.loads(steps):
                document = step(document, each)
        except _Absent:
            return None
        if text and (document is None or isinstance(document, str)):
            return document
        return _printed(document)

    return _on_documents(find)


def install_document_functions(connection: Connection) -> None:
    """Give a raw SQLite or SQLCipher connection what the device's SQL for JSON needs."""
    functions = {
        "contains": _on_documents(lambda document, wanted: _contains(document, _read(wanted))),
        "has_key": _on_documents(_has_key),
        "get": _getter(_step, text=False),
        "get_path": _getter(_path_step, text=False),
        "text": _getter(_text_step, text=True),
        "text_path": _getter(_path_step, text=True),
    }
    for name, function in functions.items():
        connection.create_function(f"twinbase_json_{name}", 2, function, deterministic=True)
    canonical = skip_none(lambda document: _printed(_read(document), equal=True))
    connection.create_function("twinbase_json_canonical", 1, canonical, deterministic=True)
