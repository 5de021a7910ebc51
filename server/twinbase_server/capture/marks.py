"""By what a table shows that it is watched as it was installed: its triggers, its parts, its columns.

Pure text. Whoever reads an answer asks it of the catalog, and so do the triggers themselves.
"""

from twinbase_server.capture.tables import CapturedTable
from twinbase_server.sql.names import quote_literal

TRIGGERS = {
    "insert": "AFTER INSERT ON {on} REFERENCING NEW TABLE AS added",
    "update": "AFTER UPDATE ON {on} REFERENCING OLD TABLE AS removed NEW TABLE AS added",
    "delete": "AFTER DELETE ON {on} REFERENCING OLD TABLE AS removed",
    "truncate": "BEFORE TRUNCATE ON {on}",
    "truncated": "AFTER TRUNCATE ON {on}",
}


def trigger_name(event: str) -> str:
    return f"twinbase_capture_{event}"


def trigger_check_sql(relid: str) -> str:
    """Whether every write to a relation, and to all below it, fires our triggers. It reads two indexes of the catalog.

    What is written through a parent fires its triggers alone, so a table that was attached to one is not armed.
    """
    names = ", ".join(quote_literal(trigger_name(event)) for event in TRIGGERS)

    def fires(oid: str) -> str:
        return (
            f"(SELECT count(*) FROM pg_catalog.pg_trigger g WHERE g.tgrelid = {oid} AND g.tgenabled = 'A'"
            f" AND g.tgname IN ({names})) = {len(TRIGGERS)}"
        )

    below = (
        f"WITH RECURSIVE below (oid) AS (SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = {relid}"
        " UNION SELECT i.inhrelid FROM below JOIN pg_catalog.pg_inherits i ON i.inhparent = below.oid)"
        f" SELECT FROM below WHERE NOT {fires('below.oid')}"
    )
    child = f"SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = {relid}"
    return f"({fires(relid)} AND NOT EXISTS ({child}) AND NOT EXISTS ({below}))"


def parts_mark_sql(relid: str) -> str:
    """A text for what is below a relation; empty for nothing. It changes when a part is taken out, dropped, or hung in:
    `xmin` is the transaction that hung it in. It is what it was when a part that was hung in goes again: of the time in
    between only cursors know."""
    return f"""(WITH RECURSIVE below (oid, since) AS (
        SELECT i.inhrelid, i.xmin::text FROM pg_catalog.pg_inherits i WHERE i.inhparent = {relid}
        UNION SELECT i.inhrelid, i.xmin::text FROM below JOIN pg_catalog.pg_inherits i ON i.inhparent = below.oid)
        SELECT coalesce(md5(string_agg(oid || ' ' || since, ',' ORDER BY oid, since)), '') FROM below)"""


def columns_hash_sql(relid: str, table: CapturedTable) -> str:
    """One number for the captured columns of a relation: positions, names and types. Some 10 µs; NULL never."""
    names = ", ".join(quote_literal(column) for column in table.watched)
    return f"""SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = {relid} AND attname = ANY (ARRAY[{names}]::name[])"""
