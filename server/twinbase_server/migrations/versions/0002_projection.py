"""How far each projection has come, and what it last wrote into the columns that devices write too."""

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
