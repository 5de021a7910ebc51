"""A spec says the same on every machine: names, types, JSON, fingerprint."""

from dataclasses import replace

import pytest

from twinbase_ebp.schema import ColumnSpec, TableSpec, specs_from_json, specs_to_json

STOCK = TableSpec(
    "StockItem",
    (
        ColumnSpec("ItemId", "text(40)", nullable=False),
        ColumnSpec("StorehouseId", "uuid", nullable=False),
        ColumnSpec("RealStock", "decimal(28,8)"),
        ColumnSpec("xx_Rayon", "text"),
    ),
    key=("ItemId", "StorehouseId"),
    watermark="sysModifiedDate",
    lobs=("Photo",),
    kind="watermark",
)


def test_a_spec_comes_back_from_json_as_it_was() -> None:
    assert specs_from_json(specs_to_json([STOCK])) == [STOCK]


def test_what_is_no_file_of_specs_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="no file of EBP table specs"):
        specs_from_json("{}")
    with pytest.raises(ValueError, match="format 9"):
        specs_from_json('{"format": 9, "tables": []}')


def test_the_fingerprint_does_not_hang_on_the_order_of_columns() -> None:
    turned = replace(STOCK, columns=tuple(reversed(STOCK.columns)))
    assert turned.fingerprint == STOCK.fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        replace(STOCK, columns=STOCK.columns[:-1]),
        replace(STOCK, columns=(*STOCK.columns[:-1], ColumnSpec("xx_Rayon", "text(10)"))),
        replace(STOCK, columns=(*STOCK.columns[:-1], ColumnSpec("xx_Rayon", "text", nullable=False))),
        replace(STOCK, key=("ItemId",)),
        replace(STOCK, lobs=()),
        replace(STOCK, name="Stockitem"),
    ],
)
def test_every_change_of_shape_changes_the_fingerprint(changed: TableSpec) -> None:
    assert changed.fingerprint != STOCK.fingerprint


def test_where_a_column_is_stored_is_no_change_of_the_source() -> None:
    moved = replace(STOCK.columns[2], stored_as="RealStock__2")
    assert replace(STOCK, columns=(*STOCK.columns[:2], moved, STOCK.columns[3])).fingerprint == STOCK.fingerprint
    assert moved.target == "RealStock__2"


def test_columns_added_for_one_company_are_known_by_their_prefix() -> None:
    assert [column.name for column in STOCK.columns if column.custom] == ["xx_Rayon"]


def test_a_type_that_does_not_exist_is_refused() -> None:
    for written in ("money", "text(4,2)", "decimal(8)", "uuid(3)", "text("):
        with pytest.raises(ValueError, match="no canonical type"):
            ColumnSpec("Price", written)
