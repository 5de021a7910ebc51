"""What to ask about a changed table: its rows, in whose scope they are, and which other twins' scopes read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twinbase.registry import Registry, Twin
from twinbase_server.capture.tables import key_column_sql, version_table
from twinbase_server.feed.news.look import unseen_rows_sql
from twinbase_server.feed.reading import table_of
from twinbase_server.sql.names import TableName, column_sql, table_sql
from twinbase_server.sql.scope import WHO, JoinedCondition, join_condition

Gates = Mapping[str, frozenset[str]]
"""Twins, each with the permissions without which nobody has a row of it."""


@dataclass(frozen=True)
class ScopeQuestion:
    """Which identities have or had rows of a twin, given their keys."""

    twin: Twin
    condition: JoinedCondition

    def wire_keys(self) -> Iterator[str]:
        """The parts of a version's key in wire form; NULL for one that no device hears of."""
        for name in self.twin.key:
            codec, column = self.twin.codecs[name], key_column_sql(name, "_twinbase_v")
            wire, guard = f"({codec.to_wire_sql(column)})::text", codec.guard_sql(column)
            yield wire if guard is None else f"CASE WHEN {guard} THEN {wire} END"

    def concern_sql(self) -> str:
        """(identity, transaction) of rows that are in the identity's scope. After the parameters of the scope: the
        identities, the transactions, and the keys, a parameter for each part."""
        taken, table = len(self.condition.common.names), table_sql(self.twin.table)
        parts = range(len(self.twin.key))
        same = " AND ".join(
            f"{column_sql(name, table)} = {self.twin.codecs[name].from_wire_sql(f'_twinbase_k.k{number}')}"
            for number, name in enumerate(self.twin.key)
        )
        return (
            f"SELECT DISTINCT {WHO}.i, _twinbase_k.x FROM {self.condition.who_sql(f'${taken + 1}')}"
            f" CROSS JOIN unnest(${taken + 2}::bigint[]{''.join(f', ${taken + 3 + part}::text[]' for part in parts)})"
            f" AS _twinbase_k (x{''.join(f', k{part}' for part in parts)})"
            f" JOIN {table} ON {same} WHERE {self.condition.common.sql}"
        )


@dataclass(frozen=True)
class TableNews:
    """A table that devices' rows depend on: what to ask of the twin that it is, if any, and whose scopes read it."""

    table: TableName
    scope: ScopeQuestion | None
    followers: Gates

    @property
    def twins(self) -> Gates:
        """All that a change of this table may concern."""
        return {self.scope.twin.name: self.scope.twin.gates, **self.followers} if self.scope else self.followers

    def rows_sql(self) -> str:
        """The transactions that wrote changed rows and, of a twin's, their keys. Parameters $1 and $2 as in a look, $3
        how many at most."""
        keys = list(self.scope.wire_keys()) if self.scope else []
        picked = "".join(f", {key} AS k{part}" for part, key in enumerate(keys))
        select = f"SELECT {'' if keys else 'DISTINCT '}xid{picked} FROM {version_table(*self.table)} _twinbase_v"
        names = "".join(f", k{part}" for part in range(len(keys)))
        return f"SELECT xid::text::bigint AS x{names} FROM ({unseen_rows_sql(select, '$3::bigint')}) _twinbase_r"


def plan_news(registry: Registry) -> dict[TableName, TableNews]:
    """What to ask about each table that a device's rows depend on."""
    twins = {table_of(twin): twin for twin in registry if twin.pulls}
    tables = set(twins).union(*(twin.reads.tables for twin in twins.values()))
    return {table: _plan_table(table, twins) for table in sorted(tables)}


def _plan_table(table: TableName, twins: Mapping[TableName, Twin]) -> TableNews:
    own = twins.get(table)
    followers = {twin.name: twin.gates for twin in twins.values() if table in twin.reads.tables and twin is not own}
    return TableNews(table, ScopeQuestion(own, join_condition(own)) if own else None, followers)
