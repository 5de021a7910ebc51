"""Codes by which a device enrols; devices that are wiped, what they tell of themselves, and what was salvaged."""

from alembic import op

revision = "0014"
down_revision = "0012"

STATEMENTS = [
    # `prefix`: the first letters of a code, by which it is found; `hash`: of all of them.
    """
    CREATE TABLE twinbase.enrolment (
        id uuid PRIMARY KEY,
        prefix text NOT NULL,
        hash bytea NOT NULL,
        account text NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        tries_left integer NOT NULL,
        used_at timestamptz,
        used_by uuid,
        used_key bytea
    )
    """,
    "CREATE INDEX enrolment_prefix_idx ON twinbase.enrolment (prefix)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
