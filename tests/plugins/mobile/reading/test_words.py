"""What a search compares is the same text on a device and on the server."""

import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from twinbase.testing.databases import Databases
from twinbase_mobile.reading import office
from twinbase_mobile.reading.words import TABLE, compact, fold, split_words

NO_NUL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
LATIN = st.text(st.characters(max_codepoint=0x24F, exclude_characters="\x00"), max_size=60)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Écrou hexagonal", "ecrou hexagonal"),
        ("ECROU  Hexagonal ", "ecrou hexagonal"),
        ("œuf ŒUF, æther", "oeuf oeuf aether"),
        ("Straße ẞ", "strasse ss"),
        ("e\u0301crou", "ecrou"),
        ("vis 6\u00d720 \u2013 n° 3", "vis 6 20 n 3"),
        ("½ pouce", "1 2 pouce"),
        ("1/2 pouce", "1 2 pouce"),
        ("ﬁltre à air", "filtre a air"),
        ("10 m²", "10 m2"),
        ("Ørsted Łódź", "orsted lodz"),
        ("КОТЁЛ Λέβητας", "котел λεβητασ"),
        ("co\u00adupe-circuit", "coupe circuit"),
        (" - ", ""),
    ],
)
def test_case_accents_and_ligatures_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert " ".join(split_words(text)) == folded


def test_a_code_is_one_word_without_what_stands_between() -> None:
    assert compact("VIS-M6 x20") == "vism6x20"


@given(NO_NUL)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_another_table_of_letters_needs_another_version() -> None:
    """The index of the server is made with the table of its day; the number in its name must move with the table."""
    body = repr(sorted(TABLE.items())).encode()
    assert (office.TABLE_VERSION, hashlib.sha256(body).hexdigest()[:16]) == (1, "3a5a9f97c8795002")


@pytest.fixture(scope="module")
def folding(databases: Databases) -> str:
    return databases.create()


@pytest.fixture
async def connection(folding: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    made = await asyncpg.connect(folding)
    await made.execute("CREATE SCHEMA IF NOT EXISTS mobile")
    for statement in office._definitions()[:2]:
        await made.execute(statement)
    yield made
    await made.close()


@pytest.mark.parametrize("texts", [NO_NUL, LATIN], ids=["any", "latin"])
async def test_postgresql_folds_as_python_does(
    connection: "asyncpg.Connection[asyncpg.Record]", texts: st.SearchStrategy[str]
) -> None:
    seen: list[str] = []

    @settings(max_examples=150)
    @given(texts)
    @example("x" * 300 + " É" + "y" * 300)
    @example("".join(map(chr, TABLE))[1:])
    def collect(text: str) -> None:
        seen.append(text)

    collect()
    folded = await connection.fetchval(
        "SELECT array_agg(mobile.folded_1(t) ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS u(t, n)", seen
    )
    assert folded == [fold(text) for text in seen]
