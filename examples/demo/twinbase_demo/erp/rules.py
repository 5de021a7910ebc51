"""The tables that nobody describes: their keys, their references, and a value for each column that has a meaning."""

from collections.abc import Callable, Iterator
from datetime import datetime

from twinbase_demo.erp import people, texts
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.ebp_tables import GeneratedColumn, GeneratedTable, ebp_tables
from twinbase_demo.erp.world import CellValue, GeneratedRow, GeneratedWorld, make_keys

Draw = Callable[[int], CellValue]

_OPTIONAL_SHARE = 0.7
_AUDIT = ("sysCreatedDate", "sysCreatedUser", "sysModifiedDate", "sysModifiedUser")
# Whom a `ThirdId` means depends on the side of the business that the table is on.
_THIRDS = {"Sale": "Customer", "Purchase": "Supplier"}


def make_rows(world: GeneratedWorld, table: GeneratedTable) -> Iterator[GeneratedRow]:
    """So many rows of any table, with references that resolve."""
    chance = world.make_chance(table.name)
    keys = _keys(world, table)
    draws = {column.name: draw for column in table.known if (draw := _draw(world, chance, table, column))}
    for number in range(world.rows[table.name]):
        row: GeneratedRow = {name: values[number] for name, values in keys.items()}
        row |= {name: draw(number) for name, draw in draws.items()}
        if table.audited:
            row |= world.audit_columns(chance, world.past_moment(chance))
        yield row or _only_words(table, number)


def _only_words(table: GeneratedTable, number: int) -> GeneratedRow:
    """A table of which we know no column still has its rows, and they differ in some text."""
    column = next(column for column in table.columns if column.type.startswith("varchar"))
    return {column.name: f"Élément n° {number + 1}"}


def _keys(world: GeneratedWorld, table: GeneratedTable) -> dict[str, list[str]]:
    if len(table.key) == 1:
        return {table.key[0].name: list(world.keys_of(table.name))}
    count = world.rows[table.name]
    return {
        column.name: make_keys(world.make_chance("key", table.name, column.name), table.name, column, count)
        for column in table.key
    }


def _draw(world: GeneratedWorld, chance: Chance, table: GeneratedTable, column: GeneratedColumn) -> Draw | None:
    if column.name in _AUDIT:
        return None
    parent = _parent(table, column)
    if parent is not None:
        return _reference(world, chance, parent, column)
    for ending, draw in _by_name(world, chance, column).items():
        if column.name.endswith(ending):
            return draw
    return None


def _parent(table: GeneratedTable, column: GeneratedColumn) -> str | None:
    if column.references is not None:
        return column.references
    if column.name == "ThirdId":
        return next((third for side, third in _THIRDS.items() if side in table.name), "Supplier")
    if column.name == "DocumentId" and table.name.endswith("Commitment"):
        return f"{table.name.removesuffix('Commitment')}Document"
    if column.name == "ParentId" and table.name.endswith("AssociatedFiles"):
        return table.name.removesuffix("AssociatedFiles")
    return None


def _reference(world: GeneratedWorld, chance: Chance, parent: str, column: GeneratedColumn) -> Draw | None:
    if parent not in ebp_tables() or not world.rows[parent] or len(ebp_tables()[parent].key) != 1:
        return None
    keys = world.keys_of(parent)
    if column.required:
        return lambda number: chance.pick(keys)
    return lambda number: chance.pick(keys) if chance.happens(_OPTIONAL_SHARE) else None


def _by_name(world: GeneratedWorld, chance: Chance, column: GeneratedColumn) -> dict[str, Draw]:
    """A value by the end of the name; the first that fits is taken."""
    if column.type == "timestamp":
        return {"": lambda number: _day(world, chance)}
    if column.type == "uuid":
        return {"": lambda number: chance.make_uuid()}
    if column.type == "bytea":
        return {
            "Content": lambda number: chance.randbytes(chance.draw_between(600, 1400)),
            "Hash": lambda number: chance.randbytes(32),
        }
    if column.type.startswith("numeric"):
        return {"Amount": lambda number: f"{chance.draw_between(500, 300000) / 100:.2f}"}
    if column.type in ("smallint", "integer"):
        return {
            "State": lambda number: 0,
            "Order": lambda number: number + 1,
            "": lambda number: chance.draw_between(0, 3),
        }
    if column.type.startswith("varchar") or column.type == "text":
        return _texts(chance, column)
    return {}


def _texts(chance: Chance, column: GeneratedColumn) -> dict[str, Draw]:
    length = int(column.type[8:-1]) if column.type.startswith("varchar") else 500
    return {
        "IsoCode": lambda number: "FR",
        "UserPassword": lambda number: f"secret-{chance.make_digits(8)}"[:length],
        "Account": lambda number: f"{chance.pick(('601', '607', '701', '707'))}{chance.make_digits(5)}"[:length],
        "TypeMime": lambda number: "application/pdf",
        "Category": lambda number: chance.pick(("Vente", "Achat", "Règlement"))[:length],
        "ThirdName": lambda number: f"{people.pick_surname(chance)} & Cie"[:length],
        "Name": lambda number: f"Élément n° {number + 1}"[:length],
        "Caption": lambda number: f"{chance.pick(texts.DEALS)} n° {number + 1}"[:length],
        "Clear": lambda number: texts.fill_template(chance, texts.NOTES)[:length],
        "Number": lambda number: f"N{number + 1:07d}"[:length],
        "Reference": lambda number: f"RÉF-{chance.make_digits(6)}"[:length],
    }


def _day(world: GeneratedWorld, chance: Chance) -> datetime:
    return world.past_moment(chance).replace(hour=0, minute=0, second=0)
