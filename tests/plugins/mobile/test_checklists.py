"""Answers and thresholds: judged alike on a device and on the server."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbase_mobile.rules import Judgement, answer_fault, answer_id, is_out_of_range, items_of, judge
from twinbase_mobile.tables import ChecklistAnswer, ChecklistTemplate

CO = {"key": "co_ppm", "label": "CO", "kind": "number", "unit": "ppm", "warn_max": 10, "max": 50}
PRESSURE = {"key": "bar", "kind": "number", "warn_min": 1, "min": 0.5, "warn_max": 2.5, "max": 3}
CHOICES = ["good", "worn", "broken"]
STATE = {"key": "state", "label": "State", "kind": "choice", "choices": CHOICES, "danger": ["broken"]}
LEAK = {"key": "leak", "kind": "bool", "danger": True}


def number(item: dict[str, Any], value: Any) -> ChecklistAnswer:
    answer = ChecklistAnswer(intervention_id=uuid4(), item_key=item["key"], value_number=Decimal(str(value)))
    answer.out_of_range = is_out_of_range(item, answer)
    return answer


@pytest.mark.parametrize(
    ("ppm", "judged"),
    [
        ("0", "normal"),
        ("9.9999", "normal"),
        ("10", "abnormal"),
        ("10.0000", "abnormal"),
        ("49.9999", "abnormal"),
        ("50", "danger"),
        ("50.0000", "danger"),
        ("500", "danger"),
    ],
)
def test_carbon_monoxide_is_judged_as_the_decree_of_2009_says(ppm: str, judged: str) -> None:
    assert judge(CO, number(CO, ppm)) == judged


@given(st.decimals(min_value=0, max_value=200, places=4))
def test_the_device_and_the_server_judge_alike(ppm: Decimal) -> None:
    on_device = judge(CO, number(CO, ppm))
    on_the_wire = judge(CO, {"item_key": "co_ppm", "value_number": format(ppm, "f")})
    assert on_device == on_the_wire


@pytest.mark.parametrize(
    ("bar", "judged"),
    [
        ("0.5", "danger"),
        ("0.51", "abnormal"),
        ("1", "abnormal"),
        ("1.5", "normal"),
        ("2.5", "abnormal"),
        ("3", "danger"),
    ],
)
def test_bounds_hold_downwards_too(bar: str, judged: str) -> None:
    assert judge(PRESSURE, number(PRESSURE, bar)) == judged


@pytest.mark.parametrize("bound", ["fifty", "", True, [50], {"ppm": 50}, float("nan"), "Infinity"])
def test_a_bound_that_is_no_number_is_none(bound: Any) -> None:
    item = {**CO, "max": bound, "warn_max": bound}
    assert judge(item, number(CO, 20)) is Judgement.NORMAL
    assert answer_fault([item], {"item_key": "co_ppm", "value_number": "20.0000"}) is None


def test_a_bound_may_have_a_comma_as_people_write_it_here() -> None:
    assert judge({**CO, "max": "0,5"}, {"item_key": "co_ppm", "value_number": "0.5000"}) is Judgement.DANGER


@pytest.mark.parametrize("choices", [7, "good", {"good": 1}])
def test_choices_that_are_no_list_let_any_answer_in(choices: Any) -> None:
    item = {**STATE, "choices": choices}
    assert answer_fault([item], {"item_key": "state", "value_choice": "worn"}) is None


def test_a_choice_or_a_yes_may_be_a_danger() -> None:
    assert judge(STATE, {"item_key": "state", "value_choice": "broken"}) is Judgement.DANGER
    assert judge(STATE, {"item_key": "state", "value_choice": "worn"}) is Judgement.NORMAL
    assert judge(LEAK, {"item_key": "leak", "value_bool": True}) is Judgement.DANGER
    assert judge(LEAK, {"item_key": "leak", "value_bool": False}) is Judgement.NORMAL


def test_what_is_not_answered_yet_is_normal() -> None:
    assert judge(CO, {"item_key": "co_ppm", "value_number": None}) is Judgement.NORMAL


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"item_key": "gas"}, "The checklist has no item gas."),
        ({"item_key": "co_ppm", "value_text": "much"}, "CO is answered with a number."),
        ({"item_key": "state", "value_choice": "new"}, "State is one of: good, worn, broken."),
        ({"item_key": "co_ppm", "value_number": "50.0000"}, "CO is marked as normal, but the checklist says danger."),
        (
            {"item_key": "co_ppm", "value_number": "5.0000", "out_of_range": True},
            "CO is marked as out of range, but the checklist says normal.",
        ),
    ],
)
def test_an_answer_that_does_not_fit_its_item_is_explained(answer: dict[str, Any], sentence: str) -> None:
    assert str(answer_fault([CO, STATE], answer)) == sentence


def test_an_answer_that_fits_is_accepted() -> None:
    for ppm in (5, 20, 80):
        assert answer_fault([CO, STATE], number(CO, ppm)) is None
    assert answer_fault([CO, STATE], {"item_key": "state", "value_choice": None}) is None


def test_two_devices_give_the_answer_to_an_item_the_same_id() -> None:
    visit, boiler, template = uuid4(), uuid4(), uuid4()
    one = answer_id(visit, boiler, template, "co_ppm")
    assert one == answer_id(str(visit), str(boiler), str(template), "co_ppm")
    assert one not in (answer_id(visit, None, template, "co_ppm"), answer_id(visit, boiler, template, "co"))


def test_a_template_that_is_no_list_has_no_items() -> None:
    assert items_of(ChecklistTemplate(code="x", items=None)) == []
    assert items_of({"items": "no list"}) == []
    assert items_of({"items": '{"key": "a"}'}) == [] and items_of({"items": '["a", {"label": "b"}]'}) == []
