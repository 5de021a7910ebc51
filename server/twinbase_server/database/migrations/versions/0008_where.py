"""Where the generation is stored: a database that was copied, or made from a dump, has another past from then on."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = [
    """
    ALTER TABLE twinbase.generation ADD COLUMN database bigint, ADD COLUMN relation bigint
    """,
    """
    UPDATE twinbase.generation SET relation = 'twinbase.generation'::regclass::oid::bigint,
        database = (SELECT oid FROM pg_database WHERE datname = current_database())::bigint
    """,
    "ALTER TABLE twinbase.generation ALTER COLUMN database SET NOT NULL, ALTER COLUMN relation SET NOT NULL",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
