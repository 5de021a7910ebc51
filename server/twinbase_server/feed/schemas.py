"""Schema negotiation: which columns travel to a device that is newer or older than this server.

A device names its set of columns by a fingerprint. The server keeps what each fingerprint stands for, so that a request
carries sixteen letters and not a schema.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from twinbase.protocol import SchemaAnswer, SchemaRequest, TwinDescription, TwinSchema, schema_fingerprint
from twinbase.registry import Registry, Twin
from twinbase_server.database.connection import Connection
from twinbase_server.feed.readiness import Readiness
from twinbase_server.feed.statements import FeedShape, make_feed_shape
from twinbase_server.problems import ProblemError

SCHEMAS_KEPT_MAX = 64
SCHEMAS_STORED_MAX = 1_000
SCHEMAS_OF_ACCOUNT_MAX = 20
"""New ones, in a process and an hour."""
COUNTED_FOR = timedelta(hours=1)
ACCOUNTS_COUNTED_MAX = 10_000
VERSIONS_SERVED = 2
_FIND = "SELECT twins::text FROM twinbase.device_schema WHERE fingerprint = $1"
_KEEP = """
INSERT INTO twinbase.device_schema (fingerprint, twins, at) VALUES ($1, $2::jsonb, $3)
ON CONFLICT (fingerprint) DO UPDATE SET at = excluded.at
"""
_TOUCH = "UPDATE twinbase.device_schema SET at = $2 WHERE fingerprint = $1 RETURNING true"
_FORGET = """
DELETE FROM twinbase.device_schema WHERE fingerprint IN (
    SELECT fingerprint FROM twinbase.device_schema ORDER BY at DESC, fingerprint OFFSET $1
)
"""

FeedShapes = Mapping[str, FeedShape]


def negotiate(registry: Registry, request: SchemaRequest, waiting: Mapping[str, str]) -> SchemaAnswer:
    """What of a device's schema this server serves: the columns that both have, or why not."""
    twins: dict[str, list[str]] = {}
    refused: dict[str, str] = {}
    for name, asked in request.twins.items():
        why = _why_not(registry, name, asked) or waiting.get(name, "")
        if why:
            refused[name] = why
        else:
            called = {registry[name].newest_name_of(column): column for column in asked.columns}
            twins[name] = [called[column] for column in registry[name].columns if column in called]
    return SchemaAnswer(schema=schema_fingerprint(twins), twins=twins, refused=refused)


def _why_not(registry: Registry, name: str, asked: TwinSchema) -> str:
    if name not in registry:
        return "This server has no twin of that name."
    twin = registry[name]
    if asked.version <= twin.mirror.version - VERSIONS_SERVED:
        return f"Version {asked.version} is no longer served, {twin.mirror.version} is the newest: update the app."
    if tuple(asked.columns[: len(twin.key)]) != twin.key:
        return f"Its key is ({', '.join(twin.key)}), in this order, before all other columns."
    return ""


def describe_twins(registry: Registry, twins: Mapping[str, Sequence[str]]) -> dict[str, TwinDescription]:
    """What a device of another make has to know of these twins and columns."""
    return {name: _describe(registry[name], columns) for name, columns in twins.items()}


def _describe(twin: Twin, columns: Sequence[str]) -> TwinDescription:
    """Its columns are called as the device calls them, by the names of before a renaming perhaps."""
    newest = {name: twin.newest_name_of(name) for name in columns}
    return TwinDescription(
        key=len(twin.key),
        direction=twin.mirror.direction,
        types=[twin.codecs[newest[name]].name for name in columns],
        operations=sorted(twin.operations) if twin.pushes else [],
        writable=[name for name in columns if twin.pushes and newest[name] in twin.writable],
        insertable=[name for name in columns if twin.pushes and newest[name] in twin.insertable],
    )


async def forget_schemas(connection: Connection) -> None:
    """Keep the schemas that were agreed on last. A device whose own was forgotten is asked for it again."""
    await connection.execute(_FORGET, SCHEMAS_STORED_MAX)


class Schemas:
    """The schemas that devices have, each with the statements for its twins, in the order in which they are sent.

    A twin that waits is in none of them: a device that has it in its own is asked to agree anew, and waits as well.
    """

    def __init__(self, registry: Registry, readiness: Readiness) -> None:
        self._registry, self._readiness = registry, readiness
        self._known: dict[str, FeedShapes] = {}
        self._shapes: dict[tuple[str, tuple[str, ...]], FeedShape] = {}
        self._new_of: Counter[str] = Counter()
        self._counted_since = datetime.min.replace(tzinfo=UTC)

    async def agree(self, connection: Connection, request: SchemaRequest, account: str, now: datetime) -> SchemaAnswer:
        """Negotiate, and keep what was agreed on. An account has few apps, each with one schema; raises the problem
        `too-busy` when it brings one new schema after another."""
        answer = negotiate(self._registry, request, self._readiness.waiting)
        if not await connection.fetchval(_TOUCH, answer.schema_, now):
            self._count_new(account, now)
            await connection.execute(_KEEP, answer.schema_, msgspec.json.encode(answer.twins).decode(), now)
        return answer

    def _count_new(self, account: str, now: datetime) -> None:
        if now >= self._counted_since + COUNTED_FOR or len(self._new_of) >= ACCOUNTS_COUNTED_MAX:
            self._counted_since, self._new_of = now, Counter()
        self._new_of[account] += 1
        if self._new_of[account] > SCHEMAS_OF_ACCOUNT_MAX:
            raise ProblemError("too-busy", "This account has brought too many new schemas. Try again in an hour.")

    async def find(self, connection: Connection, fingerprint: str) -> FeedShapes:
        """The schema's twins; raises the problem `schema-unknown` when the device has to tell it (again)."""
        if (known := self._known.get(fingerprint)) is not None:
            return known
        kept = await connection.fetchval(_FIND, fingerprint)
        if kept is None:
            raise ProblemError("schema-unknown", "Send this device's schema to sync/schema first.")
        columns = msgspec.json.decode(kept, type=dict[str, list[str]])
        if len(self._known) >= SCHEMAS_KEPT_MAX:
            self._known.clear()
            self._shapes.clear()
        found = self._known[fingerprint] = self._order(columns)
        return found

    def _order(self, columns: Mapping[str, Sequence[str]]) -> FeedShapes:
        for name, names in columns.items():
            if why := self._readiness.waiting.get(name):
                raise ProblemError("schema-unknown", why)
            if name not in self._registry or not _has_all(self._registry[name], names):
                raise ProblemError("schema-unknown", "The server's tables have changed: agree on the schema anew.")
        return {
            twin.name: self._shape(twin, tuple(columns[twin.name]))
            for twin in self._registry
            if twin.pulls and twin.name in columns
        }

    def _shape(self, twin: Twin, columns: tuple[str, ...]) -> FeedShape:
        """Shared by the schemas that agree on this twin, so that a connection prepares each statement once."""
        shape = self._shapes.get((twin.name, columns))
        if shape is None:
            maybe_empty = self._readiness.find_maybe_empty(twin)
            newest = [twin.newest_name_of(column) for column in columns]
            shape = make_feed_shape(twin, newest, maybe_empty, dict(zip(newest, columns, strict=True)))
            self._shapes[twin.name, columns] = shape
        return shape


def _has_all(twin: Twin, names: Iterable[str]) -> bool:
    return {twin.newest_name_of(name) for name in names} <= set(twin.columns)
