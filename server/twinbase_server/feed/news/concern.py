"""Whom changed rows concern: the scopes say it, of many identities in one statement, now and as it was before.

A row concerns those in whose scope it is or was. So does a row of a twin that scopes of other twins read: what follows
a row is seen by those who see that row. Where no device mirrors the table that was written, and where many rows were,
everybody is concerned who has a twin that depends on it. See docs/decisions/0029-news.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from twinbase_server.feed.news.audience import Audience, Groups, Listener
from twinbase_server.feed.news.look import FoundNews, NewsLook, list_rewritten
from twinbase_server.feed.news.plan import ScopeQuestion, TableNews
from twinbase_server.sql.names import TableName
from twinbase_server.sql.scope import EVERY_ROW
from twinbase_server.sql.unseen import Snapshot

QUESTIONS_MAX = 250_000
"""Of one table: changed rows times identities; PostgreSQL answers some 5,000 in a millisecond, if a scope is simple."""
# A question that PostgreSQL cannot answer soon, or at all: a scope that reads much, a table that is locked or altered.
UNANSWERED = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DataError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.ObjectNotInPrerequisiteStateError,
)


@dataclass(slots=True)
class Concerned:
    """Who is to be told: those of whom a scope said so, and those who are told because no scope was asked."""

    by_scope: set[Listener] = field(default_factory=set)
    by_table: set[Listener] = field(default_factory=set)
    xids: set[int] = field(default_factory=set)
    """The transactions that it was asked about."""


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """Rows of one table: the transactions that wrote them and, of a twin's, their keys in wire form."""

    xids: tuple[int, ...]
    keys: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Question:
    """What one look asks: `after` is the look, `before` the one before it (None: it is lost), `since` what that saw.

    `reported`: transactions that were told of already; on a standby a look finds them again.
    """

    plans: Mapping[TableName, TableNews]
    rows_max: int
    since: Snapshot
    before: NewsLook | None
    after: NewsLook
    found: FoundNews
    as_of: datetime
    reported: Collection[int] = frozenset()

    async def find_concerned(self, audience: Audience) -> Concerned:
        """Everybody among those who listen whom the news of this look concern."""
        concerned = Concerned()
        tables = sorted(self.found.tables & self.plans.keys())
        unknown = self.found.marked | await self._list_rewritten(tables)
        for table in tables:
            plan = self.plans[table]
            rows = None if table in unknown else await self._read_rows(plan)
            if rows is None:
                concerned.by_table |= audience.list_having(plan.twins)
            else:
                concerned.xids.update(rows.xids)
                await self._ask_about(plan, self._without_reported(rows), audience, concerned)
        return concerned

    async def _list_rewritten(self, tables: Sequence[TableName]) -> frozenset[TableName]:
        return await list_rewritten(self.before.connection, tables) if self.before and tables else frozenset()

    async def _read_rows(self, plan: TableNews) -> WrittenRows | None:
        """The rows that changed; None when they are too many."""
        rows = await _ask(self.after, plan.rows_sql(), [self.since.xmax, self.since.xip, self.rows_max + 1])
        if rows is None or len(rows) > self.rows_max:
            return None
        whole = [values for row in rows if None not in (values := tuple(row))]
        return WrittenRows(tuple(row[0] for row in whole), tuple(row[1:] for row in whole))

    def _without_reported(self, rows: WrittenRows) -> WrittenRows:
        left = [number for number, xid in enumerate(rows.xids) if xid not in self.reported]
        return WrittenRows(tuple(rows.xids[number] for number in left), tuple(rows.keys[number] for number in left))

    async def _ask_about(self, plan: TableNews, rows: WrittenRows, audience: Audience, concerned: Concerned) -> None:
        if not rows.xids:
            return
        if plan.scope is None:
            concerned.by_table |= self._of_others(audience.list_having(plan.followers), rows.xids)
            return
        groups = audience.group_by_scope(plan.scope)
        concerned.by_table |= self._of_others(audience.list_having(plan.followers, groups.outside), rows.xids)
        hits = await self._ask_scope(plan.scope, groups, rows)
        if hits is None:
            concerned.by_table |= self._of_others(groups, rows.xids)
            return
        for number, xids in hits.items():
            concerned.by_scope |= self._of_others(groups.members[number], xids)

    def _of_others(self, listeners: Iterable[Listener], xids: Iterable[int]) -> set[Listener]:
        """Those who did not write all of it themselves: a device pulls after it has pushed."""
        return {one for one in listeners if any((str(one.replica), xid) not in self.found.pushed for xid in xids)}

    async def _ask_scope(
        self, scope: ScopeQuestion, groups: Groups, rows: WrittenRows
    ) -> Mapping[int, Collection[int]] | None:
        """By group, the transactions that wrote rows which are or were in its scope; None when nobody can tell."""
        if not groups.members:
            return {}
        if scope.condition.whole is EVERY_ROW:
            return {0: rows.xids}
        if self.before is None or len(rows.xids) * len(groups.members) > QUESTIONS_MAX:
            return None
        keys = map(list, zip(*rows.keys, strict=True))
        arguments = [*scope.condition.bind_common(self.as_of), groups.who, list(rows.xids), *keys]
        hits: dict[int, set[int]] = {}
        for look in (self.after, self.before):
            answers = await _ask(look, scope.concern_sql(), arguments)
            if answers is None:
                return None
            for number, xid in answers:
                hits.setdefault(number, set()).add(xid)
        return hits


async def _ask(look: NewsLook, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record] | None:
    try:
        return await look.connection.fetch(sql, *arguments)
    except UNANSWERED:
        await look.let_go()
        return None
