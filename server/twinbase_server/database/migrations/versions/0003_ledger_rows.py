"""The ledger says which row a mutation was about and which transaction wrote it: nobody conflicts with themselves."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = [
    """
    ALTER TABLE twinbase.ledger
        ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        ADD COLUMN twin text NOT NULL DEFAULT '',
        ADD COLUMN op text NOT NULL DEFAULT '',
        ADD COLUMN key text NOT NULL DEFAULT '',
        ADD COLUMN wrote_at timestamptz NOT NULL DEFAULT now()
    """,
    # Who wrote this version of this row?
    "CREATE INDEX ON twinbase.ledger (xid)",
    # Was the row that is missing refused?
    "CREATE INDEX ON twinbase.ledger (twin, key) WHERE op = 'insert'",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Migrations go forward only: restore a backup to go back.")
