"""Projections: how far each has come, what it last wrote into shared columns, and two functions they need."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE twinbase.projection (
            name text PRIMARY KEY,
            snapshot text NOT NULL,
            shape text NOT NULL,
            at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE twinbase.projection_image (
            projection text NOT NULL,
            id uuid NOT NULL,
            image jsonb NOT NULL,
            PRIMARY KEY (projection, id)
        )
        """
    )
    # RFC 4122 version 3, as Python's uuid.uuid3: a key made of words becomes the same uuid for ever.
    op.execute(
        """
        CREATE FUNCTION twinbase.uuid_v3(namespace uuid, name text) RETURNS uuid
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT (
                substr(h, 1, 12) || '3' || substr(h, 14, 3)
                || substr('89ab', 1 + (get_byte(decode('0' || substr(h, 17, 1), 'hex'), 0) & 3), 1) || substr(h, 18)
            )::uuid
            FROM (SELECT md5(uuid_send(namespace) || convert_to(name, 'UTF8')) AS h) AS hashed
        $$
        """
    )
    # Naive local time to an instant. The hour that comes twice is the first one (fold=0); the one that never comes is
    # moved forward. PostgreSQL alone would take the second.
    op.execute(
        """
        CREATE FUNCTION twinbase.local_time(local timestamp, zone text) RETURNS timestamptz
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT CASE
                WHEN ((local AT TIME ZONE zone) - interval '1 hour') AT TIME ZONE zone = local
                THEN (local AT TIME ZONE zone) - interval '1 hour'
                ELSE local AT TIME ZONE zone
            END
        $$
        """
    )
