"""Kivy falls back to no other font: a character that ours lack is a box on the screen, and nothing warns."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont

import twinbase_kivy
import twinbase_presentation
from twinbase_presentation import load_language
from twinbase_presentation.icons import find_symbol, list_symbols

OURS, SHARED = (Path(one.__path__[0]) for one in (twinbase_kivy, twinbase_presentation))
INTER = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")
SYMBOLS = ("Symbols.ttf", "Symbols-Filled.ttf")


def codes_of(file: str) -> dict[int, str]:
    codes: dict[int, str] = TTFont(OURS / "fonts" / file).getBestCmap()
    return codes


def catalogued() -> set[str]:
    """Every character of every text of every language."""
    texts: list[str] = []
    for catalogue in (*SHARED.glob("locales/*.po"), *OURS.glob("locales/*.po")):
        for message in read_po(BytesIO(catalogue.read_bytes())):
            for said in (message.id, message.string):
                texts += said if isinstance(said, list | tuple) else [str(said)]
    return set("".join(texts))


@pytest.mark.parametrize("file", INTER)
def test_every_text_can_be_drawn(file: str) -> None:
    codes = codes_of(file)
    assert sorted(one for one in catalogued() - {"\n"} if ord(one) not in codes) == []


@pytest.mark.parametrize("file", INTER)
@pytest.mark.parametrize("code", ["fr", "en"])
def test_figures_dates_and_money_can_be_drawn(file: str, code: str) -> None:
    language, codes = load_language(code), codes_of(file)
    days = [date(2026, month, day) for month in range(1, 13) for day in range(1, 8)]
    said = "".join(
        [language.format_number(Decimal("-1234567.89")), language.format_money(Decimal("12345.6")),
         language.format_distance(4200), language.format_minutes(-390), "\u202f",
         *map(language.format_long_day, days), *map(language.format_day, days), *map(language.format_month, days),
         language.format_when(datetime(2026, 6, 10, 8, 30), date(2026, 6, 9))]
    )  # fmt: skip
    assert sorted(one for one in set(said) if ord(one) not in codes) == []


@pytest.mark.parametrize("file", INTER)
def test_figures_are_as_wide_as_each_other_so_that_a_timer_stands_still(file: str) -> None:
    font = TTFont(OURS / "fonts" / file)
    codes = font.getBestCmap()
    assert len({font["hmtx"][codes[ord(one)]][0] for one in "0123456789"}) == 1


@pytest.mark.parametrize("file", SYMBOLS)
def test_every_icon_is_in_both_fonts(file: str) -> None:
    assert list_symbols() <= set(codes_of(file).values())


def test_a_plugins_unknown_icon_fails_no_screen() -> None:
    assert find_symbol("no such icon").name == "extension"
    assert find_symbol("access").name == "vpn_key"


def test_the_fonts_come_with_their_licences() -> None:
    assert "SIL OPEN FONT LICENSE" in (OURS / "fonts/LICENSE-Inter.txt").read_text().upper()
    assert "Apache License" in (OURS / "fonts/LICENSE-MaterialSymbols.txt").read_text()
