"""What a worker has to do: runs of sources and exporters, and deliveries on their way to other systems."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = [
    # One row per source or exporter that has ever run: its last run, and when the next is due.
    """
    CREATE TABLE twinbase.schedule (
        kind text NOT NULL,
        name text NOT NULL,
        state text NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        done_at timestamptz,
        next_at timestamptz NOT NULL,
        progress text NOT NULL DEFAULT '',
        figures jsonb NOT NULL DEFAULT '{}',
        said text NOT NULL DEFAULT '',
        failures integer NOT NULL DEFAULT 0,
        PRIMARY KEY (kind, name)
    )
    """,
    # `n` is the order of deliveries of one row: whoever writes a row holds its lock until the delivery is committed.
    # Named like the mirror that shows a device what became of its own.
    """
    CREATE TABLE twinbase.deliveries (
        id uuid PRIMARY KEY,
        n bigint GENERATED ALWAYS AS IDENTITY,
        destination text NOT NULL,
        state text NOT NULL DEFAULT 'waiting'
            CHECK (state IN ('waiting', 'sent', 'acknowledged', 'refused', 'held')),
        said text NOT NULL DEFAULT '',
        attempts integer NOT NULL DEFAULT 0,
        author text NOT NULL,
        twin text NOT NULL,
        row_key text NOT NULL,
        key jsonb NOT NULL,
        action text NOT NULL,
        payload jsonb NOT NULL,
        mutation uuid NOT NULL,
        created_at timestamptz NOT NULL,
        next_at timestamptz NOT NULL,
        sent_at timestamptz,
        acknowledged_at timestamptz
    )
    """,
    # What is not settled: it stays small, whatever is kept for the record.
    "CREATE INDEX ON twinbase.deliveries (destination, n) WHERE state IN ('waiting', 'held', 'refused')",
    "CREATE INDEX ON twinbase.deliveries (destination, twin, row_key, n) WHERE state IN ('waiting', 'held')",
    "CREATE INDEX ON twinbase.deliveries (destination, next_at) WHERE state = 'sent'",
    "CREATE INDEX ON twinbase.deliveries (author, created_at)",
    "CREATE INDEX ON twinbase.deliveries (destination, twin, row_key, n)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Migrations go forward only: restore a backup to go back.")
