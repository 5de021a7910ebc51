"""The tutorial of a day names what the app really shows, in both languages, and its pictures are small and all used.

That its story comes about, with the demo that it begins with, is shown by `tests/demo/test_app_demo.py`.
"""

import re
from pathlib import Path

import pytest
from tests.docs.day_pictures import FOLDER, PLACES, list_shots, name_picture
from tests.docs.test_pages import ROOT
from tests.presentation.catalogue import read_texts

from twinbase_presentation import load_language

PAGES = {
    "en": ROOT / "docs" / "tutorial" / "a-day-with-twinbase.md",
    "fr": ROOT / "docs" / "tutorial" / "une-journee-avec-twinbase.md",
}
LEADS = {"en": ("Do.", "See.", "Why nothing is lost."), "fr": ("Le geste.", "À l’écran.", "Pourquoi rien ne se perd.")}  # noqa: RUF001
"""What every step begins its parts with; no screen says it."""
BYTES_MAX = 1_500_000


def list_shown(language: str) -> set[str]:
    """Every text of the apps in a language; of one that has facts in it, the words before and after them, too."""
    say = load_language(language).translate
    source = [message.id if isinstance(message.id, str) else message.id[0] for message in read_texts() if message.id]
    texts = {say(text) for text in source}
    return texts | {re.sub(r"\s*\{\w+\}\s*", "", text) for text in texts}


def list_bold(page: Path) -> list[str]:
    return [" ".join(words.split(" ")).replace("\n", " ") for words in re.findall(r"\*\*(.+?)\*\*", page.read_text())]


@pytest.mark.parametrize("language", PAGES)
def test_every_word_in_bold_is_one_that_the_app_shows(language: str) -> None:
    bold = list_bold(PAGES[language])
    assert len(bold) > 60
    assert sorted(set(bold) - set(LEADS[language]) - list_shown(language)) == []


@pytest.mark.parametrize("language", PAGES)
def test_every_step_says_what_to_do_what_is_seen_and_why_nothing_is_lost(language: str) -> None:
    steps = re.split(r"^##+ ", PAGES[language].read_text(), flags=re.M)[1:]
    told = [step for step in steps if f"**{LEADS[language][0]}**" in step]
    assert len(told) >= 12
    for step in told:
        assert [step.count(f"**{lead}**") for lead in LEADS[language]] == [1, 1, 1], step.splitlines()[0]


def test_both_pages_have_the_same_steps_with_the_pictures_of_their_language() -> None:
    found = {language: re.findall(r"<img src=\"([^\"]+)\"", page.read_text()) for language, page in PAGES.items()}
    assert found["fr"] == [path.replace("-en.png", "-fr.png") for path in found["en"]]
    headings = [re.findall(r"^(#+) ", page.read_text(), re.M) for page in PAGES.values()]
    assert headings[0] == headings[1]


def test_every_picture_is_made_by_the_command_used_by_a_page_and_small() -> None:
    made = {name_picture(shot) for shot in list_shots()}
    made |= {f"{name}-{language}.png" for name in PLACES.values() for language in PAGES}
    used = {name for page in PAGES.values() for name in re.findall(r"pictures/day/([\w-]+\.png)", page.read_text())}
    there = {path.name for path in FOLDER.iterdir()}
    assert made == used == there
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < BYTES_MAX


@pytest.mark.parametrize("language", PAGES)
def test_every_picture_says_in_words_what_is_on_it(language: str) -> None:
    for picture in re.findall(r"<img [^>]*>", PAGES[language].read_text()):
        assert re.search(r'alt="[^"]{20,}"', picture), picture


def test_the_french_page_is_set_as_french_is() -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`|<[^>]*>|\]\([^)]*\)", "", PAGES["fr"].read_text(), flags=re.S)
    assert "'" not in prose, "an apostrophe is typographic"
    assert re.findall(r"\S* [;:!?»]", re.sub(r"^\|[-|]+\|$", "", prose, flags=re.M)) == []
    assert re.findall(r"« \S*", prose) == []
