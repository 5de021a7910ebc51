"""The CREATE TABLE statements. Names are case-sensitive and quoted; no foreign key is declared, as in EBP."""

from twinbase.quoting import quote_name
from twinbase_demo.erp.ebp_tables import GeneratedColumn, GeneratedTable

# EBP's own tables have no defaults: its program writes every column. Ours do, for what may not be NULL: then an INSERT
# of a test or of a day at the office names the columns that it is about, and COPY does not carry 38 million zeros.
_DEFAULTS = {
    "boolean": "false",
    "bytea": "''",
    "double precision": "0",
    "integer": "0",
    "numeric(38,8)": "0",
    "smallint": "0",
    "text": "''",
    "timestamp": "'1753-01-01'",
    "uuid": "'00000000-0000-0000-0000-000000000000'",
}


def create_table(table: GeneratedTable, schema: str = "public") -> str:
    """The statement that creates the table with its primary key, when it has one."""
    keys = {column.name for column in table.key}
    parts = [_declared(column, in_key=column.name in keys) for column in table.columns]
    if keys:
        parts.append(f"PRIMARY KEY ({', '.join(quote_name(column.name) for column in table.key)})")
    return f"CREATE TABLE {schema}.{quote_name(table.name)} ({', '.join(parts)})"


def _declared(column: GeneratedColumn, *, in_key: bool) -> str:
    declared = f"{quote_name(column.name)} {column.type}"
    if in_key or not column.required:
        return declared
    default = _DEFAULTS.get(column.type, "''")
    return f"{declared} NOT NULL DEFAULT {default}"
