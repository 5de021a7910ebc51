"""The first tables: capture, history, devices, journal, accounts."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = [
    # What is captured. `base` is the version of every row that was not written since capture was installed.
    """
    CREATE TABLE twinbase.capture (
        relid oid PRIMARY KEY,
        schema_name text NOT NULL,
        table_name text NOT NULL,
        version_table text NOT NULL UNIQUE,
        base xid8 NOT NULL,
        key_columns text[] NOT NULL,
        columns text[] NOT NULL,
        fingerprint text NOT NULL,
        installed_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (schema_name, table_name)
    )
    """,
    # Transactions that changed a captured table in a way that could not be recorded: anything may have changed.
    """
    CREATE TABLE twinbase.capture_gap (
        relid oid NOT NULL,
        xid xid8 NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (relid, xid)
    )
    """,
    # One row while a transaction that truncated a captured table is open: see twinbase.settle below.
    """
    CREATE TABLE twinbase.reload (
        relid oid NOT NULL,
        xid xid8 NOT NULL,
        settle text NOT NULL,
        shape bigint NOT NULL,
        PRIMARY KEY (relid, xid)
    )
    """,
    # Histories of this database. The newest row is the present one; a restore from a backup adds another.
    """
    CREATE TABLE twinbase.generation (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        system_identifier bigint NOT NULL,
        timeline integer NOT NULL,
        started_at timestamptz NOT NULL
    )
    """,
    # Random marks on the way of this history. A cursor whose salt is missing here saw another history.
    """
    CREATE TABLE twinbase.salt (
        salt text PRIMARY KEY,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ON twinbase.salt (at)",
    "CREATE INDEX ON twinbase.salt (xid)",
    # One row per device file: how far its pushes have come, and what it last told about itself.
    """
    CREATE TABLE twinbase.replica (
        id uuid PRIMARY KEY,
        account text NOT NULL,
        device_name text,
        epoch integer NOT NULL DEFAULT 1,
        last_n bigint NOT NULL DEFAULT 0,
        last_hash text NOT NULL DEFAULT '',
        last_answer jsonb,
        last_salt text,
        generation text,
        schema_fingerprint text,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen timestamptz,
        last_pull timestamptz,
        oldest_outbox timestamptz,
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX ON twinbase.replica (account)",
    # What became of every mutation, kept past the backup horizon: a device that offers one again gets this answer.
    """
    CREATE TABLE twinbase.ledger (
        mutation uuid PRIMARY KEY,
        replica uuid NOT NULL,
        epoch integer NOT NULL,
        n bigint NOT NULL,
        hash text NOT NULL,
        status text NOT NULL,
        outcome jsonb NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ON twinbase.ledger (replica, epoch, n)",
    "CREATE INDEX ON twinbase.ledger USING brin (at)",
    # Every value that a conflict overwrote, on either side, and how it was decided.
    """
    CREATE TABLE twinbase.journal (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL,
        twin text NOT NULL,
        key jsonb NOT NULL,
        replica uuid NOT NULL,
        author text NOT NULL,
        mutation uuid NOT NULL,
        strategy text NOT NULL,
        base jsonb NOT NULL,
        mine jsonb NOT NULL,
        theirs jsonb NOT NULL,
        decided jsonb NOT NULL,
        restored_at timestamptz
    )
    """,
    "CREATE INDEX ON twinbase.journal (twin, key)",
    "CREATE INDEX ON twinbase.journal (at)",
    # What a device's schema fingerprint stands for.
    """
    CREATE TABLE twinbase.device_schema (
        fingerprint text PRIMARY KEY,
        twins jsonb NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # Who may sign in with the built-in sign-in.
    """
    CREATE TABLE twinbase.account (
        email text PRIMARY KEY CHECK (email = lower(email)),
        password_hash text NOT NULL,
        claims jsonb NOT NULL DEFAULT '{}',
        disabled boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # Keys that sign tokens and cursors, made when the database is set up.
    """
    CREATE TABLE twinbase.secret (
        name text PRIMARY KEY,
        value bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
]

# A reload (TRUNCATE, then INSERT, in one transaction) is compared with what stood there before, at its very end: a
# deferred constraint trigger is PostgreSQL's only hook before commit. docs/decisions/0001-capture.md says more.
SETTLE = """
CREATE FUNCTION twinbase.settle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM twinbase.reload WHERE relid = NEW.relid AND xid = NEW.xid;
    IF FOUND AND to_regproc(format('twinbase.%I', NEW.settle)) IS NOT NULL THEN
        EXECUTE format('SELECT twinbase.%I($1)', NEW.settle) USING NEW.shape;
    END IF;
    RETURN NULL;
END $$
"""

# Whether many versions may be written by one join instead of ON CONFLICT, which costs twice as much. The join relies on
# writers of one key being serialised by the customer's own unique index, on a snapshot taken after it let them pass,
# and on nobody collecting tombstones meanwhile. Where one of these fails, capture takes the slow way.
BULK = """
CREATE FUNCTION twinbase.bulk(relid oid, keys text[]) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN current_setting('transaction_isolation') = 'read committed' AND EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = $1 AND indisunique AND indimmediate AND indisvalid AND indpred IS NULL AND indexprs IS NULL
        AND $2 @> (SELECT array_agg(attname::text) FROM pg_attribute
                   WHERE attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])))
        -- The index of a parent by inheritance (no partitions) says nothing of the rows of its children.
        AND NOT EXISTS (SELECT FROM pg_inherits JOIN pg_class ON oid = inhparent WHERE inhparent = $1 AND relkind = 'r')
    THEN pg_try_advisory_xact_lock_shared(hashtext('twinbase capture'), $1::int) ELSE false END
$$
"""

SETTLE_TRIGGER = """
CREATE CONSTRAINT TRIGGER settle AFTER INSERT ON twinbase.reload DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION twinbase.settle()
"""


def upgrade() -> None:
    for table in TABLES:
        op.execute(table)
    op.execute(SETTLE)
    op.execute(BULK)
    op.execute("REVOKE ALL ON FUNCTION twinbase.settle(), twinbase.bulk(oid, text[]) FROM PUBLIC")
    op.execute(SETTLE_TRIGGER)
    op.execute("ALTER TABLE twinbase.reload ENABLE ALWAYS TRIGGER settle")


def downgrade() -> None:
    raise NotImplementedError("Migrations go forward only: restore a backup to go back.")
