"""A customer's own rules in the database: a trigger that raises, skips or changes, for certain rows, for a while."""

from random import Random
from typing import Any

SLICES = 3
RAISED = (
    "P0001", "P0002", "P0004", "22001", "54000", "XX000", "QQ123", "42P01", "42501", "0A000", "28000", "23505", "21000",
    "02000", "F0000", "57014", "55000", "08006", "53400", "53100", "25006", "57P03", "55P03",
)  # fmt: skip
"""What a RAISE may say: the usual, what says that a table is not there, a class that nobody knows, and what PostgreSQL
says when it is the moment's fault."""
KINDS = (*RAISED, *["strict", "divide", "skip", "change"] * 3, *["late"] * 2)
RULED = ("jobs", "parts", "logs", "stocks", "tools")
CHANGED = {"jobs": "title", "parts": "label", "tools": "place"}
"""The texts that a rule may write another value into."""

RULES_SQL = """
CREATE TABLE oracle.rules (relation text, slice integer, kind text NOT NULL, PRIMARY KEY (relation, slice));

CREATE FUNCTION oracle.find_rule(relation name, subject jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT r.kind FROM oracle.rules r
    WHERE r.relation = $1 AND coalesce(current_setting('oracle.office', true), '') <> 'yes'
        AND r.slice = ascii(coalesce(subject ->> 'id', subject ->> 'job_id', subject ->> 'code')) % {slices}
$$;

CREATE FUNCTION oracle.judge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject jsonb := to_jsonb(coalesce(NEW, OLD));
    rule text := oracle.find_rule(TG_TABLE_NAME, subject);
    missing integer;
BEGIN
    IF rule IS NULL OR (rule = 'late') <> (TG_WHEN = 'AFTER') THEN
        RETURN coalesce(NEW, OLD);
    ELSIF rule = 'strict' THEN
        SELECT 1 INTO STRICT missing WHERE false;
    ELSIF rule = 'divide' THEN
        missing := 1 / (TG_NARGS - 1);
    ELSIF rule = 'skip' THEN
        -- What a foreign key deletes is not kept: it would point at nothing.
        RETURN CASE WHEN pg_trigger_depth() = 1 THEN NULL ELSE coalesce(NEW, OLD) END;
    ELSIF rule = 'change' THEN
        IF TG_OP <> 'DELETE' AND TG_ARGV[0] <> '' AND subject ->> TG_ARGV[0] NOT LIKE '%~' THEN
            NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], subject ->> TG_ARGV[0] || '~'));
        END IF;
    ELSE
        RAISE EXCEPTION 'The office does not take this.' USING ERRCODE = replace(rule, 'late', 'P0003');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
""".replace("{slices}", str(SLICES))


def judge_sql(relation: str) -> str:
    """The triggers of one table: one before each row, and one that looks at the end of the transaction."""
    changed = CHANGED.get(relation, "")
    return (
        f"CREATE TRIGGER judge BEFORE INSERT OR UPDATE OR DELETE ON oracle.{relation}"
        f" FOR EACH ROW EXECUTE FUNCTION oracle.judge('{changed}');"
        f"CREATE CONSTRAINT TRIGGER judge_late AFTER INSERT OR UPDATE OR DELETE ON oracle.{relation}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION oracle.judge('{changed}');"
    )


def slice_of(key: Any) -> int:
    """Which rows a rule speaks of: by the first letter of their key's first column."""
    return ord(str(key)[0]) % SLICES


async def make_rule(connection: Any, rng: Random) -> tuple[str, int, bool]:
    """One rule more, or another in the place of one; which rows it is about, and whether it looks at the very end."""
    about = rng.choice(RULED), rng.randrange(SLICES)
    await connection.execute(
        "INSERT INTO oracle.rules VALUES ($1, $2, $3) ON CONFLICT (relation, slice) DO UPDATE SET kind = excluded.kind",
        *about,
        kind := rng.choice(KINDS),
    )
    return *about, kind == "late"


async def end_rules(connection: Any) -> None:
    await connection.execute("DELETE FROM oracle.rules")
