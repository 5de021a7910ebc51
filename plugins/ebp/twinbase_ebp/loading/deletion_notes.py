"""EbpSysDeletedRecord: what EBP notes when it deletes a row, under a kind whose meaning nobody has told us.

So it is learnt: when a row is seen to be gone from a table, and EBP has noted a deletion of that key, the kind of the
note speaks for the table. After a few votes, with none for another table, the notes are believed and save the wait for
the next comparison of keys. Believed is not trusted: the source is asked for each row before it is deleted.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from twinbase.quoting import quote_name
from twinbase_ebp.loading.source_pages import SourceKey
from twinbase_ebp.loading.table_load import TableLoad
from twinbase_ebp.loading.writing import ARRAY
from twinbase_ebp.schema.ddl import qualify_name
from twinbase_ebp.schema.spec import TableSpec

NOTES = "EbpSysDeletedRecord"


def learn(connection: Connection, spec: TableSpec, gone: Sequence[SourceKey]) -> None:
    """Count the notes that speak for this table, in the transaction that deletes the rows."""
    if gone and len(spec.key) == 1 and _has_notes(connection):
        keys = [str(key[0]).lower() for key in gone]
        connection.execute(_LEARN, {"table": spec.name, "keys": keys})


def find_noted(work: TableLoad, votes_min: int) -> list[SourceKey]:
    """Keys of rows of the copy that EBP has noted as deleted, under a kind that speaks for this table."""
    with work.target.begin():
        if len(work.spec.key) != 1 or not _has_notes(work.target):
            return []
        kinds = work.target.execute(_KINDS, {"table": work.spec.name, "votes": votes_min}).scalars().all()
        if not kinds:
            return []
        key = f"t.{quote_name(work.spec.key_columns[0].target)}"
        found = work.writer.run(
            f"SELECT {key} FROM {work.writer.table} t WHERE lower({key}::text) IN"
            f' (SELECT lower("Id"::text) FROM {qualify_name(NOTES)} WHERE "Kind" = ANY ({ARRAY}))',
            list(kinds),
        )
        return [tuple(row) for row in found.all()]


def _has_notes(connection: Connection) -> bool:
    """Whether there are notes, of the form that was seen in installations; others are not believed."""
    return bool(connection.execute(_NOTES, {"table": qualify_name(NOTES)}).scalar())


_NOTES = text("""
SELECT count(*) = 2 FROM pg_attribute WHERE attrelid = to_regclass(:table) AND NOT attisdropped
AND (attname = 'Id' OR (attname = 'Kind' AND atttypid = 'uuid'::regtype))
""")
_LEARN = text(f"""
INSERT INTO ebp.kind_vote AS v (kind, table_name, votes)
SELECT "Kind", :table, count(*) FROM {qualify_name(NOTES)} WHERE lower("Id"::text) = ANY (:keys) AND "Kind" IS NOT NULL
GROUP BY "Kind"
ON CONFLICT (kind, table_name) DO UPDATE SET votes = v.votes + excluded.votes
""")
_KINDS = text("""
SELECT kind FROM ebp.kind_vote v WHERE table_name = :table AND votes >= :votes
AND NOT EXISTS (SELECT FROM ebp.kind_vote other WHERE other.kind = v.kind AND other.table_name <> v.table_name)
""")
