"""Codes by which a device enrols; devices that are wiped, what they tell of themselves, and what was salvaged."""

from alembic import op

revision = "0014"
down_revision = "0013"

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
    # What a device tells of itself at a pull, and by which key it is known; `of_office`: it stands for no phone.
    """
    ALTER TABLE twinbase.replica
        ADD COLUMN device_key bytea,
        ADD COLUMN of_office boolean NOT NULL DEFAULT false,
        ADD COLUMN wipe_asked_at timestamptz,
        ADD COLUMN wipe_reached_at timestamptz,
        ADD COLUMN wiped_at timestamptz,
        ADD COLUMN platform text,
        ADD COLUMN app_version text,
        ADD COLUMN proven_at timestamptz,
        ADD COLUMN unsent bigint,
        ADD COLUMN storage_bytes bigint
    """,
    """
    UPDATE twinbase.replica r SET device_key = s.device_key
    FROM twinbase.session s WHERE s.replica = r.id AND s.ended_at IS NULL
    """,
    # Unsent edits of a device that was wiped. `tx`: which were saved together on it. `mutation`: as it was sent.
    """
    CREATE TABLE twinbase.salvaged (
        id uuid PRIMARY KEY,
        replica uuid NOT NULL,
        tx text NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        offset_ms bigint NOT NULL,
        mutation text NOT NULL,
        salvaged_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by text,
        outcome text,
        detail text
    )
    """,
    "CREATE INDEX salvaged_replica_idx ON twinbase.salvaged (replica, tx)",
    "CREATE INDEX enrolment_prefix_idx ON twinbase.enrolment (prefix)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
