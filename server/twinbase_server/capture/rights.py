"""Which rights our role lacks: to watch tables, and to read and write what devices do. Said with the GRANT to give."""

from collections.abc import Collection, Iterable

from twinbase_server.capture.tables import CapturedTable
from twinbase_server.database.connection import Connection
from twinbase_server.sql.names import TableName

READ, WRITE = ("SELECT",), ("SELECT", "INSERT", "UPDATE", "DELETE")


async def find_missing_ownership(connection: Connection, tables: Iterable[CapturedTable]) -> list[str]:
    """What keeps `twinbase db init` from making its schema and triggers; a table that is not there lacks nothing."""
    found = []
    if not await connection.fetchval(_MAY_CREATE):
        found.append(await connection.fetchval(_CREATE_TEXT))
    for table in tables:
        row = await connection.fetchrow(_OWNER, table.schema, table.name)
        if row is not None and not row["owns"]:
            found.append(
                f"Role {row['role']} does not own {table.label}, and has to, to watch it: run this as {row['owner']},"
                f" or GRANT {row['owner']} TO {row['role']}."
            )
    return found


async def find_missing_grants(
    connection: Connection, tables: Iterable[CapturedTable], written: Collection[TableName]
) -> list[str]:
    """What keeps the server from reading these tables, and from writing those that devices write."""
    found = []
    for table in tables:
        wanted = WRITE if (table.schema, table.name) in written else READ
        row = await connection.fetchrow(_GRANTS, table.schema, table.name, list(wanted))
        if row is not None and not row["enters"]:
            found.append(f"GRANT USAGE ON SCHEMA {row['schema']} TO {row['role']}, for {table.label}.")
        if row is not None and row["lacking"]:
            rights = ", ".join(row["lacking"])
            found.append(f"Role {row['role']} may not {rights}: GRANT {rights} ON {row['name']} TO {row['role']}.")
    return found


_RELATION = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2"
_MAY_CREATE = """
SELECT coalesce((SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'twinbase'),
    has_database_privilege(current_database(), 'CREATE'))
"""
_CREATE_TEXT = """
SELECT coalesce(
    (SELECT format('Schema twinbase belongs to %1$I: run this as %1$I, or GRANT %1$I TO %2$I.',
            pg_get_userbyid(nspowner), current_user) FROM pg_namespace WHERE nspname = 'twinbase'),
    format('Role %1$I may not make the schema twinbase: GRANT CREATE ON DATABASE %2$I TO %1$I.',
        current_user, current_database()))
"""
_OWNER = f"""
SELECT quote_ident(current_user) AS role, quote_ident(pg_get_userbyid(c.relowner)) AS owner,
    pg_has_role(c.relowner, 'USAGE') AS owns {_RELATION}
"""
_GRANTS = f"""
SELECT quote_ident(current_user) AS role, quote_ident(n.nspname) AS schema,
    format('%I.%I', n.nspname, c.relname) AS name, has_schema_privilege(n.oid, 'USAGE') AS enters,
    ARRAY (SELECT p FROM unnest($3::text[]) WITH ORDINALITY u (p, i) WHERE NOT CASE
        WHEN p = 'DELETE' THEN has_table_privilege(c.oid, p) ELSE has_any_column_privilege(c.oid, p) END
        ORDER BY i) AS lacking {_RELATION}
"""
