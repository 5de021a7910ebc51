"""What other systems will say once they have taken a delivery: no news when it comes back."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = [
    """
    CREATE TABLE twinbase.echo (
        delivery uuid NOT NULL REFERENCES twinbase.deliveries ON DELETE CASCADE,
        column_name text NOT NULL,
        schema_name text NOT NULL,
        table_name text NOT NULL,
        row_key text NOT NULL,
        value jsonb NOT NULL,
        PRIMARY KEY (delivery, column_name)
    )
    """,
    "CREATE INDEX ON twinbase.echo (row_key, column_name)",
    # Texts are compared without regard to blanks and ends of lines, which a system on its way changes as it likes.
    """
    CREATE FUNCTION twinbase.said_alike(one jsonb, other jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT one = other OR (
            coalesce(jsonb_typeof(one), 'null') IN ('string', 'null')
            AND coalesce(jsonb_typeof(other), 'null') IN ('string', 'null')
            AND coalesce(regexp_replace(btrim(one #>> '{}', E' \\t\\r\\n'), '\\s+', ' ', 'g'), '')
                = coalesce(regexp_replace(btrim(other #>> '{}', E' \\t\\r\\n'), '\\s+', ' ', 'g'), '')
        )
    $$
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Migrations go forward only: restore a backup to go back.")
