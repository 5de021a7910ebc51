"""The texts of all front ends, and their catalogue: `python -m tests.presentation.catalogue` writes it anew.

New texts are added without a translation, those that are gone are removed, the others stay as they are. The sentences
of `mobile` that screens say, refusals and what rows are called, are texts too.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from twinbase.replica.attachments.fate import WHY_REFUSED
from twinbase_mobile.captions import CAPTIONS
from twinbase_mobile.reasons import CATALOGUE, PARTS

ROOT = Path(__file__).parents[2]
FRONTENDS = ROOT / "frontends"
PO = FRONTENDS / "presentation" / "twinbase_presentation" / "locales" / "fr.po"
KEYWORDS = {"say": None, "later": None, "count": (1, 2)}
"""`language.say(text)`, `later(text)`, `language.count(one, many, number)`."""
Text = str | tuple[str, str]


def read_texts() -> Catalog:
    """Every text that a screen may show, in English, with where it stands."""
    found = Catalog(locale="fr", project="Twinbase", fuzzy=False)
    for text, place in sorted(_texts(), key=lambda pair: pair[1]):
        found.add(text, locations=[(place, 0)])
    return found


def read_translations(path: Path = PO) -> Catalog:
    """The catalogue as it is in the repository."""
    return read_po(io.BytesIO(path.read_bytes()), locale="fr")


def merge_texts(translations: Catalog, texts: Catalog) -> bytes:
    """The catalogue with the texts of today: sorted by text, so that a change shows what was changed."""
    merged = read_po(io.BytesIO(_HEAD), locale="fr")
    for message in texts:
        if message.id:
            known = translations.get(message.id if isinstance(message.id, str) else message.id[0])
            merged.add(message.id, known.string if known else ("", "") if message.pluralizable else "")
    written = io.BytesIO()
    write_po(written, merged, omit_header=True, sort_output=True, width=0, no_location=True)
    return _HEAD + written.getvalue()


_HEAD = b"""msgid ""
msgstr ""
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def _texts() -> Iterator[tuple[Text, str]]:
    """What the front ends say, then what `mobile` and a device say."""
    for folder in sorted(FRONTENDS.glob("*/twinbase_*")):
        for file, _, text, _, _ in extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS):
            yield _plural(text), str(folder.relative_to(ROOT) / file)
    for sentence in (*CATALOGUE.values(), *PARTS):
        yield sentence, "twinbase_mobile.reasons"
    for sentence in WHY_REFUSED:
        yield sentence, "twinbase.replica.attachments"
    for caption in CAPTIONS.values():
        yield caption.word, "twinbase_mobile.captions"


def _strings(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (str(string or ""),)


def _plural(text: object) -> Text:
    return (str(text[0]), str(text[1])) if isinstance(text, tuple | list) else str(text)


if __name__ == "__main__":
    texts = read_texts()
    PO.write_bytes(merge_texts(read_translations(), texts))
    left = [message.id for message in read_translations() if message.id and not all(_strings(message.string))]
    print(f"{len(texts)} texts, {len(left)} without a translation", *map(repr, left), sep="\n  ", file=sys.stderr)
