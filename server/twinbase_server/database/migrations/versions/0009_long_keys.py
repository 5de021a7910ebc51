"""Keys of any length: a B-tree takes 2.7 kB, and what a device sends is noted whatever became of it."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = [
    "DROP INDEX IF EXISTS twinbase.ledger_twin_key_idx",
    "CREATE INDEX ledger_key_idx ON twinbase.ledger USING hash (key) WHERE op = 'insert'",
    "DROP INDEX IF EXISTS twinbase.journal_twin_key_idx",
    "CREATE INDEX journal_key_idx ON twinbase.journal USING hash (key)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
