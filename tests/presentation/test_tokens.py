"""What is on a screen can be read: in a cellar, in the dark, and with the sun on the glass."""

from dataclasses import fields

import pytest

from twinbase_presentation.tokens import HUES, PAIRS, THEMES, TYPE, ColourPair, Theme, compute_contrast

COLOURS = [one.name for one in fields(Theme) if one.name not in ("name", "shadow", "outlined")]


def test_contrast_is_reckoned_as_wcag_defines_it() -> None:
    assert compute_contrast("000000", "FFFFFF") == pytest.approx(21)
    assert compute_contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert compute_contrast("FFFFFF", "777777") == compute_contrast("777777", "FFFFFF")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.front} on {pair.ground}")
def test_what_stands_on_something_can_be_read(theme: Theme, pair: ColourPair) -> None:
    assert compute_contrast(getattr(theme, pair.front), getattr(theme, pair.ground)) >= pair.least


def test_every_colour_that_is_read_or_stood_on_is_in_a_pair() -> None:
    """Dividers decorate: nobody has to see them."""
    paired = {name for pair in PAIRS for name in (pair.front, pair.ground)}
    assert paired == set(COLOURS) - {"divider"}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_words_of_a_hue_stay_legible_on_its_tint_and_when_it_is_filled(theme: Theme) -> None:
    for hue in HUES.values():
        assert compute_contrast(getattr(theme, hue.on_tint), getattr(theme, hue.tint)) >= 4.5
        assert compute_contrast(getattr(theme, hue.on_strong), getattr(theme, hue.strong)) >= 4.5


def test_full_sun_is_black_on_white() -> None:
    sun = THEMES["sun"]
    assert (sun.bg, sun.surface, sun.text, sun.outlined) == ("FFFFFF", "FFFFFF", "000000", True)
    assert min(compute_contrast(getattr(sun, pair.front), getattr(sun, pair.ground)) for pair in PAIRS) >= 7


def test_nothing_is_smaller_than_can_be_read_at_arms_length() -> None:
    assert min(style.size for style in TYPE.values()) >= 12
    assert {name for name, style in TYPE.items() if style.size < 14} == {"tiny"}
