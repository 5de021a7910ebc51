"""The vendor's description of its API (OpenAPI 3.0), when a copy of it is at hand; it is not ours to hand on."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from twinbase_ninjaone.contract import Call, FieldKind

VARIABLE = "TWINBASE_TEST_NINJAONE_OPENAPI"
Schema = Mapping[str, Any]


class Description:
    """What an OpenAPI document says of calls."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def operation(self, call: Call) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self._document["paths"].get(call.path, {}).get(call.method.lower())
        return found

    def parameters(self, call: Call) -> dict[str, Schema]:
        operation = self.operation(call) or {}
        return {parameter["name"]: parameter["schema"] for parameter in operation.get("parameters", [])}

    def sent(self, call: Call) -> Schema:
        """The schema of the body that a call sends; empty when it sends none."""
        content = (self.operation(call) or {}).get("requestBody", {}).get("content", {})
        schema: Schema = content.get(call.body, {}).get("schema", {})
        return schema

    def answered(self, method: str, path: str, status: int) -> Schema | None:
        """The schema of an answer of this status, None when the description knows no such answer."""
        responses = self._document["paths"][path][method.lower()]["responses"]
        response = responses.get(str(status), responses.get("default"))
        if response is None:
            return None
        schema: Schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        return schema

    def paths(self) -> list[str]:
        return list(self._document["paths"])


def at(schema: Schema, path: str) -> Schema | None:
    """The schema of what stands at a path such as `activities[].id`; None when there is no such thing."""
    found: Schema = schema
    for step in path.replace("[]", ".[]").strip(".").split("."):
        inner: Schema | None = found.get("items") if step == "[]" else found.get("properties", {}).get(step)
        if step and inner is None:
            return None
        found = inner or found
    return found


def is_of(kind: FieldKind, schema: Schema) -> bool:
    """Whether a schema says what a kind says."""
    inner = schema.get("items", {})
    said = (schema.get("type"), schema.get("format"))
    return {
        FieldKind.INT32: said == ("integer", "int32"),
        FieldKind.INT64: said == ("integer", "int64"),
        FieldKind.TEXT: said == ("string", None),
        FieldKind.UUID: said == ("string", "uuid"),
        FieldKind.BOOLEAN: said == ("boolean", None),
        FieldKind.MOMENT: said == ("number", "double"),
        FieldKind.JSON: said in {("object", None), ("array", None)},
        FieldKind.TEXTS: said == ("array", None) and inner.get("type") == "string",
        FieldKind.INT32S: said == ("array", None) and (inner.get("type"), inner.get("format")) == ("integer", "int32"),
    }[kind]


def differences(call: Call, description: Description) -> list[str]:
    """What we use of a call and the description does not have, a sentence each."""
    if description.operation(call) is None:
        return [f"there is no {call.method} {call.path}"]
    return [f"{call.method} {call.path}: {said}" for said in _differences(call, description)]


def _differences(call: Call, description: Description) -> Iterator[str]:
    parameters = description.parameters(call)
    for name, kind in call.query.items():
        yield from _compare("the parameter", name, kind, parameters.get(name))
    sent = description.sent(call)
    for name, kind in call.sends.items():
        yield from _compare("the body's", name, kind, at(sent, name))
    for name in sent.get("required", []):
        if not any(ours.split(".")[0].split("[")[0] == name for ours in call.sends):
            yield f"it requires {name}, which we cannot send"
    answered = description.answered(call.method, call.path, 200) or {}
    for name, kind in _received(call):
        yield from _compare("the answer's", name, kind, at(answered, name))
    for name, words in call.values.items():
        side, _, path = name.partition(".")
        known = (at(sent if side == "sends" else answered, path) or {}).get("enum", [])
        yield from (f"{path} is never {word}" for word in words if word not in known)


def _received(call: Call) -> Iterator[tuple[str, FieldKind]]:
    yield from call.gets.items()
    if call.spec and not call.spec.observed:
        for name, kind in call.spec.fields.items():
            yield f"{call.rows}.{name}".removeprefix("."), kind


def _compare(what: str, name: str, kind: FieldKind, schema: Schema | None) -> Iterator[str]:
    if schema is None:
        yield f"{what} {name} does not exist"
    elif not is_of(kind, schema):
        yield f"{what} {name} is {schema.get('type')}/{schema.get('format')}, not {kind.value}"


def description_at_hand() -> Description:
    """The vendor's description; skips the test where there is none."""
    path = os.environ.get(VARIABLE)
    if not path:
        pytest.skip(f"{VARIABLE} names no copy of the vendor's OpenAPI description, which is not ours to hand on")
    return Description(json.loads(Path(path).read_text()))
