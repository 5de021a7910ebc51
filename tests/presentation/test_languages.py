"""French and English: texts, dates, figures, money, as they stand on a screen."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from twinbase_presentation import Language, choose_language, load_language
from twinbase_presentation.fields import FormField, read_time, write_text
from twinbase_presentation.words import WORDS, say_word

FR, EN = load_language("fr"), load_language("en")
DAY = date(2026, 6, 10)


def test_a_text_is_said_in_the_language_with_its_facts_and_the_english_is_the_source() -> None:
    assert FR.say("Offline since {time}", time="07:42") == "Hors ligne depuis 07:42"
    assert EN.say("Offline since {time}", time="07:42") == "Offline since 07:42"
    assert FR.say("nobody translates this") == "nobody translates this"


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [(FR, 0, "0 visite"), (FR, 1, "1 visite"), (FR, 2, "2 visites"), (EN, 0, "0 visits"), (EN, 1, "1 visit")],
)
def test_a_count_is_said_as_its_language_counts(language: Language, number: int, said: str) -> None:
    assert language.count("{n} visit", "{n} visits", number) == said


def test_figures_and_money_are_written_as_there_and_never_with_a_space_that_no_font_has() -> None:
    assert FR.format_number(Decimal("1234567.5")) == "1\u00a0234\u00a0567,5"
    assert EN.format_number(Decimal("1234567.5")) == "1,234,567.5"
    assert FR.format_money(Decimal("1084.6")) == "1\u00a0084,60\u00a0€"
    assert EN.format_money(Decimal("84.6")) == "€84.60"
    assert (FR.format_distance(4231), FR.format_distance(853), EN.format_distance(4231)) == (
        "4,2\u00a0km",
        "850\u00a0m",
        "4.2\u00a0km",
    )
    assert [FR.format_minutes(minutes) for minutes in (390, 45, 120, -65)] == [
        "6\u00a0h\u00a030",
        "45\u00a0min",
        "2\u00a0h",
        "\N{MINUS SIGN}1\u00a0h\u00a005",
    ]


def test_days_and_moments_are_said_as_people_do() -> None:
    assert (FR.format_day(DAY), EN.format_day(DAY)) == ("mer. 10 juin", "Wed, Jun 10")
    assert (FR.format_date(DAY), EN.format_date(DAY)) == ("10/06/2026", "6/10/2026")
    assert (FR.format_month(DAY), FR.format_long_day(DAY)) == ("juin 2026", "mercredi 10 juin 2026")
    moment = datetime(2026, 6, 9, 14, 40, tzinfo=UTC).astimezone(ZoneInfo("Europe/Paris"))
    assert FR.format_when(moment, DAY) == "mar. 9 juin, 16:40"
    assert FR.format_when(moment, moment.date()) == "16:40"


@pytest.mark.parametrize(
    ("typed", "number"), [("12", "12"), ("1 234,5", "1234.5"), ("1.5", "1.5"), ("\N{MINUS SIGN}3", "-3"), (",5", "0.5")]
)
def test_a_number_is_read_as_it_is_typed(typed: str, number: str) -> None:
    assert FR.parse_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "-", ".", "1.2.3", "1,234.5", "12 ppm", "\u0663", "1e5", "NaN"])
def test_what_is_no_number_is_none(typed: str) -> None:
    with pytest.raises(ValueError):
        FR.parse_number(typed)


@pytest.mark.parametrize(
    ("setting", "environ", "code"),
    [
        ("en", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("", {"LANG": "fr_FR.UTF-8"}, "fr"),
        ("", {"LANG": "en_GB.UTF-8"}, "en"),
        ("", {"LC_ALL": "en_US", "LANG": "fr_FR"}, "en"),
        ("", {"LANG": "de_DE.UTF-8"}, "fr"),
        ("", {"LANG": "C.UTF-8"}, "fr"),
        ("", {}, "fr"),
        ("xx", {"LANG": "nonsense@"}, "fr"),
    ],
)
def test_the_language_is_that_of_the_setting_else_of_the_system_else_french(
    setting: str, environ: dict[str, str], code: str
) -> None:
    assert choose_language(setting, environ).code == code


def test_every_word_of_a_list_that_is_shown_has_a_word_of_its_own_in_both_languages() -> None:
    for kind, words in WORDS.items():
        for language in (FR, EN):
            said = [say_word(language, word) for word in words]
            assert len(set(said)) == len(said), kind


@pytest.mark.parametrize("typed", ["8:30", "08h30", "8 h 30", "0830", "08.30"])
def test_a_time_is_read_however_it_is_typed(typed: str) -> None:
    assert read_time(typed).isoformat() == "08:30:00"


def test_what_a_form_shows_of_a_value_is_read_as_that_value() -> None:
    for kind, value in (("number", Decimal("12.50")), ("whole", 45), ("flag", True), ("day", DAY), ("text", "Élan")):
        field = FormField("x", "X", kind, text=write_text(value))  # type: ignore[arg-type]
        assert field.parse(FR) == value and field.judge(FR).error == ""
