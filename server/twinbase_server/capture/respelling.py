"""SQL that notices a key that is spelled anew: 0.5 as 0.500, "Par" as "PAR" under a collation that knows no case.

PostgreSQL calls the two one row; a device, which knows a row by the text of its key, has two. A version can name one of
them only, so such a transaction is noted among the gaps: whoever has not seen it yet compares the table whole.
"""

from twinbase_server.capture.tables import CapturedTable, key_column_sql
from twinbase_server.sql.names import column_sql


def find_inserted_sql(table: CapturedTable, added: str) -> str:
    """Whether a row of `added` was known before, and spelled otherwise. One probe for each row: a version table is
    large, and a join of it with one row reads it all where nested loops are off."""
    return f"EXISTS (SELECT FROM {added} a WHERE {_version_spelled_otherwise(table, 'a')})"


def find_updated_sql(table: CapturedTable, added: str, removed: str) -> str:
    """Whether an update changed how a key is spelled, or gave a row a key that was known in another spelling."""
    same = " AND ".join(f"{column_sql(k, 'n')} = {column_sql(k, 'o')}" for k in table.key)
    otherwise = _differ(_texts(table, "n"), _texts(table, "o"))
    changed = f"EXISTS (SELECT FROM {added} n JOIN {removed} o ON {same} WHERE {otherwise})"
    return f"{changed} OR {find_inserted_sql(table, added)}"


def find_settled_sql(table: CapturedTable, relation: str) -> str:
    """Whether a reload brought a key back in another spelling, or one that was gone before it."""
    same = " AND ".join(f"{column_sql(k, 'a')} = {key_column_sql(k, 's')}" for k in table.key)
    otherwise = _differ(_texts(table, "a"), _kept_texts(table, "s"))
    return (
        f"EXISTS (SELECT FROM {relation} a JOIN {table.object_sql('stash')} s ON {same} WHERE {otherwise})"
        f" OR EXISTS (SELECT FROM {relation} a WHERE {_version_spelled_otherwise(table, 'a')})"
    )


def note_sql(found: str, relid: int) -> str:
    """Note this transaction, where `found` holds."""
    return (
        "INSERT INTO twinbase.capture_gap (relid, xid, reason, respelled)"
        f" SELECT {relid}, pg_current_xact_id(), 'a key was spelled anew', true WHERE {found} ON CONFLICT DO NOTHING"
    )


def _version_spelled_otherwise(table: CapturedTable, alias: str) -> str:
    same = " AND ".join(f"{key_column_sql(k, 'v')} = {column_sql(k, alias)}" for k in table.key)
    otherwise = _differ(_kept_texts(table, "v"), _texts(table, alias))
    return f"(SELECT {otherwise} FROM {table.object_sql('v')} v WHERE {same} LIMIT 1)"


def _differ(one: list[str], other: list[str]) -> str:
    return f"({' OR '.join(f'{a} <> {b}' for a, b in zip(one, other, strict=True))})"


def _texts(table: CapturedTable, alias: str) -> list[str]:
    return [_text(column_sql(k, alias)) for k in table.key]


def _kept_texts(table: CapturedTable, alias: str) -> list[str]:
    return [_text(key_column_sql(k, alias)) for k in table.key]


def _text(column: str) -> str:
    """As bytes are compared, whatever the collation of the column calls equal."""
    return f'({column})::text COLLATE "C"'
