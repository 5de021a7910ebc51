"""The device's SQLAlchemy dialect: ordinary SQLModel types, stored as the codecs say (docs/reference/codecs.md).

Use it by URL: `create_async_engine("sqlite+twinbase:///file")`; for SQLCipher add `async_creator=` and `module=`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import String, Table, func, type_coerce, types
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteIdentifierPreparer, SQLiteTypeCompiler
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BindParameter, ClauseList, ColumnElement, Extract, Grouping
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import immutabledict

from twinbase.codecs import NoCodec, codec_for
from twinbase.codecs.decimals import SCALED_DIGITS_MAX
from twinbase.codecs.structures import load_document
from twinbase.replica.dialect.casts import NativeCast, convert_for_cast, refuse_extract, refuse_function, refuse_moments
from twinbase.replica.dialect.column_types import DEVICE_TYPES, dump_json, scale_of
from twinbase.replica.dialect.decimals import ARITHMETIC, COLLATION, COMPARISONS, Decimals
from twinbase.replica.dialect.documents import compute_document
from twinbase.replica.dialect.functions import install_functions

_SQLITE: Any = SQLiteCompiler  # its methods have no annotations
_PREPARER: Any = SQLiteIdentifierPreparer
_SAME_TYPE = {"sum", "min", "max", "coalesce"}


class DeviceTypeCompiler(SQLiteTypeCompiler):
    """Every column is declared INTEGER, REAL, TEXT or BLOB, so that no affinity changes a value."""

    def process(self, type_: TypeEngine[Any], **kw: Any) -> str:
        try:
            return codec_for(type_).storage
        except NoCodec:
            return super().process(type_, **kw)


class DeviceCompiler(SQLiteCompiler):
    """SQL in which decimals and the present moment mean what they mean on PostgreSQL."""

    @property
    def decimals(self) -> Decimals:
        return Decimals(self.dialect)

    def visit_table(self, table: Any, *args: Any, asfrom: bool = False, **kw: Any) -> str:
        if not asfrom or _named(self.dialect, table) is None:
            return str(_SQLITE.visit_table(self, table, *args, asfrom=asfrom, **kw))
        return self.preparer.format_table(table)

    def visit_binary(self, binary: Any, *args: Any, **kw: Any) -> str:
        operator = kw.get("override_operator") or binary.operator
        if operator in COMPARISONS:
            rewritten = self.decimals.compare(binary.left, binary.right, operator)
        elif operator in ARITHMETIC:
            rewritten = self.decimals.compute(binary.left, binary.right, operator, binary.type)
        else:
            rewritten = None
        refuse_moments(binary, operator, self.dialect)
        if (document := compute_document(binary, operator)) is not None:
            return self._rendered(document.self_group(against=operator), binary, kw)
        if rewritten is None:
            return str(_SQLITE.visit_binary(self, binary, *args, **kw))
        kw.pop("override_operator", None)
        return self.process(rewritten.self_group(against=operator), **kw)

    def visit_unary(self, unary: Any, *args: Any, **kw: Any) -> str:
        numeric = self.decimals.numeric_type_of(unary.element) if unary.operator is operators.neg else None
        if numeric is None or scale_of(numeric) is not None:
            return str(_SQLITE.visit_unary(self, unary, *args, **kw))
        return self._rendered(func.twinbase_sub("0", self.decimals.make_text(unary.element)), unary, kw)

    def _rendered(self, rewritten: ColumnElement[Any], original: Any, kw: dict[str, Any]) -> str:
        """A rewritten expression, which the result still knows as the original one, with the original's type."""
        add = kw.pop("add_to_result_map", None)
        targets = kw.pop("result_map_targets", ())
        if add is not None:
            name = getattr(original, "name", None) or "anon"
            add(name, name, (original, *targets), original.type)
        return str(self.process(rewritten, **kw))

    def visit_function(self, func: Any, add_to_result_map: Any = None, **kw: Any) -> str:
        refuse_function(func)
        arguments = list(func.clauses)
        if not any(self.decimals.numeric_type_of(each) is not None for each in arguments):
            return str(_SQLITE.visit_function(self, func, add_to_result_map=add_to_result_map, **kw))
        changed = func._clone()
        changed.clause_expr = Grouping(ClauseList(*self._arguments(func, arguments), operator=operators.comma_op))
        text = _SQLITE.visit_function(self, changed, add_to_result_map=add_to_result_map, **kw)
        numeric = self.decimals.numeric_type_of(func)
        exact_sum = func.name.lower() == "sum" and numeric is not None and scale_of(numeric) is None
        return f"twinbase_{text}" if exact_sum else text

    def _arguments(self, func: Any, arguments: list[Any]) -> list[ColumnElement[Any]]:
        numeric = self.decimals.numeric_type_of(func)
        name = func.name.lower()
        if numeric is None or name not in _SAME_TYPE:
            return [self.decimals.make_natural(each) for each in arguments]
        forms = [self.decimals.convert_to_type(each, numeric) for each in arguments]
        if scale_of(numeric) is None and name in ("min", "max"):
            return [type_coerce(each, String).collate(COLLATION) for each in forms]
        return forms

    def visit_cast(self, cast: Any, **kw: Any) -> str:
        if (converted := convert_for_cast(cast, self.dialect)) is not None:
            return self._rendered(converted.self_group(), cast, kw)
        numeric, clause = self.decimals.numeric_type_of(cast), cast.clause
        if numeric is None and self.decimals.numeric_type_of(clause) is None:
            return str(_SQLITE.visit_cast(self, cast, **kw))
        if numeric is None:
            return self._rendered(self._cast_decimal(clause, cast.type), cast, kw)
        if isinstance(clause, BindParameter):
            return self._rendered(clause._with_binary_element_type(numeric), cast, kw)
        return self._rendered(self.decimals.assign(clause, numeric), cast, kw)

    def visit_native_cast(self, cast: NativeCast, **kw: Any) -> str:
        return str(_SQLITE.visit_cast(self, cast, **kw))

    def _cast_decimal(self, clause: Any, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """A decimal as another kind of number; PostgreSQL rounds where SQLite would cut off."""
        whole = types.Numeric(SCALED_DIGITS_MAX, 0) if isinstance(type_, types.Integer) else None
        return self.decimals.assign(clause, whole) if whole else NativeCast(self.decimals.make_natural(clause), type_)

    def visit_case(self, clause: Any, **kw: Any) -> str:
        numeric = self.decimals.numeric_type_of(clause)
        if numeric is None:
            return str(_SQLITE.visit_case(self, clause, **kw))
        changed = clause._clone()
        changed.whens = [(when, self.decimals.convert_to_type(then, numeric)) for when, then in clause.whens]
        if clause.else_ is not None:
            changed.else_ = self.decimals.convert_to_type(clause.else_, numeric)
        return str(_SQLITE.visit_case(self, changed, **kw))

    def order_by_clause(self, select: Any, **kw: Any) -> str:
        return str(_SQLITE.order_by_clause(self, select, decimal_order=True, **kw))

    def visit_column(self, column: Any, *args: Any, decimal_order: bool = False, **kw: Any) -> str:
        text = self._column(column, *args, **kw)
        numeric = self.decimals.numeric_type_of(column) if decimal_order else None
        return f"{text} COLLATE {COLLATION}" if numeric is not None and scale_of(numeric) is None else text

    def _column(self, column: Any, *args: Any, **kw: Any) -> str:
        if column.table is None or not kw.get("include_table", True) or _named(self.dialect, column.table) is None:
            return str(_SQLITE.visit_column(self, column, *args, **kw))
        name = _SQLITE.visit_column(self, column, *args, **{**kw, "include_table": False})
        return f"{self.preparer.format_table(column.table)}.{name}"

    def visit_insert(self, insert_stmt: Any, *args: Any, **kw: Any) -> str:
        return str(_SQLITE.visit_insert(self, self._with_assigned(insert_stmt), *args, **kw))

    def visit_update(self, update_stmt: Any, *args: Any, **kw: Any) -> str:
        return str(_SQLITE.visit_update(self, self._with_assigned(update_stmt), *args, **kw))

    def _with_assigned(self, statement: Any) -> Any:
        if not statement._values or not any(_is_expression(value) for value in statement._values.values()):
            return statement
        changed = statement._clone()
        changed._values = immutabledict({key: self._assigned(key, value) for key, value in statement._values.items()})
        return changed

    def _assigned(self, key: Any, value: Any) -> Any:
        numeric = self.decimals.numeric_type_of(key)
        return value if numeric is None or not _is_expression(value) else self.decimals.assign(value, numeric)

    def visit_now_func(self, fn: Any, **kw: Any) -> str:
        return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"

    visit_current_timestamp_func = visit_now_func

    def visit_current_time_func(self, fn: Any, **kw: Any) -> str:
        return "strftime('%H:%M:%f000', 'now')"

    def visit_extract(self, extract: Extract, **kw: Any) -> str:
        refuse_extract(extract, self.dialect)
        return str(_SQLITE.visit_extract(self, extract, **kw))


def _is_expression(value: Any) -> bool:
    return isinstance(value, ColumnElement) and not isinstance(value, BindParameter)


def _named(dialect: Any, table: Any) -> str | None:
    """The name of a table that has another one on the device."""
    return dialect.table_names.get((table.schema, table.name)) if isinstance(table, Table) else None


class DevicePreparer(SQLiteIdentifierPreparer):
    """Tables under the names that they have on the device."""

    def format_table(self, table: FromClause, use_schema: bool = True, name: str | None = None) -> str:
        named = _named(self.dialect, table) if name is None else None
        return self.quote(named) if named else str(_PREPARER.format_table(self, table, use_schema, name))


class DeviceDialect(SQLiteDialect_aiosqlite):
    """SQLite on a device, plain or SQLCipher: what sessions read and write are ordinary Python values, unchanged.

    `table_names`: of the tables that are called otherwise here than in PostgreSQL, (schema, name) and the name here.
    """

    driver = "twinbase"
    supports_statement_cache = True
    statement_compiler = DeviceCompiler
    type_compiler_cls = DeviceTypeCompiler
    preparer = DevicePreparer
    colspecs = {**SQLiteDialect_aiosqlite.colspecs, **DEVICE_TYPES}

    def __init__(self, table_names: Mapping[tuple[str | None, str], str] | None = None, **options: Any) -> None:
        super().__init__(**{"json_serializer": dump_json, "json_deserializer": load_document, **options})
        self.table_names = table_names or {}

    def on_connect(self) -> Callable[[Any], None]:
        prepare = super().on_connect()

        def connect(connection: Any) -> None:
            prepare(connection)
            connection.run_async(lambda raw: raw._execute(install_functions, raw._conn))

        return connect


def register() -> None:
    """Make `sqlite+twinbase://` known to SQLAlchemy (importing this module does)."""
    registry.register("sqlite.twinbase", __name__, "DeviceDialect")


register()
