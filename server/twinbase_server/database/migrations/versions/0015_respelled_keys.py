"""Transactions in which a key was spelled anew: what a version cannot tell, and no fault of capture."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = [
    "ALTER TABLE twinbase.capture_gap ADD COLUMN respelled boolean NOT NULL DEFAULT false",
    # A fault of the same transaction stands beside it.
    "ALTER TABLE twinbase.capture_gap DROP CONSTRAINT capture_gap_pkey, ADD PRIMARY KEY (relid, xid, respelled)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
