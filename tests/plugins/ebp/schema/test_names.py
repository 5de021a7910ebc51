"""Names of more than 63 bytes are cut as PostgreSQL cuts them."""

import asyncpg
import pytest

from twinbase_ebp.schema.names import find_collisions, truncate_name, versioned_name

LONG = "CurrencyRealNetAmountVatExcludedWithDiscountAndFinancialDiscount"


@pytest.mark.parametrize("name", [LONG, "é" * 40, "a" + "é" * 40, "ab" + "€" * 30, "short"])
async def test_a_name_is_cut_where_postgresql_cuts_it(name: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        kept = await connection.fetchval("SELECT $1::text::name::text", name)
    finally:
        await connection.close()
    assert truncate_name(name) == kept


def test_two_names_that_postgresql_cannot_tell_apart_are_found() -> None:
    assert find_collisions([LONG + "A", "Id", LONG + "B", "id"]) == [(LONG + "A", LONG + "B")]
    assert find_collisions([LONG, LONG]) == []


def test_a_versioned_name_fits_too() -> None:
    assert versioned_name("Total", 2) == "Total__2"
    assert len(versioned_name(LONG, 12).encode()) == 63
    assert versioned_name(LONG, 12).endswith("__12")
