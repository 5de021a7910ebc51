"""What we use of NinjaOne is in NinjaOne's own description, to the name and the type."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.plugins.ninjaone.description import Description, description_at_hand, differences

from twinbase_ninjaone.contract import CALLS, Call, FieldKind, ObjectSpec
from twinbase_ninjaone.errors import UnexpectedAnswer

BOX = ObjectSpec(
    "box", {"id": FieldKind.INT32, "label": FieldKind.TEXT, "packed": FieldKind.MOMENT, "place.shelf": FieldKind.INT32}
)
BOXES = Call("GET", "/v2/boxes", {"pageSize": FieldKind.INT32}, spec=BOX, values={"gets.[].label": ("SPARE",)})


def described(**changed: Any) -> Description:
    """A description in which our boxes stand, with some properties changed (None: taken away)."""
    properties = {
        "id": {"type": "integer", "format": "int32"},
        "label": {"type": "string", "enum": ["SPARE", "USED"]},
        "packed": {"type": "number", "format": "double"},
        "place": {"type": "object", "properties": {"shelf": {"type": "integer", "format": "int32"}}},
    } | changed
    kept = {name: schema for name, schema in properties.items() if schema is not None}
    answer = {"type": "array", "items": {"type": "object", "properties": kept}}
    operation = {
        "parameters": [{"name": "pageSize", "in": "query", "schema": {"type": "integer", "format": "int32"}}],
        "responses": {"default": {"content": {"application/json": {"schema": answer}}}},
    }
    return Description({"paths": {"/v2/boxes": {"get": operation}}})


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_what_we_use_of_a_call_is_in_the_vendors_description(call: Call) -> None:
    assert differences(call, description_at_hand()) == []


def test_a_call_that_is_described_as_we_use_it_has_no_differences() -> None:
    assert differences(BOXES, described()) == []


@pytest.mark.parametrize(
    ("call", "description", "said"),
    [
        (replace(BOXES, path="/v2/crates"), described(), "there is no GET /v2/crates"),
        (replace(BOXES, query={"page": FieldKind.INT32}), described(), "the parameter page does not exist"),
        (BOXES, described(packed=None), "the answer's [].packed does not exist"),
        (BOXES, described(packed={"type": "string"}), "the answer's [].packed is string/None, not moment"),
        (BOXES, described(place={"type": "object"}), "the answer's [].place.shelf does not exist"),
        (BOXES, described(label={"type": "string", "enum": ["USED"]}), "[].label is never SPARE"),
    ],
)
def test_what_the_description_lacks_is_said(call: Call, description: Description, said: str) -> None:
    (difference,) = differences(call, description)
    assert difference.endswith(said)


def test_seconds_become_an_aware_instant_in_utc_and_what_is_absent_is_none() -> None:
    assert BOX.read({"id": 7, "packed": 1_700_000_000.25}) == {
        "id": 7,
        "label": None,
        "packed": datetime(2023, 11, 14, 22, 13, 20, 250_000, tzinfo=UTC),
        "place_shelf": None,
        "extra": {},
    }


def test_what_we_do_not_know_is_kept_as_it_came() -> None:
    row = BOX.read({"id": 7, "colour": "red", "place": {"shelf": 3, "room": {"floor": 2}}})
    assert row["place_shelf"] == 3
    assert row["extra"] == {"colour": "red", "place": {"room": {"floor": 2}}}


@pytest.mark.parametrize("odd", ["tomorrow", 1e300, float("inf"), True, [1]])
def test_a_value_of_another_type_is_kept_aside_and_does_not_stop_the_row(odd: Any) -> None:
    row = BOX.read({"id": 7, "packed": odd})
    assert row["packed"] is None and row["extra"] == {"packed": odd}


@pytest.mark.parametrize("key", [None, "seven", 2**40, 1.5])
def test_an_object_without_a_usable_key_is_no_row(key: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="A box came without its id"):
        BOX.read({"id": key})


def test_a_uuid_is_read_as_one() -> None:
    shape = ObjectSpec("thing", {"uid": FieldKind.UUID}, key="uid")
    assert shape.read({"uid": "7e0c2b1e-0d6a-4f0b-9d1e-2f6a5b1c3d4e"})["uid"] == UUID(
        "7e0c2b1e-0d6a-4f0b-9d1e-2f6a5b1c3d4e"
    )
