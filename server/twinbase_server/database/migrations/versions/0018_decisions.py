"""Decisions come back to people: lines of the journal that wait for the office, and what it decided."""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = [
    # `kind`: conflict, flag (taken, and to be looked at), restore (a value that was taken back). `theirs_by`: whose
    # device wrote what the edit met. `asks`: it waits for the office until `settled_at`. `settled_xid`: of the
    # transaction that settled it, by which a device's cursor tells whether it has heard of it.
    """
    ALTER TABLE twinbase.journal
        ADD COLUMN IF NOT EXISTS kind text NOT NULL DEFAULT 'conflict',
        ADD COLUMN IF NOT EXISTS op text NOT NULL DEFAULT 'update',
        ADD COLUMN IF NOT EXISTS theirs_by text NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS reason text NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS detail text NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS asks boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS restores uuid,
        ADD COLUMN IF NOT EXISTS restored_by text,
        ADD COLUMN IF NOT EXISTS settled_at timestamptz,
        ADD COLUMN IF NOT EXISTS settled_by text,
        ADD COLUMN IF NOT EXISTS settled_as text,
        ADD COLUMN IF NOT EXISTS note text,
        ADD COLUMN IF NOT EXISTS settled_xid xid8
    """,
    "CREATE INDEX IF NOT EXISTS journal_waiting_idx ON twinbase.journal (id) WHERE asks AND settled_at IS NULL",
    "CREATE INDEX IF NOT EXISTS journal_settled_idx ON twinbase.journal (replica) WHERE settled_xid IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS journal_mutation_idx ON twinbase.journal (mutation)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
