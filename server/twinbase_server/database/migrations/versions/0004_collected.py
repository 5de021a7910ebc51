"""When tombstones of a table were last collected: whoever has not pulled since may hold rows that are gone."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE twinbase.capture ADD COLUMN collected xid8")
