"""Attachments: uploads on their way, the content that has arrived, and which rows it belongs to."""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = [
    # What the store holds. `object`: its name there; `preview`: that of its thumbnail, '' when there can be none.
    """
    CREATE TABLE twinbase.content (
        sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        size bigint NOT NULL,
        media_type text NOT NULL,
        pixels bigint NOT NULL,
        object text NOT NULL,
        stored_at timestamptz NOT NULL,
        preview text,
        preview_tried_at timestamptz
    )
    """,
    "CREATE INDEX content_stored_at_idx ON twinbase.content (stored_at)",
    "CREATE INDEX content_preview_idx ON twinbase.content (stored_at) WHERE preview IS NULL",
    # Which rows were given their content, by whoever had it: to name a hash is not to have the bytes.
    # `lost_at`: since when the row is gone, or names something else. `row_key`: a JSON array, as PostgreSQL writes it.
    """
    CREATE TABLE twinbase.attached (
        twin text NOT NULL,
        column_name text NOT NULL,
        row_key text NOT NULL,
        sha256 text NOT NULL REFERENCES twinbase.content,
        account text NOT NULL,
        size bigint NOT NULL,
        attached_at timestamptz NOT NULL,
        lost_at timestamptz,
        PRIMARY KEY (twin, column_name, row_key, sha256)
    )
    """,
    "CREATE INDEX attached_sha256_idx ON twinbase.attached (sha256)",
    "CREATE INDEX attached_account_idx ON twinbase.attached (account)",
    "CREATE INDEX attached_lost_at_idx ON twinbase.attached (lost_at) WHERE lost_at IS NOT NULL",
    # Content on its way. `received`: how much of it is durable; all of it once it is finished.
    """
    CREATE TABLE twinbase.upload (
        id uuid PRIMARY KEY,
        account text NOT NULL,
        twin text NOT NULL,
        column_name text NOT NULL,
        row_key text NOT NULL,
        sha256 text NOT NULL,
        size bigint NOT NULL,
        received bigint NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL,
        UNIQUE (account, twin, column_name, row_key)
    )
    """,
    "CREATE INDEX upload_expires_at_idx ON twinbase.upload (expires_at)",
    """
    CREATE TABLE twinbase.piece (
        upload uuid NOT NULL REFERENCES twinbase.upload ON DELETE CASCADE,
        start bigint NOT NULL,
        size bigint NOT NULL,
        object text NOT NULL,
        PRIMARY KEY (upload, start)
    )
    """,
    # Rows that name content which has not come, and since when that is known.
    """
    CREATE TABLE twinbase.awaited (
        twin text NOT NULL,
        column_name text NOT NULL,
        row_key text NOT NULL,
        sha256 text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (twin, column_name, row_key, sha256)
    )
    """,
    "CREATE INDEX awaited_since_idx ON twinbase.awaited (since)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
