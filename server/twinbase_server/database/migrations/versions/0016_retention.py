"""What is forgotten after an age: of edits their ids stay; and how far a device has confirmed what it was told."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = [
    # Of an edit whose entry has left the ledger. `hash`: the first 64 bits of that of its content.
    """
    CREATE TABLE twinbase.settled (
        mutation uuid PRIMARY KEY,
        hash bigint NOT NULL,
        status text NOT NULL
    )
    """,
    # A BRIN index finds the oldest while rows lie in the order of time; once some have gone, new ones lie among them.
    "DROP INDEX IF EXISTS twinbase.ledger_at_idx",
    "CREATE INDEX ledger_at_idx ON twinbase.ledger (at)",
    # The last batch of its epoch whose outcomes the device has, as it told at its last pull.
    "ALTER TABLE twinbase.replica ADD COLUMN acked bigint NOT NULL DEFAULT 0",
    # Of pulls before nobody noted it: all but the last batch, of what was answered before the last pull.
    """
    UPDATE twinbase.replica r SET acked = greatest(0, least(r.last_n - 1, coalesce((
        SELECT max(l.n) FROM twinbase.ledger l
        WHERE l.replica = r.id AND l.epoch = r.epoch AND l.at < r.last_pull), 0)))
    """,
    "CREATE INDEX salvaged_decided_at_idx ON twinbase.salvaged (decided_at) WHERE decided_at IS NOT NULL",
    "CREATE INDEX deliveries_acknowledged_idx ON twinbase.deliveries (acknowledged_at) WHERE state = 'acknowledged'",
    "CREATE INDEX deliveries_sent_idx ON twinbase.deliveries (destination, sent_at) WHERE state = 'sent'",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
