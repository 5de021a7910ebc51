"""Why an identity sees a row, or does not: the parts of its scope, each asked of PostgreSQL for this one row."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import BindParameter, BooleanClauseList, ColumnElement, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import Grouping

from twinbase.clock import cut_to_hour
from twinbase.identity import AS_OF, CLAIM_PREFIX, OPTIONAL_PREFIX, PERMISSION_PREFIX, SUBJECT, Identity
from twinbase.names import key_column
from twinbase.quoting import quote_name
from twinbase.registry import Twin
from twinbase.wording import Followed, Said
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.database.connection import Connection
from twinbase_server.explain.sentences import fill_sentence, verdict_sentence
from twinbase_server.sql.names import table_sql
from twinbase_server.sql.scope import compile_part

DEPTH_MAX = 4


@dataclass
class ScopeReason:
    """One part of a scope, as it is for this row. `holds` None: nobody can tell, a value in it is NULL.

    `text` is its SQL; `sentence` what its plugin says of it (`says`), or what it says of the row that this one follows.
    """

    text: str
    holds: bool | None
    parts: list["ScopeReason"] = field(default_factory=list)
    sentence: str = ""


@dataclass
class Explanation:
    """Whether the identity has the row, the sentence that says why, and the parts of the scope."""

    twin: str
    key: list[str]
    subject: str
    has: bool
    because: str
    reasons: list[ScopeReason] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)


async def explain(
    connection: Connection, twin: Twin, key: Sequence[str], identity: Identity, now: datetime
) -> Explanation:
    """Ask PostgreSQL about one row. `key`: in wire form, as text."""
    said = Explanation(twin.name, list(key), identity.subject, False, "")
    said.devices = await _devices(connection, identity)
    if len(key) != len(twin.key):
        said.because = f"the key of {twin.name} is {', '.join(twin.key)}."
        return said
    if not twin.pulls:
        said.because = f"{twin.name} only goes from devices to the server."
    elif not await _exists(connection, twin, key):
        said.because = await _absence(connection, twin, key)
    else:
        await _judge(connection, twin, key, identity, now, said)
    return said


async def _judge(
    connection: Connection, twin: Twin, key: Sequence[str], identity: Identity, now: datetime, said: Explanation
) -> None:
    if shut := [permission for permission in sorted(twin.gates) if not identity.may(permission)]:
        said.because = f"no role of theirs gives {shut[0]}, without which nobody has a row of {twin.name}."
        return
    if missing := [claim for claim in sorted(twin.reads.claims) if identity.claims.get(claim) is None]:
        said.because = f"the account has no claim {missing[0]!r}, and without it nothing of {twin.name} is sent."
        return
    if twin.predicate is not None:
        asking = _Asking(connection, identity, now, twin, key, await _row(connection, twin, key) or {})
        reason = await _reason(asking, twin.predicate, DEPTH_MAX)
        said.reasons = reason.parts or [reason]
        said.because = verdict_sentence("it is in scope" if reason.holds else "it is outside the scope", reason)
        if not reason.holds:
            return
    if wrong := await _unfit(connection, twin, key):
        said.because = f"it is in scope, but {', '.join(wrong)} cannot be carried: the row is set apart (quarantine)."
        return
    said.has = True
    if twin.predicate is None:
        said.because = "everybody has all rows of this twin."


@dataclass(frozen=True)
class _Asking:
    """Who asks for which row, and what is in it."""

    connection: Connection
    identity: Identity
    now: datetime
    twin: Twin
    key: Sequence[str]
    row: Mapping[str, Any]


async def _reason(asking: _Asking, condition: ColumnElement[bool], depth: int) -> ScopeReason:
    """The truth of a condition for the row, and of what it is made of."""
    reason = ScopeReason(_words(condition, asking.twin), await _holds(asking, condition))
    inner: Any = condition
    while isinstance(inner, Grouping):
        if isinstance(inner, Said) and not reason.sentence:
            reason.sentence = fill_sentence(inner.words[reason.holds], asking.row)
        if isinstance(inner, Followed):
            await _follow(asking, inner, reason, depth)
            return reason
        inner = inner.element
    if depth and isinstance(inner, BooleanClauseList):
        reason.text = "all of" if inner.operator is operators.and_ else "one of"
        for part in inner.clauses:
            reason.parts.append(await _reason(asking, part, depth - 1))
    return reason


async def _follow(asking: _Asking, followed: Followed, reason: ScopeReason, depth: int) -> None:
    """Look at the parent's row in place of the child's."""
    key, parent = asking.row.get(followed.column), followed.parent
    if key is None:
        reason.sentence = f"it belongs to no row of {parent.name}"
        return
    name = next(iter(parent.primary_key.columns)).name
    twin = replace(asking.twin, name=parent.name, table=parent, key=(name,))
    row = await _row(asking.connection, twin, [str(key)])
    reason.sentence = f"it belongs to {parent.name}/{key}"
    if row is None:
        reason.sentence += ", which is not there"
    elif depth and followed.inner is not None:
        above = replace(asking, twin=twin, key=[str(key)], row=row)
        reason.parts.append(await _reason(above, followed.inner, depth - 1))
        reason.sentence = verdict_sentence(reason.sentence, reason.parts[0]).removesuffix(".")


async def _row(connection: Connection, twin: Twin, key: Sequence[str]) -> Mapping[str, Any] | None:
    """The row by the names of its columns."""
    query = f"SELECT to_jsonb(t)::text FROM {table_sql(twin.table)} t WHERE {_key_is(twin, 0)}"
    found = await connection.fetchval(query, *key)
    return None if found is None else json.loads(found)


async def _holds(asking: _Asking, condition: ColumnElement[bool]) -> bool | None:
    twin = asking.twin
    compiled = compile_part(twin, condition)
    values = compiled.bind(asking.identity, cut_to_hour(asking.now))
    query = f"SELECT ({compiled.sql})::boolean FROM {table_sql(twin.table)} WHERE {_key_is(twin, len(values))}"
    holds: bool | None = await asking.connection.fetchval(query, *values, *asking.key)
    return holds


async def _exists(connection: Connection, twin: Twin, key: Sequence[str]) -> bool:
    query = f"SELECT EXISTS (SELECT FROM {table_sql(twin.table)} WHERE {_key_is(twin, 0)})"
    return bool(await connection.fetchval(query, *key))


async def _absence(connection: Connection, twin: Twin, key: Sequence[str]) -> str:
    """Whether the row was deleted, and when at the latest, or was never seen here."""
    captured = CapturedTable(twin.schema, twin.table.name, twin.key, ())
    if await connection.fetchval("SELECT to_regclass($1) IS NULL", captured.object_sql("v")):
        return "there is no such row, and its table is not captured: run `twinbase db upgrade`."
    match = _key_is(twin, 0, key_column)
    deleted = await connection.fetchrow(
        f"SELECT (SELECT min(s.at) FROM twinbase.salt s WHERE s.xid > v.xid) AS at FROM {captured.object_sql('v')} v "
        f"WHERE v.deleted AND {match}",
        *key,
    )
    if deleted is None:
        return "there is no such row, and no trace that there was one."
    return f"the row was deleted{f' before {deleted[0]:%Y-%m-%d %H:%M} UTC' if deleted[0] else ' a moment ago'}."


async def _unfit(connection: Connection, twin: Twin, key: Sequence[str]) -> list[str]:
    """The columns whose value no codec can carry."""
    guards = {name: guard for name in twin.columns if (guard := twin.codecs[name].guard_sql(quote_name(name)))}
    if not guards:
        return []
    query = f"SELECT {', '.join(guards.values())} FROM {table_sql(twin.table)} WHERE {_key_is(twin, 0)}"
    row = await connection.fetchrow(query, *key)
    return [name for name, fits in zip(guards, row or (), strict=False) if not fits]


async def _devices(connection: Connection, identity: Identity) -> list[str]:
    rows = await connection.fetch(
        "SELECT device_name, last_pull, revoked_at, wiped_at FROM twinbase.replica"
        " WHERE account = $1 AND NOT of_office ORDER BY created_at",
        identity.subject,
    )
    return [
        f"Device {row['device_name'] or 'without a name'}: "
        + (f"last pulled {row['last_pull']:%Y-%m-%d %H:%M} UTC" if row["last_pull"] else "never pulled")
        + (", wiped" if row["wiped_at"] else ", cut off" if row["revoked_at"] else "")
        for row in rows
    ]


def _key_is(twin: Twin, before: int, called: Callable[[str], str] = str) -> str:
    """The condition on the key, its parameters numbered after `before` others."""
    types = [twin.table.columns[name].type.compile(dialect=postgresql.dialect()) for name in twin.key]  # type: ignore[no-untyped-call]
    return " AND ".join(
        f"{quote_name(called(name))} = ${before + number}::text::{kind}"
        for number, (name, kind) in enumerate(zip(twin.key, types, strict=True), start=1)
    )


def _words(condition: ColumnElement[Any], twin: Twin) -> str:
    """A condition as SQL on one line, with the names of claims in it."""
    named = visitors.replacement_traverse(condition, {}, _parameter_in_words)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = named.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    text = " ".join(str(compiled).split())
    for name in sorted(compiled.params, key=len, reverse=True):
        text = text.replace(f"%({name})s", _value_in_words(compiled.params[name]))
    return _CASTS.sub("", text).replace(f"{twin.schema}.{twin.table.name}.", "").replace(f"{twin.schema}.", "")


def _parameter_in_words(element: Any, **_: Any) -> Any:
    if isinstance(element, BindParameter) and element.key == AS_OF:
        return literal_column("now")
    if isinstance(element, BindParameter) and element.key == SUBJECT:
        return literal_column("the subject")
    for prefix in (CLAIM_PREFIX, OPTIONAL_PREFIX):
        if isinstance(element, BindParameter) and str(element.key).startswith(prefix):
            return literal_column(f"claim {str(element.key).removeprefix(prefix)}")
    if isinstance(element, BindParameter) and str(element.key).startswith(PERMISSION_PREFIX):
        return literal_column(str(element.key).replace(PERMISSION_PREFIX, "permission "))
    return None


def _value_in_words(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{value / timedelta(days=1):g} days"
    return f"'{value.value}'" if isinstance(value, Enum) else repr(value)


_CASTS = re.compile(r"::[A-Z][A-Z ]*[A-Z](\(\d+\))?")
