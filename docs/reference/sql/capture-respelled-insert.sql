-- the same where a key has several spellings: insert: composed by capture/respelling.py
CREATE OR REPLACE FUNCTION twinbase."insert_workshop.part"() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
SET enable_nestloop = off SET jit = off AS $twinbase1$
#variable_conflict use_column
DECLARE
    shape bigint := CASE WHEN EXISTS (SELECT FROM added) THEN (SELECT coalesce(bit_xor(hashtextextended(attname::text,
        (attnum::bigint << 32 | atttypid::bigint) # (atttypmod::bigint << 16))), 0)
        FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (ARRAY['job_id', 'position', 'quantity']::name[])) END;
BEGIN
    IF shape IS NULL THEN RETURN NULL; END IF;
    IF shape <> TG_ARGV[0]::bigint THEN
        INSERT INTO twinbase.capture_gap (relid, xid, reason)
            VALUES (16384, pg_current_xact_id(), TG_RELID::regclass::text || ': a captured column was dropped, renamed or retyped') ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF current_setting('twinbase.reload_16384', true) <> '' AND EXISTS (
        SELECT FROM twinbase.reload WHERE relid = 16384 AND xid = pg_current_xact_id()) THEN RETURN NULL; END IF;
    
    EXECUTE $twinbase$INSERT INTO twinbase.capture_gap (relid, xid, reason, respelled) SELECT 16384, pg_current_xact_id(), 'a key was spelled anew', true WHERE EXISTS (SELECT FROM added a WHERE (SELECT ((v."job_id")::text COLLATE "C" <> (a."job_id")::text COLLATE "C" OR (v."position")::text COLLATE "C" <> (a."position")::text COLLATE "C") FROM twinbase."v_workshop.part" v WHERE v."job_id" = a."job_id" AND v."position" = a."position" LIMIT 1)) ON CONFLICT DO NOTHING$twinbase$;
    IF EXISTS (SELECT FROM added OFFSET 1000) AND twinbase.bulk(16384, ARRAY['job_id', 'position']::text[]) THEN
        IF EXISTS (SELECT FROM twinbase."v_workshop.part") THEN
            EXECUTE $twinbase$WITH changed AS MATERIALIZED (SELECT  a."job_id", a."position", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16384', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL ORDER BY a."job_id", a."position"),
        renewed AS (UPDATE twinbase."v_workshop.part" v SET xid = CASE WHEN v.deleted AND NOT c.deleted AND v.xid = c.xid AND v.hash = c.hash
                AND v.before IS NOT NULL THEN v.before ELSE c.xid END,
            deleted = c.deleted,
            hash = CASE WHEN c.deleted THEN c.hash END,
            before = CASE WHEN c.deleted AND NOT v.deleted THEN v.xid END,
            "job_id" = c."job_id",
            "position" = c."position" FROM changed c WHERE v."job_id" = c."job_id" AND v."position" = c."position")
        INSERT INTO twinbase."v_workshop.part" ("job_id", "position", xid, deleted, hash, before)
        SELECT c."job_id", c."position", c.xid, c.deleted, c.hash, c.before FROM changed c
        WHERE NOT EXISTS (SELECT FROM twinbase."v_workshop.part" v WHERE v."job_id" = c."job_id" AND v."position" = c."position")$twinbase$;
        ELSE
            EXECUTE $twinbase$INSERT INTO twinbase."v_workshop.part" ("job_id", "position", xid, deleted, hash, before) SELECT  a."job_id", a."position", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16384', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL ORDER BY a."job_id", a."position"$twinbase$;
        END IF;
    ELSE
        INSERT INTO twinbase."v_workshop.part" AS v ("job_id", "position", xid, deleted, hash, before)
        SELECT DISTINCT ON (a."job_id", a."position") a."job_id", a."position", pg_current_xact_id() AS xid, false AS deleted,
            CASE WHEN (SELECT current_setting('twinbase.removed_16384', true) <> '') THEN (pg_catalog.hash_record_extended(ROW(a."job_id", a."position", a."quantity"), 0) & 281474976710655) END AS hash, NULL::xid8 AS before
        FROM added a WHERE a."job_id" IS NOT NULL AND a."position" IS NOT NULL ORDER BY a."job_id", a."position"
        ON CONFLICT ("job_id", "position") DO UPDATE SET xid = CASE WHEN v.deleted AND NOT excluded.deleted AND v.xid = excluded.xid AND v.hash = excluded.hash
                AND v.before IS NOT NULL THEN v.before ELSE excluded.xid END,
            deleted = excluded.deleted,
            hash = CASE WHEN excluded.deleted THEN excluded.hash END,
            before = CASE WHEN excluded.deleted AND NOT v.deleted THEN v.xid END,
            "job_id" = excluded."job_id",
            "position" = excluded."position";
    END IF;
    RETURN NULL;
END $twinbase1$
