"""Scopes: from a declaration to one SQL condition with parameters, and what that condition reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Boolean, Column, ColumnElement, Table, and_, any_, bindparam, exists, true
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.selectable import AliasedReturnsRows

from twinbase.declaration import table_of
from twinbase.errors import MirrorError
from twinbase.identity import AS_OF, CLAIM_PREFIX, OPTIONAL_PREFIX, PERMISSION_PREFIX, SUBJECT, Who
from twinbase.mirror import Mirror, ParentScope, Scope
from twinbase.wording import Followed

_PREFIXES = (CLAIM_PREFIX, OPTIONAL_PREFIX, PERMISSION_PREFIX)


@dataclass(frozen=True)
class ScopeReads:
    """What a scope looks at: claims, the moving time, per (schema, table) the columns, and permissions."""

    claims: frozenset[str] = frozenset()
    as_of: bool = False
    columns: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()

    @cached_property
    def tables(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.columns)


class TwinScope:
    """Whose rows a twin has. It is read when it is first asked for: a device, whose server asks, never does."""

    def __init__(self, mirror: Mirror, by_model: Mapping[type[Any], Mirror]) -> None:
        self._mirror, self._by_model = mirror, by_model

    def check(self) -> None:
        """Raises MirrorError with what is wrong with it."""
        self.reads  # noqa: B018 - whoever reads it has resolved it
        self.formerly  # noqa: B018

    @cached_property
    def predicate(self) -> ColumnElement[bool] | None:
        """Permission, scope and window as one condition; None when every identity sees every row."""
        return resolve_scope(self._mirror, self._by_model)

    @cached_property
    def formerly(self) -> ColumnElement[bool] | None:
        """Permission, and that the identity has had the row, or the one that it follows; None where nobody notes it."""
        return resolve_formerly(self._mirror, self._by_model)

    @cached_property
    def reads(self) -> ScopeReads:
        """What the condition looks at."""
        return scope_reads(self._mirror.model.__name__, table_of(self._mirror), self.predicate)

    @cached_property
    def gates(self) -> frozenset[str]:
        """The permissions without any one of which nobody sees a row."""
        self.check()
        return find_gates(self._mirror, self._by_model)


def resolve_scope(mirror: Mirror, by_model: Mapping[type[Any], Mirror]) -> ColumnElement[bool] | None:
    """The condition of a mirror's permission, scope and window; None when every identity sees every row."""
    parts = _parts(mirror, by_model, ())
    return _claims_as_arrays(and_(*parts)) if parts else None


def resolve_formerly(mirror: Mirror, by_model: Mapping[type[Any], Mirror]) -> ColumnElement[bool] | None:
    """The condition that an identity has had a row: the mirror's own, or that of the parent that it follows."""
    if mirror.formerly is not None:
        had = _ask_scope(mirror, mirror.formerly)
    elif isinstance(mirror.scope, ParentScope) and mirror.scope.parent in by_model:
        inner = resolve_formerly(by_model[mirror.scope.parent], by_model)
        if inner is None:
            return None
        (key,) = table_of(by_model[mirror.scope.parent]).primary_key.columns
        had = exists().where(and_(key == mirror.scope.column, inner)).correlate(mirror.model.__table__)
    else:
        return None
    permission = _permission(mirror)
    return _claims_as_arrays(had if permission is None else and_(permission, had))


def find_gates(mirror: Mirror, by_model: Mapping[type[Any], Mirror]) -> frozenset[str]:
    """The permissions without any one of which nobody sees a row: its own, and those of the parents that it follows."""
    own = {mirror.read} - {""}
    if not isinstance(mirror.scope, ParentScope) or mirror.scope.nulls:
        return frozenset(own)
    return find_gates(by_model[mirror.scope.parent], by_model) | own


def _parts(
    mirror: Mirror, by_model: Mapping[type[Any], Mirror], seen: tuple[type[Any], ...]
) -> list[ColumnElement[bool]]:
    found = (_permission(mirror), _scope(mirror, by_model, seen), _window(mirror))
    return [part for part in found if part is not None]


def _permission(mirror: Mirror) -> ColumnElement[bool] | None:
    """Without words: whoever explains a row says first what somebody may not read at all."""
    return bindparam(f"{PERMISSION_PREFIX}{mirror.read}", type_=Boolean(), required=True) if mirror.read else None


def _window(mirror: Mirror) -> ColumnElement[bool] | None:
    return None if mirror.window is None else mirror.window.build_predicate(Who())


def _scope(
    mirror: Mirror, by_model: Mapping[type[Any], Mirror], seen: tuple[type[Any], ...]
) -> ColumnElement[bool] | None:
    if mirror.scope is None:
        return None
    if isinstance(mirror.scope, ParentScope):
        return _within(mirror, mirror.scope, by_model, seen)
    return _ask_scope(mirror, mirror.scope)


def _ask_scope(mirror: Mirror, scope: Scope) -> ColumnElement[bool]:
    owner = mirror.model.__name__
    try:
        condition = scope(Who())
    except TypeError as error:
        raise MirrorError(
            f"{owner}: its scope cannot be read as SQL ({error}). It is called once, at start, with parameters: "
            "use and_, or_ and comparisons instead of if, and, or, in."
        ) from error
    except Exception as error:
        columns = ", ".join(table_of(mirror).columns.keys())
        raise MirrorError(
            f"{owner}: its scope fails ({type(error).__name__}: {error}). Its columns are {columns}; a claim is"
            " who['…'], with its name."
        ) from error
    if isinstance(condition, bool):
        condition = true() if condition else ~true()
    if not isinstance(condition, ColumnElement):
        raise MirrorError(f"{owner}: its scope gives a {type(condition).__name__}, it must give a SQL condition.")
    return condition


def _within(
    mirror: Mirror, within: ParentScope, by_model: Mapping[type[Any], Mirror], seen: tuple[type[Any], ...]
) -> ColumnElement[bool]:
    owner = mirror.model.__name__
    parent = by_model.get(within.parent)
    if parent is None:
        raise MirrorError(
            f"{owner} is within {within.parent.__name__}, which has no mirror: declare one, or write the scope out."
        )
    if mirror.model in seen:
        raise MirrorError(f"{owner}: its scope follows parents in a circle; write one of them out with select().")
    key = list(table_of(parent).primary_key.columns)
    if len(key) != 1:
        raise MirrorError(
            f"{owner} is within {within.parent.__name__}, whose key has {len(key)} columns: write the scope out."
        )
    inner = _parts(parent, by_model, (*seen, mirror.model))
    inside = exists().where(and_(key[0] == within.column, *inner)).correlate(mirror.model.__table__)
    seen_by = (within.column.is_(None) | inside) if within.nulls else inside
    scope = _claims_as_arrays(and_(*inner)) if inner else None
    return Followed(seen_by, within.column.key, table_of(parent), scope)


def _claims_as_arrays(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """`column IN (claim)` becomes `column = ANY(claim)`, so that the statement is the same for every identity."""

    def replace(element: Any, **_: Any) -> Any:
        if (
            isinstance(element, BinaryExpression)
            and element.operator in (operators.in_op, operators.not_in_op)
            and isinstance(element.right, BindParameter)
            and _is_parameter(element.right)
        ):
            name = str(element.right.key)
            if not name.startswith((CLAIM_PREFIX, OPTIONAL_PREFIX)):
                raise MirrorError("column.in_(…) in a scope takes a claim that is a list; compare who.subject with ==.")
            array = BindParameter(name, type_=ARRAY(element.left.type), unique=False)
            inside = element.left == any_(array)
            return inside if element.operator is operators.in_op else ~inside
        return None

    return visitors.replacement_traverse(condition, {}, replace)


def _claim_of(element: BindParameter[Any]) -> set[str]:
    name = str(element.key)
    return {name.removeprefix(CLAIM_PREFIX)} if name.startswith(CLAIM_PREFIX) else set()


def _permission_of(element: BindParameter[Any]) -> set[str]:
    name = str(element.key)
    return {name.removeprefix(PERMISSION_PREFIX)} if name.startswith(PERMISSION_PREFIX) else set()


def _is_parameter(element: BindParameter[Any]) -> bool:
    return str(element.key).startswith(_PREFIXES) or element.key in (AS_OF, SUBJECT)


def _table_of(column: Column[Any]) -> Table | None:
    """The table of a column, be it read under its own name or under another."""
    table = column.table
    while isinstance(table, AliasedReturnsRows):
        table = table.element
    return table if isinstance(table, Table) else None


def scope_reads(owner: str, table: Table, condition: ColumnElement[bool] | None) -> ScopeReads:
    """The claims (but those that may lack), permissions, time, tables and columns that a condition depends on, its own
    included."""
    claims: set[str] = set()
    permissions: set[str] = set()
    as_of = False
    columns: dict[tuple[str, str], set[str]] = {(table.schema or "public", table.name): set()}
    for element in visitors.iterate(condition) if condition is not None else ():
        if isinstance(element, BindParameter) and _is_parameter(element):
            claims |= _claim_of(element)
            permissions |= _permission_of(element)
            as_of |= element.key == AS_OF
        elif isinstance(element, Table):
            columns.setdefault((element.schema or "public", element.name), set())
        elif isinstance(element, Column) and (read := _table_of(element)) is not None:
            columns.setdefault((read.schema or "public", read.name), set()).add(element.name)
    for schema, name in columns:
        if schema in ("pg_catalog", "information_schema"):
            raise MirrorError(f"{owner}: its scope reads {schema}.{name}, whose changes nobody can capture.")
    by_table = {key: frozenset(names) for key, names in columns.items()}
    return ScopeReads(frozenset(claims), as_of, by_table, frozenset(permissions))
