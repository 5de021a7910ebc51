"""The catalogue of reasons: every code that is used is in it, and a front end can say it in another language."""

import re
from pathlib import Path

import twinbase_mobile
from twinbase_mobile.reasons import CATALOGUE, make_reason, translate_reason
from twinbase_mobile.rules import transition_fault

SOURCES = Path(twinbase_mobile.__file__).parent / "rules"
FRENCH = {
    CATALOGUE["minutes_wrong"]: "Du début à la fin, sans la pause, cela fait {counted} minutes et non {written}.",
    CATALOGUE["status_transition"]: "Une intervention {before} ne peut pas devenir {after}.",
}


def test_every_reason_that_a_rule_gives_is_in_the_catalogue_and_the_other_way_round() -> None:
    text = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    used = set(re.findall(r'reason\(\s*"(\w+)"', text)) | set(re.findall(r'"(status_(?!faults)\w+)"', text))
    assert used == set(CATALOGUE)


def test_a_sentence_is_said_in_another_language_with_its_facts() -> None:
    said = str(make_reason("minutes_wrong", counted=210, written=240))
    assert translate_reason("minutes_wrong", said, lambda text: FRENCH.get(text, text)) == (
        "Du début à la fin, sans la pause, cela fait 210 minutes et non 240."
    )


def test_the_words_in_a_sentence_are_said_in_the_other_language_too() -> None:
    """Those of lists, alone or several of them; what somebody typed stays as it is."""
    french = {**FRENCH, "travelling": "en route", "done": "terminée", "in progress": "en cours", "cancelled": "annulée"}
    french[CATALOGUE["status_transition"]] += " {allowed}"
    french["From here it may become: {states}."] = "Elle peut devenir : {states}."
    said = str(transition_fault("travelling", "done"))
    assert translate_reason("status_transition", said, lambda text: french.get(text, text)) == (
        "Une intervention en route ne peut pas devenir terminée. Elle peut devenir : en cours, annulée."
    )
    named = str(make_reason("item_unknown", item="done by hand"))
    assert translate_reason("item_unknown", named, lambda text: french.get(text, text)) == named


def test_a_sentence_that_is_not_translated_stays_as_it_came() -> None:
    said = str(transition_fault("travelling", "done"))
    assert translate_reason("status_transition", said) == said
    assert translate_reason("unique", "Another reason.", FRENCH.__getitem__) == "Another reason."
    assert translate_reason("minutes_wrong", "A sentence of an older server.", FRENCH.__getitem__).startswith(
        "A sentence"
    )


def test_no_code_and_no_sentence_stands_twice() -> None:
    assert len(set(CATALOGUE.values())) == len(CATALOGUE)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in CATALOGUE)
