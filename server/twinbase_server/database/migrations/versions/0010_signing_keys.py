"""Signing keys with names, so that they can be rotated; the two that were there go on as the first of their kind."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = [
    """
    CREATE TABLE twinbase.signing_key (
        purpose text NOT NULL CHECK (purpose IN ('token', 'cursor')),
        kid text NOT NULL,
        algorithm text NOT NULL,
        secret bytea NOT NULL,
        wrapped_by text NOT NULL,
        made_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL,
        ends_at timestamptz,
        PRIMARY KEY (purpose, kid)
    )
    """,
    """
    INSERT INTO twinbase.signing_key (purpose, kid, algorithm, secret, wrapped_by, made_at, signs_from)
    SELECT name, 'first', 'HS256', value, '', created_at, created_at FROM twinbase.secret
    """,
    "DROP TABLE twinbase.secret",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
