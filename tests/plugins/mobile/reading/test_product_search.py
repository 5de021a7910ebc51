"""Search in the catalogue: on a phone and on the server the same products, in the same order."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plugins.mobile.reading.company import Company, ident

from twinbase_mobile.reading import ProductSearch
from twinbase_mobile.reading.catalogue import Catalogue, ProductTexts
from twinbase_mobile.reading.office import prepare_product_search, search_products
from twinbase_mobile.reading.words import compact, fold, split_words
from twinbase_mobile.tables import Product, ProductFamily, Unit
from twinbase_mobile.tables.kinds import ProductKind

SHELF = [
    ("VIS-M6X20", "Vis inox M6 \u00d7 20", "3250000000017", "Tête hexagonale"),
    ("VIS-M6X30", "Vis inox M6 \u00d7 30", "3250000000024", None),
    ("ECR-M6", "Écrou inox M6", None, "Pour vis M6"),
    ("CHAUD-24", "Chaudière gaz à condensation 24 kW", None, "Ballon, brûleur, œillet de regard"),
    ("M6", "Rondelle éventail", None, None),
    ("JNT-12", "Joint fibre ½ pouce", None, None),
    ("SANS-NOM", None, None, None),
]


def product(number: int, code: str, caption: str | None, barcode: str | None, description: str | None) -> Product:
    return Product(id=ident(100 + number), code=code, caption=caption, barcode=barcode, description=description)


def shelf() -> list[Product]:
    return [product(number, *row) for number, row in enumerate(SHELF)]


async def found(company: Company, text: str, search: ProductSearch | None = None) -> list[str]:
    """The codes that the phone finds."""
    async with company.phone.replica.read() as session:
        return [one.code for one in await (search or ProductSearch()).find(session, text)]


TYPED_AND_FOUND = [
    ("vis", ["VIS-M6X20", "VIS-M6X30", "ECR-M6"]),
    ("VIS INOX", ["VIS-M6X20", "VIS-M6X30", "ECR-M6"]),
    ("inox vis", ["VIS-M6X20", "VIS-M6X30", "ECR-M6"]),
    ("ecrou", ["ECR-M6"]),
    ("chau cond", ["CHAUD-24"]),
    ("oeillet", ["CHAUD-24"]),
    ("m6", ["M6", "ECR-M6", "VIS-M6X20", "VIS-M6X30"]),
    ("vis-m6x30", ["VIS-M6X30"]),
    ("vism6x30", ["VIS-M6X30"]),
    ("3250000000024", ["VIS-M6X30"]),
    ("32500", ["VIS-M6X20", "VIS-M6X30"]),
    ("1/2", ["JNT-12"]),
    ("sans", ["SANS-NOM"]),
    ("nothing of this kind", []),
    ("", ["SANS-NOM", "CHAUD-24", "ECR-M6", "JNT-12", "M6", "VIS-M6X20", "VIS-M6X30"]),
]


async def test_what_is_typed_finds_what_is_meant(shelved: Company) -> None:
    assert [(text, await found(shelved, text)) for text, _ in TYPED_AND_FOUND] == TYPED_AND_FOUND


@pytest.fixture
async def shelved(company: Company) -> Company:
    """A company with a few products, which are on the phone too."""
    await company.add_and_sync(*shelf())
    return company


async def test_a_product_is_shown_with_its_family_unit_and_price(company: Company) -> None:
    family, unit = ProductFamily(id=ident(50), code="VIS", caption="Visserie"), Unit(id=ident(51), code="U")
    screw = Product(
        id=ident(52),
        code="V",
        caption="Vis",
        stock_managed=True,
        family_id=family.id,
        unit_id=unit.id,
        price_ht=Decimal("1.2345"),
        kind=ProductKind.GOODS,
    )
    await company.add_and_sync(family, unit, screw)
    async with company.phone.replica.read() as session:
        (one,) = await ProductSearch().find(session, "vis")
    assert (one.family, one.unit, one.price_ht, one.price_ttc) == ("Visserie", "U", Decimal("1.2345"), None)
    assert (one.caption, one.kind, one.stock_managed) == ("Vis", ProductKind.GOODS, True)


async def test_a_product_that_the_office_renames_is_found_by_its_new_name_after_the_sync(shelved: Company) -> None:
    search = ProductSearch()
    assert await found(shelved, "rondelle", search) == ["M6"]
    await shelved.world.sql("UPDATE mobile.products SET caption = 'Bague' WHERE code = 'M6'")
    await shelved.phone.sync()
    assert await found(shelved, "rondelle", search) == []
    assert await found(shelved, "bague", search) == ["M6"]


async def test_the_index_is_kept_while_nothing_changes(shelved: Company) -> None:
    search = ProductSearch()
    await found(shelved, "vis", search)
    with shelved.queries() as queries:
        await found(shelved, "ecrou", search)
    assert len([query for query in queries if "products" in query]) == 1


async def test_what_is_no_longer_sold_is_not_found_on_either_side(shelved: Company) -> None:
    await shelved.world.sql("UPDATE mobile.products SET state = 'sleeping' WHERE code = 'M6'")
    await shelved.phone.sync()
    assert await found(shelved, "rondelle") == []
    connection = await asyncpg.connect(shelved.world.database_url)
    await prepare_product_search(connection)
    assert await search_products(connection, "rondelle") == ()
    await connection.close()


PIECES = ["vis", "Vis", "écrou", "ECROU", "m6", "M6X20", "œuf", "ß", "é", "x", "1", "12", *"½- /'\\&*:"]
TYPED = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)


def catalogue(texts: Sequence[tuple[str, str | None, str | None, str | None]]) -> list[Product]:
    return [product(number, *row) for number, row in enumerate(texts)]


ROWS = st.lists(
    st.tuples(
        TYPED.map(lambda text: text[:40]),
        st.none() | TYPED.map(lambda text: text[:80]),
        st.none() | TYPED.map(lambda text: text[:40]),
        st.none() | TYPED,
    ),
    min_size=30,
    max_size=60,
)


def by_definition(products: Sequence[Product], text: str) -> list[Any]:
    """The definition, without any index: every word begins a word of the product."""
    asked = list(dict.fromkeys(split_words(text)))

    def has(one: Product) -> bool:
        texts = [one.code, one.barcode or "", one.caption or "", one.description or ""]
        own = [*split_words(" ".join(texts)), compact(one.code), compact(one.barcode or "")]
        return all(any(word.startswith(beginning) for word in own) for beginning in asked)

    def order(one: Product) -> Any:
        caption, code = fold(one.caption or ""), compact(text)
        exact = bool(code) and code in (compact(one.code), compact(one.barcode or ""))
        inside = sum(any(word.startswith(each) for word in split_words(caption)) for each in asked)
        return not exact, not caption.startswith(fold(text)), -inside, caption, one.id

    return [one.id for one in sorted(filter(has, products), key=order)]


@given(ROWS, st.lists(TYPED, min_size=1, max_size=10))
def test_the_index_finds_what_the_definition_says(rows: Any, typed: list[str]) -> None:
    products = catalogue(rows)
    index = Catalogue(ProductTexts(one.id, one.code, one.barcode, one.caption, one.description) for one in products)
    for text in typed:
        assert index.find(text, 1000) == by_definition(products, text), text


@pytest.mark.timeout(300)
async def test_phone_and_server_find_the_same_in_the_same_order(company: Company) -> None:
    """Random catalogues and random texts: the phone's rows came by a sync, the server's are its own."""
    cases: list[tuple[Any, list[str]]] = []

    @settings(max_examples=8)
    @given(ROWS, st.lists(TYPED, min_size=20, max_size=40))
    def collect(rows: Any, typed: list[str]) -> None:
        cases.append((rows, typed))

    collect()
    search = ProductSearch()
    connection = await asyncpg.connect(company.world.database_url)
    await prepare_product_search(connection)
    for rows, typed in cases:
        await company.world.sql("DELETE FROM mobile.products")
        await company.add_and_sync(*catalogue(rows))
        async with company.phone.replica.read() as session:
            for text in [*typed, *(row[0] for row in rows), *(row[1] or "" for row in rows)]:
                here = await search.find(session, text, limit=20)
                assert here == await search_products(connection, text, limit=20), text
    await connection.close()


async def test_the_server_uses_its_index(shelved: Company) -> None:
    connection = await asyncpg.connect(shelved.world.database_url)
    await prepare_product_search(connection)
    await prepare_product_search(connection)
    await connection.execute("SET enable_seqscan = off")
    plan = await connection.fetch(
        "EXPLAIN SELECT * FROM mobile.products AS p WHERE"
        " mobile.product_words_1(p.code, p.barcode, p.caption, p.description)"
        " @@ '''vis'':*'::tsquery"
    )
    assert any("ix_products_words_1" in row[0] for row in plan)
    await connection.close()
