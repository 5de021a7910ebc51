"""Words that only this front end needs, and those of the shared layer, through one function."""

import gettext
import io
from functools import cache
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from twinbase_presentation import Language
from twinbase_presentation.languages import SOURCE, show


def say_text(language: Language, text: str) -> str:
    """The text in this language: from this package's catalogue, else from the shared one."""
    own = _read_own(language.code).gettext(text)
    return show(own) if own != text else language.say(text)


@cache
def _read_own(code: str) -> gettext.NullTranslations:
    if code == SOURCE:
        return gettext.NullTranslations()
    source = files(__package__).joinpath("locales", f"{code}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
