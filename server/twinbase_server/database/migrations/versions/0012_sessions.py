"""Sessions, which outlive an access token; keys that sign refresh tokens; accounts whose claims have a version."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = [
    # `serial`: of the refresh token that counts. `rotation`: of the request that it answered.
    """
    CREATE TABLE twinbase.session (
        id uuid PRIMARY KEY,
        account text NOT NULL,
        replica uuid NOT NULL,
        device_key bytea,
        claims jsonb NOT NULL,
        serial bigint NOT NULL DEFAULT 0,
        rotation text NOT NULL DEFAULT '',
        made_at timestamptz NOT NULL,
        used_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        ended_at timestamptz,
        ended_why text
    )
    """,
    "CREATE INDEX session_account_idx ON twinbase.session (account)",
    "CREATE INDEX session_replica_idx ON twinbase.session (replica) WHERE ended_at IS NULL",
    "ALTER TABLE twinbase.signing_key DROP CONSTRAINT signing_key_purpose_check",
    """
    ALTER TABLE twinbase.signing_key ADD CONSTRAINT signing_key_purpose_check
        CHECK (purpose IN ('token', 'cursor', 'refresh'))
    """,
    # Whoever changes claims, and be it by hand in SQL, changes what every access token given before may say.
    "ALTER TABLE twinbase.account ADD COLUMN claims_version bigint NOT NULL DEFAULT 0",
    """
    CREATE FUNCTION twinbase.count_claims() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN NEW.claims_version := OLD.claims_version + 1; RETURN NEW; END $$
    """,
    "REVOKE ALL ON FUNCTION twinbase.count_claims() FROM PUBLIC",
    """
    CREATE TRIGGER count_claims BEFORE UPDATE ON twinbase.account FOR EACH ROW
        WHEN (NEW.claims IS DISTINCT FROM OLD.claims) EXECUTE FUNCTION twinbase.count_claims()
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
