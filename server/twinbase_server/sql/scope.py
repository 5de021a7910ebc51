"""A scope as PostgreSQL's text: compiled once, bound for every identity.

Claims come from outside as JSON scalars, so they are bound as text and cast to the column's type by PostgreSQL itself:
one rule for all types, and a claim that does not fit is an error there, never another row.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    DateTime,
    Enum,
    Select,
    String,
    Text,
    any_,
    bindparam,
    cast,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.types import TypeEngine

from twinbase.errors import ClaimMissing, MirrorError
from twinbase.identity import AS_OF, CLAIM_PREFIX, OPTIONAL_PREFIX, PERMISSION_PREFIX, SUBJECT, Identity
from twinbase.registry import Twin

_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]
_LIST_PREFIX = "claims_"
_OPTIONAL_LIST_PREFIX = "optionals_"
# Of a scalar → of a list.
_PREFIXES = {CLAIM_PREFIX: _LIST_PREFIX, OPTIONAL_PREFIX: _OPTIONAL_LIST_PREFIX}
_OF_CLAIMS = (*_PREFIXES, *_PREFIXES.values())
_OF_IDENTITY = (*_OF_CLAIMS, PERMISSION_PREFIX)
_WHERE = " \nWHERE "
KEPT_MAX = 1024
"""So many conditions are kept of a kind. One costs ten milliseconds, and each part of a server asks for those of all
twins, as does each server that a process starts."""


@dataclass(frozen=True)
class Condition:
    """`sql` over the twin's own, unaliased table; `names` are its parameters $1, $2, … in order.

    `gates`: the permissions without any one of which it is false of every row.
    """

    sql: str
    names: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    gates: frozenset[str] = frozenset()

    def bind(self, identity: Identity, as_of: datetime) -> list[Any]:
        """The values of the parameters; raises ClaimMissing rather than ask for nobody's rows (H10).

        Whoever lacks a permission sees none in any case, and needs none of the claims: they are for other roles.
        """
        shut = self.is_shut_to(identity)
        return [self._value(name, identity, as_of, shut=shut) for name in self.names]

    def is_shut_to(self, identity: Identity) -> bool:
        """Whether it is false of every row, for want of a permission."""
        return not all([identity.may(permission) for permission in sorted(self.gates)])

    def _value(self, name: str, identity: Identity, as_of: datetime, *, shut: bool) -> Any:
        if name == AS_OF:
            return as_of
        if name == SUBJECT:
            return identity.subject
        if name.startswith(PERMISSION_PREFIX):
            return identity.may(name.removeprefix(PERMISSION_PREFIX))
        prefix = next((prefix for prefix in _OF_CLAIMS if name.startswith(prefix)), None)
        if prefix is None:
            return self.fixed[name]
        claim = name.removeprefix(prefix)
        if shut:
            return None
        if prefix in (OPTIONAL_PREFIX, _OPTIONAL_LIST_PREFIX) and identity.claims.get(claim) is None:
            return None
        return (_scalar_claim if prefix in _PREFIXES else _list_claim)(identity, claim)


EVERY_ROW = Condition("true")


@dataclass(frozen=True)
class JoinedCondition:
    """A condition to ask for many identities in one statement: what it asks of each (`asked`) is a row of `who_sql`,
    what is the same for all of them (`common`) are parameters $1, $2, … as ever.
    """

    common: Condition
    whole: Condition
    asked: tuple[str, ...] = ()

    def who_sql(self, parameter: str) -> str:
        """The identities, out of a parameter of JSON: their numbers `i`, and what is asked of them."""
        columns = "".join(f", c{number} {_type_of(name)}" for number, name in enumerate(self.asked))
        return f"jsonb_to_recordset(CAST({parameter} AS text)::jsonb) AS {WHO} (i int{columns})"

    def bind_common(self, as_of: datetime) -> list[Any]:
        """The values of the parameters that are the same for all identities."""
        return [as_of if name == AS_OF else self.common.fixed[name] for name in self.common.names]

    def read_identity(self, identity: Identity) -> tuple[Any, ...]:
        """What it asks of one: of two that answer the same it is true of the same rows. Raises ClaimMissing."""
        return tuple(_frozen(self.whole._value(name, identity, _NO_TIME, shut=False)) for name in self.asked)


WHO = "_twinbase_w"
"""The identities that a joined condition is asked for."""
_NO_TIME = datetime.min  # nothing that is asked of an identity is a time


@lru_cache(KEPT_MAX)
def join_condition(twin: Twin) -> JoinedCondition:
    """The twin's scope and window, to ask for many identities at once."""
    whole = compile_condition(twin)
    if twin.predicate is None:
        return JoinedCondition(whole, whole)
    asked: list[str] = []

    def replace(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or not _is_asked(str(element.key)):
            return None
        if element.key not in asked:
            asked.append(str(element.key))
        return literal_column(f"{WHO}.c{asked.index(str(element.key))}", element.type)

    common = _compile(twin, visitors.replacement_traverse(_prepared(twin.predicate), {}, replace))
    return JoinedCondition(common, whole, tuple(asked))


def _is_asked(name: str) -> bool:
    return name == SUBJECT or name.startswith(_OF_IDENTITY)


def _type_of(name: str) -> str:
    if name.startswith(PERMISSION_PREFIX):
        return "boolean"
    return "text[]" if name.startswith(tuple(_PREFIXES.values())) else "text"


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(KEPT_MAX)
def compile_condition(twin: Twin) -> Condition:
    """The twin's scope and window; raises MirrorError when it is no condition over the table's own rows."""
    return EVERY_ROW if twin.predicate is None else compile_part(twin, twin.predicate)


@lru_cache(KEPT_MAX)
def compile_formerly(twin: Twin) -> Condition | None:
    """The condition that an identity has had a row of the twin; None where nobody notes it."""
    return None if twin.formerly is None else compile_part(twin, twin.formerly)


def compile_part(twin: Twin, part: ColumnElement[bool]) -> Condition:
    """A part of it, or any other condition over the twin's rows; raises as `compile_condition` does."""
    return _compile(twin, _prepared(part))


def _compile(twin: Twin, prepared: ColumnElement[bool]) -> Condition:
    owner = twin.model.__name__
    statement: Select[Any] = select(literal_column("1")).select_from(twin.table).where(prepared)
    if len(statement.get_final_froms()) != 1:
        raise MirrorError(f"{owner}: its scope names other tables beside the row's own; put them in exists().")
    compiled: Any = statement.compile(
        dialect=_DIALECT, schema_translate_map={None: "public"}, render_schema_translate=True
    )
    text = str(compiled)
    if "POSTCOMPILE" in text:
        raise MirrorError(f"{owner}: its scope compares tuples with a list; write it with or_() and and_().")
    names = tuple(compiled.positiontup or ())
    return Condition(f"({text.split(_WHERE, 1)[1]})", names, _fixed(compiled, names), twin.gates)


def _fixed(compiled: Any, names: Sequence[str]) -> dict[str, Any]:
    """The values that the declaration itself holds, as asyncpg takes them."""
    fixed: dict[str, Any] = {}
    for name in names:
        if not name.startswith(_OF_IDENTITY) and name not in (AS_OF, SUBJECT):
            bind = compiled.binds[name]
            processor = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            fixed[name] = processor(bind.effective_value) if processor else bind.effective_value
    return fixed


def _prepared(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    def replace(element: Any, **_: Any) -> Any:
        if isinstance(element, BinaryExpression) and element.operator in (operators.in_op, operators.not_in_op):
            return _in_list(element)
        if isinstance(element, BindParameter) and str(element.key).startswith(tuple(_PREFIXES)):
            return _claim_as_text(str(element.key), element.type)
        if isinstance(element, BindParameter) and element.key == SUBJECT:
            return _from_text(SUBJECT, element.type)
        if isinstance(element, BindParameter) and element.key == AS_OF:
            return bindparam(AS_OF, None, type_=DateTime(timezone=True), required=False, unique=False)
        return None

    return visitors.replacement_traverse(condition, {}, replace)


def _in_list(element: BinaryExpression[Any]) -> Any:
    """`column IN (a, b)` as `column = ANY(array)`: a list of any length is one parameter."""
    right = element.right
    if not isinstance(right, BindParameter) or not right.expanding or not isinstance(right.effective_value, Sequence):
        return None
    left = _prepared(element.left)
    inside = left == any_(bindparam(None, list(right.effective_value), type_=ARRAY(left.type)))
    return inside if element.operator is operators.in_op else ~inside


def _claim_as_text(name: str, type_: TypeEngine[Any]) -> Any:
    if not isinstance(type_, ARRAY):
        return _from_text(name, type_)
    prefix = next(prefix for prefix in _PREFIXES if name.startswith(prefix))
    return _from_text(_PREFIXES[prefix] + name.removeprefix(prefix), type_)


def _from_text(name: str, type_: TypeEngine[Any]) -> Any:
    """Text is compared as it is: a cast to varchar(40) would cut a longer value and let it match another row."""
    item = type_.item_type if isinstance(type_, ARRAY) else type_
    text: TypeEngine[Any] = ARRAY(Text()) if isinstance(type_, ARRAY) else Text()
    bound = bindparam(name, None, type_=text, required=False, unique=False)
    plain = isinstance(item, String) and not isinstance(item, (Enum, postgresql.CITEXT))
    return bound if plain or item._isnull else cast(bound, type_)


def _scalar_claim(identity: Identity, name: str) -> str:
    value = identity.require_claim(name)
    if isinstance(value, str) and not value.strip():
        raise ClaimMissing(f"Claim {name!r} of {identity.subject!r} is empty: fill it where the account is kept.")
    return _as_text(value)


def _list_claim(identity: Identity, name: str) -> list[str]:
    value = identity.require_claim(name)
    if not isinstance(value, (list, tuple)):
        raise ClaimMissing(f"Claim {name!r} of {identity.subject!r} is no list: correct it where the account is kept.")
    return [_as_text(item) for item in value]


def _as_text(value: Any) -> str:
    """A JSON value as PostgreSQL's input functions read it."""
    return value if isinstance(value, str) else json.dumps(value)
