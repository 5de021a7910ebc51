"""Which columns a constraint of the database is about, for the sentence that a technician reads."""

import asyncpg

from twinbase_server.database.connection import Connection


async def columns_of(connection: Connection, error: asyncpg.PostgresError) -> tuple[str, ...]:
    """The columns that an error is about; none when the database does not say."""
    if column := getattr(error, "column_name", None):
        return (column,)
    schema, table = getattr(error, "schema_name", None), getattr(error, "table_name", None)
    rule = getattr(error, "constraint_name", None)
    if not (schema and table and rule):
        return ()
    return tuple(record[0] for record in await connection.fetch(_COLUMNS, schema, table, rule))


# A unique index need not be a constraint.
_COLUMNS = """
SELECT a.attname FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace
JOIN LATERAL (
    SELECT c.conkey AS columns FROM pg_catalog.pg_constraint c WHERE c.conrelid = t.oid AND c.conname = $3
    UNION
    SELECT i.indkey::int2[] FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class n ON n.oid = i.indexrelid WHERE i.indrelid = t.oid AND n.relname = $3
) r ON true
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (r.columns)
WHERE s.nspname = $1 AND t.relname = $2
GROUP BY a.attname, a.attnum ORDER BY a.attnum
"""
