"""Texts, dates, figures and money as people read them. The source texts are English; a catalogue has the French.

The catalogue is a `.po` file, and is read as such when an app starts: nothing is compiled, so nothing can be old.
"""

import gettext
import io
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language in which the texts are written: it needs no catalogue."""
LANGUAGES = ("fr", "en")
"""The first is taken where neither a setting nor the system names one of them."""
MINUS = "\N{MINUS SIGN}"
SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")
_SPACES = {ord("\u202f"): "\u00a0", ord("\u2009"): "\u00a0"}


def later(text: str) -> str:
    """Mark a text that is translated when it is shown: one that stands in a table, say."""
    return text


def show(text: str) -> str:
    """A text for a screen, whose fonts have one kind of space that does not break."""
    return unicodedata.normalize("NFC", text).translate(_SPACES)


class Language:
    """One language of an app. `code`: `fr` or `en`."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.locale = Locale.parse(code)
        self._catalogue = read_catalogue(code)

    def say(self, text: str, **facts: object) -> str:
        """The text in this language; `facts` fill its braces."""
        return show(self._catalogue.gettext(text).format(**facts) if facts else self._catalogue.gettext(text))

    def count(self, one: str, many: str, number: int, **facts: object) -> str:
        """The text for so many; `{n}` is the number, as it is written here."""
        return show(self._catalogue.ngettext(one, many, number).format(n=self.format_number(number), **facts))

    def translate(self, text: str) -> str:
        """What gettext answers, for functions that fill the braces themselves."""
        return self._catalogue.gettext(text)

    def format_number(self, number: Decimal | int | float, decimals: int | None = None) -> str:
        """`1 234,5`; with so many decimals, where they are given."""
        pattern = None if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
        return show(numbers.format_decimal(number, format=pattern, locale=self.locale))

    def format_money(self, amount: Decimal, currency: str = "EUR") -> str:
        """`84,60 €`."""
        return show(numbers.format_currency(amount, currency, locale=self.locale))

    def format_minutes(self, minutes: int) -> str:
        """`6 h 30`, `45 min`, and less than nothing with a minus."""
        sign, (hours, rest) = MINUS if minutes < 0 else "", divmod(abs(minutes), 60)
        if not hours:
            return f"{sign}{rest}\u00a0min"
        return f"{sign}{hours}\u00a0h" + (f"\u00a0{rest:02}" if rest else "")

    def format_distance(self, metres: float) -> str:
        """`850 m`, `4,2 km`."""
        if metres < 995:
            return f"{self.format_number(round(metres / 10) * 10)}\u00a0m"
        return f"{self.format_number(Decimal(metres / 1000), 1)}\u00a0km"

    def format_time(self, moment: datetime | time) -> str:
        """`08:30`, on the clocks of the moment's own zone."""
        return moment.strftime("%H:%M")

    def format_day(self, day: date) -> str:
        """`mer. 10 juin`."""
        return show(dates.format_skeleton("MMMEd", _at_midnight(day), locale=self.locale))

    def format_weekday(self, day: date) -> str:
        """One letter: `M`."""
        return show(dates.format_date(day, "ccccc", locale=self.locale))

    def format_long_day(self, day: date) -> str:
        """`mercredi 10 juin 2026`."""
        return show(dates.format_date(day, "full", locale=self.locale))

    def format_date(self, day: date) -> str:
        """`10/06/2026`."""
        return show(dates.format_skeleton("yMd", _at_midnight(day), locale=self.locale))

    def format_month(self, day: date) -> str:
        """`juin 2026`."""
        return show(dates.format_skeleton("yMMMM", _at_midnight(day), locale=self.locale))

    def format_when(self, moment: datetime, today: date) -> str:
        """The time of what is today, else the day with it: `mar. 9 juin, 16:40`."""
        if moment.date() == today:
            return self.format_time(moment)
        return f"{self.format_day(moment.date())}, {self.format_time(moment)}"

    def parse_number(self, text: str) -> Decimal:
        """What somebody has typed, with a comma or a point, with any spaces; raises ValueError for no number."""
        plain = "".join(text.split()).replace(",", ".").replace(MINUS, "-")
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", plain, re.ASCII):
            raise ValueError(f"{text!r} is no number.")
        return Decimal(plain)

    def parse_day(self, text: str) -> date:
        """A day as this language writes it, `10/06/2026`, with a year of two figures too, or `2026-06-10` in any;
        raises ValueError for no day."""
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip(), re.ASCII):
            return date(int(found[1]), int(found[2]), int(found[3]))
        found = re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})", text.strip(), re.ASCII)
        if found is None:
            raise ValueError(f"{text!r} is no day.")
        pattern = dates.get_date_format("short", self.locale).pattern
        month, day = (found[1], found[2]) if pattern.index("M") < pattern.index("d") else (found[2], found[1])
        return date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), int(month), int(day))


@cache
def load_language(code: str) -> Language:
    """A language of an app; raises LookupError for another one."""
    if code not in LANGUAGES:
        raise LookupError(f"There is no {code!r}; there are {', '.join(LANGUAGES)}.")
    return Language(code)


def choose_language(setting: str = "", environ: Mapping[str, str] = os.environ) -> Language:
    """The language of a setting, else that of the system, else the first of them."""
    named = (setting, *(environ.get(variable, "") for variable in SYSTEM))
    return load_language(next((code for code in map(_code_of, named) if code in LANGUAGES), LANGUAGES[0]))


def read_catalogue(code: str) -> gettext.NullTranslations:
    """The texts of a language, read from its `.po` file."""
    if code == SOURCE:
        return gettext.NullTranslations()
    source = files(__package__).joinpath("locales", f"{code}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _code_of(name: str) -> str:
    """`fr_FR.UTF-8` is `fr`; what is no language is "", and so is `C`, which says that nobody has chosen one."""
    plain = name.partition(".")[0].partition("@")[0]
    try:
        return Locale.parse(plain).language if plain not in ("", "C", "POSIX") else ""
    except (UnknownLocaleError, ValueError, TypeError):
        return ""


def _at_midnight(day: date) -> Any:
    """Skeletons of Babel take a moment; without a zone it stays in its day."""
    return datetime.combine(day, time.min)
