"""Failed sign-ins, so that guessing is slowed down in all processes alike."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    """
    CREATE TABLE twinbase.attempt (
        kind text NOT NULL,
        name bytea NOT NULL,
        failures integer NOT NULL,
        last_at timestamptz NOT NULL,
        next_at timestamptz NOT NULL,
        PRIMARY KEY (kind, name)
    )
    """,
    "CREATE INDEX attempt_last_at_idx ON twinbase.attempt (last_at)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
