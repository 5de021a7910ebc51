"""Decimals in the device's SQL.

SQLite has no decimal type. A `Numeric(10, 2)` is an integer of hundredths, any other `Numeric` is canonical text; so an
expression that mixes them with each other, or with plain numbers, has to be brought to one form first. The rule that
holds everywhere: *an expression evaluates to what its SQLAlchemy type stores*. This module rewrites expressions so.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from sqlalchemy import Integer, String, and_, func, literal_column, or_, type_coerce, types
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BindParameter, ColumnClause, Grouping, Null
from sqlalchemy.types import TypeEngine

from twinbase.codecs.decimals import format_decimal
from twinbase.replica.connection import Connection
from twinbase.replica.dialect.casts import Element, NativeCast
from twinbase.replica.dialect.column_types import Process, decimal_type_of, scale_of, skip_none

COLLATION = "twinbase_decimal"
_EXACT = Context(prec=1_000)
_QUOTIENT = Context(prec=40)
_HALF_SAFE = 2**52


class _Operand(TypeEngine[Any]):
    operator_classes = operators.OperatorClass.NUMERIC


class ScaledOperand(_Operand):
    """A bound number beside a scaled column: exact, and never rounded into an equality that PostgreSQL denies."""

    def __init__(self, scale: int) -> None:
        self.scale = scale

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(lambda value: _scaled(_decimal(value), self.scale))


class PlainOperand(_Operand):
    """A bound number as SQLite counts: an integer if it is one, else a REAL."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(lambda value: int(value) if value == int(value) else float(value))


class TextOperand(_Operand):
    """A bound number as canonical decimal text."""

    def bind_processor(self, dialect: Dialect) -> Process:
        return skip_none(format_decimal)


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)


def _scaled(number: Decimal, scale: int) -> int | float:
    """Scaled, with anything between two of its steps kept between them (compared with integers, exactly where is
    moot)."""
    exact = number.scaleb(scale, _EXACT)
    whole = int(exact.to_integral_value("ROUND_FLOOR", _EXACT))
    if exact == whole:
        return whole if abs(whole) < 2**63 else float(whole)
    return float(exact) if abs(whole) < 1_000_000_000 else whole + 0.5 if abs(whole) < _HALF_SAFE else float(exact)


class Decimals:
    """Brings the operands of one expression to one form."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def numeric_type_of(self, element: object) -> types.Numeric[Any] | None:
        """The decimal type of an element, None if it is no decimal."""
        type_ = getattr(element, "type", None)
        return None if type_ is None else decimal_type_of(type_, self.dialect)

    def make_natural(self, element: Element) -> Element:
        """The element as SQLite counts: exact for whole numbers, else to 15 digits."""
        numeric = self.numeric_type_of(element)
        if numeric is None or isinstance(element, Null):
            return element
        if isinstance(element, BindParameter):
            return element._with_binary_element_type(PlainOperand())
        scale = scale_of(numeric)
        if scale is None:
            return NativeCast(type_coerce(element, String), types.REAL())
        return type_coerce(element, types.Float) / literal_column(f"{10**scale}.0") if scale else _raw(element)

    def make_scaled(self, element: Element, scale: int) -> Element:
        """The element times 10^scale: an integer when it has no more decimals than that."""
        if isinstance(element, Null):
            return element
        if isinstance(element, BindParameter):
            return element._with_binary_element_type(ScaledOperand(scale))
        numeric = self.numeric_type_of(element)
        own = None if numeric is None else scale_of(numeric)
        if numeric is None or own is None:
            return type_coerce(self.make_natural(element), types.Float) * _power(scale)
        if own <= scale:
            return _raw(element) * _power(scale - own) if own < scale else _raw(element)
        return type_coerce(element, types.Float) / literal_column(f"{10 ** (own - scale)}.0")

    def make_text(self, element: Element) -> Element:
        """The element as decimal text."""
        if isinstance(element, Null):
            return element
        if isinstance(element, BindParameter):
            return element._with_binary_element_type(TextOperand())
        numeric = self.numeric_type_of(element)
        if numeric is not None and scale_of(numeric) is None:
            return type_coerce(element, String)
        return NativeCast(self.make_natural(element), String())

    def convert_to_type(self, element: Element, numeric: types.Numeric[Any]) -> Element:
        """The element in the form that a decimal type stores (a scaled REAL where it has more decimals)."""
        scale = scale_of(numeric)
        return self.make_text(element) if scale is None else self.make_scaled(element, scale)

    def assign(self, element: Element, numeric: types.Numeric[Any]) -> Element:
        """The element as a column stores it: rounded half away from zero, as PostgreSQL does on assignment."""
        scale, own = scale_of(numeric), self.numeric_type_of(element)
        if isinstance(element, (BindParameter, Null)):
            return element
        if scale is None:
            return self.make_text(element)
        exact = self.make_scaled(element, scale)
        is_stored = isinstance(element, ColumnClause) and own is not None and scale_of(own) == scale
        return exact if is_stored else NativeCast(func.round(exact), Integer())

    def compare(self, left: Element, right: Any, operator: Any) -> Element | None:
        """A comparison with both sides in one form; None if neither is a decimal."""
        sides = [left, *_bounds(right, operator)]
        numerics = [numeric for side in sides if (numeric := self.numeric_type_of(side)) is not None]
        columns = [
            numeric for side in sides if not isinstance(side, BindParameter) and (numeric := self.numeric_type_of(side))
        ]
        if not numerics:
            return None
        scales = [scale_of(numeric) for numeric in columns or numerics]
        exact = [scale for scale in scales if scale is not None]
        if len(exact) < len(scales):
            forms = [self.make_text(side) for side in sides]
            forms[0] = type_coerce(forms[0], String).collate(COLLATION)
        else:
            forms = [self.make_scaled(side, max(exact)) for side in sides]
        return _comparison(forms, operator)

    def compute(self, left: Element, right: Element, operator: Any, type_: TypeEngine[Any]) -> Element | None:
        """An arithmetic expression in the form that its type stores; None if no side is a decimal."""
        if self.numeric_type_of(left) is None and self.numeric_type_of(right) is None:
            return None
        result = decimal_type_of(type_, self.dialect)
        if result is None:
            return operator(self.make_natural(left), self.make_natural(right))  # type: ignore[no-any-return]
        scale = scale_of(result)
        if scale is None:
            function = getattr(func, f"twinbase_{_NAMES[operator]}")
            return type_coerce(function(self.make_text(left), self.make_text(right)), String)
        return self._scaled_computed(left, right, operator, scale)

    def _scaled_computed(self, left: Element, right: Element, operator: Any, scale: int) -> Element:
        if operator in (operators.add, operators.sub, operators.mod):
            return operator(self.make_scaled(left, scale), self.make_scaled(right, scale))  # type: ignore[no-any-return]
        if operator is operators.mul and self.numeric_type_of(left) is None:
            return _raw(self.make_natural(left)) * self.make_scaled(right, scale)
        return operator(self.make_scaled(left, scale), self.make_natural(right))  # type: ignore[no-any-return]


COMPARISONS = {
    operators.eq,
    operators.ne,
    operators.lt,
    operators.le,
    operators.gt,
    operators.ge,
    operators.is_distinct_from,
    operators.is_not_distinct_from,
    operators.in_op,
    operators.not_in_op,
    operators.between_op,
    operators.not_between_op,
}
_NAMES = {
    operators.add: "add",
    operators.sub: "sub",
    operators.mul: "mul",
    operators.truediv: "div",
    operators.mod: "mod",
}
ARITHMETIC = frozenset(_NAMES)
_BETWEEN = (operators.between_op, operators.not_between_op)


def _raw(element: Element) -> Element:
    return type_coerce(element, Integer)


def _power(scale: int) -> Element:
    return literal_column(str(10**scale), Integer)


def _bounds(right: Any, operator: Any) -> list[Any]:
    return list(right.clauses) if operator in _BETWEEN else [right]


def _comparison(forms: list[Element], operator: Any) -> Element:
    if operator is operators.between_op:
        return Grouping(and_(forms[0] >= forms[1], forms[0] <= forms[2]))
    if operator is operators.not_between_op:
        return Grouping(or_(forms[0] < forms[1], forms[0] > forms[2]))
    return operator(forms[0], forms[1])  # type: ignore[no-any-return]


def compare_text(left: str, right: str) -> int:
    """The collation of decimal text. It must not raise: what is no number sorts as text, after the numbers."""
    try:
        a, b = Decimal(left), Decimal(right)
    except ArithmeticError:
        a, b = left, right  # type: ignore[assignment]
    return (a > b) - (a < b)


def _on_text(compute: Any) -> Any:
    def function(left: Any, right: Any) -> str | None:
        if left is None or right is None:
            return None
        return format_decimal(compute(Decimal(left), Decimal(right)))

    return function


class DecimalSum:
    """sum() over decimal text, exact; NULL over no rows, like SQL's own."""

    def __init__(self) -> None:
        self.total, self.rows = Decimal(0), 0

    def step(self, value: object) -> None:
        if value is not None:
            self.total, self.rows = _EXACT.add(self.total, Decimal(str(value))), self.rows + 1

    def inverse(self, value: object) -> None:
        if value is not None:
            self.total, self.rows = _EXACT.subtract(self.total, Decimal(str(value))), self.rows - 1

    def value(self) -> str | None:
        return format_decimal(self.total) if self.rows else None

    finalize = value


def install_decimal_functions(connection: Connection) -> None:
    """Give a raw SQLite or SQLCipher connection what the device's SQL for decimal text needs."""
    connection.create_collation(COLLATION, compare_text)
    connection.create_window_function("twinbase_sum", 1, DecimalSum)
    for name, compute in {
        "add": _EXACT.add,
        "sub": _EXACT.subtract,
        "mul": _EXACT.multiply,
        "div": _QUOTIENT.divide,
        "mod": _EXACT.remainder,
    }.items():
        connection.create_function(f"twinbase_{name}", 2, _on_text(compute), deterministic=True)
