"""One-time links, by which people choose a password; and the name by which an account is called."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = [
    """
    CREATE TABLE twinbase.link (
        hash bytea PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('invite', 'reset', 'admin')),
        account text NOT NULL CHECK (account = lower(account)),
        name text NOT NULL DEFAULT '',
        claims jsonb NOT NULL DEFAULT '{}',
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX link_account_idx ON twinbase.link (account)",
    "CREATE INDEX link_ends_at_idx ON twinbase.link (ends_at)",
    "ALTER TABLE twinbase.account ADD COLUMN name text NOT NULL DEFAULT ''",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
