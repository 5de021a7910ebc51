"""The SQL that captures one table: the functions of its triggers, and the one that settles a reload.

Pure text. What it must do, and why it has this form, is told in docs/decisions/0001-capture.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from twinbase_server.capture import respelling
from twinbase_server.capture.marks import columns_hash_sql
from twinbase_server.capture.tables import CapturedTable, key_column_sql, object_name
from twinbase_server.sql.names import column_sql, quote_literal
from twinbase_server.sql.row_hash import row_hash_sql

# From here on versions are written in bulk: one join with the version table instead of one probe for each row.
BULK_ROWS = 1000
REHEARSED_ROWS = 100
THIS = "pg_current_xact_id()"
# Stands for the name of the relation, which a renamed table only knows when the trigger fires.
RELATION = "the_relation_at_hand"
# PostgreSQL keeps the plan of the first statement for all later ones, large ones too: it must not be a nested loop.
SETTINGS = """SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
SET enable_nestloop = off SET jit = off"""


@dataclass(frozen=True)
class Capture:
    """A captured table in one database: its oid, and the version that its untouched rows have (`base`).

    `key_is_exact`: one key has one spelling; else a key that is spelled anew is noticed (`respelling.py`).
    """

    table: CapturedTable
    relid: int
    base: int
    key_is_exact: bool = True

    def functions_sql(self) -> dict[str, str]:
        """CREATE FUNCTION by kind: one for each trigger, and `settle`."""
        bodies = {
            "insert": self._row_body(
                "added", self._inserted(unique=False), self._inserted(unique=True), respelled=self._inserted_anew
            ),
            "update": self._row_body("added", self._updated(), self._updated(), respelled=self._updated_anew),
            "delete": self._row_body("removed", self._deleted("removed"), self._deleted("removed"), flag="removed"),
            "truncate": self._truncate_body(),
            "truncated": self._truncated_body(),
        }
        made = {kind: self._function(kind, "()", "trigger", body) for kind, body in bodies.items()}
        return made | {"settle": self._function("settle", "(expected bigint)", "void", self._settle_body())}

    def _function(self, kind: str, arguments: str, returns: str, body: str) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {self.table.object_sql(kind)}{arguments} RETURNS {returns} LANGUAGE plpgsql\n"
            f"SECURITY DEFINER {SETTINGS} AS {dollar_quote(body)}"
        )

    # -- what changed: rows of (key…, xid, deleted, hash, before) -------------------------------------------------

    def _inserted(self, *, unique: bool) -> str:
        """A hash is needed only where this transaction left a tombstone that the row may undo."""
        undo = f"(SELECT current_setting({self._flag('removed')}, true) <> '')"
        return f"""SELECT {self._once("a", unique)} {self._picked("a")}, {THIS} AS xid, false AS deleted,
            CASE WHEN {undo} THEN {self._hash("a")} END AS hash, NULL::xid8 AS before
        FROM added a WHERE {self._known("a")} ORDER BY {self._keys("a")}"""

    def _updated(self) -> str:
        """Rows whose image differs; a key that is gone leaves a tombstone, a key that is new may undo one."""
        keys = [(k, f"coalesce({column_sql(k, 'n')}, {column_sql(k, 'o')})") for k in self.table.key]
        picked = ", ".join(f"{both} AS {key_column_sql(k)}" for k, both in keys)
        distinct = ", ".join(both for _, both in keys)
        known = " AND ".join(f"{both} IS NOT NULL" for _, both in keys)
        gone, new = f"{column_sql(self.table.key[0], 'n')} IS NULL", f"{column_sql(self.table.key[0], 'o')} IS NULL"
        return f"""SELECT DISTINCT ON ({distinct}) {picked}, {THIS} AS xid, {gone} AS deleted,
            CASE WHEN {gone} THEN {self._hash("o")} WHEN {new} THEN {self._hash("n")} END AS hash,
            CASE WHEN {gone} THEN {self._base} END AS before
        FROM added n FULL JOIN removed o ON {self._same("n", "o")}
        WHERE {self._image("n")} *<> {self._image("o")} AND {known} ORDER BY {distinct}"""

    def _deleted(self, source: str) -> str:
        return f"""SELECT {self._once("a")} {self._picked("a")}, {THIS} AS xid, true AS deleted,
            {self._hash("a")} AS hash, {self._base} AS before
        FROM {source} a WHERE {self._known("a")} ORDER BY {self._keys("a")}"""

    def _settled(self, *, unique: bool) -> str:
        """What differs between the table now and its copy from before it was truncated."""
        keys = [(k, f"coalesce({key_column_sql(k, 't')}, {key_column_sql(k, 's')})") for k in self.table.key]
        picked = ", ".join(f"{both} AS {key_column_sql(k)}" for k, both in keys)
        gone = f"{key_column_sql(self.table.key[0], 't')} IS NULL"
        return f"""SELECT {picked}, {THIS} AS xid, {gone} AS deleted, coalesce(t.hash, s.hash) AS hash,
            CASE WHEN {gone} THEN {self._base} END AS before
        FROM (SELECT {self._once("a", unique)} {self._picked("a")}, {self._hash("a")} AS hash
              FROM {RELATION} a WHERE {self._known("a")}) t
        FULL JOIN {self.table.object_sql("stash")} s ON {self._same_kept("t", "s")}
        WHERE t.hash IS DISTINCT FROM s.hash
           OR ((SELECT current_setting({self._flag("removed")}, true) <> '') AND ({self._kept("t")}) IN (
                SELECT {self._kept("w")} FROM {self._versions} w WHERE w.deleted AND w.xid = {THIS}))"""

    def _once(self, alias: str, unique: bool = False) -> str:
        """No key twice: ON CONFLICT would refuse it (H3). Where the customer's own index sees to it, nothing."""
        return "" if unique else f"DISTINCT ON ({self._keys(alias)})"

    def rehearsal_sql(self) -> dict[str, str]:
        """What the triggers do, over rows that are there: by what a program does. For a transaction that is undone."""
        some = f"SELECT * FROM {self.table.qualified}"
        rows = f"added AS ({some} LIMIT {REHEARSED_ROWS}), removed AS ({some} OFFSET 1 LIMIT {REHEARSED_ROWS})"
        changes = {
            "insert": self._inserted(unique=False),
            "update": self._updated(),
            "delete": self._deleted("removed"),
        }
        one_by_one = {kind: f"WITH {rows} {self._upsert(changed)}" for kind, changed in changes.items()}
        in_bulk = {f"{kind} in bulk": self._bulk(changed, f"{rows}, ") for kind, changed in changes.items()}
        anew = {"insert": self._inserted_anew, "update": self._updated_anew}
        compared = {f"{kind} of a key": f"WITH {rows} SELECT {sql}" for kind, sql in anew.items() if sql}
        return one_by_one | in_bulk | compared

    # -- keys that are spelled anew ---------------------------------------------------------------------------------

    @property
    def _inserted_anew(self) -> str:
        return "" if self.key_is_exact else respelling.find_inserted_sql(self.table, "added")

    @property
    def _updated_anew(self) -> str:
        return "" if self.key_is_exact else respelling.find_updated_sql(self.table, "added", "removed")

    @property
    def _settled_anew(self) -> str:
        if self.key_is_exact:
            return ""
        noted = respelling.note_sql(respelling.find_settled_sql(self.table, RELATION), self.relid)
        return self._over(str(self.relid), noted) + "\n            "

    # -- how it is written ----------------------------------------------------------------------------------------

    def _upsert(self, changed: str) -> str:
        return f"""INSERT INTO {self._versions} AS v ({self._kept()}, xid, deleted, hash, before)
        {changed}
        ON CONFLICT ({self._kept()}) DO UPDATE SET {self._renewed("excluded")}"""

    def _bulk(self, changed: str, given: str = "") -> str:
        """The same as `_upsert`, three times as fast for many rows; see twinbase.bulk for when it may be used.

        `given`: named queries that `changed` reads, and a comma.
        """
        return f"""WITH {given}changed AS MATERIALIZED ({changed}),
        renewed AS (UPDATE {self._versions} v SET {self._renewed("c")} FROM changed c WHERE {self._same_kept("v", "c")})
        INSERT INTO {self._versions} ({self._kept()}, xid, deleted, hash, before)
        SELECT {self._kept("c")}, c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM {self._versions} v WHERE {self._same_kept("v", "c")})"""

    def _first(self, changed: str) -> str:
        """The same as `_bulk`, where the version table is empty."""
        return f"INSERT INTO {self._versions} ({self._kept()}, xid, deleted, hash, before) {changed}"

    def _renewed(self, to: str) -> str:
        """A tombstone of this same transaction is undone by a row of equal content: the old version comes back."""
        return f"""xid = CASE WHEN v.deleted AND NOT {to}.deleted AND v.xid = {to}.xid AND v.hash = {to}.hash
                AND v.before IS NOT NULL THEN v.before ELSE {to}.xid END,
            deleted = {to}.deleted,
            hash = CASE WHEN {to}.deleted THEN {to}.hash END,
            before = CASE WHEN {to}.deleted AND NOT v.deleted THEN v.xid END{self._spelled_as(to)}"""

    def _spelled_as(self, to: str) -> str:
        """A version's key is spelled as the row's is."""
        keys = () if self.key_is_exact else map(key_column_sql, self.table.key)
        return "".join(f",\n            {key} = {to}.{key}" for key in keys)

    # -- the bodies -----------------------------------------------------------------------------------------------

    def _row_body(self, image: str, changed: str, unique: str, *, flag: str = "", respelled: str = "") -> str:
        anew = f"\n    EXECUTE {dollar_quote(respelling.note_sql(respelled, self.relid))};" if respelled else ""
        return f"""
#variable_conflict use_column
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM {image}) THEN ({columns_hash_sql("TG_RELID", self.table)}) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        {self._gap("TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped'")}
        RETURN NULL;
    END IF;
    IF {self._reloading} THEN RETURN NULL; END IF;
    {self._raise_flag(flag) if flag else ""}{anew}
    IF EXISTS (SELECT FROM {image} OFFSET {BULK_ROWS}) AND {self._may_bulk} THEN
        IF EXISTS (SELECT FROM {self._versions}) THEN
            EXECUTE {dollar_quote(self._bulk(unique))};
        ELSE
            EXECUTE {dollar_quote(self._first(unique))};
        END IF;
    ELSE
        {self._upsert(changed)};
    END IF;
    RETURN NULL;
END """

    def _truncate_body(self) -> str:
        """The whole table: keep a copy to compare with at commit. One partition: its rows become tombstones now."""
        deleted = self._deleted(f"ONLY {RELATION}")
        return f"""
BEGIN
    IF {self._unreadable("TG_RELID", "TG_ARGV[0]::bigint")} THEN
        {self._gap("TG_RELID::regclass::text || ': truncated, and its rows could not be read'")}
        RETURN NULL;
    END IF;
    IF {self._reloading} OR EXISTS (SELECT FROM {self.table.object_sql("stash")}) THEN RETURN NULL; END IF;
    IF {self._whole} THEN
        {self._over("TG_RELID", self._stash())}
    ELSIF (SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'r' THEN
        {self._raise_flag("removed")}
        IF {self._may_bulk} THEN
            {self._over("TG_RELID", self._bulk(deleted))}
        ELSE
            {self._over("TG_RELID", self._upsert(deleted))}
        END IF;
    END IF;
    RETURN NULL;
END """

    def _truncated_body(self) -> str:
        """Registered only now: should constraints be immediate, `settle` runs at once and must find the table empty."""
        return f"""
BEGIN
    IF {self._unreadable("TG_RELID", "TG_ARGV[0]::bigint")} OR {self._reloading} OR NOT {self._whole} THEN
        RETURN NULL;
    END IF;
    INSERT INTO twinbase.reload (relid, xid, settle, shape)
    VALUES ({self.relid}, {THIS}, {quote_literal(self._name("settle"))}, TG_ARGV[0]::bigint)
    ON CONFLICT DO NOTHING;
    {self._raise_flag("reload")}
    RETURN NULL;
END """

    def _settle_body(self) -> str:
        return f"""
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = {self.relid}) THEN
        IF {self._unreadable(str(self.relid), "expected")} THEN
            {self._gap(f"{self.relid}::regclass::text || ': changed while it was being reloaded'")}
        ELSIF {self._may_bulk} THEN
            {self._settled_anew}{self._over(str(self.relid), self._bulk(self._settled(unique=True)))}
        ELSE
            {self._settled_anew}{self._over(str(self.relid), self._upsert(self._settled(unique=False)))}
        END IF;
        {self._raise_flag("removed")}
    END IF;
    DELETE FROM {self.table.object_sql("stash")};
END """

    def _over(self, relid: str, statement: str) -> str:
        template = statement.replace("%", "%%").replace(RELATION, "%1$s")
        return f"EXECUTE format({dollar_quote(template)}, {relid}::regclass);"

    def _stash(self) -> str:
        return f"""INSERT INTO {self.table.object_sql("stash")} ({self._kept()}, hash)
        SELECT {self._keys("a")}, {self._hash("a")} FROM {RELATION} a WHERE {self._known("a")}"""

    # -- words of the bodies --------------------------------------------------------------------------------------

    @property
    def _may_bulk(self) -> str:
        names = ", ".join(quote_literal(k) for k in self.table.key)
        return f"twinbase.bulk({self.relid}, ARRAY[{names}]::text[])"

    @property
    def _reloading(self) -> str:
        """The setting is a hint that costs nothing to read; the row is the truth."""
        return (
            f"current_setting({self._flag('reload')}, true) <> '' AND EXISTS (\n"
            f"        SELECT FROM twinbase.reload WHERE relid = {self.relid} AND xid = {THIS})"
        )

    @property
    def _whole(self) -> str:
        """Whether all rows of the captured table are being truncated."""
        return (
            f"TG_RELID = {self.relid} AND ((SELECT relkind FROM pg_class WHERE oid = TG_RELID) = 'p'\n"
            "        OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = TG_RELID))"
        )

    def _unreadable(self, relid: str, expected: str) -> str:
        columns_hash = columns_hash_sql(relid, self.table)
        schema = f"(SELECT relnamespace FROM pg_class WHERE oid = {relid})"
        return (
            f"({columns_hash}) <> {expected} OR NOT has_schema_privilege({schema}, 'USAGE')\n"
            f"        OR NOT has_table_privilege({relid}, 'SELECT') OR row_security_active({relid})"
        )

    def _gap(self, reason: str) -> str:
        return f"""INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES ({self.relid}, {THIS}, {reason}) ON CONFLICT DO NOTHING;"""

    def _raise_flag(self, flag: str) -> str:
        return f"PERFORM set_config({self._flag(flag)}, 'on', true);"

    def _flag(self, flag: str) -> str:
        return quote_literal(f"twinbase.{flag}_{self.relid}")

    def _name(self, kind: str) -> str:
        return object_name(kind, self.table.schema, self.table.name)

    @property
    def _versions(self) -> str:
        return self.table.object_sql("v")

    @property
    def _base(self) -> str:
        return f"'{self.base}'::xid8"

    def _keys(self, alias: str) -> str:
        """The key as the captured table calls it."""
        return ", ".join(column_sql(k, alias) for k in self.table.key)

    def _kept(self, alias: str = "") -> str:
        """The key as the version table and the stash call it."""
        return ", ".join(key_column_sql(k, alias) for k in self.table.key)

    def _picked(self, alias: str) -> str:
        """The key out of the captured table, under the names of the version table."""
        renamed = {k: f" AS {key_column_sql(k)}" for k in self.table.key if key_column_sql(k) != column_sql(k)}
        return ", ".join(column_sql(k, alias) + renamed.get(k, "") for k in self.table.key)

    def _same(self, one: str, other: str) -> str:
        return " AND ".join(f"{column_sql(k, one)} = {column_sql(k, other)}" for k in self.table.key)

    def _same_kept(self, one: str, other: str) -> str:
        return " AND ".join(f"{key_column_sql(k, one)} = {key_column_sql(k, other)}" for k in self.table.key)

    def _known(self, alias: str) -> str:
        return " AND ".join(f"{column_sql(k, alias)} IS NOT NULL" for k in self.table.key)

    def _hash(self, alias: str) -> str:
        return row_hash_sql(self.table.watched, self.table.hash_sql, alias)

    def _image(self, alias: str) -> str:
        return f"ROW({', '.join(column_sql(c, alias) for c in self.table.watched)})::record"


def dollar_quote(text: str) -> str:
    """A text in dollar quotes whose tag does not occur in it."""
    tag = next(tag for tag in _tags() if f"${tag}$" not in text)
    return f"${tag}${text}${tag}$"


def _tags() -> Iterable[str]:
    yield "twinbase"
    n = 0
    while True:
        n += 1
        yield f"twinbase{n}"
