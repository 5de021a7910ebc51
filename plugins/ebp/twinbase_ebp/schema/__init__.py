"""The tables of an EBP database as they are: reflected, never listed by hand."""

from twinbase_ebp.schema.reflect import reflect
from twinbase_ebp.schema.spec import TABLE_KINDS, ColumnSpec, TableKind, TableSpec, specs_from_json, specs_to_json

__all__ = ["TABLE_KINDS", "ColumnSpec", "TableKind", "TableSpec", "reflect", "specs_from_json", "specs_to_json"]
