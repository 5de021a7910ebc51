"""A checklist: judged in words as it is typed, each answer saved by itself."""

from decimal import Decimal

import pytest
from tests.presentation.phone import ME, Phone, ident, paris, visit
from tests.presentation.test_visit import TEMPLATE, VISIT, begun

from twinbase_mobile.reading import Item
from twinbase_mobile.rules import Judgement, answer_id
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import load_language
from twinbase_presentation.screens.checklist import ChecklistModel

CO, CLEAN = (None, "co_ppm"), (None, "clean")


async def opened(phone: Phone) -> ChecklistModel:
    await begun(phone)
    model = ChecklistModel(phone.workday, VISIT)
    await model.open()
    return model


def item(model: ChecklistModel, key: str) -> Item:
    assert model.shown is not None, model.state
    return next(one for one in model.shown.checklists[0].items if one.key == key)


@pytest.mark.parametrize(
    ("value", "judgement", "french", "english"),
    [
        ("4", Judgement.NORMAL, "", ""),
        (
            "12",
            Judgement.ABNORMAL,
            "12\u00a0ppm\u00a0: anormal (à partir de 10). Aérez et recherchez la cause.",
            "12\u00a0ppm: abnormal (from 10). Air the room and look for the cause.",
        ),
        (
            "62.5",
            Judgement.DANGER,
            "62,5\u00a0ppm\u00a0: DANGER (à partir de 50). Faites évacuer et coupez l\u2019appareil.",
            "62.5\u00a0ppm: DANGER (from 50). Get everybody out and switch the appliance off.",
        ),
    ],
)
async def test_an_answer_is_judged_in_words_while_it_is_typed(
    phone: Phone, value: str, judgement: Judgement, french: str, english: str
) -> None:
    model = await opened(phone)
    for language, sentence in (("en", english), ("fr", french)):
        phone.workday.language = load_language(language)
        verdict = model.judge(item(model, "co_ppm"), Decimal(value))
        assert (verdict.judgement, verdict.sentence) == (judgement, sentence)
    assert await phone.sql("SELECT count(*) FROM checklist_answers") == [(0,)]


async def test_each_answer_is_saved_with_the_id_of_its_place_and_the_next_one_is_found(phone: Phone) -> None:
    model = await opened(phone)
    assert model.shown is not None and model.shown.progress == (0, 2)
    assert model.find_next() == CO and model.find_next(CO) == CO
    assert (await model.answer(*CO, Decimal(12))).is_done
    assert model.shown.progress == (1, 2) and model.find_next() is None
    assert (await model.answer(*CO, Decimal(4))).is_done
    assert await phone.sql("SELECT id, item_key, value_number, out_of_range FROM checklist_answers") == [
        (str(answer_id(VISIT, None, TEMPLATE, "co_ppm")), "co_ppm", 40_000, 0)
    ]
    await model.answer(*CLEAN, True)
    await model.answer(*CO, None)
    assert model.shown.progress == (1, 2) and model.find_next() == CO


async def test_what_the_rules_refuse_is_said_and_not_written(phone: Phone) -> None:
    model = await opened(phone)
    await phone.sql("UPDATE _twinbase_state SET applying = 1")
    await phone.sql("UPDATE interventions SET status = ?", VisitStatus.DONE.value)
    await phone.sql("UPDATE _twinbase_state SET applying = 0")
    fault = (await model.answer(*CO, Decimal(4))).fault
    assert fault.startswith("The visit is done, so its answers can no longer be changed.")
    assert await phone.sql("SELECT count(*) FROM checklist_answers") == [(0,)]


async def test_a_visit_without_a_checklist_shows_none(phone: Phone) -> None:
    await phone.give(visit(2, paris(10, 9), lead_id=ME))
    model = ChecklistModel(phone.workday, ident(1002))
    await model.open()
    assert model.shown is not None and model.shown.checklists == () and model.find_next() is None
